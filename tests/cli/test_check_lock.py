"""`check-lock` on a small DVC project: run once, committed, and cloned without its data."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.cli.check_lock import stale_stages
from reelvec.cli.workspace import environment

DVC_YAML = """\
stages:
  fetch:
    cmd: python stages/fetch.py
    deps: [stages/fetch.py]
    params: [source]
    outs: [data/raw]
  train:
    foreach: ${variants}
    do:
      cmd: python stages/train.py ${key}
      deps: [stages/train.py, src/model.py, data/raw/words.txt]
      params: ["variants.${key}", training]
      outs:
        - data/models/${key}
        - metrics/${key}.json:
            cache: false
  compare:
    cmd: python stages/compare.py
    deps: [stages/compare.py, metrics, data/models]
    params: [variants]
    outs:
      - comparison.txt:
          cache: false
"""

PARAMS = """\
source: here
training: {device: cpu}
variants:
  small: {size: 1, words: [good, bad]}
  large: {size: 9, words: [good, bad]}
not_read: 1
"""

STAGES = {
    "stages/fetch.py": """
from pathlib import Path
Path("data/raw").mkdir(parents=True)
Path("data/raw/words.txt").write_text("good bad")
""",
    "stages/train.py": """
import sys
from pathlib import Path
from ruamel.yaml import YAML
from model import score
name = sys.argv[1]
size = YAML(typ="safe").load(Path("params.yaml"))["variants"][name]["size"]
Path("data/models", name).mkdir(parents=True)
Path("data/models", name, "weights").write_text(str(size))
Path("metrics").mkdir(exist_ok=True)
Path("metrics", f"{name}.json").write_text(f'{{"accuracy": {score(size)}}}')
""",
    "stages/compare.py": """
from pathlib import Path
found = sorted(Path().glob("metrics/*.json"))
Path("comparison.txt").write_text("".join(path.read_text() for path in found))
""",
    # A better score only from size 5 on: some retrained models do not change their metric.
    "src/model.py": """
def score(size):
    return int(size >= 5)
""",
}

Git = Callable[..., str]


def run_dvc(project: Path, *words: str) -> None:
    variables = environment(project)
    subprocess.run(["dvc", *words], cwd=project, env=variables, check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, git: Git) -> Path:
    """The project with its data, as its author has it."""
    root = tmp_path_factory.mktemp("author") / "project"
    for name, text in {"dvc.yaml": DVC_YAML, "params.yaml": PARAMS, **STAGES}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "--quiet")
    (root / ".gitignore").write_text("/data/\n__pycache__/\n")
    run_dvc(root, "init", "--quiet")
    run_dvc(root, "repro", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "The result")
    return root


@pytest.fixture
def clone(project: Path, tmp_path: Path, git: Git) -> Path:
    """A clean clone: neither data nor cache."""
    root = tmp_path / "clone"
    git(project, "clone", "--quiet", str(project), str(root))
    assert not (root / "data").exists()
    assert not (root / ".dvc/cache").exists()
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} should be in {path} once"
    path.write_text(text.replace(old, new))


@pytest.mark.slow
def test_passes_on_a_clean_clone_and_leaves_it_clean(clone: Path, git: Git) -> None:
    assert stale_stages(clone) == {}
    assert git(clone, "status", "--porcelain") == ""
    assert not (clone / "data").exists()


def test_passes_where_the_data_is(project: Path) -> None:
    assert (project / "data/models/small/weights").exists()
    assert stale_stages(project) == {}


def test_names_the_changed_parameter_and_only_the_stages_that_read_it(clone: Path) -> None:
    edit(clone / "params.yaml", "size: 9", "size: 8")
    reason = "params variants.large.size is 8, in dvc.lock 9"
    assert stale_stages(clone) == {"train@large": [reason], "compare": [reason]}


def test_sees_a_change_inside_a_list(clone: Path) -> None:
    edit(clone / "params.yaml", "{size: 1, words: [good, bad]}", "{size: 1, words: [bad, good]}")
    assert list(stale_stages(clone)) == ["train@small", "compare"]


def test_sees_parameters_that_come_and_go(clone: Path) -> None:
    edit(clone / "params.yaml", "{device: cpu}", "{engine: cpu}")
    reasons = ["params training.engine is not in dvc.lock", "params training.device is gone"]
    assert stale_stages(clone) == {"train@small": reasons, "train@large": reasons}


def test_does_not_mind_what_no_stage_reads(clone: Path) -> None:
    edit(clone / "params.yaml", "not_read: 1", "# a comment\nnot_read: 2")
    (clone / "src/unused.py").write_text("")
    edit(clone / "dvc.yaml", "stages:\n  fetch:", "stages:\n  # A comment.\n  fetch:")
    assert stale_stages(clone) == {}


def test_names_the_changed_code(clone: Path) -> None:
    edit(clone / "src/model.py", "size >= 5", "size > 5")
    reasons = ["src/model.py changed"]
    assert stale_stages(clone) == {"train@small": reasons, "train@large": reasons}


def test_names_code_that_is_missing(clone: Path) -> None:
    (clone / "stages/fetch.py").unlink()
    assert stale_stages(clone) == {"fetch": ["stages/fetch.py is missing"]}


def test_sees_a_changed_command(clone: Path) -> None:
    edit(clone / "dvc.yaml", "python stages/compare.py", "python -O stages/compare.py")
    assert stale_stages(clone) == {"compare": ["command changed in dvc.yaml"]}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("metrics, data/models]", "data/models]", "dependency metrics is gone from dvc.yaml"),
        (
            "[stages/compare.py,",
            "[stages/compare.py, src/model.py,",
            "dependency src/model.py is new in dvc.yaml",
        ),
        ("params: [variants]", "params: [variants, source]", "params source is not in dvc.lock"),
        (
            "params: [variants]",
            "params: [variants.small.size]",
            "params variants.small.words is gone",
        ),
        (
            "- comparison.txt:",
            "- other.txt\n      - comparison.txt:",
            "output other.txt is new in dvc.yaml",
        ),
    ],
)
def test_sees_changed_lists_in_dvc_yaml(clone: Path, old: str, new: str, reason: str) -> None:
    edit(clone / "dvc.yaml", old, new)
    stale = stale_stages(clone)
    assert list(stale) == ["compare"]
    assert reason in stale["compare"]


def test_sees_a_new_stage(clone: Path) -> None:
    edit(clone / "params.yaml", "not_read: 1", "")
    edit(clone / "params.yaml", "variants:\n", "variants:\n  middle: {size: 5}\n")
    stale = stale_stages(clone)
    assert stale["train@middle"] == ["not in dvc.lock"]
    assert list(stale) == ["train@middle", "compare"]


def test_sees_a_stage_that_is_gone(clone: Path) -> None:
    text = (clone / "dvc.yaml").read_text()
    (clone / "dvc.yaml").write_text(text[: text.index("  compare:")])
    assert stale_stages(clone) == {"compare": ["dvc.lock has this stage, dvc.yaml has not"]}


def test_sees_that_nothing_was_ever_run(clone: Path) -> None:
    (clone / "dvc.lock").unlink()
    stale = stale_stages(clone)
    assert list(stale) == ["fetch", "train@small", "train@large", "compare"]
    assert set(map(tuple, stale.values())) == {("not in dvc.lock",)}


def test_sees_a_metric_edited_by_hand(clone: Path) -> None:
    edit(clone / "metrics/small.json", "0", "1")
    assert stale_stages(clone) == {"train@small": ["metrics/small.json changed"]}


def test_sees_a_metric_that_was_not_committed(clone: Path) -> None:
    (clone / "comparison.txt").unlink()
    assert stale_stages(clone) == {"compare": ["comparison.txt is missing"]}


def test_sees_that_only_part_of_the_pipeline_was_rerun(
    clone: Path, tmp_path: Path, git: Git
) -> None:
    edit(clone / "params.yaml", "size: 1", "size: 6")
    run_dvc(clone, "repro", "--quiet", "train@small")
    git(clone, "commit", "--quiet", "-a", "-m", "Only a part")
    again = tmp_path / "again"
    git(clone, "clone", "--quiet", str(clone), str(again))
    assert stale_stages(again) == {
        "compare": ["params variants.small.size is 6, in dvc.lock 1", "metrics was made anew since"]
    }


@pytest.mark.slow
def test_with_the_data_sees_a_folder_of_folders_that_was_made_anew(clone: Path) -> None:
    # The metric stays as it was, and `compare` reads no parameter: only the models differ.
    edit(clone / "dvc.yaml", "    params: [variants]\n", "")
    run_dvc(clone, "repro", "--quiet", "--force", "compare")
    edit(clone / "params.yaml", "size: 1", "size: 2")
    run_dvc(clone, "repro", "--quiet", "train@small")
    assert stale_stages(clone) == {"compare": ["data/models changed"]}


def test_says_what_is_wrong_with_a_project_that_dvc_cannot_read(clone: Path) -> None:
    edit(clone / "dvc.yaml", "foreach: ${variants}", "foreach: ${variant}")
    with pytest.raises(ReelvecError, match="variant"):
        stale_stages(clone)


def test_says_that_a_folder_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"dvc\.yaml: .*not inside of a DVC repository"):
        stale_stages(tmp_path)

"""What changed is run again, and nothing else."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dvc.repo import Repo
from workspaces import change, ran, run, succeed

TRAIN = {"train@scratch", "train@glove_frozen"}
TRAINED_TOGETHER = {"train_baselines", "prepare_lessons", "train_students", "train_ensembles"}
SHOWN = {"report", "track"}
"""These read all parameters: the one prints them, the other logs them."""
OVER_MODELS = {"evaluate", "compare_variants", *SHOWN}


@pytest.fixture(scope="module")
def standing(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the finished workspace that each test leaves as it found it."""
    return Path(shutil.copytree(finished, tmp_path_factory.mktemp("standing") / "workspace"))


@contextmanager
def put_back(path: Path) -> Iterator[Path]:
    """A file that may be changed for a while."""
    before = path.read_bytes()
    try:
        yield path
    finally:
        path.write_bytes(before)


def stale_stages(workspace: Path) -> set[str]:
    """What `dvc status` says."""
    with Repo(str(workspace)) as repo:
        return {name.rpartition("dvc.yaml:")[2] for name in repo.status()}


def test_a_second_repro_runs_nothing(standing: Path) -> None:
    with put_back(standing / "dvc.lock") as lock:
        before = lock.read_bytes()
        output = succeed(standing, "dvc", "repro")
        assert ran(output) == []
        assert "up to date" in output
        assert lock.read_bytes() == before
    assert stale_stages(standing) == set()


def test_dvc_writes_the_lock_that_reelvec_repro_wrote(standing: Path) -> None:
    with put_back(standing / "dvc.lock") as lock:
        before = lock.read_bytes()
        lock.unlink()
        succeed(standing, "dvc", "commit", "--force")
        assert lock.read_bytes() == before


@pytest.mark.parametrize(
    ("section", "changes", "stale"),
    [
        ("imdb", {"source": "elsewhere"}, {"fetch_imdb", *SHOWN}),
        ("glove", {"max_words": 9}, {"fetch_glove", *SHOWN}),
        ("preprocess", {"html": False}, {"preprocess", "compare_similarities", *SHOWN}),
        ("vocabulary", {"min_count": 5}, {"build_vocab", "prepare_plain", *SHOWN}),
        ("plain", {"min_count": 5}, {"prepare_plain", *SHOWN}),
        ("word_vectors", {"word2vec": {"epochs": 2}}, {"train_word_vectors@word2vec", *SHOWN}),
        ("training", {"threads": 2}, {*TRAIN, "train_students", *SHOWN}),
        (
            "variants",
            {"tiny": {"text": "processed", "embedding": "random", "dimension": 4}},
            {"train@tiny", "visualize", *OVER_MODELS},
        ),
        ("variants", {"scratch": {"dimension": 7}}, {"train@scratch", "visualize", *OVER_MODELS}),
        (
            "variants",
            {"glove_frozen": {"hidden": 3}},
            {"train@glove_frozen", "visualize", *OVER_MODELS},
        ),
        (
            "baselines",
            {"tfidf_bigrams": {"strength": 2.0}},
            {"train_baselines", *OVER_MODELS},
        ),
        (
            "evaluation",
            {"mistakes": 3},
            OVER_MODELS,
        ),
        (
            "students",
            {"student": {"ngrams": 3}},
            {"prepare_lessons", "train_students", *OVER_MODELS},
        ),
        (
            "ensembles",
            {"both": {"members": ["scratch", "glove_frozen"]}},
            {"train_ensembles", *OVER_MODELS},
        ),
        ("similarities", {"neighbors": 3}, {"compare_similarities", *SHOWN}),
        ("visualization", {"labels": 9}, {"visualize", *SHOWN}),
        ("export", {"glove_words": 9}, {"export", *SHOWN}),
        ("serving", {"max_reviews": 9}, {"export", *SHOWN}),
        ("explorer", {"words": 9}, {"prepare_explorer", *SHOWN}),
        ("tracking", {"experiment": "other"}, SHOWN),
    ],
)
def test_a_parameter_reruns_what_reads_it_alone(
    standing: Path, section: str, changes: dict[str, Any], stale: set[str]
) -> None:
    with put_back(standing / "params.yaml"):
        change(standing, {section: changes})
        assert stale_stages(standing) == stale


@pytest.mark.parametrize(
    ("file", "stale"),
    [
        ("report/page.py", set()),
        ("report/assets/explorer.min.js", set()),
        ("report/contents.py", {"report"}),
        ("report/figures/style.py", {"visualize"}),
        ("tracking/runs.py", {"track"}),
        ("base/messages.py", {"export", "track"}),
        ("base/schema/similarities.py", {"compare_similarities", "export", *SHOWN}),
        ("models/training.py", {*TRAIN, *TRAINED_TOGETHER, "evaluate", "export", "track"}),
        ("fetch/download.py", {"fetch_imdb", "fetch_glove"}),
        ("cli/main.py", set()),
    ],
)
def test_code_reruns_what_it_can_change_alone(standing: Path, file: str, stale: set[str]) -> None:
    with put_back(standing / "src/reelvec" / file) as path:
        with path.open("a", encoding="utf-8") as stream:
            stream.write("# A change.\n" if file.endswith(".py") else "// A change.\n")
        assert stale_stages(standing) == stale


def test_check_lock_names_what_a_changed_parameter_makes_stale(standing: Path) -> None:
    assert "dvc.lock matches" in succeed(standing, "reelvec", "check-lock")
    with put_back(standing / "params.yaml"):
        change(standing, {"variants": {"scratch": {"dimension": 7}}})
        done = run(standing, "reelvec", "check-lock")
    assert done.returncode == 1
    *stale, summary = done.stdout.splitlines()
    reason = "params variants.scratch.dimension is 7, in dvc.lock 100"
    assert f"train@scratch: {reason}" in stale
    assert {line.partition(":")[0] for line in stale} == {
        "train@scratch",
        "visualize",
        *OVER_MODELS,
    }
    assert summary == "6 stale: run `make repro` and commit dvc.lock"


def test_check_lock_passes_on_a_clone_without_the_data(
    checkout: Path, tmp_path: Path, git: Callable[..., str]
) -> None:
    clone = tmp_path / "clone"
    git(checkout, "clone", "--quiet", str(checkout), str(clone))
    assert not (clone / "data/raw").exists()
    assert "dvc.lock matches" in succeed(clone, "reelvec", "check-lock")
    assert git(clone, "status", "--porcelain") == ""


def test_mlflow_has_every_model_once_after_a_repro(standing: Path) -> None:
    output = succeed(standing, "reelvec", "track")
    models = ("scratch", "glove_frozen", "average_glove", "tfidf_bigrams", "student", "both")
    assert output.splitlines() == [f"{model}: already there" for model in models]

"""Each stage needs what dvc.yaml says, makes what it says, and runs when it must."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
from workspaces import PROJECT, change, lock_of, succeed

from reelvec.closure import import_closure

STAGES = (
    "fetch_imdb",
    "fetch_glove",
    "preprocess",
    "build_vocab",
    "train@scratch",
    "train@glove_frozen",
    "evaluate@scratch",
    "evaluate@glove_frozen",
    "compare_variants",
    "compare_similarities",
    "visualize",
    "export",
    "report",
)


def paths(entries: list[dict[str, str]]) -> list[str]:
    return [entry["path"] for entry in entries]


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def content(path: Path) -> dict[str, bytes]:
    """A file's bytes, or those of all files in a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {str(file.relative_to(path)): file.read_bytes() for file in files if file.is_file()}


def test_no_stage_is_left_out_here(finished: Path) -> None:
    assert sorted(lock_of(finished)) == sorted(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stages_code_is_what_its_script_imports(finished: Path, stage: str) -> None:
    entry = lock_of(finished)[stage]
    script = Path(shlex.split(entry["cmd"])[1])
    closure = import_closure(PROJECT / script, PROJECT / "src/reelvec")
    expected = {str(script), *(str(path.relative_to(PROJECT)) for path in closure)}
    assert {path for path in paths(entry["deps"]) if path.endswith(".py")} == expected


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_on_what_it_declares_and_makes_what_it_declares(
    finished: Path, tmp_path: Path, stage: str
) -> None:
    entry = lock_of(finished)[stage]
    for path in [*paths(entry["deps"]), "params.yaml"]:
        copy(finished / path, tmp_path / path)
    if stage.startswith("fetch"):
        copy(finished / "data/sample", tmp_path / "data/sample")
    succeed(tmp_path, *shlex.split(entry["cmd"]))
    for path in paths(entry["outs"]):
        assert content(tmp_path / path) == content(finished / path), path


def test_a_second_repro_runs_nothing(workspace: Path) -> None:
    before = (workspace / "dvc.lock").read_bytes()
    output = succeed(workspace, "dvc", "repro")
    assert "Running stage" not in output
    assert "up to date" in output
    assert (workspace / "dvc.lock").read_bytes() == before


def test_every_report_says_first_that_the_data_are_a_sample(finished: Path) -> None:
    reports = [*(finished / "reports").rglob("*.md"), finished / "reports/metrics/imdb.json"]
    assert len(reports) == 2 + 2 + 1, "comparison, similarities, two of mistakes, metrics"
    for report in reports:
        text = report.read_text(encoding="utf-8")
        first = json.loads(text)["data"] if report.suffix == ".json" else text.splitlines()[0]
        assert first.startswith("SAMPLE DATA"), report
    page = (finished / "reports/index.html").read_text(encoding="utf-8")
    body = page[page.index("<body") :]
    assert body.index("SAMPLE DATA") < body.index("<h1")


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        (
            {"variants": {"scratch": {"dimension": 7}}},
            {"train@scratch"},
        ),
        (
            {"variants": {"glove_frozen": {"hidden": 3}}},
            {"train@glove_frozen"},
        ),
        ({"preprocess": {"lemmatize": False}}, {"preprocess", "train@scratch"}),
        ({"vocabulary": {"min_count": 5}}, {"build_vocab"}),
        ({"evaluation": {"mistakes": 3}}, {"evaluate@scratch", "evaluate@glove_frozen"}),
        ({"similarities": {"neighbors": 3}}, {"compare_similarities"}),
        ({"visualization": {"labels": 9}}, {"visualize"}),
        ({"imdb": {"source": "elsewhere.tar.gz"}}, {"fetch_imdb"}),
    ],
)
def test_a_parameter_reruns_what_reads_it_and_no_source(
    workspace: Path, changes: dict[str, object], stale: set[str]
) -> None:
    change(workspace, changes)
    found = set(json.loads(succeed(workspace, "dvc", "status", "--json")))
    assert stale <= found
    fetches = {stage for stage in found if stage.startswith("fetch")}
    assert fetches == {stage for stage in stale if stage.startswith("fetch")}
    if "variants" in changes:
        assert not {"preprocess", "build_vocab", "export"} & found
        assert len([stage for stage in found if stage.startswith("train@")]) == 1

"""Which stages there are, which need which, and which have changed."""

from pathlib import Path
from typing import Any

import pytest
from dvc.dependency import param
from dvc.repo import Repo
from networkx import descendants

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.whole import load_params
from reelvec.cli.stages import stages_to_run

PROJECT = Path(__file__).parents[2]

PIPELINE = """
stages:
  one: {cmd: touch one, outs: [one], params: [first]}
  two: {cmd: touch two, deps: [one], outs: [two], params: [second]}
  other:
    foreach: [a, b]
    do: {cmd: "touch ${item}", outs: ["${item}"], params: [third]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # where DVC looks for stages that nobody names
    Repo.init(str(tmp_path), no_scm=True).close()
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "params.yaml").write_text("first: 1\nsecond: 2\nthird: 3\n")
    study = tmp_path / "studies"
    study.mkdir()
    (study / "dvc.yaml").write_text("stages:\n  study: {cmd: 'true', deps: [../two]}\n")
    return tmp_path


def test_stages_are_those_of_the_projects_own_file_and_of_what_they_need(project: Path) -> None:
    graph, order = stages_to_run(project, (), force=False)
    assert set(graph) == {"one", "two", "other@a", "other@b"}
    assert list(graph.edges) == [("two", "one")]
    assert order == ["one", "two", "other@a", "other@b"]
    assert set(stages_to_run(project, ["two"], force=False)[0]) == {"one", "two"}
    assert set(stages_to_run(project, ["other"], force=False)[0]) == {"other@a", "other@b"}
    with pytest.raises(ReelvecError, match="has no stage 'tow'"):
        stages_to_run(project, ["tow"], force=False)


def test_what_has_not_changed_is_left_out_but_what_waits_for_a_change_is_not(project: Path) -> None:
    with Repo(str(project)) as repo:
        repo.reproduce()
    assert set(stages_to_run(project, (), force=False)[0]) == set()
    assert len(stages_to_run(project, (), force=True)[0]) == 4
    (project / "params.yaml").write_text("first: 9\nsecond: 2\nthird: 3\n")
    assert set(stages_to_run(project, (), force=False)[0]) == {"one", "two"}


def test_params_are_read_once_for_all_stages_and_anew_the_next_time(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Repo(str(project)) as repo:
        repo.reproduce()
    read: list[Any] = []
    load = param.load_path

    def counted(*given: Any, **named: Any) -> Any:
        read.append(given)
        return load(*given, **named)

    monkeypatch.setattr(param, "load_path", counted)
    for times in (1, 2):
        stages_to_run(project, (), force=False)
        assert len(read) == times
    assert param.load_path is counted


def test_a_variant_waits_for_the_vectors_that_it_reads_and_for_no_others() -> None:
    params = load_params(PROJECT / "params.yaml")
    graph, _ = stages_to_run(PROJECT, (), force=True)
    for name, variant in params.variants.items():
        needed = descendants(graph, f"train@{name}")
        trained = {each.partition("@")[2] for each in needed if each.startswith("train_word")}
        assert trained == {variant.embedding} & set(params.word_vectors)
        assert (PROJECT / "data/word_vectors" / variant.embedding).exists() or trained

"""The picture of the pipeline shows the stages that are there, and what feeds what."""

from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.report.figures.pipeline import draw_pipeline, mermaid, stage_layers

PIPELINE = """
stages:
  fetch: {cmd: a, outs: [data/raw.txt]}
  divide: {cmd: a, deps: [data/raw.txt], outs: [data/long/train, data/short/train]}
  train:
    foreach: {x: {text: long}, y: {text: short}}
    do:
      cmd: a
      deps: ["data/${item.text}/train"]
      outs: ["data/models/${key}", {"reports/${key}.json": {cache: false}}]
  test: {cmd: a, deps: [data/models, data/long/test.py], outs: [result.json]}
  tell: {cmd: a, deps: [result.json, reports], outs: []}
"""
STUDY = "stages: {study: {cmd: a, wdir: .., deps: [result.json], outs: [studies/told.txt]}}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    return tmp_path


def test_a_stage_stands_below_what_feeds_it(root: Path) -> None:
    (root / "dvc.yaml").write_text(PIPELINE)
    (root / "studies").mkdir()
    (root / "studies/dvc.yaml").write_text(STUDY)
    layers, edges = stage_layers(root)
    assert layers == [["fetch"], ["divide"], ["train"], ["test"], ["tell"]]
    assert edges == [("fetch", "divide"), ("divide", "train"), ("train", "test"), ("test", "tell")]


def test_the_chart_for_the_readme_has_the_same_arrows(root: Path) -> None:
    (root / "dvc.yaml").write_text(PIPELINE)
    assert mermaid(root).splitlines() == [
        "flowchart TD",
        "    fetch --> divide",
        "    divide --> train",
        "    train --> test",
        "    test --> tell",
    ]


def test_the_projects_own_stages_are_all_drawn() -> None:
    layers, edges = stage_layers(Path(__file__).parents[3])
    depth = {name: number for number, layer in enumerate(layers) for name in layer}
    assert layers[0] == ["fetch_imdb", "fetch_glove"]
    assert layers[-1] == ["report", "track"]
    assert all(depth[one] < depth[other] for one, other in edges)
    drawn = {text.get_text() for text in draw_pipeline(layers, edges).axes[0].texts}
    assert set(depth) <= drawn


def test_no_arrow_runs_through_a_stage() -> None:
    layers = [["a", "b"], ["c"], ["d"]]
    axes = draw_pipeline(layers, [("a", "c"), ("c", "d"), ("a", "d"), ("b", "d")]).axes[0]
    stages = {text.get_text(): text.get_position() for text in axes.texts if text.get_text()}
    passing = [line.get_xydata()[1:] for line in axes.lines if len(line.get_xydata()) > 1]
    assert len(passing) == 2, "a and b feed d past the layer of c"
    places = [stages["c"], *(tuple(points[0]) for points in passing)]
    assert {y for _, y in places} == {1.0}
    assert len({x for x, _ in places}) == 3


@pytest.mark.parametrize("content", [None, "", "stages: 3", "a: [", "stages: {a: 3}"])
def test_no_pipeline_is_named(root: Path, content: str | None) -> None:
    if content is not None:
        (root / "dvc.yaml").write_text(content)
    with pytest.raises(ReelvecError, match=r"dvc\.yaml"):
        stage_layers(root)

"""The picture of the pipeline shows the stages that are there, and what feeds what."""

from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.report.figures import draw_pipeline
from reelvec.report.pipeline import stage_layers

PIPELINE = """
stages:
  fetch: {cmd: a, outs: [data/raw.txt]}
  divide: {cmd: a, deps: [data/raw.txt], outs: [data/long/train, data/short/train]}
  train:
    foreach: [x, y]
    do:
      cmd: a
      deps: ["data/${item.text}/train"]
      outs: ["data/models/${key}", {"reports/${key}.json": {cache: false}}]
  test: {cmd: a, deps: [data/models, data/long/test.py], outs: [result.json]}
  tell: {cmd: a, deps: [result.json, reports], outs: []}
"""


def test_a_stage_stands_below_what_feeds_it(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    layers, edges = stage_layers(tmp_path / "dvc.yaml")
    assert layers == [["fetch"], ["divide"], ["train"], ["test"], ["tell"]]
    assert edges == [("fetch", "divide"), ("divide", "train"), ("train", "test"), ("test", "tell")]


def test_the_projects_own_stages_are_all_drawn() -> None:
    layers, edges = stage_layers(Path(__file__).parents[2] / "dvc.yaml")
    depth = {name: number for number, layer in enumerate(layers) for name in layer}
    assert layers[0] == ["fetch_imdb", "fetch_glove"]
    assert layers[-1] == ["report", "track"]
    assert all(depth[one] < depth[other] for one, other in edges)
    drawn = {text.get_text() for text in draw_pipeline(layers, edges).axes[0].texts}
    assert set(depth) <= drawn


@pytest.mark.parametrize("content", [None, "", "stages: 3", "a: [", "stages: {a: 3}"])
def test_no_pipeline_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "dvc.yaml").write_text(content)
    with pytest.raises(ReelvecError, match=r"dvc\.yaml: no pipeline"):
        stage_layers(tmp_path / "dvc.yaml")

"""`make studies-quick`: the studies in small, beside the reports in git."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from studies.quick import COPIED, SCRIPTS, SETTINGS, patched, prepare

from reelvec.base.errors import ReelvecError

PROJECT = Path(__file__).parents[1]
JSON = st.recursive(
    st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)


@given(JSON, JSON)
def test_a_patch_is_there_afterwards_and_applied_twice_changes_nothing_more(
    value: object, patch: object
) -> None:
    once = patched(value, patch)
    assert patched(once, patch) == once
    assert patched(value, {}) == (value if isinstance(value, dict) else {})


def test_null_takes_away_and_the_rest_stays() -> None:
    value = {"a": {"b": 1, "c": 2}, "d": 3}
    assert patched(value, {"a": {"b": None}, "e": 4}) == {"a": {"c": 2}, "d": 3, "e": 4}
    assert value == {"a": {"b": 1, "c": 2}, "d": 3}, "the old one stays as it was"


def finished(folder: Path) -> Path:
    """What a pipeline that has run leaves, as far as `prepare` looks."""
    (folder / "data/word_vectors").mkdir(parents=True)
    (folder / "reports/metrics").mkdir(parents=True)
    (folder / "reports/metrics/imdb.json").write_text("{}")
    (folder / "params.yaml").write_text("seed: 1\n")
    return folder


def test_the_copy_reads_the_same_data_and_has_one_seed_and_pooled_encoders(tmp_path: Path) -> None:
    results, workspace = finished(tmp_path / "results"), tmp_path / "quick"
    settings = YAML(typ="safe", pure=True).load(PROJECT / SETTINGS)
    for _ in range(2):
        prepare(PROJECT, results, workspace, settings)
    assert (workspace / "data").resolve() == (results / "data").resolve()
    assert (workspace / "params.yaml").read_text() == "seed: 1\n"
    grid, curves = (
        YAML(typ="safe", pure=True).load(workspace / "studies" / study / "params.yaml")[section]
        for study, section in (("embeddings", "features"), ("learning_curves", "curves"))
    )
    assert grid["seeds"] == 1
    assert list(grid["encoders"]) == ["mean", "mean_max"]
    assert set(curves["seeds"].values()) == {1}
    assert not list(workspace.rglob("dvc.yaml")), "DVC must not take it for its own"
    assert not list(workspace.rglob("studies/*/reports/*")), "reports in git stay theirs"
    for script in SCRIPTS:
        assert (workspace / f"{script.replace('.', '/')}.py").is_file()
    assert set(COPIED) <= {path.name for path in workspace.iterdir()}


def test_without_a_finished_pipeline_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="make repro"):
        prepare(PROJECT, tmp_path, tmp_path / "quick", {})

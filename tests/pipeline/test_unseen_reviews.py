"""Who reads the test reviews, and that nothing which a model learns from depends on them."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ruamel.yaml import YAML
from workspaces import NO_MLFLOW, PROJECT, files, succeed

HOLD_TEST_REVIEWS = {
    "data/raw/imdb.parquet",
    "data/interim",
    "data/processed",
    "data/processed/test",
    "data/plain",
    "data/plain/test",
}
LEARNED_FROM = [
    f"data/{text}/{name}"
    for text in ("processed", "plain")
    for name in ("vocab.tsv", "preprocess.json", "train", "valid", "unsup")
]


def stages() -> Mapping[str, Any]:
    found = dict(YAML(typ="safe", pure=True).load(PROJECT / "dvc.yaml")["stages"])
    return {name: stage.get("do", stage) for name, stage in found.items()}


def test_no_model_is_tested_before_evaluate_and_no_learning_stage_can_read_test_reviews() -> None:
    readers = {name for name, stage in stages().items() if HOLD_TEST_REVIEWS & {*stage["deps"]}}
    # The first three divide and encode all reviews, the last names their hashes in MLflow.
    assert readers == {"preprocess", "build_vocab", "prepare_plain", "evaluate", "track"}


def test_the_outputs_that_hold_test_reviews_are_the_ones_looked_for() -> None:
    outs = {
        out if isinstance(out, str) else next(iter(out))
        for name in ("fetch_imdb", "preprocess", "build_vocab", "prepare_plain")
        for out in stages()[name]["outs"]
    }
    data = {out for out in outs if out.startswith("data/")}
    assert data - {*LEARNED_FROM} == HOLD_TEST_REVIEWS - {"data/processed", "data/plain"}


def test_other_test_reviews_change_no_vocabulary_and_no_part_that_models_learn_from(
    finished: Path, tmp_path: Path
) -> None:
    places = ("params.yaml", "stages", "src", "data/raw")
    for place in places:
        source = finished / place
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, tmp_path / place)
    reviews = tmp_path / "data/raw/imdb.parquet"
    table = pq.read_table(reviews)
    # Words that no review has, and words that training reviews have, many times over.
    texts = [
        f"unheardof{row} wonderful dull film film" if split == "test" else text
        for row, (split, text) in enumerate(
            zip(table["split"].to_pylist(), table["text"].to_pylist(), strict=True)
        )
    ]
    column = table.schema.get_field_index("text")
    pq.write_table(table.set_column(column, "text", pa.array(texts)), reviews)
    for stage in ("preprocess", "build_vocab", "prepare_plain"):
        succeed(tmp_path, "python", f"stages/{stage}.py", **NO_MLFLOW)

    same = [*LEARNED_FROM, "reports/metrics/vocabulary.json"]
    expected, found = files(finished, *same), files(tmp_path, *same)
    assert len(expected) > len(same)
    assert [name for name in expected if found[name] != expected[name]] == []
    assert list(found) == list(expected)
    for text in ("processed", "plain"):
        ids = f"data/{text}/test/ids.npy"
        assert (tmp_path / ids).read_bytes() != (finished / ids).read_bytes()

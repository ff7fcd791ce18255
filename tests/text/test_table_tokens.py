"""A table a row group at a time gives the bytes that its column as a whole gives."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reelvec.base import executor
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.text import columns
from reelvec.text.columns import tokenize
from reelvec.text.table_tokens import tokenize_table, write_facts

PARAMS = PreprocessParams()
TEXTS = st.lists(
    st.lists(st.sampled_from(["film", "Films", "isn't", "<br />", "the", " "]), max_size=5).map(
        " ".join
    ),
    max_size=9,
)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write(path: Path, texts: list[str], rows: int) -> None:
    table = pa.table({"text": pa.array(texts, pa.string()), "film": range(len(texts))})
    pq.write_table(table, path, row_group_size=rows)


@pytest.mark.slow
@given(TEXTS, st.integers(1, 9), st.integers(1, 4))
@settings(deadline=None, max_examples=40)
@example([], 1, 1)
@example(["", "the", ""], 1, 2)
def test_any_row_groups_and_any_number_of_threads_give_the_same_bytes(
    texts: list[str], rows: int, threads: int
) -> None:
    with TemporaryDirectory() as name, patch.object(executor, "THREADS", threads):
        root = Path(name)
        write(root / "reviews.parquet", texts, rows)
        for folder in ("blocks", "whole"):
            (root / folder).mkdir()
        tokenize_table(root / "reviews.parquet", PARAMS, root / "blocks")
        tokenize(pa.array(texts, pa.string()), PARAMS).save(root / "whole")
        assert bytes_of(root / "blocks") == bytes_of(root / "whole")


@pytest.mark.slow
@given(TEXTS, st.integers(1, 9))
@settings(deadline=None)
def test_any_size_of_block_gives_the_same_corpus(texts: list[str], reviews: int) -> None:
    column = pa.array(texts, pa.string())
    with patch.object(columns, "REVIEWS_AT_ONCE", reviews):
        found = tokenize(column, PARAMS)
    expected = tokenize(column, PARAMS)
    assert found.lexicon == expected.lexicon
    assert found.reviews.ids.tolist() == expected.reviews.ids.tolist()
    assert found.reviews.offsets.tolist() == expected.reviews.offsets.tolist()


def test_what_is_remembered_of_pieces_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(["films isn't good", "film were good", "good films"])
    expected = tokenize(texts, PARAMS)
    monkeypatch.setattr(columns, "PIECES_REMEMBERED", 1)
    columns._known_pieces.cache_clear()
    found = tokenize(texts, PARAMS)
    assert found.lexicon == expected.lexicon
    assert found.reviews.ids.tolist() == expected.reviews.ids.tolist()
    other = tokenize(texts, PARAMS.model_copy(update={"lemmatize": False}))
    assert "films" in other.lexicon


def test_facts_are_the_other_columns_as_if_written_at_once(tmp_path: Path) -> None:
    write(tmp_path / "reviews.parquet", ["a film", "", "b"], 2)
    write_facts(tmp_path / "reviews.parquet", tmp_path / "facts.parquet")
    expected = pq.read_table(tmp_path / "reviews.parquet").drop_columns("text")
    pq.write_table(expected, tmp_path / "expected.parquet")
    assert (tmp_path / "facts.parquet").read_bytes() == (tmp_path / "expected.parquet").read_bytes()


def test_noise_without_end_is_not_remembered() -> None:
    columns._known_pieces.cache_clear()
    found = tokenize(pa.array([f"good {'ab' * 50_000}"]), PreprocessParams())
    assert [len(token) for token in found.lexicon] == [4, 100_000]
    assert [*columns._known_pieces(PreprocessParams())] == ["good"]

"""Rows by the ids of a vocabulary, written in blocks by many, are those of one array."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from memory import bytes_taken

from reelvec.base import executor
from reelvec.text import ragged
from reelvec.text.encoding import save_encoded
from reelvec.text.ragged import Ragged, offsets_from_lengths

TABLE = np.array([1, 5, 1, 4, 3], np.int32)


@given(
    st.lists(st.lists(st.integers(0, 4), max_size=6), max_size=8),
    st.data(),
    st.integers(1, 9),
    st.integers(1, 4),
    st.sampled_from([0, 1 << 26]),
)
@settings(deadline=None)
def test_any_size_of_block_gives_the_bytes_of_the_rows_as_a_whole(
    found: list[list[int]], data: st.DataObject, tokens: int, at_once: int, in_memory: int
) -> None:
    index = st.integers(0, len(found) - 1)
    chosen = data.draw(st.lists(index, max_size=10)) if found else []
    rows = np.array(chosen, np.int32)
    sizes = {"TOKENS_AT_ONCE": tokens, "ROWS_AT_ONCE": at_once, "IN_MEMORY": in_memory}
    with TemporaryDirectory() as name, patch.multiple(ragged, **sizes):
        corpus, blocks, whole = (Path(name) / each for each in ("corpus", "blocks", "whole"))
        for folder in (corpus, blocks, whole):
            folder.mkdir()
        ids = np.array([id_ for row in found for id_ in row], np.int32)
        Ragged(ids, offsets_from_lengths(np.array([*map(len, found)], np.int64))).save(corpus)
        reviews = Ragged.load(corpus)
        save_encoded(reviews, rows, TABLE, blocks)
        reviews.take(rows).map_ids(TABLE).save(whole)
        assert {path.name: path.read_bytes() for path in blocks.iterdir()} == {
            path.name: path.read_bytes() for path in whole.iterdir()
        }


def test_what_is_held_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    count = 3_000_000
    Ragged(np.ones(count, np.int32), np.arange(count + 1)).save(tmp_path)
    reviews, rows = Ragged.load(tmp_path), np.arange(count, dtype=np.int32)[::-1]
    (tmp_path / "encoded").mkdir()
    with patch.multiple(ragged, TOKENS_AT_ONCE=1 << 14), patch.object(executor, "THREADS", 2):
        taken = bytes_taken(lambda: save_encoded(reviews, rows, TABLE, tmp_path / "encoded"))
    assert taken < 2 * count

"""Many rows are worked on in blocks, and lie in a file for as long as somebody reads it."""

import gc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.text import rows_on_disk
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.rows_on_disk import collected, row_by_row

ROWS = st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=9)


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows])))


def lists(rows: Ragged) -> list[list[int]]:
    return [rows[row].tolist() for row in range(len(rows))]


@given(ROWS, st.integers(1, 9), st.integers(1, 30))
def test_a_function_of_each_row_gives_the_same_in_blocks_and_in_a_file(
    rows: list[list[int]], block: int, in_memory: int
) -> None:
    def without_fives(some: Ragged) -> Ragged:
        return some.keep(some.ids != 5)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_on_disk, "BLOCK", block)
        patch.setattr(rows_on_disk, "IN_MEMORY", in_memory)
        found = row_by_row(without_fives, ragged([[1], *rows]))
    assert lists(found) == [[1], *([id_ for id_ in row if id_ != 5] for row in rows)]


def test_the_file_is_there_as_long_as_any_view_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(rows_on_disk, "IN_MEMORY", 3)
    rows = collected([ragged([[1, 2], []]), ragged([[3, 4, 5]])], 5)
    view = rows.slice(1, 3)
    del rows
    gc.collect()
    assert len(list(tmp_path.iterdir())) == 1
    assert lists(view) == [[], [3, 4, 5]]
    del view
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_two_parts_that_fit_no_memory_follow_each_other_in_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows_on_disk, "IN_MEMORY", 3)
    one, other = (
        Dataset(ragged(rows), np.ones(len(rows), np.int8), np.arange(len(rows), dtype=np.int32))
        for rows in ([[1, 2], [3]], [[4, 5, 6]])
    )
    together = one.followed_by(other)
    assert isinstance(together.reviews.ids, np.memmap)
    assert lists(together.reviews) == [[1, 2], [3], [4, 5, 6]]
    assert together.review_ids.tolist() == [0, 1, 0]

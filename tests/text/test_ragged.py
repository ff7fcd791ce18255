"""Ragged rows behave like a list of lists, and ids come back as the tokens they stand for."""

import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory import bytes_taken

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import save_array
from reelvec.text import ragged as module
from reelvec.text.ragged import Ragged, end_to_end, offsets_from_lengths, save_blocks

ROWS = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=8)


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


def lists(rows: Ragged) -> list[list[int]]:
    return [rows[row].tolist() for row in range(len(rows))]


@given(ROWS)
def test_rows_come_back_as_they_went_in(rows: list[list[int]]) -> None:
    assert lists(ragged(rows)) == rows
    assert ragged(rows).lengths.tolist() == [len(row) for row in rows]


@given(ROWS, st.data())
def test_take_picks_rows_in_any_order_and_more_than_once(
    rows: list[list[int]], data: st.DataObject
) -> None:
    index = st.integers(0, len(rows) - 1)
    chosen = data.draw(st.lists(index, max_size=10)) if rows else []
    taken = ragged(rows).take(np.array(chosen, np.int64))
    assert lists(taken) == [rows[row] for row in chosen]
    assert taken.offsets[0] == 0


@given(ROWS, st.integers(1, 12), st.integers(1, 5), st.booleans())
def test_blocks_are_the_rows_in_their_order_whatever_their_size(
    rows: list[list[int]], tokens: int, at_once: int, turned: bool
) -> None:
    chosen = np.arange(len(rows))[::-1] if turned else None
    with patch.multiple(module, TOKENS_AT_ONCE=tokens, ROWS_AT_ONCE=at_once):
        blocks = list(ragged(rows).blocks(chosen))
    assert [row for block in blocks for row in lists(block)] == (rows[::-1] if turned else rows)
    assert all(len(block) for block in blocks)
    assert lists(end_to_end(blocks)) == (rows[::-1] if turned else rows)
    longest = max(map(len, rows), default=0)
    assert all(len(block.ids) < tokens + longest for block in blocks)


def test_of_rows_in_another_order_what_is_computed_does_not_grow_with_their_number() -> None:
    count = 3_000_000
    rows = Ragged(np.zeros(count, np.int32), np.arange(count + 1))
    order = np.arange(count, dtype=np.int32)[::-1]
    assert bytes_taken(lambda: sum(len(block) for block in rows.blocks(order))) < 2 * count


@given(ROWS, st.integers(1, 12))
def test_blocks_are_written_as_whole_arrays_are(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int]], tokens: int
) -> None:
    folder, expected = tmp_path_factory.mktemp("rows"), ragged(rows)
    with patch.object(module, "TOKENS_AT_ONCE", tokens):
        save_blocks(folder, expected.blocks())
    for name, array in (("ids", expected.ids), ("offsets", expected.offsets)):
        save_array(folder / "whole.npy", array)
        assert (folder / f"{name}.npy").read_bytes() == (folder / "whole.npy").read_bytes()


@given(ROWS, st.data())
def test_rows_of_a_long_file_are_those_of_memory(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    ragged(rows).save(folder)
    index = st.integers(0, len(rows) - 1)
    chosen = np.array(data.draw(st.lists(index, max_size=10)) if rows else [], np.int64)
    start = int(chosen.min(initial=len(rows)))
    with patch.object(module, "IN_MEMORY", 0):
        found = Ragged.load(folder).take(chosen)
        found_in_part = Ragged.load(folder).slice(start, len(rows)).take(chosen - start)
    assert lists(found) == lists(found_in_part) == [rows[row] for row in chosen]
    assert found.offsets.dtype == np.int64


@pytest.mark.skipif(sys.platform == "win32", reason="Windows shortens no file that is mapped")
def test_a_file_that_has_become_shorter_is_named(tmp_path: Path) -> None:
    ragged([[1, 2, 3], [4, 5]]).save(tmp_path)
    reviews = Ragged.load(tmp_path)
    path = tmp_path / "ids.npy"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 4)
    with (
        patch.object(module, "IN_MEMORY", 0),
        pytest.raises(ReelvecError, match=r"ids\.npy: shorter"),
    ):
        reviews.take(np.array([0, 1]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds")
def test_of_a_file_no_more_is_held_than_a_block(tmp_path: Path) -> None:
    def held() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        (kilobytes,) = [int(line.split()[1]) for line in lines if line.startswith("RssFile")]
        return kilobytes * 1024

    count = 5_000
    Ragged(np.full(20_000_000, 7, np.int32), np.arange(count + 1) * 4_000).save(tmp_path)
    reviews = Ragged.load(tmp_path)
    shuffled = np.random.default_rng(0).permutation(count)

    def most(blocks: Iterator[Ragged]) -> int:
        before = held()
        return max(held() - before for block in blocks if block.ids.sum())

    sizes = {"TOKENS_AT_ONCE": 400_000, "IN_MEMORY": 1_000_000}
    with patch.multiple(module, **sizes):
        assert most(reviews.blocks()) < 10_000_000
        assert most(reviews.blocks(shuffled)) < 10_000_000
    assert most(iter([reviews])) > 70_000_000
    Ragged(np.full(count * 1_000, 7, np.int32), np.arange(count * 1_000 + 1)).save(tmp_path)
    before, short = held(), Ragged.load(tmp_path)
    assert sum(len(block) for block in short.blocks()) == count * 1_000
    assert held() - before < 10_000_000, "its offsets take 40 MB"


@given(ROWS, st.integers(0, 9), st.integers(0, 9))
def test_slice_is_a_list_slice(rows: list[list[int]], start: int, more: int) -> None:
    start = min(start, len(rows))
    stop = min(start + more, len(rows))
    assert lists(ragged(rows).slice(start, stop)) == rows[start:stop]


@given(ROWS, st.integers(1, 7))
def test_cut_keeps_the_first_or_the_last_ids(rows: list[list[int]], length: int) -> None:
    assert lists(ragged(rows).cut(length, from_end=False)) == [row[:length] for row in rows]
    assert lists(ragged(rows).cut(length, from_end=True)) == [row[-length:] for row in rows]


@given(ROWS, st.lists(st.lists(st.integers(0, 99), max_size=3), min_size=10, max_size=10))
def test_expand_puts_a_tables_rows_in_the_place_of_ids(
    rows: list[list[int]], table: list[list[int]]
) -> None:
    expected = [[value for id_ in row for value in table[id_]] for row in rows]
    assert lists(ragged(rows).expand(ragged(table))) == expected


@given(ROWS, st.lists(st.integers(0, 99), min_size=10, max_size=10))
def test_map_ids_keeps_the_rows(rows: list[list[int]], table: list[int]) -> None:
    mapped = ragged(rows).map_ids(np.array(table, np.int32))
    assert lists(mapped) == [[table[id_] for id_ in row] for row in rows]


@given(ROWS)
def test_every_id_knows_its_row(rows: list[list[int]]) -> None:
    expected = [number for number, row in enumerate(rows) for _ in row]
    assert ragged(rows).row_of_each_id().tolist() == expected


def test_files_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    ragged([[1, 2], [3]]).save(tmp_path)
    assert lists(Ragged.load(tmp_path)) == [[1, 2], [3]]
    np.save(tmp_path / "offsets.npy", np.array([0, 2], np.int64))
    with pytest.raises(ReelvecError, match="do not fit"):
        Ragged.load(tmp_path)
    (tmp_path / "ids.npy").unlink()
    with pytest.raises(ReelvecError, match="dvc repro"):
        Ragged.load(tmp_path)

"""Rows of a corpus by the ids of a vocabulary: block by block, by whoever works."""

import os
from functools import partial
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from reelvec.base.executor import map_blocks
from reelvec.base.project.files import growing_array, remove, save_array
from reelvec.text.ragged import Ragged, bounds_of_blocks, consecutive, ids_at

IDS, OFFSETS = "ids.npy", "offsets.npy"
STARTS, TABLE = "starts.npy", "table.npy"
"""What blocks are made of, and nobody needs any more when all are: where each row starts in the
corpus, and the new id of each of its ids."""


def save_encoded(
    reviews: Ragged, rows: NDArray[np.integer], table: NDArray[np.int32], folder: Path
) -> None:
    """Write `reviews.take(rows).map_ids(table)` as `Ragged.save` does, without holding it.

    A row keeps its length, so that the place of each block is known before its ids are: whoever
    works on it writes it there. To write a block once more, or twice at a time, changes nothing.

    Args:
        reviews: all of a memory-mapped file; where a Dask cluster works, all its workers see it.
        rows: which of them, in their new order.
        table: int32 (largest id + 1,), the new id of each.
        folder: where to; it exists, and all workers see it.

    Raises:
        ReelvecError: as for `map_blocks`.
    """
    assert isinstance(reviews.ids, np.memmap), "workers read a file"
    blocks, tokens = _lay_out(reviews, rows, folder)
    reviews.release()
    ids = open_memmap(folder / IDS, "w+", np.dtype(np.int32), (tokens,))
    save_array(folder / TABLE, table)
    work = partial(_encode, Path(str(reviews.ids.filename)), folder.resolve(), ids.offset)
    for _ in map_blocks(work, blocks):
        pass
    for name in (STARTS, TABLE):
        remove(folder / name)


def _lay_out(
    reviews: Ragged, rows: NDArray[np.integer], folder: Path
) -> tuple[list[tuple[int, int]], int]:
    """Write where the rows start and where they will.

    Returns:
        the first row of each block and the row behind it, and the tokens of all.
    """
    blocks, done, tokens = list[tuple[int, int]](), 0, 0
    with (
        growing_array(folder / STARTS, np.int64) as append_starts,
        growing_array(folder / OFFSETS, np.int64) as append_offsets,
    ):
        append_offsets(np.zeros(1, np.int64))
        for some in consecutive(rows):
            starts, offsets = reviews.layout(some)
            append_starts(starts)
            append_offsets(tokens + offsets[1:])
            blocks += [(done + first, done + stop) for first, stop in bounds_of_blocks(offsets)]
            done, tokens = done + len(some), tokens + int(offsets[-1])
    return blocks, tokens


def _encode(source: Path, folder: Path, header: int, block: tuple[int, int]) -> None:
    """Write the ids of a block to their place, behind so many bytes of `header`."""
    first, stop = block
    starts = np.load(folder / STARTS, mmap_mode="r")[first:stop]
    offsets = np.load(folder / OFFSETS, mmap_mode="r")[first : stop + 1]
    ids = ids_at(np.load(source, mmap_mode="r"), starts, offsets - offsets[0])
    encoded = np.load(folder / TABLE)[ids]
    # Not to be read: else NFS sends whole pages, with what it takes to be in a neighbour's block.
    with os.fdopen(os.open(folder / IDS, os.O_WRONLY), "wb") as file:
        file.seek(header + encoded.itemsize * int(offsets[0]))
        file.write(encoded.data)

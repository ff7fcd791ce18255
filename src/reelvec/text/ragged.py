"""Ragged rows without padding: all values end to end, and where each row starts."""

import io
import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import growing_array

LARGEST_INT32 = int(np.iinfo(np.int32).max)
"""As large as an id may be; an offset may be larger."""

TOKENS_AT_ONCE = 1 << 20
"""In a block of rows: 4 MiB of ids, and some times that of what is made of them."""

ROWS_AT_ONCE = 1 << 16
"""Of rows in an order of their own, so that what is known of each takes little memory."""

IN_MEMORY = 1 << 26
"""Tokens that are held at once, 256 MiB of ids; of a longer file only what is looked at."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different lengths in two flat arrays.

    Attributes:
        ids: int32 (tokens,), the rows end to end.
        offsets: int64 (rows + 1,), row r is `ids[offsets[r]:offsets[r + 1]]`; offsets[0] is 0.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.ids[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens in each row, int64 (rows,)."""
        # np.diff does the same, and takes ten times as long for one review.
        return self.offsets[1:] - self.offsets[:-1]

    def take(self, rows: NDArray[np.integer]) -> "Ragged":
        """The given rows in the given order (repeats allowed)."""
        starts, offsets = self.layout(rows)
        return Ragged(ids_at(self.ids, starts, offsets), offsets)

    def layout(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the given rows start here, int64 (rows,), and the offsets that they would have."""
        starts = self.offsets[rows]
        return starts, offsets_from_lengths(self.offsets[rows + 1] - starts)

    def slice(self, start: int, stop: int) -> "Ragged":
        """Rows start to stop, sharing the ids' memory."""
        offsets = self.offsets[start : stop + 1]
        return Ragged(self.ids[offsets[0] : offsets[-1]], offsets - offsets[0])

    def blocks(
        self, rows: NDArray[np.integer] | None = None, tokens: int | None = None
    ) -> Iterator["Ragged"]:
        """The given rows, or all, in blocks of some `tokens`, or TOKENS_AT_ONCE.

        Of ids that are memory-mapped no more stays in memory than a block, and while it is made
        the whole of a file of no more than IN_MEMORY.
        """
        for some in [None] if rows is None else consecutive(rows):
            ends = self.offsets if some is None else self.layout(some)[1]
            for start, stop in bounds_of_blocks(ends, tokens):
                yield self.slice(start, stop) if some is None else self.take(some[start:stop])
                self.release()

    def release(self) -> None:
        """Let go of the pages of memory-mapped files; they come back where they are read again."""
        arrays: tuple[NDArray[np.integer], ...] = (self.ids, self.offsets)
        for mapping in map(mapping_of, arrays):
            if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
                mapping.madvise(mmap.MADV_DONTNEED)

    def cut(self, length: int, from_end: bool) -> "Ragged":
        """At most `length` ids of each row: its last ones, or its first ones."""
        offsets = offsets_from_lengths(np.minimum(self.lengths, length))
        starts = self.offsets[1:] - np.diff(offsets) if from_end else self.offsets[:-1]
        return Ragged(self.ids[ranges(starts, offsets)], offsets)

    def keep(self, mask: NDArray[np.bool_]) -> "Ragged":
        """Only the ids under a mask, bool (tokens,); each row loses its others."""
        kept_before = offsets_from_lengths(mask.astype(np.int8))
        return Ragged(self.ids[mask], kept_before[self.offsets])

    def distinct(self, size: int) -> "Ragged":
        """Each row's ids once, in rising order; all ids are below `size`."""
        from scipy.sparse import csr_array

        ones = np.ones(len(self.ids), np.int8)
        # scipy sorts within the rows, which is much faster than to sort all ids at once.
        matrix = csr_array((ones, self.ids.copy(), self.offsets.copy()), shape=(len(self), size))
        matrix.sum_duplicates()
        return Ragged(matrix.indices.astype(np.int32), matrix.indptr.astype(np.int64))

    def map_ids(self, table: NDArray[np.int32]) -> "Ragged":
        """Replace each id by `table[id]`; the rows keep their lengths."""
        return Ragged(table[self.ids], self.offsets)

    def expand(self, table: "Ragged") -> "Ragged":
        """Replace each id by the whole row `table[id]`, which may be empty.

        This is how work done once per distinct token (a contraction split in two, a stopword
        dropped) comes back to the stream: by integer indexing, with no loop over tokens.
        """
        lengths = table.lengths[self.ids]
        if (lengths == 1).all():
            return Ragged(table.ids[table.offsets[self.ids]], self.offsets)
        ends = offsets_from_lengths(lengths)
        return Ragged(table.ids[ranges(table.offsets[self.ids], ends)], ends[self.offsets])

    def row_of_each_id(self) -> NDArray[np.int64]:
        """The row that each id lies in, int64 (tokens,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)

    def save(self, folder: Path) -> None:
        """Write `ids.npy` and `offsets.npy` into an existing folder."""
        save_blocks(folder, [self])

    @classmethod
    def load(cls, folder: Path) -> "Ragged":
        """Read what `save` wrote, memory-mapped.

        Raises:
            ReelvecError: a file is missing, or ids and offsets do not fit together.
        """
        try:
            ids = np.load(folder / "ids.npy", mmap_mode="r")
            # As an array of its own kind: a memmap is slow to index.
            offsets = np.load(folder / "offsets.npy", mmap_mode="r").view(np.ndarray)
        except (FileNotFoundError, ValueError) as error:
            raise ReelvecError(f"{folder}: {error}; {run_again()}") from None
        if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(ids):
            raise ReelvecError(f"{folder}: ids and offsets do not fit; {run_again()}")
        return cls(ids, offsets)


def end_to_end(blocks: Sequence[Ragged]) -> Ragged:
    """All rows of all blocks, of which there may be none."""
    ids = np.concatenate([np.zeros(0, np.int32), *(block.ids for block in blocks)])
    lengths = np.concatenate([np.zeros(0, np.int64), *(block.lengths for block in blocks)])
    return Ragged(ids, offsets_from_lengths(lengths))


def save_blocks(folder: Path, blocks: Iterable[Ragged]) -> None:
    """Write the rows of all blocks as `Ragged.save` does, while only one of them is there."""
    with (
        growing_array(folder / "ids.npy", np.int32) as append_ids,
        growing_array(folder / "offsets.npy", np.int64) as append_offsets,
    ):
        total = 0
        append_offsets(np.zeros(1, np.int64))
        for block in blocks:
            append_ids(block.ids)
            append_offsets(total + block.offsets[1:])
            total += len(block.ids)


def consecutive(rows: NDArray[np.integer]) -> Iterator[NDArray[np.integer]]:
    """Rows in their order, ROWS_AT_ONCE at a time."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


def bounds_of_blocks(
    offsets: NDArray[np.int64], tokens: int | None = None
) -> Iterator[tuple[int, int]]:
    """The first row of each block of some `tokens`, or TOKENS_AT_ONCE, and the row behind it."""
    marks = np.searchsorted(offsets, np.arange(0, offsets[-1], tokens or TOKENS_AT_ONCE))
    return pairwise(np.unique([0, *marks, len(offsets) - 1]).tolist())


def ids_at(
    ids: NDArray[np.int32], starts: NDArray[np.int64], offsets: NDArray[np.int64]
) -> NDArray[np.int32]:
    """The ids of rows that begin at `starts`, laid out by `offsets`: int32 (offsets[-1],)."""
    # Of a part of a mapping nobody knows any more where in the file it begins.
    if len(ids) > IN_MEMORY and isinstance(ids, np.memmap) and isinstance(ids.base, mmap.mmap):
        return _read(ids, starts, offsets)
    return ids[ranges(starts, offsets)]


def _read(
    ids: np.memmap[Any, np.dtype[np.int32]],
    starts: NDArray[np.int64],
    offsets: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Rows from anywhere in a file: to look at one in its mapping may map two megabytes."""
    result = np.empty(offsets[-1], np.int32)
    # Rows that follow each other in the file, too, are read at once.
    begins = np.ones(len(starts), bool)
    begins[1:] = starts[1:] != (starts + np.diff(offsets))[:-1]
    first, size = np.flatnonzero(begins), ids.itemsize
    places = (ids.offset + size * starts[first]).tolist()
    bounds = (size * offsets[[*first, len(starts)]]).tolist()
    with Path(str(ids.filename)).open("rb", buffering=0) as file:
        for place, (begin, end) in zip(places, pairwise(bounds), strict=True):
            file.seek(place)
            _fill(result.view(np.uint8)[begin:end].data, file)
    return result


def _fill(place: memoryview, file: io.FileIO) -> None:
    """Read as many bytes as there is place for; the system gives no more than 2 GB at a time."""
    while place:
        count = file.readinto(place)
        if not count:
            raise ReelvecError(f"{file.name}: shorter than it was; {run_again()}")
        place = place[count:]


def mapping_of(ids: NDArray[np.integer]) -> mmap.mmap | None:
    """The file that ids are a view of; None where they lie in memory."""
    base: object = ids
    while isinstance(base, np.ndarray):
        base = base.base
    return base if isinstance(base, mmap.mmap) else None


def offsets_from_lengths(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Where rows of these lengths start, and at the end the total: int64 (rows + 1,)."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def narrowed(offsets: NDArray[np.int64]) -> NDArray[np.integer]:
    """A copy of offsets as int32, where they fit, for what takes no wider ones; else as int64."""
    return offsets.astype(np.int32 if offsets[-1] <= LARGEST_INT32 else np.int64)


def ranges(starts: NDArray[np.integer], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions that gather rows beginning at `starts` into rows laid out by `offsets`.

    Args:
        starts: where each row begins in the source, (rows,).
        offsets: where each row begins in the result, int64 (rows + 1,).

    Returns:
        int64 (offsets[-1],): starts[r], starts[r] + 1, … for each row in turn.
    """
    positions = np.arange(offsets[-1], dtype=np.int64)
    positions += np.repeat(starts - offsets[:-1], offsets[1:] - offsets[:-1])
    return positions

"""Texts in a file until their order is known: memory goes with a block of them, not with all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

DIGEST = 16
"""Bytes of the hash that stands for a text where equal ones are looked for."""

SHARES = 32
"""Into which texts are divided by their hash, to look for equal ones in one after the other."""

SCHEMA = pa.schema([("text", pa.large_string())])


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in a file, and what has to be known of all of them at once.

    Attributes:
        path: an Arrow file, a batch for each block.
        starts: the number of each block's first text, then the total: int64 (blocks + 1,).
        numbers: equal texts have the same, in the order in which they first come: int32 (texts,).
        words: between white space, int32 (texts,).
        empty: how many texts are nothing but white space.
    """

    path: Path
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]
    words: NDArray[np.int32]
    empty: int

    def in_order(self, order: NDArray[np.int64], size: int) -> Iterator[pa.LargeStringArray]:
        """The texts of these numbers, so many at a time; quick where the numbers mostly rise."""
        with pa.OSFile(str(self.path)) as file:
            batch = lru_cache(maxsize=1)(pa.ipc.open_file(file).get_batch)
            for start in range(0, len(order), size):
                yield self._taken(batch, order[start : start + size])

    def _taken(
        self, batch: Callable[[int], pa.RecordBatch], rows: NDArray[np.int64]
    ) -> pa.LargeStringArray:
        block = np.searchsorted(self.starts, rows, side="right") - 1
        firsts = np.flatnonzero(np.diff(block, prepend=-1))
        pieces = zip(block[firsts].tolist(), np.split(rows, firsts[1:]), strict=True)
        return pa.concat_arrays(
            [
                batch(number)["text"].take(pa.array(of - self.starts[number]))
                for number, of in pieces
            ]
        )


def write_texts(path: Path, blocks: Iterable[pa.ChunkedArray]) -> Texts:
    """Write blocks of texts, large_string without nulls, of which there is at least one."""
    digests, words, empty = bytearray(), list[NDArray[np.int32]](), 0
    with pa.ipc.new_file(str(path), SCHEMA) as file:
        for block in blocks:
            texts = block.combine_chunks()
            file.write_batch(pa.record_batch([texts], schema=SCHEMA))
            digests += _digests(texts)
            counted = pc.count_substring_regex(texts, r"[^\s\pZ]+")
            words.append(counted.to_numpy().astype(np.int32))
            empty += pc.sum(pc.equal(pc.utf8_trim_whitespace(texts), "")).as_py() or 0
    starts = np.cumsum([0, *map(len, words)])
    numbers = _numbers(np.frombuffer(digests, f"S{DIGEST}"))
    return Texts(path, starts, numbers, np.concatenate(words), empty)


def _digests(texts: pa.LargeStringArray) -> bytes:
    contents = pc.cast(texts, pa.large_binary()).to_pylist()
    return b"".join(blake2b(content, digest_size=DIGEST).digest() for content in contents)


def _numbers(digests: NDArray[np.bytes_]) -> NDArray[np.int32]:
    # Equal ones are in the same share, so that sorting takes the memory of a share. (Arrow's
    # dictionary would do all in a line, and take more memory than all the rest.)
    share = digests.view(np.uint8)[::DIGEST] % SHARES
    first_of = np.empty(len(digests), np.int32)
    for number in range(SHARES):
        rows = np.flatnonzero(share == number).astype(np.int32)
        _, first, group = np.unique(digests[rows], return_index=True, return_inverse=True)
        first_of[rows] = rows[first[group]]
    came_first = first_of == np.arange(len(digests), dtype=np.int32)
    return (np.cumsum(came_first, dtype=np.int32) - 1)[first_of]

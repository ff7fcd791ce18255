"""Texts in a file until their order is known: memory goes with a block of them, not with all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

DIGEST = 16
"""Bytes of the hash that stands for a text where equal ones are looked for."""

SHARES = 32
"""Into which texts are divided by their hash, to look for equal ones in one after the other."""

SCHEMA = pa.schema([("text", pa.large_string())])
TEXTS, FACTS = "texts.arrow", "facts.arrow"
FOUND = pa.schema([("digest", pa.binary(DIGEST)), ("words", pa.int32())])
"""What is found out of each text; beside it stand the columns that came with it."""


class Written(NamedTuple):
    """Texts of one source in a file, and what is said of them in another.

    Attributes:
        folder: with an Arrow file TEXTS, a batch for each block, and one called FACTS.
        blocks: how many texts each block has.
        empty: how many texts are nothing but white space.
    """

    folder: Path
    blocks: Sequence[int]
    empty: int


def write_texts(folder: Path, tables: Iterable[pa.Table]) -> Written:
    """Write the blocks of one source.

    Args:
        folder: where to; it exists.
        tables: each with a column `text`, large_string without nulls; others may come later than
            in the first.
    """
    facts, blocks, empty = [FOUND.empty_table()], list[int](), 0
    with pa.ipc.new_file(str(folder / TEXTS), SCHEMA) as file:
        for table in tables:
            texts = table["text"].combine_chunks()
            file.write_batch(pa.record_batch([texts], schema=SCHEMA))
            words = pc.cast(pc.count_substring_regex(texts, r"[^\s\pZ]+"), pa.int32())
            found = pa.table([_digests(texts), words], schema=FOUND)
            for name in table.column_names:
                found = found if name == "text" else found.append_column(name, table[name])
            facts.append(found)
            blocks.append(len(texts))
            empty += pc.sum(pc.equal(pc.utf8_trim_whitespace(texts), "")).as_py() or 0
    whole = pa.concat_tables(facts, promote_options="default")
    with pa.ipc.new_file(str(folder / FACTS), whole.schema) as file:
        file.write_table(whole)
    return Written(folder, blocks, empty)


def read_facts(written: Written) -> pa.Table:
    """The columns that came beside the texts, and those of FOUND."""
    with pa.OSFile(str(written.folder / FACTS)) as file:
        return pa.ipc.open_file(file).read_all()


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in files, and what has to be known of all of them at once.

    Attributes:
        blocks: where each block lies: the file, and its number there.
        starts: the number of each block's first text, then the total: int64 (blocks + 1,).
        numbers: equal texts have the same, in the order in which they first come: int32 (texts,).
        words: between white space, int32 (texts,).
        empty: how many texts are nothing but white space.
    """

    blocks: Sequence[tuple[Path, int]]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]
    words: NDArray[np.int32]
    empty: int

    @classmethod
    def of(cls, written: Sequence[Written], facts: pa.Table) -> "Texts":
        """Those of several sources, one after the other, by the FOUND of all of them."""
        blocks = [
            (each.folder / TEXTS, number) for each in written for number in range(len(each.blocks))
        ]
        starts = np.cumsum([0, *(length for each in written for length in each.blocks)])
        digests = facts["digest"].combine_chunks()
        numbers = _numbers(np.frombuffer(digests.buffers()[1], f"S{DIGEST}", len(facts)))
        words = facts["words"].to_numpy()
        return cls(blocks, starts, numbers, words, sum(each.empty for each in written))

    def in_order(self, order: NDArray[np.int64], size: int) -> Iterator[pa.LargeStringArray]:
        """The texts of these numbers, so many at a time; quick where the numbers mostly rise."""
        block = lru_cache(maxsize=1)(self._block)
        for start in range(0, len(order), size):
            yield self._taken(block, order[start : start + size])

    def _block(self, number: int) -> pa.RecordBatch:
        path, place = self.blocks[number]
        with pa.OSFile(str(path)) as file:
            return pa.ipc.open_file(file).get_batch(place)

    def _taken(
        self, read: Callable[[int], pa.RecordBatch], rows: NDArray[np.int64]
    ) -> pa.LargeStringArray:
        block = np.searchsorted(self.starts, rows, side="right") - 1
        firsts = np.flatnonzero(np.diff(block, prepend=-1))
        pieces = zip(block[firsts].tolist(), np.split(rows, firsts[1:]), strict=True)
        return pa.concat_arrays(
            [read(number)["text"].take(pa.array(of - self.starts[number])) for number, of in pieces]
        )


def _digests(texts: pa.LargeStringArray) -> pa.FixedSizeBinaryArray:
    contents = pc.cast(texts, pa.large_binary()).to_pylist()
    digests = [blake2b(content, digest_size=DIGEST).digest() for content in contents]
    return pa.array(digests, FOUND.field("digest").type)


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

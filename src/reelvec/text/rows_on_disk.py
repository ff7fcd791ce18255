"""Rows that memory would not hold: in a temporary file, which goes with the last who reads it."""

import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from reelvec.base.project.files import naming
from reelvec.text.ragged import IN_MEMORY, Ragged, end_to_end, mapping_of, save_blocks

BLOCK = 1 << 22
"""Tokens in a block: as many as make it worth while to hash a table of all n-grams for it."""


def row_by_row(function: Callable[[Ragged], Ragged], rows: Ragged) -> Ragged:
    """What a function makes of rows, of each by itself: given to it in blocks if they are many."""
    if len(rows.ids) <= BLOCK:
        return function(rows)
    return collected(map(function, rows.blocks(tokens=BLOCK)), len(rows.ids))


def collected(blocks: Iterable[Ragged], tokens: int) -> Ragged:
    """All rows of all blocks.

    Args:
        blocks: read one after another.
        tokens: about how many there are in all: those of `IN_MEMORY` and more go to a file in the
            folder that `TMPDIR` names, and come back memory-mapped.

    Raises:
        OSError: the system's, naming that folder.
    """
    if tokens <= IN_MEMORY:
        return end_to_end(list(blocks))
    folder = TemporaryDirectory(prefix="reelvec-rows-")
    with naming(folder.name):
        save_blocks(Path(folder.name), blocks)
    rows = Ragged.load(Path(folder.name))
    mapping = mapping_of(rows.ids)  # every view of the ids holds on to it
    assert mapping is not None
    weakref.finalize(mapping, folder.cleanup)
    return rows

"""A table of reviews as tokens, a row group at a time: memory goes with the lexicon alone."""

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from reelvec.base.executor import map_blocks
from reelvec.base.project.files import remove
from reelvec.text.columns import Corpus, Lexicon, save_lexicon, tokenize
from reelvec.text.ragged import Ragged, save_blocks

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams

ROWS_AT_ONCE = 1 << 20
"""Of the columns beside the text: a row group of what `write_facts` writes."""


def tokenize_table(table: Path, params: "PreprocessParams", folder: Path) -> None:
    """Write what `tokenize` would make of a column, as `Corpus.save` does, without holding it.

    The bytes are the same whatever the row groups are, and whoever works on which.

    Args:
        table: a Parquet file with a column `text`.
        params: which steps to take.
        folder: where to; it exists, and all workers see it.

    Raises:
        ReelvecError: as for `map_blocks`.
    """
    with pq.ParquetFile(table) as file:
        groups = range(file.num_row_groups)
    blocks = folder / "blocks"
    blocks.mkdir()
    work = partial(_tokenize_row_group, table.resolve(), params, blocks.resolve())
    lexicon = Lexicon()
    save_blocks(folder, _renumbered(lexicon, map_blocks(work, groups)))
    save_lexicon(folder, lexicon.tokens)
    remove(blocks)


def _tokenize_row_group(table: Path, params: "PreprocessParams", folder: Path, number: int) -> Path:
    """Write the tokens of a row group into a folder of their own."""
    with pq.ParquetFile(table) as file:
        texts = file.read_row_group(number, columns=["text"])["text"]
    # A worker that is taken for lost may still be writing when another one does the same.
    place = folder / f"{number}.{secrets.token_hex(4)}"
    place.mkdir()
    tokenize(texts, params).save(place)
    return place


def _renumbered(lexicon: Lexicon, places: Iterator[Path]) -> Iterator[Ragged]:
    for place in places:
        yield lexicon.renumbered(Corpus.load(place))
        remove(place)


def write_facts(table: Path, path: Path) -> None:
    """Write the columns of a table of reviews other than `text`."""
    with pq.ParquetFile(table) as file:
        facts = pa.schema([field for field in file.schema_arrow if field.name != "text"])
        with pq.ParquetWriter(path, facts) as writer:
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=facts.names):
                writer.write_batch(batch)

"""Reviews in tables: Parquet, CSV, TSV and JSON lines, plain or compressed, read by Arrow."""

import csv
import io
import lzma
import os
import secrets
import sys
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import accumulate, islice, takewhile
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from reelvec.base.errors import ReelvecError
from reelvec.base.executor import SCHEDULER, map_blocks
from reelvec.base.messages import did_you_mean, get_again, listed
from reelvec.fetch.json_lines import NOT_UTF8, objects_of
from reelvec.fetch.texts import FOUND, Texts, Written, read_facts, write_texts

COLUMNS = ("text", "label", "split", "id", "film")
"""What is read; only the first two must be there, and whatever else there is does not matter."""

FORMATS = {".csv": ",", ".tsv": "\t", ".parquet": None, ".jsonl": None, ".ndjson": None}
"""By the end of a file's name, what divides the cells of a line."""

COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz"}
LONGEST_CELL = 1 << 26
"""Bytes above which a cell is no review: 64 MiB."""

ROWS_AT_ONCE = 10_000

STOPPED = "stopped"
"""A file beside the texts: nobody waits for more of them."""

Kind = tuple[str, str | None]
"""Format and compression, each as the name of a file says it."""


class Rows(NamedTuple):
    """The rows of all files, one after the other.

    Attributes:
        table: those of COLUMNS that the files have, save the text, all large_string.
        texts: no text is null.
        files: where they are from.
        starts: the number of the first row of each file, from 0.
    """

    table: pa.Table
    texts: Texts
    files: Sequence[Path]
    starts: Sequence[int]

    def place(self, row: int) -> str:
        """Where a row stands, for people: rows of a file are counted from 1, its header apart."""
        file = max(number for number, start in enumerate(self.starts) if start <= row)
        return f"{self.files[file]}, row {row - self.starts[file] + 1:,}"


def is_table(name: str) -> bool:
    """Whether a file is a table of a kind that can be read, by its name."""
    return _kind_of(name) is not None


def read_tables(files: Sequence[Path], folder: Path) -> Rows:
    """Read tables that have the same columns, as many at a time as there are threads or workers.

    Args:
        files: at least one; where a Dask cluster works, all its workers see them.
        folder: for the texts, to be read from there as long as they are needed.

    Raises:
        ReelvecError: a file is of no known kind, empty, damaged, not UTF-8, or lacks a column
            that it needs or that another one has; a cell is too long; or as for `map_blocks`.
    """
    # A worker may have been started elsewhere; here people know a file by the name they gave.
    named = [path.absolute() for path in files] if os.environ.get(SCHEDULER) else files
    written, facts = list[Written](), list[pa.Table]()
    work = map_blocks(partial(_write, folder.absolute()), named)
    with closing(cast(Generator[Written, None, None], work)) as done:
        try:
            for path, each in zip(files, done, strict=True):
                if not sum(each.blocks):
                    raise ReelvecError(f"{path}: there is no review in it")
                written.append(each)
                facts.append(read_facts(each))
                there, here = (set(table.column_names) for table in (facts[0], facts[-1]))
                _check_columns(there, here, files[0], path)
        finally:
            (folder / STOPPED).touch()  # for those that are still reading other files
    whole = pa.concat_tables(facts, promote_options="default")
    texts = Texts.of(written, whole)
    starts = [0, *accumulate(map(len, facts[:-1]))]
    return Rows(whole.drop_columns(FOUND.names), texts, files, starts)


def _write(folder: Path, path: Path) -> Written:
    """Read a file, and write its rows into a folder of their own."""
    # A worker that is taken for lost may still be writing when another one does the same.
    place = folder / secrets.token_hex(8)
    place.mkdir()
    return write_texts(place, takewhile(lambda _: not (folder / STOPPED).exists(), _read(path)))


def _check_columns(there: set[str], here: set[str], first_path: Path, path: Path) -> None:
    if differing := sorted(there ^ here):
        one, other = (first_path, path) if differing[0] in there else (path, first_path)
        raise ReelvecError(
            f"{other}: no column {differing[0]!r}, which {one} has; all tables of reviews need "
            "the same columns"
        )


def _kind_of(name: str) -> Kind | None:
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes[-2:]]
    compression = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSIONS else None
    if not suffixes or suffixes[-1] not in FORMATS or (compression and suffixes[-1] == ".parquet"):
        return None
    return suffixes[-1], compression


def _read(path: Path) -> Iterator[pa.Table]:
    """The rows of a file as they come, some at a time."""
    kind = _kind_of(path.name)
    if kind is None:
        raise ReelvecError(
            f"{path}: no kind of table that is known here; expected a name that ends with "
            f"{listed([*FORMATS])}, all but .parquet also with {listed([*COMPRESSIONS])} behind "
            "it; an archive in the official layout ends with .tar.gz"
        )
    with _told(path, kind):
        read = {".parquet": _parquet, ".csv": _csv, ".tsv": _csv}.get(kind[0], _json_lines)
        for table in read(path, kind):
            # Parquet's reader does not look at it.
            table.validate(full=True)
            yield _normalised(table, path)


def _csv(path: Path, kind: Kind) -> Iterator[pa.Table]:
    from pyarrow import csv as arrow

    names = _known(_header(path, kind), path)
    reading = arrow.ReadOptions(block_size=LONGEST_CELL)
    parsing = arrow.ParseOptions(delimiter=FORMATS[kind[0]], newlines_in_values=True)
    converting = arrow.ConvertOptions(
        include_columns=names,
        column_types=dict.fromkeys(names, pa.large_string()),
        strings_can_be_null=True,
        # `None` and `nan` are words, too.
        null_values=[""],
    )
    with (
        _opened(path, kind) as stream,
        arrow.open_csv(stream, reading, parsing, converting) as reader,
    ):
        yield from map(_table_of, reader)


def _json_lines(path: Path, kind: Kind) -> Iterator[pa.Table]:
    """Each table has the columns that have come so far: only the last has all."""
    names, last = set[str](), None
    with _opened(path, kind) as stream:
        objects = objects_of(stream, path, COLUMNS, LONGEST_CELL)
        while block := list(islice(objects, ROWS_AT_ONCE)):
            names.update(name for name in COLUMNS if any(name in each for each in block))
            last = block[-1]
            # Texts, too, may come later.
            columns = {
                name: pa.array([each.get(name) for each in block], pa.large_string())
                for name in COLUMNS
                if name == "text" or name in names
            }
            yield pa.table(columns)
    if last is None:
        raise ReelvecError(f"{path}: is empty")
    _known([*last, *sorted(names.difference(last))], path)


def _parquet(path: Path, _: Kind) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        names = _known(file.schema_arrow.names, path)
        yield from map(_table_of, file.iter_batches(ROWS_AT_ONCE, columns=names))


def _table_of(batch: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches([batch])


def _known(names: Sequence[str], path: Path) -> list[str]:
    """Those of COLUMNS that are there."""
    for name in COLUMNS[:2]:
        if name not in names:
            raise ReelvecError(
                f"{path}: no column {name!r}{did_you_mean(name, names)}; there are "
                f"{', '.join(names) or 'none'}"
            )
    for name in COLUMNS:
        if names.count(name) > 1:
            raise ReelvecError(f"{path}: more than one column is called {name!r}")
    return [name for name in COLUMNS if name in names]


def _normalised(table: pa.Table, path: Path) -> pa.Table:
    """All columns as strings; an empty cell is null, but an empty text."""
    kind = table.schema.field("text").type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise ReelvecError(f"{path}: column 'text' holds {kind}, not texts")
    columns = {}
    for name in table.column_names:
        column = pc.cast(table[name], pa.large_string())
        if name != "text":
            columns[name] = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
            continue
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        if longest > LONGEST_CELL:
            raise ReelvecError(_too_long(path))
        columns[name] = pc.fill_null(column, "")
    return pa.table(columns)


@contextmanager
def _opened(path: Path, kind: Kind) -> Iterator[Any]:
    """The bytes of a file, uncompressed as they are read."""
    compression = COMPRESSIONS[kind[1]] if kind[1] else None
    if compression == "xz":  # Arrow does not know it.
        with lzma.open(path) as stream:
            yield stream
    else:
        with pa.input_stream(str(path), compression=compression) as stream:
            yield stream


def _text_of(stream: Any, errors: str = "strict") -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors=errors, newline="")


def _header(path: Path, kind: Kind) -> list[str]:
    with _opened(path, kind) as stream:
        line = next(csv.reader(_text_of(stream), delimiter=FORMATS[kind[0]] or ","), None)
    if line is None:
        raise ReelvecError(f"{path}: is empty")
    return line


@contextmanager
def _told(path: Path, kind: Kind) -> Iterator[None]:
    """Say for people what Arrow and others cannot read."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        reason = " ".join(str(error).split())
        if "straddling" in reason:
            raise ReelvecError(_too_long(path)) from None
        if "Empty" in reason:
            raise ReelvecError(f"{path}: is empty") from None
        found = None if kind[0] == ".parquet" else _first_bad_line(path, kind)
        raise ReelvecError(found or f"{path}: cannot be read: {reason[:200]}") from None
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ReelvecError(
            f"{path}: damaged or cut off ({error}); if it was downloaded, {get_again()}"
        ) from None


def _too_long(path: Path) -> str:
    return (
        f"{path}: a row is longer than {LONGEST_CELL:,} bytes, which no review is; is there a "
        "quote that is never closed?"
    )


def _first_bad_line(path: Path, kind: Kind) -> str | None:
    """What is wrong with the first line that cannot be read; Arrow itself names no line."""
    with _opened(path, kind) as stream:
        for number, line in enumerate(_text_of(stream, "surrogateescape"), 1):
            if not line.isascii() and any("\udc80" <= letter <= "\udcff" for letter in line):
                return f"{path}, line {number:,}: {NOT_UTF8}"
    csv.field_size_limit(sys.maxsize)
    with _opened(path, kind) as stream:
        reader = csv.reader(_text_of(stream), delimiter=FORMATS[kind[0]] or ",")
        columns, before = len(next(reader)), reader.line_num
        for row in reader:
            if row and len(row) != columns:
                return (
                    f"{path}, line {before + 1:,}: {len(row)} cells, expected {columns}; a cell "
                    "that holds the delimiter or a line break needs quotes around it"
                )
            before = reader.line_num
    return None

"""Reviews from the files that people keep them in: lines, or a column of a table."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import did_you_mean

COLUMN = "text"
DELIMITERS = {".csv": ",", ".tsv": "\t"}

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ParquetReviews:
    """Reviews in a column of a Parquet file, some at a time.

    Attributes:
        path: of the file.
        column: of its texts.
        groups: how many row groups it has; each can be read without the others.
        rows: how many reviews there are.
    """

    path: Path
    column: str
    groups: int
    rows: int

    def __iter__(self) -> Iterator[list[str]]:
        """All of them."""
        for number in range(self.groups):
            yield from self.of_group(number)

    def of_group(self, number: int) -> Iterator[list[str]]:
        """Those of a row group.

        Raises:
            ReelvecError: it cannot be read.
            FileNotFoundError: the file is not there.
        """
        from pyarrow import parquet

        self.path.stat()  # Arrow would not name the file that is missing.
        with _told(self.path), parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(
                ROWS_AT_ONCE, row_groups=[number], columns=[self.column]
            ):
                yield _texts_of(batch.column(0))


def read_review_file(path: Path, column: str | None = None) -> Iterable[list[str]]:
    """The reviews of a file.

    Args:
        path: `.csv`, `.tsv` or `.parquet`; any other file has one review a line.
        column: of a table; by default `text`.

    Returns:
        one string a row or line, some at a time or all at once: in a list of one list; a missing
        value is an empty review.

    Raises:
        ReelvecError: there is no such file or column, or it cannot be read.
    """
    if not path.is_file():
        raise ReelvecError(f"{path}: no such file")
    if path.suffix.lower() == ".parquet":
        return _parquet_column(path, column or COLUMN)
    if path.suffix.lower() in DELIMITERS:
        return [_csv_column(path, column or COLUMN)]
    if column is not None:
        raise ReelvecError(f"{path}: --column is for .csv, .tsv and .parquet files")
    return [lines_of(path.read_bytes(), str(path))]


def lines_of(content: bytes, where: str, first: int = 1) -> list[str]:
    """One review a line, empty lines too, so that answers stand beside questions.

    Args:
        content: whole lines of UTF-8.
        where: what to name in an error.
        first: the number of the first line.

    Raises:
        ReelvecError: it is not UTF-8; with the line.
    """
    try:
        text = content.decode("utf-8-sig" if first == 1 else "utf-8")
    except UnicodeDecodeError as error:
        line = first + content.count(b"\n", 0, error.start)
        raise ReelvecError(
            f"{where}, line {line}: not UTF-8; convert it, for example with "
            "`iconv -f latin1 -t utf-8`"
        ) from None
    # Only a line feed ends a review: some hold U+0085 or U+2028, which `splitlines` splits at.
    lines = text.split("\n")
    if not lines[-1]:
        del lines[-1]
    return [line.removesuffix("\r") for line in lines]


def _parquet_column(path: Path, column: str) -> ParquetReviews:
    from pyarrow import parquet

    with _told(path), parquet.ParquetFile(path) as file:
        _require_column(path, column, file.schema_arrow.names)
        return ParquetReviews(path, column, file.num_row_groups, file.metadata.num_rows)


def _csv_column(path: Path, column: str) -> list[str]:
    from pyarrow import csv

    parse = csv.ParseOptions(delimiter=DELIMITERS[path.suffix.lower()], newlines_in_values=True)
    convert = csv.ConvertOptions(include_columns=[column], column_types={column: pa.string()})
    with _told(path):
        # Whatever else is in the table stays text: nothing that is not asked for can fail.
        with csv.open_csv(path, parse_options=parse) as stream:
            _require_column(path, column, stream.schema.names)
        return _texts_of(csv.read_csv(path, parse_options=parse, convert_options=convert)[column])


def _texts_of(column: pa.Array | pa.ChunkedArray) -> list[str]:
    values = column.cast(pa.string()).to_pylist()
    return ["" if value is None else value for value in values]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        raise ReelvecError(f"{path}: cannot be read as {path.suffix[1:]}: {reason}") from None


def _require_column(path: Path, column: str, names: list[str]) -> None:
    if column not in names:
        raise ReelvecError(
            f"{path}: no column {column!r}{did_you_mean(column, names)}; there are "
            f"{', '.join(names)}: name one with --column"
        )

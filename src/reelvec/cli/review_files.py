"""Reviews from the files that people keep them in: lines, or a column of a table."""

from pathlib import Path

import pyarrow as pa

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import did_you_mean

COLUMN = "text"
DELIMITERS = {".csv": ",", ".tsv": "\t"}


def read_review_file(path: Path, column: str | None = None) -> list[str]:
    """The reviews of a file.

    Args:
        path: `.csv`, `.tsv` or `.parquet`; any other file has one review a line.
        column: of a table; by default `text`.

    Returns:
        one string a row or line; a missing value is an empty review.

    Raises:
        ReelvecError: there is no such file or column, or it cannot be read.
    """
    if not path.is_file():
        raise ReelvecError(f"{path}: no such file")
    if path.suffix.lower() in (".parquet", *DELIMITERS):
        return _column_of_table(path, column or COLUMN)
    if column is not None:
        raise ReelvecError(f"{path}: --column is for .csv, .tsv and .parquet files")
    return lines_of(path.read_bytes(), str(path))


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


def _column_of_table(path: Path, column: str) -> list[str]:
    try:
        read = _parquet_column if path.suffix.lower() == ".parquet" else _csv_column
        values = read(path, column).cast(pa.string()).to_pylist()
    except (pa.ArrowException, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        raise ReelvecError(f"{path}: cannot be read as {path.suffix[1:]}: {reason}") from None
    return ["" if value is None else value for value in values]


def _parquet_column(path: Path, column: str) -> pa.ChunkedArray:
    from pyarrow import parquet

    _require_column(path, column, parquet.read_schema(path).names)
    return parquet.read_table(path, columns=[column])[column]


def _csv_column(path: Path, column: str) -> pa.ChunkedArray:
    from pyarrow import csv

    parse = csv.ParseOptions(delimiter=DELIMITERS[path.suffix.lower()], newlines_in_values=True)
    # Whatever else is in the table stays text: nothing that is not asked for can fail.
    with csv.open_csv(path, parse_options=parse) as stream:
        _require_column(path, column, stream.schema.names)
    convert = csv.ConvertOptions(include_columns=[column], column_types={column: pa.string()})
    return csv.read_csv(path, parse_options=parse, convert_options=convert)[column]


def _require_column(path: Path, column: str, names: list[str]) -> None:
    if column not in names:
        raise ReelvecError(
            f"{path}: no column {column!r}{did_you_mean(column, names)}; there are "
            f"{', '.join(names)}: name one with --column"
        )

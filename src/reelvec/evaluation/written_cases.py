"""Tables of cases that people write: read as a whole, with every problem told by its line."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from reelvec.base.errors import ReelvecError

Row = list[str]


def read_cases(
    path: Path,
    columns: Sequence[str],
    asked: slice,
    problems_of: Callable[[Row], Iterable[str]],
) -> list[Row]:
    """Read a table of cases, and check it.

    Args:
        path: UTF-8, comma-separated.
        columns: what its first line must be.
        asked: the columns that make two rows one case, where they hold the same.
        problems_of: what is wrong with a row that has so many columns.

    Returns:
        the rows in the order of the file.

    Raises:
        ReelvecError: the file is missing, is no such table, or holds no cases; with one line for
            each problem, naming line, column and what is allowed.
    """
    records = _records_of(path)
    header = ",".join(columns)
    if not records or records[0][1] != list(columns):
        found = ",".join(records[0][1]) if records else "nothing"
        raise ReelvecError(f"{path}, line 1: expected the columns {header}, not {found}")
    problems: list[str] = []
    line_of: dict[tuple[str, ...], int] = {}
    rows = []
    for line, row in records[1:]:
        if len(row) == len(columns):
            wrong = list(problems_of(row))
        else:
            wrong = [
                f"{len(row)} columns, expected {len(columns)} ({header}): put a text with commas "
                "in double quotes"
            ]
        first = line_of.setdefault(tuple(row[asked]), line)
        if not wrong and first != line:
            wrong = [f"column text: the case of line {first} again"]
        problems += [f"{path}, line {line}, {problem}" for problem in wrong]
        rows.append(row)
    if problems:
        raise ReelvecError("\n".join(problems))
    if not rows:
        raise ReelvecError(f"{path}: holds no cases, only the names of the columns")
    return rows


def _records_of(path: Path) -> list[tuple[int, Row]]:
    """The lines of a CSV file that are not blank, each with the number it begins at.

    Raises:
        ReelvecError: the file is missing, is no UTF-8 or no CSV; with the number of the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ReelvecError(f"{path}: not there; `git checkout {path}` brings it back") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ReelvecError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, line = [], 1
    try:
        for row in reader:
            if row:
                records.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ReelvecError(
            f"{path}, line {line}: {error}; a text with a comma or a quote stands in double "
            'quotes, and a double quote in it is written twice: "He said ""no"", and left."'
        ) from None
    return records

"""The cells of a study as a CSV file, and back: what is computed once, and told again and again."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError

Rows = Sequence[Mapping[str, Any]]
"""One a cell, by column."""


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is written and read.

    Attributes:
        read: its value from what was written.
        form: how it is written, as `format` takes it.
    """

    read: Callable[[str], Any] = str
    form: str = ""


def finite(written: str) -> float:
    """A number that JSON knows, too.

    Raises:
        ValueError: it is none.
    """
    value = float(written)
    if not isfinite(value):
        raise ValueError(f"{written} is no figure")
    return value


CELL = "cell"
"""The column that names all that decided a row's figures, but the code."""

CURVES = {
    "model": Column(),
    "reviews": Column(int),
    "seed": Column(int),
    "accuracy": Column(finite, ".6f"),
    CELL: Column(),
}
FEATURES = {
    "embedding": Column(),
    "dimension": Column(int),
    "trainable": Column("True".__eq__),
    "encoder": Column(),
    "seed": Column(int),
    "accuracy": Column(finite),
    "validation": Column(finite),
    CELL: Column(),
}


def as_csv(rows: Rows, columns: Mapping[str, Column]) -> str:
    """A header and one line a cell, in the order of the rows."""
    lines = [[format(row[name], column.form) for name, column in columns.items()] for row in rows]
    return "".join(f"{','.join(line)}\n" for line in [list(columns), *lines])


def read_csv(path: Path, columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """What `as_csv` wrote.

    Raises:
        ReelvecError: the file is missing, or is not what `as_csv` writes.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [
                {name: column.read(row[name]) for name, column in columns.items()}
                for row in csv.DictReader(stream)
            ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReelvecError(
            f"{path}: missing or damaged ({error}); `make studies` makes it, or take it from git"
        ) from None

"""Curves as CSV files of numbers: what `dvc plots` and the figures draw."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again

Curve = dict[str, NDArray[np.floating] | NDArray[np.integer]]
"""Columns of equal length by name."""


def as_csv(curve: Curve) -> str:
    """A table with a header; floats with 6 decimals."""
    formats = ["{:.6f}" if column.dtype.kind == "f" else "{}" for column in curve.values()]
    rows = zip(*(column.tolist() for column in curve.values()), strict=True)
    lines = [
        ",".join(form.format(cell) for form, cell in zip(formats, row, strict=True)) for row in rows
    ]
    return "\n".join([",".join(curve), *lines]) + "\n"


def read_curves(folder: Path, variants: Iterable[str], columns: Iterable[str]) -> dict[str, Curve]:
    """Read one CSV file a variant.

    Args:
        folder: with `<variant>.csv` for each variant.
        variants: whose curves to read.
        columns: the columns wanted of each.

    Returns:
        float64 columns by variant, in the order of `variants`.

    Raises:
        ReelvecError: a file is missing, has no rows, or lacks a number.
    """
    wanted = list(columns)
    return {name: _read(folder / f"{name}.csv", wanted) for name in variants}


def _read(path: Path, columns: list[str]) -> Curve:
    problem = "has no rows"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        if rows:
            return {name: np.array([float(row[name]) for row in rows]) for name in columns}
    except FileNotFoundError:
        problem = "not there"
    except (KeyError, TypeError, ValueError):
        problem = f"expected numbers under {', '.join(columns)}"
    raise ReelvecError(f"{path}: {problem}; {run_again()}")

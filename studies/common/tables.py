"""Cells whose figures a table in git keeps: who has cloned it need not compute them all again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json, write_text
from studies.common.cells import Compute, Inputs, Settings, files_of, run_cells
from studies.common.rows import CELL, Column, Rows, as_csv, read_csv


def run_table(
    table: Path,
    columns: Mapping[str, Column],
    cells: Iterable[Settings],
    compute: Compute,
    folder: Path,
    inputs: Inputs,
    jobs: int = 1,
    kinds: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Compute every cell that neither the folder nor the table has, and write the table.

    By which code the figures of a table were computed is not known: they are tried as `run_cells`
    tries those of other code, one cell of each kind.

    Args:
        table: a CSV file, of an earlier run where there is one.
        columns: how it is written; all that are no settings are figures, kept to the last bit.
        cells, compute, folder, inputs, jobs, kinds: as `run_cells` takes them.

    Returns:
        for each cell its settings and figures, in order.
    """
    files = files_of(cells, inputs, folder)
    if table.is_file():
        _take(_rows_of(table, columns), files)
        # A stop must not bring back figures that were tried, and are others today.
        table.unlink()
    rows = run_cells(files.values(), compute, folder, inputs, jobs, kinds)
    named = [{**row, CELL: path.stem} for path, row in zip(files, rows, strict=True)]
    write_text(table, as_csv(named, columns))
    return rows


def _rows_of(table: Path, columns: Mapping[str, Column]) -> Rows:
    try:
        return read_csv(table, columns)
    except ReelvecError as error:
        print(f"{error}; until then its cells are computed")
        return []


def _take(rows: Rows, files: Mapping[Path, Settings]) -> None:
    known = {row[CELL]: row for row in rows}
    times = Counter(row[CELL] for row in rows)
    for path, cell in files.items():
        row = known.get(path.stem)
        # What stands there twice (a merge in git can do that) may be two figures.
        if row is not None and times[path.stem] == 1 and not path.is_file():
            figures = {name: row[name] for name in row if name != CELL and name not in cell}
            write_json(path, {"settings": cell, "figures": figures, "code": "", "seconds": 0.0})

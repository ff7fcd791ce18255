"""Many small experiments in a row, each kept as soon as it is done, so that a stop loses one."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from reelvec.base.project.files import read_json, sha256_of, write_json

Settings = Mapping[str, Any]
"""What makes one experiment: JSON values by name."""

CODE = tuple(Path("src/reelvec") / place for place in ("base/project", "text", "models"))
"""What cells are computed by: another word in a table, or in a message, computes nothing anew."""

Figures = dict[str, float]


def run_cells(
    cells: Iterable[Settings],
    compute: Callable[[Settings], Figures],
    folder: Path,
    context: Any,
    inputs: Iterable[Path],
) -> list[dict[str, Any]]:
    """Compute every cell that was not computed before from the same settings and inputs.

    Args:
        cells: the settings of each experiment.
        compute: an experiment.
        folder: where results are kept, a file each; delete it to compute all again.
        context: JSON that decides all results beside the cells' own settings.
        inputs: files and folders that do: data, and the study's own code beside `CODE`.

    Returns:
        for each cell its settings and figures, in order.
    """
    base = json.dumps([context, digest_of(sorted([*CODE, *inputs]))], sort_keys=True)
    rows, waiting = [], list(cells)
    with tqdm(total=len(waiting), unit="cell", disable=None) as bar:
        for cell in waiting:
            path = folder / f"{_fingerprint(cell, base)}.json"
            if not path.is_file():
                write_json(path, {**cell, **compute(cell)})
            rows.append(read_json(path))
            bar.update()
    return rows


def digest_of(files: Iterable[Path]) -> str:
    """SHA-256 over the `sha256sum` listing of files and of all files in folders."""
    digest = hashlib.sha256()
    for path in files:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in (file for file in found if file.is_file()):
            digest.update(f"{sha256_of(file)}  {file.as_posix()}\n".encode())
    return digest.hexdigest()


def _fingerprint(cell: Settings, base: str) -> str:
    text = json.dumps([dict(cell), base], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]

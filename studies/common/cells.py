"""Many small experiments side by side, each kept as soon as it is done: a stop loses none."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from reelvec.base.project.files import read_json, sha256_of, write_json

Settings = Mapping[str, Any]
"""What makes one experiment: JSON values by name."""

CODE = tuple(Path("src/reelvec") / place for place in ("base/project", "text", "models"))
"""What cells are computed by: another word in a table, or in a message, computes nothing anew."""

Figures = dict[str, Any]
"""What an experiment found: numbers, and text where a number does not hold it."""


def run_cells(
    cells: Iterable[Settings],
    compute: Callable[[Settings], Figures],
    folder: Path,
    context: Any,
    inputs: Iterable[Path],
    jobs: int = 1,
) -> list[dict[str, Any]]:
    """Compute every cell that was not computed before from the same settings and inputs.

    Args:
        cells: the settings of each experiment.
        compute: an experiment.
        folder: where results are kept, a file each; delete it to compute all again.
        context: JSON that decides all results beside the cells' own settings.
        inputs: files and folders that do: data, and the study's own code beside `CODE`.
        jobs: how many to compute at a time, in processes that share what `compute` has read.

    Returns:
        for each cell its settings and figures, in order.
    """
    base = json.dumps([context, digest_of(sorted([*CODE, *inputs]))], sort_keys=True)
    paths = {folder / f"{_fingerprint(cell, base)}.json": cell for cell in cells}
    waiting = [(path, cell) for path, cell in paths.items() if not path.is_file()]
    with tqdm(
        total=len(paths), initial=len(paths) - len(waiting), unit="cell", disable=None
    ) as bar:
        if jobs == 1:
            for path, cell in waiting:
                write_json(path, {**cell, **compute(cell)})
                bar.update()
        elif waiting:
            _compute_side_by_side(waiting, compute, jobs, bar.update)
    return [read_json(path) for path in paths]


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_shared: list[Callable[[Settings], Figures]] = []


def _compute_side_by_side(
    waiting: list[tuple[Path, Settings]],
    compute: Callable[[Settings], Figures],
    jobs: int,
    done: Callable[[], object],
) -> None:
    # A forked process has what was read before, and nothing has to be sent to it.
    with ProcessPoolExecutor(jobs, get_context("fork"), _shared.append, (compute,)) as pool:
        try:
            for future in as_completed([pool.submit(_keep, *each) for each in waiting]):
                future.result()
                done()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _keep(path: Path, cell: Settings) -> None:
    write_json(path, {**cell, **_shared[-1](cell)})


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

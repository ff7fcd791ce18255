"""Many small experiments side by side, each kept as soon as it is done: a stop loses none."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from tqdm import tqdm

import studies
from reelvec.base.executor import SCHEDULER
from reelvec.base.listing import listing_of
from reelvec.base.project.files import read_json, write_json
from reelvec.base.shared_function import map_shared

Settings = Mapping[str, Any]
"""What makes one experiment: JSON values by name."""

CODE = tuple(Path("src/reelvec") / place for place in ("base/project", "text", "models"))
"""What cells are computed by: another word in a table, or in a message, computes nothing anew."""

CODE_SUFFIX = ".py"

TRIED = "tried"
"""The folder of cells that are computed to be compared."""

Figures = dict[str, Any]
"""What an experiment found: numbers, and text where a number does not hold it."""

Compute = Callable[[Settings], Figures]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What decides the result of a cell beside its own settings.

    Attributes:
        context: settings that all cells share, as JSON.
        files: files and folders; Python files among them are the study's own code.
        own: JSON and data that only this cell depends on.
    """

    context: Any
    files: Sequence[Path]
    own: Callable[[Settings], tuple[Any, Sequence[Path]]] = lambda _: (None, ())


def run_cells(
    cells: Iterable[Settings],
    compute: Compute,
    folder: Path,
    inputs: Inputs,
    jobs: int = 1,
    kinds: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Compute every cell that was not computed before from the same settings and data.

    Where the code has changed since, one cell of each kind is computed anew, by a draw that is
    the same every time: if all give the figures that they gave before, to the last bit, the others
    are taken to be as they were; if one does not, all are computed anew.

    Args:
        cells: the settings of each experiment.
        compute: an experiment.
        folder: where results are kept, a file each; delete it to compute all again.
        inputs: what decides the results beside the cells' own settings.
        jobs: how many to compute at a time, in processes that share what `compute` has read; a
            Dask cluster that the environment names has as many as it has workers.
        kinds: the settings by which cells are of one kind; None means all that are no numbers.

    Returns:
        for each cell its settings and figures, in order.
    """
    own_code = [each for each in inputs.files if each.suffix == CODE_SUFFIX]
    modules = [path for place in CODE for path in place.rglob(f"*{CODE_SUFFIX}")]
    code = _sha256(listing_of(sorted([*modules, *own_code])))
    kept = files_of(cells, inputs, folder)
    with tqdm(total=len(kept), unit="cell", disable=None) as bar:
        work = _Work(compute, code, folder, jobs, bar.update)
        found = {path: read_json(path) for path in kept if path.is_file()}
        older = {path: each for path, each in found.items() if each["code"] != code}
        bar.update(len(found) - len(older))
        if older:
            _try_again(work, older, kinds)
        work.run({path: cell for path, cell in kept.items() if not path.is_file()})
        bar.n = len(kept)
    done = [read_json(path) for path in kept]
    print(f"{len(done)} cells: {sum(each['seconds'] for each in done):,.0f} s of one core")
    return [{**each["settings"], **each["figures"]} for each in done]


@dataclass(frozen=True, slots=True)
class _Work:
    """How cells are computed and kept."""

    compute: Compute
    code: str
    folder: Path
    jobs: int
    done: Callable[[], object]

    def run(self, cells: Mapping[Path, Settings]) -> None:
        """Compute cells, each to its file."""
        if cells and os.environ.get(SCHEDULER):
            self._on_workers(cells)
        elif self.jobs == 1:
            for path, cell in cells.items():
                _keep(path, cell, self.compute, self.code)
                self.done()
        elif cells:
            _compute_side_by_side(list(cells.items()), self)

    def _on_workers(self, cells: Mapping[Path, Settings]) -> None:
        keep = partial(_keep_on_worker, self.compute, self.code)
        for _ in map_shared(keep, cells.items(), self.folder, studies):
            self.done()


def _try_again(
    work: _Work, older: Mapping[Path, Mapping[str, Any]], kinds: Sequence[str] | None
) -> None:
    """Compute a cell of each kind with the code of today; keep all the others, or none."""
    drawn: dict[str, Path] = {}
    for path in sorted(older):  # by fingerprint, which knows nothing of sizes and seeds
        settings = older[path]["settings"]
        names = kinds or [name for name in settings if isinstance(settings[name], bool | str)]
        drawn.setdefault(json.dumps([settings[name] for name in names]), path)
    chosen = sorted(drawn.values())
    # Beside the others until all is decided: a stop before that must decide nothing.
    tried = {path: path.parent / TRIED / path.name for path in chosen}
    work.run({tried[path]: older[path]["settings"] for path in chosen})
    differing = [p for p in chosen if read_json(tried[p])["figures"] != older[p]["figures"]]
    others = [path for path in older if path not in tried]
    for path in others:
        if differing:
            path.unlink()
        else:
            write_json(path, {**older[path], "code": work.code})
    for path in chosen:
        tried[path].replace(path)
    verdict = (
        f"{len(differing)} differ: all {len(others)} others are computed anew, too"
        if differing
        else f"all as before: the {len(others)} others are kept"
    )
    tqdm.write(f"the code has changed: {len(chosen)} cells computed anew, {verdict}")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_shared: list[_Work] = []


def _compute_side_by_side(waiting: list[tuple[Path, Settings]], work: _Work) -> None:
    # A forked process has what was read before, and nothing has to be sent to it.
    with ProcessPoolExecutor(work.jobs, get_context("fork"), _begin, (work,)) as pool:
        try:
            for future in as_completed([pool.submit(_keep_shared, *each) for each in waiting]):
                future.result()
                work.done()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(work: _Work) -> None:
    _shared.append(work)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's process would wait for ever for a parent that was killed."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _keep_shared(path: Path, cell: Settings) -> None:
    _keep(path, cell, _shared[-1].compute, _shared[-1].code)


def _keep_on_worker(compute: Compute, code: str, waiting: tuple[Path, Settings]) -> None:
    _keep(*waiting, compute, code)


def _keep(path: Path, cell: Settings, compute: Compute, code: str) -> None:
    started = time.process_time()
    figures = compute(cell)
    seconds = round(time.process_time() - started, 1)
    write_json(path, {"settings": dict(cell), "figures": figures, "code": code, "seconds": seconds})


def files_of(cells: Iterable[Settings], inputs: Inputs, folder: Path) -> dict[Path, Settings]:
    """Where each cell is kept: a name for its settings and all else that decides it, but code."""
    digest = cache(lambda paths: _sha256(listing_of(sorted(paths))))
    data = tuple(path for path in inputs.files if path.suffix != CODE_SUFFIX)

    def file_of(cell: Settings) -> Path:
        own, more = inputs.own(cell)
        decided = [dict(cell), inputs.context, own, digest(data), digest(tuple(more))]
        text = json.dumps(decided, sort_keys=True)
        return folder / f"{_sha256(text)[:32]}.json"

    return {file_of(cell): cell for cell in cells}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

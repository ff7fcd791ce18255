"""How often each number occurs, exactly: sorted runs in memory, and on disk where they are many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from reelvec.base.project.files import naming, save_array

Numbers = NDArray[np.int64]

HELD = 1 << 23
"""Numbers in memory at once, with how often each occurred: 128 MiB, 640 while they are merged."""


@dataclass(frozen=True, slots=True)
class Run:
    """Distinct numbers in rising order, and how often each occurred.

    Attributes:
        numbers: int64 (distinct,).
        times: int64 (distinct,).
    """

    numbers: Numbers
    times: Numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def between(self, start: int, stop: int) -> "Run":
        """The numbers at some places, sharing their memory."""
        return Run(self.numbers[start:stop], self.times[start:stop])


class SortedCounts:
    """Counts of numbers that come block by block; a context, since they may lie in files."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._on_disk: list[Run] = []
        self._folder: TemporaryDirectory[str] | None = None

    def __enter__(self) -> "SortedCounts":
        return self

    def __exit__(self, *_: object) -> None:
        self._on_disk.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, numbers: Numbers) -> None:
        """Count a block of numbers, int64 (any number,) in any order."""
        self._runs.append(Run(*np.unique(numbers, return_counts=True)))
        if sum(map(len, self._runs)) > HELD:
            self._runs = [_merged(self._runs)]
            if len(self._runs[0]) > HELD // 2:
                self._on_disk.append(self._written(self._runs.pop()))

    def at_least(self, least: int) -> Numbers:
        """The numbers that occurred so often or more, in rising order."""
        runs = [*self._on_disk, *self._runs]
        frequent = [run.numbers[run.times >= least] for run in map(_merged, _pieces(runs))]
        return np.concatenate([np.zeros(0, np.int64), *frequent])

    def _written(self, run: Run) -> Run:
        """The same run, memory-mapped."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="reelvec-counts-")
        paths = [Path(self._folder.name, f"{len(self._on_disk)}.{part}.npy") for part in "nt"]
        with naming(self._folder.name):
            for path, array in zip(paths, (run.numbers, run.times), strict=True):
                save_array(path, array)
        return Run(*(np.load(path, mmap_mode="r") for path in paths))


def _merged(runs: Sequence[Run]) -> Run:
    """One run of several; each number stands in it once."""
    if len(runs) == 1:
        return runs[0]
    numbers = np.concatenate([run.numbers for run in runs])
    order = np.argsort(numbers, kind="stable")  # which finds and merges what is sorted already
    numbers = numbers[order]
    times = np.concatenate([run.times for run in runs])[order]
    first = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    return Run(numbers[first], np.add.reduceat(times, first) if len(first) else times)


def _pieces(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs cut at the same numbers, so that each piece of all together is held at once."""
    if sum(map(len, runs)) <= HELD or len(runs) == 1:
        yield from [list(runs)] if runs else []
        return
    step = max(1, HELD // len(runs))
    marks = np.unique(np.concatenate([run.numbers[step::step] for run in runs]))
    cuts = [np.searchsorted(run.numbers, marks).tolist() for run in runs]
    bounds = [[0, *cut, len(run)] for cut, run in zip(cuts, runs, strict=True)]
    for piece in zip(*map(pairwise, bounds), strict=True):
        yield [run.between(*places) for run, places in zip(runs, piece, strict=True)]

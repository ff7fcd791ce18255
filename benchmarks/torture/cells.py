"""The studies, ended at random moments: no cell that was done may be lost."""

import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import studies
from ruamel.yaml import YAML
from studies.quick import LEFT_OUT, SETTINGS, WORKSPACE

from benchmarks.torture.arena import Arena, last_line, run, runs_broken_in
from benchmarks.torture.kills import Attacked, ended_in_a_row
from benchmarks.torture.trials import Trial
from reelvec.base.errors import ReelvecError

WORDS = ("python", "-m", "studies.quick")
SMALL: dict[str, Any] = {
    "learning_curves": {
        "curves": {
            "models": ["scratch", "average_glove"],
            "variants": {"word2vec_attention": None},
            "largest": {"word2vec_attention": None},
            "without_labels": ["average_glove"],
            "seeds": {
                20: 2,
                50: 2,
                **dict.fromkeys((100, 250, 500, 1000, 2500, 5000, 10000, 20000)),
            },
            "epochs": 3,
        },
    },
    "embeddings": {
        "vectors": {"cbow": {"epochs": 1}, "skip_gram": None, "fasttext": None, "own_glove": None},
        "features": {
            "embeddings": ["glove", "cbow", "random"],
            "encoders": {"attention": None, "cnn": None, "gru": None},
            "training": {"epochs": 2},
            "seeds": 1,
        },
    },
}
"""What differs from the studies' own settings: seconds in the place of hours."""

REPORTS, CELLS = "studies/*/reports/*", "studies/*/cells/*.json"


def killed_studies(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """The two studies that `make studies-quick` runs, smaller still."""
    workspace = _workspace(arena, "studied")
    started = time.monotonic()
    done = run(workspace, *WORDS)
    if done.returncode:
        raise ReelvecError(f"{workspace}: the undisturbed studies failed: {last_line(done)}")
    seconds = time.monotonic() - started
    kept = Kept(workspace / WORKSPACE)
    attacked = Attacked(
        "studies",
        WORDS,
        partial(_begun, arena, kept),
        partial(generator.uniform, 0.5, seconds),
        kept.broken_after,
        kept.lost_in,
    )
    yield from ended_in_a_row(attacked, arena.data, generator, times)


def _begun(arena: Arena, kept: "Kept") -> Path:
    kept.there.clear()
    return _workspace(arena)


def _workspace(arena: Arena, name: str = "workspace") -> Path:
    """A new copy in which the pipeline has run, and no study."""
    workspace = arena.workspace(name, finished=True)
    shutil.copytree(
        Path(studies.__file__).parent,
        workspace / "studies",
        ignore=shutil.ignore_patterns(*LEFT_OUT),
    )
    YAML(typ="safe", pure=True).dump(SMALL, workspace / SETTINGS)
    return workspace


@dataclass(slots=True)
class Kept:
    """What undisturbed studies leave, and which cells others had done when they were ended.

    Attributes:
        expected: where undisturbed ones ran.
        there: by name when a cell was written.
    """

    expected: Path
    there: dict[str, int] = field(default_factory=dict)

    def lost_in(self, workspace: Path) -> str:
        """How many cells are gone, or were computed again; from now on all that are there count."""
        found = {path.name: path.stat().st_mtime_ns for path in (workspace / WORKSPACE).glob(CELLS)}
        lost = [name for name, written in self.there.items() if found.get(name) != written]
        self.there = found
        return f"{len(lost)} cells that were done were lost" if lost else ""

    def broken_after(self, workspace: Path) -> str:
        """Complete the studies, and say what did not hold."""
        done = run(workspace, *WORDS)
        if done.returncode:
            return f"the next run failed: {last_line(done)}"
        if lost := self.lost_in(workspace):
            return lost
        found = workspace / WORKSPACE
        if self.there.keys() != {path.name for path in self.expected.glob(CELLS)}:
            return "the cells are others"
        for path in self.expected.glob(REPORTS):
            place = path.relative_to(self.expected)
            if path.read_bytes() != (found / place).read_bytes():
                return f"{place} differs"
        return runs_broken_in(found / "mlflow.db")

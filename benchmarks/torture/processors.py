"""Processors that lack what this one has: other last digits, the same results."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.torture.arena import REPRO, Arena, last_line, run, runs_broken_in
from benchmarks.torture.trials import Trial
from reelvec.base.project.paths import PREDICTIONS, TEST_METRICS
from reelvec.evaluation.predictions import Predictions

WITHOUT: Mapping[str, Mapping[str, str]] = {
    "AVX-512": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ARROW_USER_SIMD_LEVEL": "AVX2",
    },
    "AVX2": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "MKL_CBWR": "COMPATIBLE",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
        "ARROW_USER_SIMD_LEVEL": "SSE4_2",
    },
}
"""Variables by which the libraries take the code that they have for such processors.

Under `qemu-x86_64 -cpu Nehalem`, which has no AVX at all, a training of the sample gave the bytes
that it gives by those of AVX2.
"""

TOLERANCE = 1e-6
"""Of a probability. What is trained adds the same numbers in another order, and rounds them so."""


def old_processors(arena: Arena, _: random.Random, __: int) -> Iterator[Trial]:
    """A whole run by the code for each of them."""
    for lacking, variables in WITHOUT.items():
        workspace = arena.workspace()
        done = run(workspace, *REPRO, variables=variables)
        broken = (
            f"the run failed: {last_line(done)}"
            if done.returncode
            else other_results(arena.finished, workspace) or runs_broken_in(workspace / "mlflow.db")
        )
        fault = f"no {lacking}: probabilities to {TOLERANCE:g}"
        yield Trial("processor", fault, arena.data, None, broken)


def other_results(expected: Path, found: Path) -> str:
    """In what test results differ from others by more than last digits; empty where in nothing."""
    for path in sorted((expected / TEST_METRICS).glob("*.json")):
        if path.read_bytes() != (found / TEST_METRICS / path.name).read_bytes():
            return f"the test metrics of {path.stem} differ"
    for path in sorted((expected / PREDICTIONS).glob("*.parquet")):
        own = Predictions.load(found / PREDICTIONS / path.name).probabilities
        apart = float(np.abs(own - Predictions.load(path).probabilities).max())
        if apart > TOLERANCE:
            return f"probabilities of {path.stem} differ by {apart:.1g}"
    return ""

"""Signals at random moments, then the next run."""

import math
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks.torture.arena import (
    OTHERS,
    REPRO,
    TRACEBACK,
    Arena,
    Process,
    broken_after,
    finish,
    last_line,
    run,
    start,
)
from benchmarks.torture.trials import Trial

Way = Callable[[Process], None]

ENDED = "none: it had ended"
LONGEST_SHARE = 0.2
"""Of the time that an undisturbed run takes: so long a run is let run at most."""

LONGEST_SHARE_REAL = 0.6
"""The same on the real reviews, where most moments are much earlier."""


def _all_killed(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _twice_interrupted(process: Process) -> None:
    for pause in (0.3, 0):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        time.sleep(pause)


WAYS: dict[str, Way] = {
    "kill -9 of all its processes": _all_killed,
    "kill -9 of the command alone": lambda process: process.send_signal(signal.SIGKILL),
    "SIGTERM": lambda process: process.send_signal(signal.SIGTERM),
    "Ctrl-C twice": _twice_interrupted,
}


def killed_runs(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """`reelvec repro --jobs 2`, ended at random moments, in each way once; then one that completes.

    Each run goes on from where the one before it was ended, so that the faults come together. On
    the real reviews one run alone completes, after all others.
    """
    ways = list(WAYS.items())
    chain = times if arena.real else len(ways)
    for number in range(times):
        if number % chain == 0:
            workspace = arena.workspace()
        if number % len(ways) == 0:
            generator.shuffle(ways)
        name, way = ways[number % len(ways)]
        process = start(workspace, *REPRO)
        moment = _moment(arena, generator)
        ended = _ended_before(process, moment)
        way(process)
        done = finish(process)
        last = number % chain == chain - 1 or number == times - 1
        broken = "a traceback" if TRACEBACK in done.stdout else ""
        if ended:
            name = ENDED
            broken = f"it failed: {last_line(done)}" if done.returncode else broken
        broken = broken or (broken_after(arena, workspace) if last else "")
        yield Trial("repro", name, arena.data, round(moment, 1), broken)


def _moment(arena: Arena, generator: random.Random) -> float:
    """When to end a run, in seconds: early as a rule, but late enough for the longest stage."""
    if not arena.real:
        return generator.uniform(0.5, LONGEST_SHARE * arena.seconds)
    return math.exp(generator.uniform(math.log(2), math.log(LONGEST_SHARE_REAL * arena.seconds)))


def killed_commands(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """`reelvec track`, `register` and `page`, killed at a random moment, then run again."""
    for name, words in OTHERS.items():
        workspace = arena.ready_for(name)
        started = time.monotonic()
        run(workspace, *words)
        seconds = time.monotonic() - started
        for _ in range(times):
            workspace = arena.ready_for(name)
            process = start(workspace, *words)
            moment = generator.uniform(0.1, seconds)
            if not _ended_before(process, moment):
                _all_killed(process)
            finish(process)
            again = run(workspace, *words)
            broken = f"again, it failed: {last_line(again)}" if again.returncode else ""
            broken = broken or _other_page(arena, workspace) or broken_after(arena, workspace)
            yield Trial(name, "kill -9 of all its processes", arena.data, round(moment, 1), broken)


def _other_page(arena: Arena, workspace: Path) -> str:
    """Whether a page that is there differs from the one that an undisturbed command writes."""
    own, expected = (each / "reports/index.html" for each in (workspace, arena.finished))
    if not own.exists():
        return ""
    if not expected.exists():
        run(arena.finished, *OTHERS["page"])
    return "" if own.read_bytes() == expected.read_bytes() else "the page differs"


def _ended_before(process: Process, seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True

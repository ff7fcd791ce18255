"""Signals at random moments, then the next run."""

import math
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.torture.arena import (
    OTHERS,
    REPRO,
    TRACEBACK,
    Arena,
    Process,
    broken_after,
    champions_broken_in,
    ended_processes_left,
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


@dataclass(frozen=True, slots=True)
class Attacked:
    """A command that is ended again and again.

    Attributes:
        name: what the page calls it.
        words: the command.
        ready: makes a new workspace, in which it has something to do.
        moment: draws after how many seconds it is ended.
        completed: runs it undisturbed in the workspace, and says what did not hold; else nothing.
        lost: says what is lost in the workspace that was there before it was ended; else nothing.
        traceback: what the command must not print.
    """

    name: str
    words: Sequence[str]
    ready: Callable[[], Path]
    moment: Callable[[], float]
    completed: Callable[[Path], str]
    lost: Callable[[Path], str] = lambda _: ""
    traceback: "re.Pattern[str]" = re.compile(re.escape(TRACEBACK))


def ended_in_a_row(
    attacked: Attacked, data: str, generator: random.Random, times: int, chain: int = len(WAYS)
) -> Iterator[Trial]:
    """End a command at random moments, in each way once; then let it complete.

    Each goes on from where the one before it was ended, so that the faults come together.

    Args:
        attacked: the command.
        data: the reviews, in a word.
        generator: of the order of ways, and of the moments.
        times: how often it is ended.
        chain: how often before it is let complete, in a new workspace each time.
    """
    ways = list(WAYS.items())
    for number in range(times):
        if number % chain == 0:
            workspace = attacked.ready()
        if number % len(ways) == 0:
            generator.shuffle(ways)
        fault, way = ways[number % len(ways)]
        process = start(workspace, *attacked.words)
        moment = attacked.moment()
        ended = _ended_before(process, moment)
        way(process)
        left = ended_processes_left(workspace)
        done = finish(process)
        broken = left or ("a traceback" if attacked.traceback.search(done.stdout) else "")
        if ended:
            fault = ENDED
            broken = f"it failed: {last_line(done)}" if done.returncode else broken
        broken = broken or attacked.lost(workspace)
        if number % chain == chain - 1 or number == times - 1:
            broken = broken or attacked.completed(workspace)
        yield Trial(attacked.name, fault, data, round(moment, 1), broken)


def killed_runs(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """`reelvec repro --jobs 2`; on the real reviews one run alone completes, after all others."""
    attacked = Attacked(
        "repro",
        REPRO,
        arena.workspace,
        partial(_moment, arena, generator),
        partial(broken_after, arena),
    )
    yield from ended_in_a_row(
        attacked, arena.data, generator, times, times if arena.real else len(WAYS)
    )


def _moment(arena: Arena, generator: random.Random) -> float:
    """When to end a run, in seconds: early as a rule, but late enough for the longest stage."""
    if not arena.real:
        return generator.uniform(0.5, LONGEST_SHARE * arena.seconds)
    return early_as_a_rule(generator, 2, LONGEST_SHARE_REAL * arena.seconds)


def early_as_a_rule(generator: random.Random, first: float, last: float) -> float:
    """A moment, each time twice as late half as likely."""
    return math.exp(generator.uniform(math.log(first), math.log(last)))


def killed_commands(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """`reelvec track`, `register` and `page`."""
    for name, words in OTHERS.items():
        workspace, started = arena.ready_for(name), time.monotonic()
        run(workspace, *words)
        attacked = Attacked(
            name,
            words,
            partial(arena.ready_for, name),
            partial(generator.uniform, 0.1, time.monotonic() - started),
            partial(broken_after_again, arena, words),
        )
        yield from ended_in_a_row(attacked, arena.data, generator, times)


def broken_after_again(arena: Arena, words: Sequence[str], workspace: Path) -> str:
    """Let a command complete what a fault left, and say what did not hold; else nothing."""
    again = run(workspace, *words)
    broken = f"again, it failed: {last_line(again)}" if again.returncode else ""
    broken = broken or _other_page(arena, workspace) or broken_after(arena, workspace)
    return broken or champions_broken_in(workspace / "mlflow.db")


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

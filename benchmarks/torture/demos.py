"""`reelvec demo`, ended at random moments, and twice at once."""

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.torture.arena import Arena, last_line, other_lock, run, runs_broken_in
from benchmarks.torture.kills import WAYS, Attacked, early_as_a_rule, ended_in_a_row
from benchmarks.torture.together import both
from benchmarks.torture.trials import Trial

DEMO = ("reelvec", "demo")
FOLDER = ".demo"
FIRST_SECOND = 0.3


def attacked_demos(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """The demo of a project whose models are small: it begins anew each time."""
    completed = partial(_broken_after, arena)
    # Early as a rule, while the workspace is cleared and copied.
    moment = partial(early_as_a_rule, generator, FIRST_SECOND, arena.seconds)
    attacked = Attacked("demo", DEMO, arena.workspace, moment, completed)
    yield from ended_in_a_row(attacked, arena.data, generator, times)
    for number in range(-(-times // len(WAYS))):
        workspace = arena.workspace()
        apart = round(moment(), 1) if number else 0.0
        pair = [workspace, workspace]
        yield both(arena, "demo", "two in one checkout", DEMO, pair, completed, apart=apart)


def _broken_after(arena: Arena, workspace: Path) -> str:
    """Run a demo undisturbed, and say what did not hold."""
    done = run(workspace, *DEMO)
    if done.returncode:
        return f"the next demo failed: {last_line(done)}"
    demo = workspace / FOLDER
    return other_lock(arena, demo) or runs_broken_in(demo / "mlflow.db")

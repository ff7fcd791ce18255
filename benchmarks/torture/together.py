"""Two of everything at once."""

import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.torture.arena import (
    OTHERS,
    REPRO,
    TRACEBACK,
    Arena,
    broken_after,
    finish,
    last_line,
    start,
    tracked_in,
)
from benchmarks.torture.trials import Trial

COMMANDS = {"repro": REPRO, **OTHERS}


def two_at_once(arena: Arena, _: random.Random, times: int) -> Iterator[Trial]:
    """The same command twice, in one checkout and in two that share MLflow's store."""
    for name, words in COMMANDS.items():
        for _number in range(times):
            one = arena.ready_for(name, "one")
            yield _both(arena, f"two {name} in one checkout", words, [one, one])
            pair = [arena.ready_for(name, each) for each in ("one", "two")]
            yield _both(arena, f"two {name} in two checkouts, one store", words, pair)


def _both(arena: Arena, fault: str, words: tuple[str, ...], workspaces: list[Path]) -> Trial:
    """Start both within a second; at least one must do its work, and none may fail in a mess."""
    store = workspaces[0] / "mlflow.db"
    shared = tracked_in(store)
    processes = [start(workspace, *words, variables=shared) for workspace in workspaces]
    done = [finish(process) for process in processes]
    failed = [each for each in done if each.returncode]
    said = last_line(failed[0]) if failed else ""
    broken = "both failed" if len(failed) == 2 else ""
    if any(TRACEBACK in each.stdout for each in done):
        broken = broken or "a traceback"
    if len({*workspaces}) == 2 and failed:
        broken = broken or "one failed for the other"
    for workspace in dict.fromkeys(workspaces):
        broken = broken or broken_after(arena, workspace, store)
    return Trial("two at once", fault, arena.data, None, broken, said)

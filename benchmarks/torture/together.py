"""Two of everything at once."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
            yield _both_at_one_store(arena, f"two {name} in one checkout", words, [one, one])
            pair = [arena.ready_for(name, each) for each in ("one", "two")]
            fault = f"two {name} in two checkouts, one store"
            yield _both_at_one_store(arena, fault, words, pair)


def _both_at_one_store(
    arena: Arena, fault: str, words: tuple[str, ...], workspaces: list[Path]
) -> Trial:
    store = workspaces[0] / "mlflow.db"

    def completed(workspace: Path) -> str:
        return broken_after(arena, workspace, store)

    return both(
        arena, "two at once", fault, words, workspaces, completed, variables=tracked_in(store)
    )


def both(
    arena: Arena,
    attack: str,
    fault: str,
    words: Sequence[str],
    workspaces: list[Path],
    completed: Callable[[Path], str],
    variables: Mapping[str, str] | None = None,
    apart: float | None = None,
) -> Trial:
    """Start both, one some seconds after the other; one must work, and none may fail in a mess."""
    processes = []
    for number, workspace in enumerate(workspaces):
        time.sleep(number * (apart or 0))
        processes.append(start(workspace, *words, variables=variables))
    done = [finish(process) for process in processes]
    failed = [each for each in done if each.returncode]
    said = last_line(failed[0]) if failed else ""
    broken = "both failed" if len(failed) == 2 else ""
    if any(TRACEBACK in each.stdout for each in done):
        broken = broken or "a traceback"
    if len({*workspaces}) == 2 and failed:
        broken = broken or "one failed for the other"
    for workspace in dict.fromkeys(workspaces):
        broken = broken or completed(workspace)
    return Trial(attack, fault, arena.data, apart, broken, said)

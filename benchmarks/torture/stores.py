"""MLflow's store where it cannot be written: `reelvec track` and `register`."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

from benchmarks.torture.arena import OTHERS, TRACEBACK, Arena, last_line, run
from benchmarks.torture.disks import nearly_full, own_disk
from benchmarks.torture.kills import broken_after_again, early_as_a_rule
from benchmarks.torture.surroundings import in_namespace
from benchmarks.torture.trials import Trial

WRITING = ("track", "register")
LEAST_KIB, MOST_KIB = 16, 4096
"""Left on a full disk: from nothing to nearly all that is written."""

READ_ONLY = {"checkout": ".", "database": "mlflow.db"}


def stores_in_need(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """On disks that are nearly full, and where nothing may be written; then as ever."""
    if not (os.geteuid() == 0 and shutil.which("mount")):
        return
    for name in WRITING:
        for _ in range(times):
            yield _on_a_full_disk(
                arena, name, round(early_as_a_rule(generator, LEAST_KIB, MOST_KIB))
            )
        for what, path in READ_ONLY.items():
            workspace = arena.ready_for(name) if name == "register" else _without_runs(arena)
            done = run(workspace, *OTHERS[name], within=_read_only(path))
            yield _judged(arena, workspace, name, f"{name}: a read-only {what}", done)


def _on_a_full_disk(arena: Arena, name: str, left_kib: int) -> Trial:
    with own_disk(arena.folder / "disk") as disk:
        workspace = arena.ready_for(name, f"{disk.name}/workspace")
        with nearly_full(disk, left_kib):
            done = run(workspace, *OTHERS[name])
        return _judged(arena, workspace, name, f"{name}: a disk with {left_kib} KiB left", done)


def _judged(
    arena: Arena, workspace: Path, name: str, fault: str, done: "CompletedProcess[str]"
) -> Trial:
    """Whether a command did its work, or said in one line why not, and then does it."""
    said = last_line(done) if done.returncode else ""
    broken = "a traceback" if TRACEBACK in done.stdout else ""
    broken = broken or broken_after_again(arena, OTHERS[name], workspace)
    return Trial("MLflow's store", fault, arena.data, None, broken, said)


def _without_runs(arena: Arena) -> Path:
    """A finished workspace whose database is there, and lacks all that `track` writes."""
    workspace = arena.workspace(finished=True)
    with closing(sqlite3.connect(workspace / "mlflow.db")) as database:
        database.execute("UPDATE runs SET lifecycle_stage = 'deleted'")
        database.commit()
    return workspace


def _read_only(path: str) -> tuple[str, ...]:
    place = f'"$PWD/{path}"'
    mounted = (f"mount --bind {place} {place}", f"mount -o remount,ro,bind {place}")
    # This folder is still the one below the mount.
    return in_namespace(*mounted, 'cd "$PWD"')

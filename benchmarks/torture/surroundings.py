"""Machines that lack something: it works all the same, or says in one line why it cannot."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

from benchmarks.torture.arena import (
    REPRO,
    TRACEBACK,
    Arena,
    broken_after,
    last_line,
    other_lock,
    run,
)
from benchmarks.torture.disks import nearly_full, own_disk
from benchmarks.torture.trials import Trial
from reelvec.base.project.files import remove

LEFT_KIB = 32
"""What a full disk has left for a stage."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command finds around it.

    Attributes:
        within: a command that runs it.
        variables: to set, or with None to take away.
        needs_root: whether only root can make it so.
    """

    within: Sequence[str] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)
    needs_root: bool = False


def in_namespace(*commands: str) -> tuple[str, ...]:
    """What runs a command behind others that change what is mounted, for these alone."""
    return ("unshare", "--mount", "sh", "-c", f'{" && ".join(commands)} && exec "$@"', "sh")


SURROUNDINGS = {
    "no HOME": Surroundings(variables={"HOME": None}),
    "a HOME that is not there": Surroundings(variables={"HOME": "/nonexistent/home"}),
    "no /dev/shm": Surroundings(in_namespace("umount -l /dev/shm"), needs_root=True),
    "64 open files": Surroundings(("prlimit", "--nofile=64:64")),
    "1.5 GB of memory for each process": Surroundings(("prlimit", "--data=1500000000")),
    "600 MB of memory for each process": Surroundings(("prlimit", "--data=600000000")),
    "the C locale, without UTF-8": Surroundings(
        variables={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ),
    "a Turkish locale": Surroundings(variables={"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}),
    "Kathmandu's time": Surroundings(variables={"TZ": "Asia/Kathmandu"}),
    "another hash seed": Surroundings(variables={"PYTHONHASHSEED": "77"}),
    "a clock three years behind": Surroundings(("faketime", "-f", "-3y")),
    "a download cache that cannot be written": Surroundings(
        in_namespace(
            'mkdir -p "$REELVEC_CACHE"',
            'mount --bind "$REELVEC_CACHE" "$REELVEC_CACHE"',
            'mount -o remount,ro,bind "$REELVEC_CACHE"',
        ),
        {"REELVEC_CACHE": "/tmp/reelvec-read-only-cache"},
        needs_root=True,
    ),
}
NAMES = (
    "a name with spaces",
    "Ünïcödé und Größe",
    "映画",
    'quote\'s "and" $dollar',
    "a" * 200,
)


def odd_surroundings(arena: Arena, _: random.Random, __: int) -> Iterator[Trial]:
    """A whole run in each of them, and then one as ever."""
    for name, around in SURROUNDINGS.items():
        if not _possible(around):
            continue
        workspace = arena.workspace()
        done = run(workspace, *REPRO, within=around.within, variables=around.variables)
        yield _judged(arena, workspace, "surroundings", name, done)
    for name in NAMES:
        workspace = arena.workspace(name)
        done = run(workspace, *REPRO)
        yield _judged(arena, workspace, "folder", _shortened(name), done)
        shutil.rmtree(workspace)


def full_disk(arena: Arena, _: random.Random, __: int) -> Iterator[Trial]:
    """Each stage on a disk that has nearly nothing left, and then with enough of it."""
    if not (os.geteuid() == 0 and shutil.which("mount")):
        return
    stages = YAML(typ="safe", pure=True).load(arena.lock)["stages"]
    for stage, entry in stages.items():
        with own_disk(arena.folder / "disk") as disk:
            workspace = arena.workspace(f"{disk.name}/workspace", finished=True)
            for out in entry["outs"]:
                remove(workspace / out["path"])
            words = ("dvc", "repro", "--force", "--single-item", stage)
            with nearly_full(disk, LEFT_KIB):
                done = run(workspace, *words)
            yield _judged(arena, workspace, "full disk", f"in {stage.partition('@')[0]}", done)


def _judged(
    arena: Arena, workspace: Path, attack: str, fault: str, done: "subprocess.CompletedProcess[str]"
) -> Trial:
    """Whether a command did what it should, or said in one line why not, and lost nothing."""
    failed = done.returncode != 0
    said = last_line(done) if failed else ""
    broken = "a traceback" if failed and TRACEBACK in done.stdout else ""
    broken = broken or ("" if failed else other_lock(arena, workspace))
    return Trial(attack, fault, arena.data, None, broken or broken_after(arena, workspace), said)


def _possible(around: Surroundings) -> bool:
    return (os.geteuid() == 0 or not around.needs_root) and (
        not around.within or shutil.which(around.within[0]) is not None
    )


def _shortened(name: str) -> str:
    return name if len(name) < 40 else f"{len(name)} letters"

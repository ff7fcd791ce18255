"""The whole pipeline from local archives, by `dvc repro` and by `reelvec repro`."""

import heapq
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.measure import REPETITIONS, Row, seconds, yes_or_no
from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.cli.repro import Waiting, cores
from reelvec.cli.stages import stages_to_run
from reelvec.cli.workspace import MEASURED, environment, make_workspace, merge_params
from reelvec.fetch.download import Sources
from reelvec.fetch.imdb import OFFICIAL_NAME

if TYPE_CHECKING:
    from networkx import DiGraph

TARGET_TOTAL, TARGET_IDLE, TARGET_IMPORTS, TARGET_PREPROCESS = 240, 3, 3, 15
TARGET_SPEEDUP, TARGET_CHANGE = 1.8, 25
TARGET_MEMORY = 2.5e9
LARGER_MACHINES = (4, 8, 16)
CHANGE = {"variants": {"scratch": {"dropout": 0.25}}}
IMPORT = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='imported')"


def run() -> list[Row]:
    """Measure every stage, all one by one and side by side, and repros with little to do."""
    if Sources.from_environment().local([OFFICIAL_NAME]) is None:
        return [Row("dvc repro", "not measured: set REELVEC_MIRROR to a folder of archives")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone, together, log = folder / "alone", folder / "together", folder / "stages.jsonl"
        for workspace in (alone, together):
            make_workspace(Path.cwd(), workspace, [])
        timed = _timed_environment(folder / "bin", alone, log)
        one_by_one = seconds(lambda: _repro(alone, timed, "dvc"))
        plain = environment(together)
        with PeakMemory() as peak:
            side_by_side = seconds(lambda: _repro(together, plain, "reelvec"))
        same = (alone / "dvc.lock").read_bytes() == (together / "dvc.lock").read_bytes()
        idle = median(
            seconds(lambda: _repro(together, plain, "reelvec")) for _ in range(REPETITIONS)
        )
        merge_params(together / "params.yaml", CHANGE)
        changed = seconds(lambda: _repro(together, plain, "reelvec"))
        changed += seconds(lambda: _run(together, plain, "reelvec", "page"))
        measured = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        durations = {_stage_of(entry["command"]): round(entry["seconds"], 1) for entry in measured}
        schedules = _schedules(alone, durations)
    write_json(MEASURED, dict(sorted(durations.items())))
    speedup = one_by_one / side_by_side
    return [
        *map(_stage_row, measured),
        Row("dvc repro from local archives", f"{one_by_one:.1f} s"),
        Row(
            f"reelvec repro from local archives, {cores()} cores",
            f"{side_by_side:.1f} s, {peak.bytes / 1e9:.1f} GB; dvc.lock is "
            + ("the same" if same else "**another**"),
            plain=f"dvc repro: {one_by_one:.1f} s",
            ratio=f"{speedup:.2f}",
            target=f"< {TARGET_TOTAL} s, ≥ {TARGET_SPEEDUP}x",
            met=yes_or_no(same and side_by_side < TARGET_TOTAL and speedup >= TARGET_SPEEDUP),
        ),
        *schedules,
        _row("reelvec repro with nothing to do", idle, TARGET_IDLE),
        _row("reelvec repro and page, one variant's dropout changed", changed, TARGET_CHANGE),
    ]


class PeakMemory:
    """The most memory that this process's descendants share among them, in bytes, while open."""

    def __init__(self) -> None:
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self.bytes = max(self.bytes, sum(map(_share, psutil.Process().children(True))))


def _share(process: psutil.Process) -> int:
    """A process's part of the memory that it uses: of a page that four use, a quarter."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        return 0


def _schedules(workspace: Path, durations: dict[str, float]) -> list[Row]:
    """How long the stages would take with more cores, from how long each took by itself."""
    graph, _ = stages_to_run(workspace, (), force=True)
    one = makespan(graph, durations, 1)
    return [
        Row(
            f"the stages' seconds scheduled on {number} cores, longest way first",
            f"{makespan(graph, durations, number):.0f} s",
            plain=f"one core: {one:.0f} s",
            ratio=f"{one / makespan(graph, durations, number):.2f}",
        )
        for number in (2, *LARGER_MACHINES)
    ]


def makespan(graph: "DiGraph", durations: dict[str, float], cores: int) -> float:
    """When the last stage ends, if a core takes the stage with the longest way ahead.

    Args:
        graph: edges lead from a stage to what it needs.
        durations: seconds of each stage.
        cores: how many stages run at a time, each as fast as alone.
    """
    waiting = Waiting(graph, durations)
    running: list[tuple[float, str]] = []
    now = 0.0
    while waiting or running:
        for name in waiting.take(cores - len(running)):
            heapq.heappush(running, (now + durations.get(name, 0.0), name))
        now, ended = heapq.heappop(running)
        waiting.tell_of(ended)
    return now


def _timed_environment(folder: Path, workspace: Path, log: Path) -> dict[str, str]:
    """The workspace's environment, with a `python` that notes what each stage takes."""
    folder.mkdir()
    timed = [sys.executable, str(Path(__file__).with_name("timed_python.py")), str(log)]
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.join(timed)} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    variables = environment(workspace)
    return {**variables, "PATH": f"{folder}{os.pathsep}{variables['PATH']}"}


def _repro(workspace: Path, variables: dict[str, str], program: str) -> None:
    _run(workspace, variables, program, "repro")


def _run(workspace: Path, variables: dict[str, str], program: str, *arguments: str) -> None:
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(
        command, cwd=workspace, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReelvecError(f"{program}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _stage_row(measured: dict[str, Any]) -> Row:
    name, imports = _stage_of(measured["command"]), _import_seconds(measured["command"][0])
    met = measured["bytes"] < TARGET_MEMORY and imports < TARGET_IMPORTS
    target = f"< {TARGET_MEMORY / 1e9:g} GB, imports < {TARGET_IMPORTS} s"
    if name == "preprocess":
        met = met and measured["seconds"] < TARGET_PREPROCESS
        target = f"< {TARGET_PREPROCESS} s, {target}"
    shown = (
        f"{measured['seconds']:.1f} s, {measured['bytes'] / 1e9:.2f} GB, imports {imports:.1f} s"
    )
    return Row(f"stage {name}", shown, target=target, met=yes_or_no(met))


def _stage_of(command: list[str]) -> str:
    script, *variant = command
    return "@".join([Path(script).stem, *variant])


@cache
def _import_seconds(script: str) -> float:
    """Start Python and import what the stage imports before it begins."""
    command = [sys.executable, "-c", IMPORT, script]
    return median(seconds(lambda: subprocess.run(command, check=True)) for _ in range(REPETITIONS))


def _row(task: str, taken: float, target: int) -> Row:
    return Row(task, f"{taken:.1f} s", target=f"< {target} s", met=yes_or_no(taken < target))

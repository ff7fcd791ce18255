"""The whole `dvc repro` from local archives, in a workspace of its own, stage by stage."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import REPETITIONS, Row, seconds, yes_or_no
from reelvec.base.errors import ReelvecError
from reelvec.cli.workspace import environment, make_workspace
from reelvec.fetch.download import Sources
from reelvec.fetch.imdb import OFFICIAL_NAME

TARGET_TOTAL, TARGET_IDLE, TARGET_IMPORTS, TARGET_PREPROCESS = 240, 6, 3, 15
TARGET_MEMORY = 2.5e9
IMPORT = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='imported')"


def run() -> list[Row]:
    """Measure every stage, all of them together, and a repro that finds nothing to do."""
    if Sources.from_environment().local([OFFICIAL_NAME]) is None:
        return [Row("dvc repro", "not measured: set REELVEC_MIRROR to a folder of archives")]
    with tempfile.TemporaryDirectory() as folder:
        workspace, log = Path(folder) / "workspace", Path(folder) / "stages.jsonl"
        make_workspace(Path.cwd(), workspace, [])
        variables = _timed_environment(Path(folder) / "bin", workspace, log)
        total = seconds(lambda: _repro(workspace, variables))
        idle = median(seconds(lambda: _repro(workspace, variables)) for _ in range(REPETITIONS))
        measured = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [
        *map(_stage_row, measured),
        _row("dvc repro from local archives", total, TARGET_TOTAL),
        _row("dvc repro with nothing to do", idle, TARGET_IDLE),
    ]


def _timed_environment(folder: Path, workspace: Path, log: Path) -> dict[str, str]:
    """The workspace's environment, with a `python` that notes what each stage takes."""
    folder.mkdir()
    timed = [sys.executable, str(Path(__file__).with_name("timed_python.py")), str(log)]
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.join(timed)} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    variables = environment(workspace)
    return {**variables, "PATH": f"{folder}{os.pathsep}{variables['PATH']}"}


def _repro(workspace: Path, variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "dvc", "repro"]
    done = subprocess.run(
        command, cwd=workspace, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReelvecError(f"dvc repro: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _stage_row(measured: dict[str, Any]) -> Row:
    script, *variant = measured["command"]
    name = "@".join([Path(script).stem, *variant])
    imports = _import_seconds(script)
    met = measured["bytes"] < TARGET_MEMORY and imports < TARGET_IMPORTS
    target = f"< {TARGET_MEMORY / 1e9:g} GB, imports < {TARGET_IMPORTS} s"
    if name == "preprocess":
        met = met and measured["seconds"] < TARGET_PREPROCESS
        target = f"< {TARGET_PREPROCESS} s, {target}"
    shown = (
        f"{measured['seconds']:.1f} s, {measured['bytes'] / 1e9:.2f} GB, imports {imports:.1f} s"
    )
    return Row(f"stage {name}", shown, target=target, met=yes_or_no(met))


@cache
def _import_seconds(script: str) -> float:
    """Start Python and import what the stage imports before it begins."""
    command = [sys.executable, "-c", IMPORT, script]
    return median(seconds(lambda: subprocess.run(command, check=True)) for _ in range(REPETITIONS))


def _row(task: str, taken: float, target: int) -> Row:
    return Row(task, f"{taken:.1f} s", target=f"< {target} s", met=yes_or_no(taken < target))

"""Workspaces to attack, and whether what came out is what an undisturbed run gives."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from ruamel.yaml import YAML

from benchmarks.small import small_workspace
from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import PARAMS
from reelvec.base.schema.whole import load_params
from reelvec.cli.repro import DURATIONS, read_durations
from reelvec.cli.stages import stages_to_run
from reelvec.cli.workspace import environment, make_workspace

MARK = "REELVEC_ATTACKED"
"""A variable by which all processes of an attacked command are known."""

TRACEBACK = "Traceback (most recent call last)"
JOBS = 2
REPRO = ("reelvec", "repro", "--jobs", str(JOBS))
OTHERS: dict[str, tuple[str, ...]] = {
    "track": ("reelvec", "track"),
    "register": ("reelvec", "register"),
    "page": ("reelvec", "page"),
}
"""Commands that a finished workspace is attacked in."""

SECONDS_TO_END = 20.0
LONGEST = 3600.0

Process = subprocess.Popen[str]


@dataclass(frozen=True, slots=True)
class Arena:
    """Where attacks take place.

    Attributes:
        folder: where all workspaces lie.
        pristine: a workspace in which nothing has run.
        finished: the same after an undisturbed run; the project itself on the real reviews.
        seconds: that run took.
        real: whether it is on the real reviews.
    """

    folder: Path
    pristine: Path
    finished: Path
    seconds: float
    real: bool

    @property
    def data(self) -> str:
        """The reviews, in a word."""
        return "IMDb" if self.real else "sample"

    @property
    def lock(self) -> bytes:
        """What every run has to write."""
        return (self.finished / "dvc.lock").read_bytes()

    def workspace(self, name: str = "workspace", finished: bool = False) -> Path:
        """A new copy, in which nothing has run or all has."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.finished if finished else self.pristine, path, symlinks=True)
        if finished:
            _move_artifacts(path / "mlflow.db", self.finished, path)
        return path

    def ready_for(self, command: str, name: str = "workspace") -> Path:
        """A new copy in which a command has something to do."""
        path = self.workspace(name, finished=command in OTHERS)
        if command == "track":
            for store in path.glob("mlflow.db*"):
                store.unlink()
        return path


def real_arena(project: Path, folder: Path) -> Arena:
    """A workspace with all models, to be held against the project's own run on the real reviews.

    Raises:
        ReelvecError: the project's pipeline has not run since something changed.
    """
    graph, _ = stages_to_run(project, (), force=False)
    if graph:
        raise ReelvecError(f"{', '.join(graph)}: to be run first; `make repro`")
    make_workspace(project, folder / "pristine", [])
    seconds = sum(read_durations(project / DURATIONS).values()) / JOBS
    return Arena(folder, folder / "pristine", project, seconds, real=True)


def make_arena(project: Path, folder: Path) -> Arena:
    """A workspace with small models on the sample, and one in which an undisturbed run took place.

    Raises:
        ReelvecError: that run failed.
    """
    pristine, finished = folder / "pristine", folder / "finished"
    small_workspace(project, pristine)
    shutil.copytree(pristine, finished)
    started = time.monotonic()
    done = run(finished, *REPRO)
    if done.returncode:
        raise ReelvecError(f"{finished}: the undisturbed run failed: {last_line(done)}")
    return Arena(folder, pristine, finished, time.monotonic() - started, real=False)


def start(
    workspace: Path,
    *words: str,
    within: Sequence[str] = (),
    variables: Mapping[str, str | None] | None = None,
) -> Process:
    """Start a command of this environment in a workspace, as the leader of a process group.

    Args:
        workspace: where to.
        words: the command.
        within: a command that runs it.
        variables: to set, or with None to take away.
    """
    program = Path(sys.executable).with_name(words[0])
    given = {**environment(workspace), MARK: str(workspace), **(variables or {})}
    return subprocess.Popen(
        [*within, str(program) if program.exists() else words[0], *words[1:]],
        cwd=workspace,
        env={name: value for name, value in given.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        # What a script starts in the background ignores Ctrl-C, and so does what that starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def finish(process: Process) -> subprocess.CompletedProcess[str]:
    """Wait for a command to end; one that never does is killed, and has failed."""
    try:
        out, _ = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        out += f"\nno end within {LONGEST:g} s"
    return subprocess.CompletedProcess(process.args, process.returncode, out, "")


def run(
    workspace: Path,
    *words: str,
    within: Sequence[str] = (),
    variables: Mapping[str, str | None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return finish(start(workspace, *words, within=within, variables=variables))


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The last thing that a command said, in at most 200 characters."""
    errors = [line for line in done.stdout.splitlines() if line.startswith("error: ")]
    lines = errors or [line for line in done.stdout.splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else ""


def ended_processes_left(workspace: Path) -> str:
    """End what a command that was ended has left at work, and say how much; nothing, as it should.

    Args:
        workspace: that the command ran in.
    """
    left = processes_left(workspace)
    names = []
    for process in left:
        with suppress(psutil.Error):
            names.append(" ".join(process.cmdline()[-3:]))
            process.kill()
    return f"{len(left)} processes were left: {', '.join(names)[:200]}" if left else ""


def processes_left(workspace: Path) -> list[psutil.Process]:
    """The processes of attacked commands in a workspace that are still there after a while."""
    until = time.monotonic() + SECONDS_TO_END
    while (found := _marked(workspace)) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def _marked(workspace: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and process.environ().get(MARK) == str(workspace):
                found.append(process)
    return found


def _move_artifacts(store: Path, before: Path, now: Path) -> None:
    """Have a copy of MLflow's store keep its files beside itself."""
    if not store.exists():
        return
    with closing(sqlite3.connect(store)) as database:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            database.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)",
                (before.resolve().as_uri(), now.resolve().as_uri()),
            )
        database.commit()


def tracked_in(store: Path) -> dict[str, str]:
    """The variables by which MLflow writes to a database file."""
    return {"MLFLOW_TRACKING_URI": f"sqlite:///{store}"}


def broken_after(arena: Arena, workspace: Path, store: Path | None = None) -> str:
    """Complete what a fault left, and say what did not hold: nothing, as it should be.

    Args:
        arena: it took place in.
        workspace: that the fault was in.
        store: MLflow's; None means the workspace's own.
    """
    store = store or workspace / "mlflow.db"
    if left := ended_processes_left(workspace):
        return left
    done = run(workspace, *REPRO, variables=tracked_in(store))
    if done.returncode:
        return f"the next run failed: {last_line(done)}"
    if other := other_lock(arena, workspace):
        return f"after the next run {other}"
    return runs_broken_in(store, load_params(workspace / PARAMS).models)


def other_lock(arena: Arena, workspace: Path) -> str:
    """In what dvc.lock differs from that of an undisturbed run; empty where in nothing."""
    found = (workspace / "dvc.lock").read_bytes()
    if found == arena.lock:
        return ""
    read = YAML(typ="safe", pure=True).load
    own, expected = read(found)["stages"], read(arena.lock)["stages"]
    names = [name for name in {**expected, **own} if own.get(name) != expected.get(name)]
    return f"dvc.lock differs in {', '.join(names) if names else 'the order of its stages'}"


def runs_broken_in(store: Path, models: Iterable[str] = ()) -> str:
    """What is wrong with the runs in MLflow's store: one for each model, all at their end.

    Args:
        store: a database file.
        models: that must have a run.
    """
    with closing(sqlite3.connect(store)) as database:
        query = "SELECT name, status FROM runs WHERE lifecycle_stage = 'active'"
        found = database.execute(query).fetchall()
    names = [name for name, _ in found]
    if len(names) != len(set(names)):
        return f"MLflow has {len(names)} runs of {len(set(names))} models"
    if missing := [model for model in models if model not in names]:
        return f"MLflow has no run of {', '.join(missing)}"
    unfinished = [name for name, status in found if status != "FINISHED"]
    return f"MLflow shows no end of {', '.join(unfinished)}" if unfinished else ""


def champions_broken_in(store: Path) -> str:
    """What is wrong with the registered models of MLflow's store: one version, or none at all."""
    with closing(sqlite3.connect(store)) as database:
        versions = database.execute("SELECT version FROM model_versions").fetchall()
        aliases = database.execute("SELECT version FROM registered_model_aliases").fetchall()
    if len(versions) > 1:
        return f"MLflow has {len(versions)} versions of one model"
    return "" if versions == aliases else "MLflow has a version that is no champion"

"""`reelvec repro`: what `dvc repro` does, with independent stages side by side.

Each stage is run by DVC itself, as `dvc repro --single-item` in a process of its own, so that
dvc.lock and the cache are those of `dvc repro`. The processes are forked from one that has loaded
DVC already.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json, write_json
from reelvec.cli.forked_python import forked_python
from reelvec.cli.left_locks import release_the_dead
from reelvec.cli.stages import stages_to_run
from reelvec.cli.workspace import MEASURED, own_path
from reelvec.dvc_interface import (
    LOADED_TO_REPRODUCE,
    PRINTED_BEFORE_A_RUN,
    locked_stages,
    put_in_order,
    run_command,
)

if TYPE_CHECKING:
    from networkx import DiGraph

LOCK = Path("dvc.lock")
LOG = Path(".dvc/tmp/repro.log")
DURATIONS = Path(".dvc/tmp/durations.json")
"""Seconds that each stage took when it last ran: the longest way to the end goes first."""

BEGUN = Path(".dvc/tmp/order.json")
"""The order of dvc.lock when a run began; there until that run, or a later one, is complete."""

LOADED = ["__main__", __name__, *LOADED_TO_REPRODUCE]
FEWEST_TO_LOAD_FOR = 4
"""Stages: fewer have imported what they need before all that any stage needs is loaded."""

LINES_SHOWN = 30
SECONDS_TO_END = 10.0


def reproduce(
    project: Path,
    targets: Sequence[str] = (),
    *,
    jobs: int,
    force: bool = False,
    log: Path = LOG,
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """Run the stages that changed, and those that need what they make.

    A line is printed for each stage that ended; all that the stages print goes into a log.

    Args:
        project: the folder of `dvc.yaml`.
        targets: stages to bring up to date with all that they need; by default all.
        jobs: how many stages run at a time.
        force: run all of them, changed or not.
        log: within the project; what all stages printed, in the order in which they ended.
        environment: of the stages; by default that of this process.

    Returns:
        the stages that were looked at, in the order in which they ended.

    Raises:
        ReelvecError: a stage failed (the message has the end of what it printed), or DVC finds
            something wrong with the project.
    """
    release_the_dead(project)
    graph, order = stages_to_run(project, targets, force)
    locked = _order_before(project)
    (project / BEGUN).parent.mkdir(parents=True, exist_ok=True)
    write_json(project / BEGUN, locked)
    durations = read_durations(project / DURATIONS)
    expected = {**read_durations(project / MEASURED), **durations}
    # A stage's `python` is this one, whether or not somebody activated its environment.
    variables = {**(os.environ if environment is None else environment), "PATH": own_path()}
    # Threads that wait for work must not take it from the stage beside them.
    variables.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    runs = _Runs(project, log, jobs, force)
    try:
        loaded = len(graph) >= FEWEST_TO_LOAD_FOR
        python = forked_python(project, variables) if loaded else nullcontext(variables)
        with _ended_in_order(), python as runs.variables:
            try:
                runs.run_all(graph, expected)
            finally:
                runs.end()
    finally:
        put_in_order(project / LOCK, [*locked, *order])
        write_json(project / DURATIONS, {**durations, **runs.durations})
    (project / BEGUN).unlink(missing_ok=True)  # another run may have been the first to end
    return runs.ended


def cores() -> int:
    """How many stages can run at a time here."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Waiting:
    """Stages that have not begun; those that others wait for longest go first.

    Args:
        graph: edges lead from a stage to what it needs.
        durations: seconds that stages took when they last ran.
    """

    def __init__(self, graph: "DiGraph", durations: Mapping[str, float]) -> None:
        self._ahead = seconds_ahead(graph, durations)
        self._needed = {name: set(graph.successors(name)) for name in graph}

    def __len__(self) -> int:
        return len(self._needed)

    def take(self, most: int) -> list[str]:
        """Stages that can begin now; they wait no more."""
        ready = [name for name, needed in self._needed.items() if not needed]
        taken = sorted(ready, key=lambda name: (-self._ahead[name], name))[:most]
        for name in taken:
            del self._needed[name]
        return taken

    def tell_of(self, ended: str) -> None:
        """Let nothing wait any longer for a stage that has ended."""
        for needed in self._needed.values():
            needed.discard(ended)


@dataclass(slots=True)
class _Runs:
    """Stages that run, and how those went that ended."""

    project: Path
    log: Path
    jobs: int
    force: bool
    variables: Mapping[str, str] = field(default_factory=dict)
    running: dict[int, tuple[str, BaseProcess, float]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    durations: dict[str, float] = field(default_factory=dict)

    def run_all(self, graph: "DiGraph", durations: Mapping[str, float]) -> None:
        """Run the stages of a graph, each after all that it needs."""
        waiting = Waiting(graph, durations)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        if graph:
            resource_tracker.ensure_running()  # which would let interrupts through again
            with _interrupts_kept_from_children():
                ensure_running()
        self._start_log()
        with tqdm(total=len(graph), unit="stage", leave=False, disable=None) as bar:
            while waiting or self.running:
                for name in waiting.take(self.jobs - len(self.running)):
                    self._start(context, name)
                bar.set_postfix_str(", ".join(name for name, _, _ in self.running.values()))
                for sentinel in wait(list(self.running)):
                    name, seconds = self._finish(sentinel)  # type: ignore[arg-type]
                    bar.write(f"  {name:<34}{seconds:6.1f} s")
                    sys.stdout.flush()
                    bar.update()
                    waiting.tell_of(name)

    def _start_log(self) -> None:
        log = self.project / self.log
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        for left in log.parent.glob(self._output_of("*").name):
            left.unlink()  # by a run that was killed

    def _start(self, context: multiprocessing.context.ForkServerContext, name: str) -> None:
        arguments = ["--wait-for-lock", "repro", "--single-item", name]
        process = context.Process(
            target=_run_dvc,
            args=(
                self.project.resolve(),
                self._output_of(name),
                [*arguments, "--force"] if self.force else arguments,
                dict(self.variables),
            ),
        )
        with _interrupts_kept_from_children():  # nor is one forgotten that has just begun
            process.start()
            self.running[process.sentinel] = (name, process, time.monotonic())

    def _finish(self, sentinel: int) -> tuple[str, float]:
        """Take what a stage printed into the log, and say which it was and how long it took.

        Raises:
            ReelvecError: it failed.
        """
        name, process, start = self.running.pop(sentinel)
        process.join()
        seconds = round(time.monotonic() - start, 1)
        self.ended.append(name)
        printed = self._output_of(name)
        output = printed.read_bytes() if printed.exists() else b""
        printed.unlink(missing_ok=True)
        with (self.project / self.log).open("ab") as stream:
            stream.write(output)
        if process.exitcode:
            lines = output.decode("utf-8", "replace").splitlines()[-LINES_SHOWN:]
            tail = "\n".join(lines)
            raise ReelvecError(
                f"{name} failed; what it printed last (all of it: {self.project / self.log}):\n"
                f"{tail}"
            )
        if PRINTED_BEFORE_A_RUN in output:
            self.durations[name] = seconds
        return name, seconds

    def _output_of(self, name: str) -> Path:
        path = self.project.resolve() / self.log
        return path.with_name(f".{name.replace('/', '_')}.{path.name}")

    def end(self) -> None:
        """Let no stage run on: ask all of them, then kill; at once if Ctrl-C is pressed again."""
        running = [process for _, process, _ in self.running.values()]
        try:
            self._signal_all(signal.SIGINT)
            until = time.monotonic() + SECONDS_TO_END
            for process in running:
                process.join(max(0.0, until - time.monotonic()))
        finally:
            self._signal_all(signal.SIGKILL)
            for process in running:
                process.join()
            for name, _, _ in self.running.values():
                self._output_of(name).unlink(missing_ok=True)
            self.running.clear()

    def _signal_all(self, how: signal.Signals) -> None:
        for _, process, _ in self.running.values():
            _signal_group(process, how)


def seconds_ahead(graph: "DiGraph", durations: Mapping[str, float]) -> dict[str, float]:
    """How long it takes from the start of each stage to the end of all that need it."""
    from networkx import topological_sort

    ahead: dict[str, float] = {}
    for name in topological_sort(graph):  # a stage before what it needs
        behind = max((ahead[other] for other in graph.predecessors(name)), default=0.0)
        ahead[name] = durations.get(name, 1.0) + behind
    return ahead


def _signal_group(process: BaseProcess, how: signal.Signals) -> None:
    if process.pid is not None and process.is_alive():
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:  # not yet a group of its own
            os.kill(process.pid, how)


def _run_dvc(project: Path, output: Path, arguments: list[str], variables: dict[str, str]) -> None:
    """Be DVC, in a process group that ends when the process that asked for it does."""
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.chdir(project)
    os.environ.clear()
    os.environ.update(variables)
    with output.open("wb", buffering=0) as stream:
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
    # Not before: what an interrupt has Python say is for the log.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    status = run_command(arguments)
    for each in (sys.stdout, sys.stderr):
        each.flush()
    os._exit(status)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.killpg(os.getpgrp(), signal.SIGKILL)


@contextmanager
def _interrupts_kept_from_children() -> Iterator[None]:
    """Let no Ctrl-C reach what is started here: a terminal sends it to all processes at once.

    Whoever is still importing would answer by a traceback; this process ends the others itself.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does: with its stages, and dvc.lock in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _order_before(project: Path) -> list[str]:
    """The order of dvc.lock, as it was before a run that did not end put new stages to it."""
    now = [name for name, _ in locked_stages(project / LOCK)]
    try:
        before = [str(name) for name in read_json(project / BEGUN)]
    except (OSError, ValueError, TypeError):
        return now
    # DVC moves nothing: what does not begin so is another file, from git perhaps.
    there = [name for name in before if name in now]
    return before if now[: len(there)] == there else now


def read_durations(path: Path) -> dict[str, float]:
    """How long each stage took when it last ran, in seconds; nothing where nobody knows."""
    try:
        return {str(name): float(seconds) for name, seconds in read_json(path).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}

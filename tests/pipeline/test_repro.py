"""`reelvec repro`: what `dvc repro` does, stages side by side, and nothing left running."""

import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from workspaces import (
    NO_MLFLOW,
    OTHER_SURROUNDINGS,
    change,
    command,
    error_of,
    ran,
    run,
    succeed,
)

from reelvec.cli.repro import DURATIONS, LOG, SECONDS_TO_END, read_durations

SLOW = """
import sys, time
open(f"started.{sys.argv[1]}", "w").close()
time.sleep(60)
"""
"""How a training begins that takes a while."""

DEAF = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
"""


def processes_in(workspace: Path) -> list[psutil.Process]:
    """What still runs there."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(workspace.resolve()):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def interruptible(workspace: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a command as the leader of a process group; what it says comes in one stream."""
    return subprocess.Popen(
        **command(workspace, *words, **NO_MLFLOW),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # What runs in the background of a script ignores interrupts, and what it starts does too.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_two_trainings(workspace: Path, process: "subprocess.Popen[str]") -> None:
    """Until stages that begin with SLOW are at work side by side."""
    started = [workspace / f"started.{name}" for name in ("scratch", "glove_frozen")]
    deadline = time.monotonic() + 120
    while not all(path.exists() for path in started):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_nothing_that_has_not_changed_is_run_and_a_stage_is_run_with_what_it_needs(
    workspace: Path, finished: Path
) -> None:
    assert succeed(workspace, "reelvec", "repro") == "nothing has changed\n"
    change(workspace, {"similarities": {"neighbors": 3}})
    words = ("reelvec", "repro", "compare_similarities")
    output = succeed(workspace, *words, **OTHER_SURROUNDINGS, **NO_MLFLOW)
    assert [line.split()[0] for line in output.splitlines()] == ["compare_similarities", "1"]
    assert ran((workspace / LOG).read_text(encoding="utf-8")) == ["compare_similarities"]
    assert (workspace / "dvc.lock").read_bytes() != (finished / "dvc.lock").read_bytes()
    ran_for = read_durations(workspace / DURATIONS)
    change(workspace, {"similarities": {"neighbors": 10}})
    output = succeed(workspace, "reelvec", "repro", **NO_MLFLOW)
    assert (workspace / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()
    looked_at = {line.split()[0] for line in output.splitlines()[:-1]}
    skipped = looked_at.difference(ran((workspace / LOG).read_text(encoding="utf-8")))
    assert skipped, "stages behind it whose inputs are what they were"
    durations = read_durations(workspace / DURATIONS)
    assert {name: durations[name] for name in skipped} == {
        name: ran_for[name] for name in skipped
    }, "a stage that did not run says nothing of how long it takes"


def test_a_stage_that_does_not_exist_is_named_with_those_that_do(workspace: Path) -> None:
    message = error_of(run(workspace, "reelvec", "repro", "tain"))
    assert "no stage 'tain'" in message
    assert "train@scratch" in message
    assert succeed(workspace, "reelvec", "repro", "train") == "nothing has changed\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_is_ended_no_stage_runs_on_and_the_next_run_completes(
    workspace: Path, finished: Path, how: signal.Signals
) -> None:
    stage = workspace / "stages/train.py"
    code = stage.read_text(encoding="utf-8")
    stage.write_text(SLOW + code, encoding="utf-8")
    with interruptible(workspace, "reelvec", "repro", "--jobs", "2", "train") as process:
        wait_for_two_trainings(workspace, process)
        os.kill(process.pid, how)
        process.communicate(timeout=60)
        assert process.returncode != 0
    deadline = time.monotonic() + 30
    while processes_in(workspace):
        assert time.monotonic() < deadline, processes_in(workspace)
        time.sleep(0.1)

    stage.write_text(code, encoding="utf-8")
    succeed(workspace, "reelvec", "repro", "train", **NO_MLFLOW)
    assert (workspace / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()
    assert succeed(workspace, "reelvec", "repro") == "nothing has changed\n"


def test_ctrl_c_twice_ends_stages_that_do_not_listen(workspace: Path) -> None:
    stage = workspace / "stages/train.py"
    stage.write_text(DEAF + SLOW + stage.read_text(encoding="utf-8"), encoding="utf-8")
    with interruptible(workspace, "reelvec", "repro", "--jobs", "2") as process:
        wait_for_two_trainings(workspace, process)
        for _ in range(2):
            os.kill(process.pid, signal.SIGINT)
            time.sleep(0.5)
        process.communicate(timeout=SECONDS_TO_END)
    assert processes_in(workspace) == []


def test_an_interrupt_of_all_processes_at_the_start_is_no_traceback(workspace: Path) -> None:
    change(workspace, {"evaluation": {"mistakes": 3}})
    with interruptible(workspace, "reelvec", "repro", "evaluate") as process:
        deadline = time.monotonic() + 120
        while not psutil.Process(process.pid).children():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in said
    assert processes_in(workspace) == []


def test_a_stage_that_fails_is_named_and_ends_the_others(workspace: Path) -> None:
    stage = workspace / "stages/train.py"
    stage.write_text(SLOW + stage.read_text(encoding="utf-8"), encoding="utf-8")
    stage = workspace / "stages/train_baselines.py"
    stage.write_text("raise SystemExit('error: no more baselines')\n", encoding="utf-8")
    start = time.monotonic()
    done = run(workspace, "reelvec", "repro", "--jobs", "3", **NO_MLFLOW)
    assert done.returncode == 1
    assert "error: train_baselines failed" in done.stderr
    assert "no more baselines" in done.stderr
    assert time.monotonic() - start < 60, "the trainings were not waited for"
    assert processes_in(workspace) == []

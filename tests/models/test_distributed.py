"""Several processes learn what one would, and end together, in words."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_trainings
from hypothesis import given
from hypothesis import strategies as st
from small_trainings import CPU, KINDS, PARTS, SHARED, TOKENS, params_of

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.models.distributed import SeveralProcesses, joined
from reelvec.models.first_layer import start_of
from reelvec.models.processes import ALONE, started_processes
from reelvec.models.training import new_model
from reelvec.text.vocabulary import Vocabulary

SCRIPT = Path(small_trainings.__file__)
STAGE = Path(__file__).parents[2] / "stages/train.py"
LONG = 120.0


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def environment(rank: int, size: int, port: str, patience: float = LONG) -> dict[str, str]:
    return {
        "RANK": str(rank),
        "WORLD_SIZE": str(size),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "PATIENCE": str(patience),
        "OMP_NUM_THREADS": "1",
    }


@contextmanager
def started(*words: str, patience: float = LONG) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes of one training; none is left behind."""
    port = free_port()
    with ExitStack() as stack:
        both = []
        for rank in (0, 1):
            process = subprocess.Popen(
                [sys.executable, str(SCRIPT), *words],
                env={**os.environ, **environment(rank, 2, port, patience)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            both.append(stack.enter_context(process))
            stack.callback(process.kill)
        yield both


@pytest.fixture(scope="module")
def together() -> list[dict[str, Any]]:
    """What each of two processes found."""
    with started() as both:
        answers = [process.communicate(timeout=600) for process in both]
        assert [process.returncode for process in both] == [0, 0], answers
    return [json.loads(out) for out, _ in answers]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_learn_what_one_learns(together: list[dict[str, Any]], kind: str) -> None:
    alone, _ = small_trainings.losses_and_weights(kind)
    (first, weights), (second, same_weights) = (each["found"][kind] for each in together)
    np.testing.assert_allclose(first, alone, rtol=0, atol=1e-5)
    assert (first, weights) == (second, same_weights), "no process ever differs from another"


def test_early_stopping_was_among_it(together: list[dict[str, Any]]) -> None:
    history, _ = together[0]["found"]["stopped early"]
    assert len(history) < KINDS["stopped early"]["epochs"]


def test_processes_that_begin_differently_say_so(together: list[dict[str, Any]]) -> None:
    assert [each["said"].partition(":")[0] for each in together] == [
        "process 1 begins with other parameters, reviews or weights than process 0"
    ] * 2


@given(rows=st.integers(0, 50), size=st.integers(2, 9))
def test_shares_are_all_of_a_batch_and_as_large_as_each_other(rows: int, size: int) -> None:
    batch = np.random.default_rng(rows).permutation(rows)
    shares = [SeveralProcesses(rank, size, CPU).share_of(batch) for rank in range(size)]
    assert sorted(np.concatenate(shares).tolist()) == list(range(rows))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(("end", "patience"), [(signal.SIGKILL, LONG), (signal.SIGSTOP, 20.0)])
def test_a_process_that_is_lost_ends_the_other_in_one_line(
    end: signal.Signals, patience: float
) -> None:
    with started("endless", patience=patience) as (left, lost):
        for process in (left, lost):
            assert process.stdout is not None
            assert process.stdout.readline() == "1\n"
        begun = time.monotonic()
        lost.send_signal(end)
        _, said = left.communicate(timeout=100)
        assert end != signal.SIGKILL or time.monotonic() - begun < LONG / 2, "it need not wait"
        assert left.returncode == 1
        assert said.startswith("error: another process of this training ended or did not answer")
        assert said.count("\n") == 1


BAD = [
    {"WORLD_SIZE": "2"},
    {"WORLD_SIZE": "2", "RANK": "0"},
    {"WORLD_SIZE": "2", "RANK": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"},
    {"WORLD_SIZE": "2", "RANK": "-1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"},
    {"WORLD_SIZE": "two", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"},
    {"WORLD_SIZE": "", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"},
    {"WORLD_SIZE": "0", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"},
]


@pytest.mark.parametrize("variables", BAD, ids=str)
def test_an_environment_that_makes_no_sense_is_shown(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment(0, 2, ""):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ReelvecError) as caught, started_processes(CPU):
        pass
    assert "start the stage with torchrun, or unset WORLD_SIZE" in str(caught.value)
    assert f"WORLD_SIZE={variables['WORLD_SIZE']}" in str(caught.value)


def test_nobody_waits_for_ever_for_those_that_never_come(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(0, 2, free_port()).items():
        monkeypatch.setenv(name, value)
    message = r"^process 0 of 2 did not meet all others at 127\.0\.0\.1:\d+ within 2 s: start all"
    with pytest.raises(ReelvecError, match=message), joined(CPU, timedelta(seconds=2)):
        pass


@pytest.mark.slow
def test_a_meeting_place_that_nobody_keeps_is_named_in_one_line() -> None:
    variables = {**os.environ, **environment(1, 2, free_port(), patience=2)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: process 1 of 2 did not meet all others at 127.0.0.1:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("variables", [{}, {"WORLD_SIZE": "1", "RANK": "0"}])
def test_one_process_trains_alone(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with started_processes(CPU) as processes:
        assert processes is ALONE
        assert processes.part_of(PARTS.validation) is PARTS.validation


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 3}, "4 processes, batches of 3 and 61 reviews"),
        ({"pool_padding": True}, "`pool_padding` up to the longest"),
    ],
)
def test_what_cannot_be_divided_is_refused(changes: dict[str, Any], message: str) -> None:
    params = params_of("mean", **changes)
    start = start_of(params, TOKENS, PARTS.training, None)
    with pytest.raises(ReelvecError, match=message):
        SeveralProcesses(0, 4, CPU).prepare(new_model(params, start), start)
    with pytest.raises(ReelvecError, match="33 validation reviews for 34 processes"):
        SeveralProcesses(0, 34, CPU).part_of(PARTS.validation)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What `stages/train.py` needs for one variant."""
    folder = tmp_path / "data/processed"
    counts = np.ones(len(TOKENS), np.int64)
    Vocabulary(TOKENS, counts, counts).save(folder / "vocab.tsv")
    (folder / "preprocess.json").write_text(PreprocessParams().model_dump_json())
    for name, part in zip(
        ("train", "valid", "unsup"),
        (PARTS.training, PARTS.validation, PARTS.unlabelled),
        strict=True,
    ):
        part.save(folder / name)
    metrics = tmp_path / "reports/metrics/imdb.json"
    metrics.parent.mkdir(parents=True)
    metrics.write_text('{"data": "small reviews"}')
    endless = SHARED | {"epochs": 10**9, "patience": 10**9}
    variants = {"plain": SHARED | {"refit": True}, "endless": endless}
    (tmp_path / "params.yaml").write_text(json.dumps({"variants": variants, "training": {}}))
    return tmp_path


def command(folder: Path, *words: str) -> dict[str, Any]:
    program = Path(sys.executable).with_name("torchrun")
    torchrun = [str(program), "--standalone", "--nproc-per-node", "2"]
    return {
        "args": [*(torchrun if words[0] == "torchrun" else [sys.executable]), str(STAGE), words[1]],
        "cwd": folder,
        "env": {
            **os.environ,
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:1",
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
        },
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }


@pytest.mark.slow
def test_under_torchrun_the_stage_prints_and_writes_once_what_it_does_alone(project: Path) -> None:
    curves, printed = [], []
    for program in ("python", "torchrun"):
        done = subprocess.run(**command(project, program, "plain"), check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
        curves.append(read_json(project / "reports/metrics/train/plain.json"))
        made = sorted(path.name for path in (project / "data/models/plain").iterdir())
        assert made == ["config.json", "model.safetensors", "validation.npy"]
    assert curves[0] == pytest.approx(curves[1], abs=1e-5)
    assert printed[0] == printed[1]
    assert printed[0].count("\n") == SHARED["epochs"]


@pytest.mark.slow
def test_a_stage_whose_process_is_killed_leaves_nothing_and_ends(project: Path) -> None:
    import psutil

    with subprocess.Popen(**command(project, "torchrun", "endless")) as torchrun:
        try:
            assert torchrun.stdout is not None
            assert torchrun.stdout.readline().startswith("endless epoch 1: ")
            workers = psutil.Process(torchrun.pid).children()
            assert len(workers) == 2
            workers[1].kill()
            begun = time.monotonic()
            _, said = torchrun.communicate(timeout=100)
        finally:
            torchrun.kill()
    assert time.monotonic() - begun < 60, "far sooner than one process waits for another"
    assert torchrun.returncode != 0
    assert not any(worker.is_running() for worker in workers)
    assert [line for line in said.splitlines() if line.startswith("error: ")][1:] == []
    assert not (project / "data/models").exists()

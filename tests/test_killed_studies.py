"""A study that is killed leaves no process behind, and no MLflow run without an end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from studies.common.runs import record_cells

TWO_CELLS = """
import os, sys, time
from pathlib import Path
from studies.common.cells import Inputs, run_cells

def compute(cell):
    Path(sys.argv[1], f"{cell['seed']}.pid").write_text(str(os.getpid()))
    time.sleep(600)

run_cells([{"seed": 1}, {"seed": 2}], compute, Path(sys.argv[1], "cells"), Inputs({}, []), jobs=2)
"""

PROJECT = Path(__file__).parents[1]
SECONDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_processes_that_compute_cells_end_with_the_study(
    tmp_path: Path, number: signal.Signals
) -> None:
    paths = [str(PROJECT), str(PROJECT / "src")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    study = subprocess.Popen(
        [sys.executable, "-c", TWO_CELLS, str(tmp_path)], cwd=PROJECT, env=environment
    )
    try:
        files = [tmp_path / f"{seed}.pid" for seed in (1, 2)]
        deadline = time.monotonic() + SECONDS
        while not all(file.exists() and file.read_text() for file in files):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        workers = [psutil.Process(int(file.read_text())) for file in files]
        study.send_signal(number)
        assert study.wait(SECONDS) == -number
        assert psutil.wait_procs(workers, SECONDS)[1] == []
    finally:
        study.kill()


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An MLflow store that is not there yet."""
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(tmp_path)
    return uri


def runs_of_cells(uri: str) -> list[Run]:
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("cells")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id]))


@pytest.mark.slow
def test_a_run_that_was_left_without_an_end_is_finished_by_the_next_study(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"model": "scratch", "accuracy": 0.5}]
    with monkeypatch.context() as killed:
        killed.setattr("mlflow.MlflowClient.set_terminated", lambda *_, **__: None)
        record_cells("cells", rows, ["accuracy"])
    record_cells("cells", rows, ["accuracy"])
    assert [(run.info.status, run.data.metrics) for run in runs_of_cells(uri)] == [
        ("FINISHED", {"accuracy": 0.5})
    ]


@pytest.mark.slow
def test_runs_that_are_there_are_not_written_again_however_many_pages_they_fill(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelvec.tracking.store.RUNS_A_PAGE", 2)
    rows = [{"model": "scratch", "seed": seed, "accuracy": 0.5} for seed in range(5)]
    record_cells("cells", rows, ["accuracy"])
    made: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr("reelvec.tracking.store.Store.run", lambda *_: made.append("again"))
        record_cells("cells", rows, ["accuracy"])
    assert made == []
    record_cells("cells", [*rows, {"model": "scratch", "seed": 5, "accuracy": 0.5}], ["accuracy"])
    assert len(runs_of_cells(uri)) == 6

"""The cells of a study on the workers of a Dask cluster: the files of one machine."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import cloudpickle
import numpy as np
import pytest
import studies
import torch
from dask_cluster import Cluster
from studies.common.cells import Inputs, run_cells

from reelvec.base import shared_function
from reelvec.base.errors import ReelvecError
from reelvec.base.executor import SCHEDULER
from reelvec.base.project.files import LEFT_BEHIND, read_json
from reelvec.base.shared_function import SUFFIX

pytest.importorskip("distributed", reason="no Dask: `pip install 'reelvec[cluster]'` brings it")
pytestmark = pytest.mark.slow

CELLS = [{"model": name, "seed": seed} for name in "ab" for seed in range(1, 7)]


class Drawn:
    """Figures from what was read before, from a file beside it, and from torch's generator."""

    def __init__(self) -> None:
        self.read = np.arange(1_000_000, dtype=np.float64)

    def compute(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        torch.manual_seed(cell["seed"])
        for _ in range(20):
            torch.rand(10_000)
        factor = float(Path("factor.txt").read_text())
        with Path("calls.txt").open("a") as calls:
            calls.write(f"{os.getpid()}\n")
        return {"drawn": float(torch.rand(()).item()) * factor, "read": float(self.read.sum())}


def kept(folder: Path) -> dict[str, dict[str, Any]]:
    """What each file says, but for how long it took."""
    return {path.name: {**read_json(path), "seconds": 0} for path in folder.iterdir()}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "factor.txt").write_text("3")
    monkeypatch.chdir(folder)
    # As the script of a study is, being `__main__`.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield folder
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def test_workers_compute_the_cells_of_one_machine_wherever_they_were_started(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        cluster.add_worker(threads=4)
    there = run_cells(CELLS, Drawn().compute, Path("there"), Inputs({}, []), jobs=2)
    processes = set(Path("calls.txt").read_text().split())
    monkeypatch.delenv(SCHEDULER)
    assert there == run_cells(CELLS, Drawn().compute, Path("here"), Inputs({}, []), jobs=2)
    assert kept(project / "there") == kept(project / "here")
    assert len(processes - {str(os.getpid())}) == 2
    assert str(os.getpid()) not in processes


def test_a_worker_that_is_killed_and_one_that_comes_late_leave_the_same_cells(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cluster.add_worker()

    def another_one() -> None:
        while not (project / "calls.txt").exists():
            time.sleep(0.005)
        first.kill()
        cluster.add_worker()

    thread = Thread(target=another_one, daemon=True)
    thread.start()
    there = run_cells(CELLS, Drawn().compute, Path("there"), Inputs({}, []), jobs=2)
    thread.join()
    monkeypatch.delenv(SCHEDULER)
    assert there == run_cells(CELLS, Drawn().compute, Path("here"), Inputs({}, []), jobs=2)


def test_a_lost_scheduler_is_one_line_and_what_was_computed_is_kept(
    cluster: Cluster, project: Path
) -> None:
    cluster.add_worker()

    def lose_it() -> None:
        while not any(project.glob("there/*.json")):
            time.sleep(0.005)
        cluster.scheduler.kill()

    Thread(target=lose_it, daemon=True).start()
    with pytest.raises(ReelvecError, match="the Dask scheduler was lost"):
        run_cells(CELLS, slowly, Path("there"), Inputs({}, []), jobs=2)
    assert not list(project.glob(f"there/*{SUFFIX}"))
    assert 0 < len(list(project.glob("there/*.json"))) < len(CELLS)


def slowly(cell: Mapping[str, Any]) -> dict[str, Any]:
    time.sleep(0.3)
    return {"seed": cell["seed"]}


def test_a_worker_whose_linear_algebra_is_another_refuses_to_compute(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add_worker()
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    with pytest.raises(ReelvecError, match=r"MKL_CBWR=COMPATIBLE \S+ dask worker"):
        run_cells(CELLS, Drawn().compute, Path("there"), Inputs({}, []), jobs=2)
    assert list(project.glob("there/*")) == []


def test_what_a_killed_study_left_goes_after_a_day(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_function, "map_blocks", map)
    old, young = (project / f"{name}{SUFFIX}" for name in ("old", "young"))
    for path, age in ((old, LEFT_BEHIND + 60), (young, 60)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    assert list(shared_function.map_shared(str, [1, 2], project, studies)) == ["1", "2"]
    assert list(project.glob(f"*{SUFFIX}")) == [young]

"""A Dask cluster gives the bytes that one machine gives, whatever befalls it meanwhile."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dask_cluster import Cluster

from reelvec.base import executor
from reelvec.base.errors import ReelvecError
from reelvec.base.executor import SCHEDULER
from reelvec.base.project.files import replacing
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.text.table_tokens import tokenize_table

pytest.importorskip("distributed", reason="no Dask: `pip install 'reelvec[cluster]'` brings it")
pytestmark = pytest.mark.slow

PARAMS = PreprocessParams()
GROUPS, REVIEWS = 60, 40


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.parquet"
    texts = [f"Film {n} isn't as good as film {n // 7}. " * 50 for n in range(GROUPS * REVIEWS)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=REVIEWS)
    return path


def tokenized(table: Path, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    tokenize_table(table, PARAMS, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def after_some_blocks(folder: Path, what: Callable[[], object]) -> tuple[Thread, set[str]]:
    """Do something as soon as blocks are written in a folder, but not all of them."""
    seen: set[str] = set()

    def watch() -> None:
        while len(seen) < 3:
            seen.update(path.name for path in folder.rglob("blocks/*"))
            time.sleep(0.005)
        what()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    return thread, seen


def test_workers_that_are_killed_and_that_join_late_change_no_byte(
    cluster: Cluster, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = [cluster.add_worker() for _ in range(3)]

    def disturb() -> None:
        workers[0].kill()
        cluster.add_worker()

    thread, seen = after_some_blocks(tmp_path / "there", disturb)
    there = tokenized(table, tmp_path / "there")
    thread.join()
    assert len(seen) < GROUPS
    assert workers[0].wait() < 0
    monkeypatch.delenv(SCHEDULER)
    assert there == tokenized(table, tmp_path / "here")


def test_a_lost_scheduler_is_one_line_and_leaves_nothing(
    cluster: Cluster, table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster.add_worker()
    target = tmp_path / "data" / "interim"
    thread, _ = after_some_blocks(tmp_path / "data", cluster.scheduler.kill)

    def run() -> None:
        with replacing(target) as folder:
            tokenized(table, folder)

    with pytest.raises(ReelvecError, match="the Dask scheduler was lost"):
        run()
    thread.join()
    assert list(target.parent.iterdir()) == []
    assert "Traceback" not in capfd.readouterr().err


def test_files_that_workers_do_not_see_are_named(cluster: Cluster, tmp_path: Path) -> None:
    cluster.add_worker()

    def gone(number: int) -> None:
        os.stat(tmp_path / f"nowhere{number}")  # noqa: PTH116

    with pytest.raises(ReelvecError, match=r"nowhere0: a worker of tcp.* does not find it"):
        list(executor.map_blocks(gone, range(2)))


def test_where_no_scheduler_answers_the_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "SECONDS_TO_ANSWER", 1)
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:1")
    with pytest.raises(ReelvecError, match=r"tcp://127.0.0.1:1: no Dask scheduler answers"):
        list(executor.map_blocks(str, range(2)))

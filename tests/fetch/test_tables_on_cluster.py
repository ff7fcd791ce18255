"""A Dask cluster reads the tables that one machine reads, and makes the same bytes of them."""

import csv
import time
from pathlib import Path
from threading import Thread

import pytest
from dask_cluster import Cluster

from reelvec.base.errors import ReelvecError
from reelvec.base.executor import SCHEDULER
from reelvec.base.schema.imdb import ImdbParams, TableParams
from reelvec.fetch.reviews import fetch_tables

pytest.importorskip("distributed", reason="no Dask: `pip install 'reelvec[cluster]'` brings it")
pytestmark = pytest.mark.slow

FILES, ROWS = 24, 500
LABELS = TableParams(negative="refund", positive="keep")
PARAMS = ImdbParams(source=("any",), content_sha256=None, tables=LABELS)


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"orders {number}.csv" for number in range(FILES)]
    for number, path in enumerate(paths):
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("text", "label", "id"))
            for row in range(ROWS):
                text = f"lamp {number * ROWS + row},\n" + "as good as new. " * 40
                writer.writerow((text, ("refund", "keep")[row % 2], f"{number}-{row}"))
    return paths


def test_a_worker_that_is_killed_changes_no_byte(
    cluster: Cluster, tables: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = (tmp_path / name / "reviews.parquet" for name in ("there", "here"))
    workers = [cluster.add_worker() for _ in range(3)]

    def kill_in_the_middle() -> None:
        while not any(there.parent.rglob("texts.arrow")):
            time.sleep(0.005)
        workers[0].kill()

    killer = Thread(target=kill_in_the_middle, daemon=True)
    killer.start()
    found = fetch_tables(tables, PARAMS, there)
    killer.join()
    assert workers[0].wait() < 0
    monkeypatch.delenv(SCHEDULER)
    assert fetch_tables(tables, PARAMS, here) == found
    assert there.read_bytes() == here.read_bytes()
    assert [path.name for path in there.parent.iterdir()] == ["reviews.parquet"]


def test_what_a_worker_cannot_read_is_told_by_its_name(
    cluster: Cluster, tables: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add_worker()
    monkeypatch.chdir(tmp_path)
    tables[3].write_text("text,label\ngood\n")
    names = [path.relative_to(tmp_path) for path in tables[:5]]
    with pytest.raises(ReelvecError, match=r"orders 3\.csv, line 2: 1 cells, expected 2"):
        fetch_tables(names, PARAMS, Path("there/reviews.parquet"))
    assert list(Path("there").iterdir()) == []

"""Predictions of a Dask cluster are the bytes of one machine."""

from pathlib import Path

import pandas as pd
import pytest
from dask_cluster import Cluster
from small_project import ENSEMBLE, CommandLine

from reelvec.base.errors import ReelvecError
from reelvec.base.executor import SCHEDULER
from reelvec.cli import predict
from reelvec.cli.answers import answers_of_workers
from reelvec.cli.review_files import ParquetReviews

pytest.importorskip("distributed", reason="no Dask: `pip install 'reelvec[cluster]'` brings it")
pytestmark = pytest.mark.slow

REVIEWS = [f"Not a {('good', 'dull', 'great')[n % 3]} film, number {n}. " * n for n in range(60)]


@pytest.mark.parametrize("style", [["--json"], ["--explain", "--words", "2"]])
def test_workers_give_what_one_machine_gives(
    cluster: Cluster,
    reelvec: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    style: list[str],
) -> None:
    pd.DataFrame({"text": [*REVIEWS, None]}).to_parquet(tmp_path / "r.parquet", row_group_size=7)
    monkeypatch.chdir(tmp_path)
    command = ["predict", "--file", "r.parquet", "--variant", ENSEMBLE, *style]
    command += ["--project", str(reelvec.folder)]
    for _ in range(2):
        cluster.add_worker()
    with monkeypatch.context() as patch:
        patch.setattr(predict, "answer_to", None)  # Workers are other processes.
        there = reelvec(*command)
    monkeypatch.delenv(SCHEDULER)
    assert (there.status, there.out) == (0, reelvec(*command).out)
    assert len(there.lines) >= len(REVIEWS) + 1


def test_what_workers_do_not_see_is_named(cluster: Cluster, project: Path, tmp_path: Path) -> None:
    cluster.add_worker()
    model, table = project / "data/models/scratch", tmp_path / "reviews.parquet"
    pd.DataFrame({"text": REVIEWS}).to_parquet(table)
    for folder, path, missing in (
        (tmp_path / "nowhere", table, "nowhere"),
        (model, tmp_path / "gone.parquet", "gone.parquet"),
    ):
        reviews = ParquetReviews(path, "text", groups=1, rows=len(REVIEWS))
        with pytest.raises(ReelvecError, match=f"{missing}: a worker of tcp.* does not find it"):
            list(answers_of_workers(folder, reviews, None))

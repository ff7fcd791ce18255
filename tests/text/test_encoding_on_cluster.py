"""A Dask cluster gives a part of the data the bytes that one machine gives it."""

import time
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from dask_cluster import Cluster

from reelvec.base.executor import SCHEDULER
from reelvec.text import encoding, ragged
from reelvec.text.encoding import save_encoded
from reelvec.text.ragged import Ragged

pytest.importorskip("distributed", reason="no Dask: `pip install 'reelvec[cluster]'` brings it")
pytestmark = pytest.mark.slow

REVIEWS, TOKENS = 4_000, 50


def test_a_worker_that_is_killed_changes_no_byte(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ragged, "TOKENS_AT_ONCE", 20 * TOKENS)
    generator = np.random.default_rng(0)
    ids = generator.integers(0, 1_000, REVIEWS * TOKENS).astype(np.int32)
    there, here = (tmp_path / name for name in ("there", "here"))
    for folder in (there, here):
        folder.mkdir()
    Ragged(ids, np.arange(REVIEWS + 1) * TOKENS).save(tmp_path)
    reviews, rows = Ragged.load(tmp_path), generator.permutation(REVIEWS)
    table = generator.permutation(1_000).astype(np.int32) + 1
    workers = [cluster.add_worker() for _ in range(3)]

    written = np.zeros(1, np.int32)

    def kill_in_the_middle() -> None:
        nonlocal written
        while not written.any():
            time.sleep(0.005)
            if (there / encoding.TABLE).exists():
                written = np.load(there / encoding.IDS)
        workers[0].kill()

    killer = Thread(target=kill_in_the_middle, daemon=True)
    killer.start()
    save_encoded(reviews, rows, table, there)
    killer.join()
    assert workers[0].wait() < 0
    assert not written.all(), "no new id is 0: all was written before a worker was killed"
    monkeypatch.delenv(SCHEDULER)
    reviews.take(rows).map_ids(table).save(here)
    assert {path.name for path in there.iterdir()} == {path.name for path in here.iterdir()}
    for path in here.iterdir():
        assert path.read_bytes() == (there / path.name).read_bytes()

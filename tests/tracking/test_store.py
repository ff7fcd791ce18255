"""Who make a run at once on different machines take one and the same, by the store alone."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from reelvec.tracking import store as stores
from reelvec.tracking.record import FINGERPRINT
from reelvec.tracking.store import PROVISIONAL, Store

TAGS = {FINGERPRINT: "f" * 64}
MACHINES = 3


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Store]:
    """Open a store as if from another machine: no lock is shared."""
    for lock in ("lock_of", "writing_lock_of"):
        monkeypatch.setattr(stores, lock, lambda _: nullcontext())
    return lambda: Store(f"sqlite:///{tmp_path}/mlflow.db", tmp_path.as_uri(), "reelvec")


def active_runs(store: Store) -> list[Run]:
    return store.client.search_runs([store._experiment_id])


def made_by_another(store: Store, start_time: int | None = None) -> str:
    """A run that was made, and no more."""
    tags = {**TAGS, PROVISIONAL: "true"}
    run = store.client.create_run(store._experiment_id, start_time, tags, "model")
    return str(run.info.run_id)


def test_runs_made_at_the_same_moment_become_one(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_have_made_one = Barrier(MACHINES)
    machines = [opened() for _ in range(MACHINES)]
    for machine in machines:
        create = machine.client.create_run

        def create_with_the_others(*arguments: Any, create: Any = create, **named: Any) -> Run:
            run: Run = create(*arguments, **named)
            all_have_made_one.wait(60)
            return run

        monkeypatch.setattr(machine.client, "create_run", create_with_the_others)
    with ThreadPoolExecutor(MACHINES) as pool:
        taken = list(pool.map(lambda store: store.run("model", {"a": "1"}, TAGS)._id, machines))
    (run,) = active_runs(machines[0])
    assert set(taken) == {run.info.run_id}
    assert run.data.params == {"a": "1"}
    assert PROVISIONAL not in run.data.tags


def test_params_that_another_machine_writes_at_the_same_moment_are_no_failure(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, quicker = opened(), opened()
    write = store.client.log_batch

    def write_behind_the_other(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(store.client, "log_batch", write)
        quicker.run("model", {"a": "1"}, TAGS)
        raise MlflowException("UNIQUE constraint failed: params.key, params.run_uuid")

    monkeypatch.setattr(store.client, "log_batch", write_behind_the_other)
    store.run("model", {"a": "1", "b": "2"}, TAGS)
    (run,) = active_runs(store)
    assert run.data.params == {"a": "1", "b": "2"}

    def fail(*_: Any, **__: Any) -> None:
        raise MlflowException("disk full")

    monkeypatch.setattr(store.client, "log_batch", fail)
    with pytest.raises(MlflowException, match="disk full"):
        store.run("model", {"c": "3"}, TAGS)


def test_a_run_that_was_settled_stays_whatever_the_clocks_say(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, slow = opened(), opened()
    first = store.run("model", {}, TAGS)._id
    create = slow.client.create_run
    monkeypatch.setattr(
        slow.client, "create_run", lambda *ids, **named: create(*ids, **named, start_time=1)
    )
    assert slow._make_run("model", TAGS).info.run_id == first
    assert [run.info.run_id for run in active_runs(store)] == [first]


@pytest.mark.slow
def test_a_run_whose_maker_was_stopped_is_taken_over(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "AGREEMENT_SECONDS", 0.2)
    store = opened()
    left = made_by_another(store, start_time=1)
    assert store.run("model", {}, TAGS)._id == left
    (run,) = active_runs(store)
    assert run.info.run_id == left
    assert PROVISIONAL not in run.data.tags


def test_what_fails_in_a_database_is_told_once_and_without_a_traceback(
    opened: Callable[[], Store], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = opened()
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.execute("ALTER TABLE runs RENAME TO elsewhere")
        database.commit()
    with pytest.raises(MlflowException, match="no such table"):
        store.run("model", {}, TAGS)
    assert "Traceback" not in capfd.readouterr().err

"""The models' runs in MLflow: a view of what git and DVC hold, never a condition for it.

The last stage, `track`, writes all runs from what DVC holds, and so does `make track`. A training
that lasts shows its metrics while it goes on: they are handed to a background thread. A server
that is down, slow or refusing costs a few seconds at most and one warning. A run is found again
by its fingerprint, so that nothing is written twice.
"""

import os
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import Timeout
from tqdm import tqdm

from reelvec.base.errors import ReelvecError, root_of
from reelvec.base.messages import shown
from reelvec.base.schema.whole import Params, load_params
from reelvec.export.mlflow_environment import prepare_environment
from reelvec.tracking.fingerprint import files_read_once, fingerprint_of
from reelvec.tracking.record import Point, is_trained, read_record, run_params, run_tags

if TYPE_CHECKING:
    from reelvec.tracking.store import Store, WrittenRun

LIVE_AFTER = 20.0
"""Seconds that a training lasts before it is shown: MLflow takes longer than many a training."""

T = TypeVar("T")

_given_up: set[str] = set()  # stores that failed: this process warned, and tries them no more


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """Where runs are written.

    Attributes:
        uri: MLflow's tracking URI.
        artifacts: where a new experiment keeps files; None leaves it to the server.
        closing: the seconds that the end of a training may wait for it.
        recording: the seconds that writing all runs may take.
    """

    uri: str
    artifacts: str | None
    closing: float
    recording: float

    @property
    def is_file(self) -> bool:
        """Whether it is a database file, which no server guards."""
        return self.uri.startswith("sqlite:")

    @property
    def shown(self) -> str:
        """The URI without what is secret in it."""
        return shown(self.uri)


def store_location(root: Path = Path()) -> StoreLocation:
    """The store that `MLFLOW_TRACKING_URI` names, else `mlflow.db` in the project's folder.

    DVC runs queued experiments in throw-away copies below `.dvc/tmp/exps`: their runs go to the
    store of the project itself.
    """
    home = _project_of(root.resolve())
    uri = os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
    if uri.startswith("sqlite:///"):
        uri = f"sqlite:///{home / uri.removeprefix('sqlite:///')}"
    is_database = "sql" in uri.partition(":")[0]
    # Making a new SQLite file takes most of a minute on a slow and busy machine, but cannot hang:
    # whoever waits for another process's lock gives up by itself.
    is_file = uri.startswith("sqlite:")
    return StoreLocation(
        uri=uri,
        artifacts=(home / "mlartifacts").as_uri() if is_database else None,
        closing=120 if is_file else 5,
        recording=600 if is_file else 300,
    )


class LiveRun:
    """A training as MLflow shows it while it goes on; made by `open_run`.

    No method raises, and none but `close` waits. A training that is over soon is not shown:
    `track` writes its run.
    """

    def __init__(
        self, location: StoreLocation, begin: Callable[[], "WrittenRun"], after: float = LIVE_AFTER
    ) -> None:
        self._location, self._begin = location, begin
        self._queue: queue.SimpleQueue[list[Point] | None] = queue.SimpleQueue()
        self._status = "FINISHED"
        self._shown_from = time.monotonic() + after
        self._written: Future[None] | None = None

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Hand over metrics of one epoch, named as the columns of the training's CSV file.

        Args:
            values: metrics by name.
            step: the epoch, from 1; None means a metric of the whole run.
        """
        self._queue.put([Point(name, value, step or 0) for name, value in values.items()])
        lasts = time.monotonic() >= self._shown_from
        if self._written is None and lasts and self._location.uri not in _given_up:
            self._written = _started(self._write)

    def close(self, timeout: float | None = None) -> None:
        """Wait until all is written, but no longer than `timeout` seconds, and end the run.

        Args:
            timeout: None means what is fit for the store.
        """
        if self._written is None:
            return
        self._queue.put(None)
        written, self._written = self._written, None
        seconds = self._location.closing if timeout is None else timeout
        try:
            written.result(timeout=seconds)
        except Exception as error:
            _give_up(self._location, error, seconds)

    def _fail(self, status: str) -> None:
        self._status = status
        self.close()

    def _write(self) -> None:
        """In the background: write what comes until the end is told or something fails."""
        try:
            run = self._begin()
            while (points := self._queue.get()) is not None:
                run.add_points(points)
            run.finish(self._status)
        except Exception as error:
            _give_up(self._location, error)


@contextmanager
def open_run(variant: str, root: Path = Path(), after: float = LIVE_AFTER) -> Iterator[LiveRun]:
    """Show a training in MLflow while it goes on, if it lasts.

    Never raises by itself and never waits at the start; what the training raises goes through.

    Args:
        variant: name of an entry of `variants`.
        root: the project's folder.
        after: seconds that it must last to be shown.

    Yields:
        the run, to which the metrics of each epoch are given.
    """
    place = root.resolve()
    location = store_location(place)

    def begin() -> "WrittenRun":
        params = load_params(place / "params.yaml")
        tags = run_tags(params, variant, fingerprint_of(params, variant, place), place)
        run = open_store(location, params.tracking.experiment).run(
            variant, run_params(params, variant), tags
        )
        run.resume()
        return run

    run = LiveRun(location, begin, after)
    try:
        yield run
    except Exception:
        run._fail("FAILED")
        raise
    except BaseException:
        run._fail("KILLED")
        raise
    run.close()


@files_read_once()
def record_all(params: Params, root: Path = Path()) -> list[str]:
    """Write the runs, and the parts of runs, that the store lacks, from what DVC holds.

    Prints a line for each model.

    Args:
        params: the project's parameters.
        root: the project's folder.

    Returns:
        the models that were written, in the order of `params.yaml`.

    Raises:
        ReelvecError: the store does not answer, or a file that decides a run is missing.
    """
    place = root.resolve()
    location = store_location(place)
    written = []
    try:
        store = open_store(location, params.tracking.experiment)
        for model in tqdm(params.models, "MLflow", leave=False, disable=None):
            if not is_trained(model, place):
                tqdm.write(f"{model}: not trained yet")
            elif store.write(read_record(params, model, place)):
                written.append(model)
                tqdm.write(f"{model}: written to {location.shown}")
            else:
                tqdm.write(f"{model}: already there")
    except ReelvecError:
        raise
    except Exception as error:
        raise store_failure(location, error, "make track") from error
    return written


def record_or_warn(params: Params, root: Path = Path()) -> None:
    """The same for a stage: what fails, or takes too long, is one warning."""
    location = store_location(root.resolve())
    if location.uri in _given_up:
        return
    try:
        _started(lambda: record_all(params, root)).result(timeout=location.recording)
    except Exception as error:
        _give_up(location, error.__cause__ or error, location.recording)


def store_failure(location: StoreLocation, error: Exception, command: str) -> ReelvecError:
    """What a person who asked for it is told when the store fails.

    Args:
        location: of the store.
        error: what MLflow, or something below it, raised.
        command: what to run again.
    """
    root = root_of(error)
    if isinstance(root, Timeout):
        advice = "another command is writing there: wait for it"
    elif location.is_file:
        advice = "mend or move that file, or name another in MLFLOW_TRACKING_URI,"
    elif isinstance(root, OSError):
        advice = "start the server, or unset MLFLOW_TRACKING_URI,"
    else:
        advice = "see what that store says of it, or unset MLFLOW_TRACKING_URI,"
    return ReelvecError(
        f"MLflow at {location.shown}: {_reason(location, error)}; {advice} and run `{command}` "
        "again"
    )


def open_store(location: StoreLocation, experiment: str) -> "Store":
    """An experiment in a store; raises whatever MLflow raises."""
    prepare_environment()
    from reelvec.tracking.store import Store

    return Store(location.uri, location.artifacts, experiment)


def _started(work: Callable[[], T]) -> Future[T]:
    """Run `work` in a thread that the end of the process does not wait for."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name="mlflow").start()
    return future


def _give_up(location: StoreLocation, error: BaseException, seconds: float = 0) -> None:
    """Warn, once for each store in the life of the process, and leave it alone from then on."""
    if location.uri in _given_up:
        return
    _given_up.add(location.uri)
    slow = isinstance(error, TimeoutError) and not str(error)
    reason = f"no answer in {seconds:g} s" if slow else _reason(location, error)
    tqdm.write(
        f"warning: MLflow at {location.shown}: {reason}; the work goes on, "
        "and `make track` writes the runs later",
        file=sys.stderr,
    )


def _reason(location: StoreLocation, error: BaseException) -> str:
    """One line of at most 200 characters that says what went wrong."""
    root = root_of(error)
    # "Connection refused" says more than the five layers that were told of it.
    told = root if isinstance(root, OSError | sqlite3.Error) else error
    text = " ".join(str(told).split()).removesuffix(".").replace(location.uri, location.shown)
    text = text or type(told).__name__
    return text if len(text) <= 200 else f"{text[:197]}..."


def _project_of(folder: Path) -> Path:
    """The project that one of DVC's throw-away copies belongs to; any other folder itself."""
    for parent in folder.parents:
        if parent.parts[-3:] == (".dvc", "tmp", "exps"):
            return parent.parents[2]
    return folder

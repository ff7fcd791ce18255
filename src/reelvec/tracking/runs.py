"""The variants' runs in MLflow: a view of what git and DVC hold, never a condition for it.

Training hands its metrics to a background thread and goes on. A server that is down, slow or
refusing costs a few seconds at most and one warning; `make track` writes what is missing later,
from what DVC holds. A run is found again by its fingerprint, so that nothing is written twice.
"""

import os
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.whole import Params
from reelvec.export.mlflow_environment import prepare_environment
from reelvec.tracking.record import (
    Point,
    is_trained,
    read_record,
    run_params,
    run_tags,
    variant_fingerprint,
)

if TYPE_CHECKING:
    from reelvec.tracking.store import Store, WrittenRun

__all__ = [
    "StoreLocation",
    "VariantRun",
    "open_run",
    "record_all",
    "record_variant",
    "store_location",
    "variant_fingerprint",
]

T = TypeVar("T")

_given_up: set[str] = set()  # stores that failed: this process warned, and tries them no more


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """Where runs are written.

    Attributes:
        uri: MLflow's tracking URI.
        artifacts: where a new experiment keeps files; None leaves it to the server.
        closing: the seconds that the end of a training may wait for it.
        recording: the seconds that writing a whole run may take.
    """

    uri: str
    artifacts: str | None
    closing: float
    recording: float

    @property
    def shown(self) -> str:
        """The URI without a password."""
        return _without_password(self.uri)


def store_location(root: Path = Path()) -> StoreLocation:
    """The store that `MLFLOW_TRACKING_URI` names, else `mlflow.db` in the project's folder.

    DVC runs queued experiments in throw-away copies below `.dvc/tmp/exps`: their runs go to the
    store of the project itself.
    """
    home = _project_of(root.resolve())
    uri = os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
    if uri.startswith("sqlite:///"):
        uri = f"sqlite:///{home / uri.removeprefix('sqlite:///')}"
    is_database = "sql" in urlsplit(uri).scheme
    # Making a new SQLite file takes seconds on a busy machine, but it cannot hang.
    is_file = uri.startswith("sqlite:")
    return StoreLocation(
        uri=uri,
        artifacts=(home / "mlartifacts").as_uri() if is_database else None,
        closing=30 if is_file else 5,
        recording=60 if is_file else 10,
    )


class VariantRun:
    """A training as MLflow shows it while it goes on; made by `open_run`.

    No method raises, and none but `close` waits.
    """

    def __init__(self, location: StoreLocation, begin: Callable[[], "WrittenRun"]) -> None:
        self._location = location
        self._queue: queue.SimpleQueue[list[Point] | None] = queue.SimpleQueue()
        self._status = "FINISHED"
        self._written = None if location.uri in _given_up else _started(lambda: self._write(begin))

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Hand over metrics of one epoch, named as the columns of the training's CSV file.

        Args:
            values: metrics by name.
            step: the epoch, from 1; None means a metric of the whole run.
        """
        if self._written is not None and not self._written.done():
            points = [Point(name, value, step or 0) for name, value in values.items()]
            self._queue.put(points)

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

    def _write(self, begin: Callable[[], "WrittenRun"]) -> None:
        """In the background: write what comes until the end is told or something fails."""
        try:
            run = begin()
            while (points := self._queue.get()) is not None:
                run.add_points(points)
            run.finish(self._status)
        except Exception as error:
            _give_up(self._location, error)


@contextmanager
def open_run(params: Params, variant: str, root: Path = Path()) -> Iterator[VariantRun]:
    """Show a training in MLflow while it goes on.

    Never raises by itself and never waits at the start; what the training raises goes through.

    Args:
        params: the project's parameters.
        variant: name of an entry of `params.variants`.
        root: the project's folder.

    Yields:
        the run, to which the metrics of each epoch are given.
    """
    place = root.resolve()
    location = store_location(place)

    def begin() -> "WrittenRun":
        fingerprint = variant_fingerprint(params, variant, place)
        tags = run_tags(variant, fingerprint, place)
        run = open_store(location, params).run(variant, run_params(params, variant), tags)
        run.resume()
        return run

    prepare_environment()
    run = VariantRun(location, begin)
    try:
        yield run
    except Exception:
        run._fail("FAILED")
        raise
    except BaseException:
        run._fail("KILLED")
        raise
    run.close()


def record_variant(params: Params, variant: str, root: Path = Path()) -> None:
    """Write all that DVC holds of a variant onto its run: one warning if that fails.

    Args:
        params: the project's parameters.
        variant: name of an entry of `params.variants`.
        root: the project's folder.
    """
    place = root.resolve()
    location = store_location(place)
    if location.uri in _given_up:
        return

    def write() -> None:
        open_store(location, params).write(read_record(params, variant, place))

    prepare_environment()
    try:
        _started(write).result(timeout=location.recording)
    except Exception as error:
        _give_up(location, error, location.recording)


def record_all(params: Params, root: Path = Path()) -> list[str]:
    """Write the runs, and the parts of runs, that the store lacks, from what DVC holds.

    Prints a line for each variant.

    Args:
        params: the project's parameters.
        root: the project's folder.

    Returns:
        the variants that were written, in the order of `params.variants`.

    Raises:
        ReelvecError: the store does not answer, or a file that decides a run is missing.
    """
    place = root.resolve()
    location = store_location(place)
    prepare_environment()
    _given_up.discard(location.uri)
    written = []
    try:
        store = open_store(location, params)
        for variant in params.variants:
            if not is_trained(variant, place):
                print(f"{variant}: not trained yet")
            elif store.write(read_record(params, variant, place)):
                written.append(variant)
                print(f"{variant}: written to {location.shown}")
            else:
                print(f"{variant}: already there")
    except ReelvecError:
        raise
    except Exception as error:
        raise store_failure(location, error, "make track") from error
    return written


def store_failure(location: StoreLocation, error: Exception, command: str) -> ReelvecError:
    """What a person who asked for it is told when the store fails.

    Args:
        location: of the store.
        error: what MLflow, or something below it, raised.
        command: what to run again.
    """
    return ReelvecError(
        f"MLflow at {location.shown}: {_reason(location, error)}; start the server, or unset "
        f"MLFLOW_TRACKING_URI, and run `{command}` again"
    )


def open_store(location: StoreLocation, params: Params) -> "Store":
    """The project's experiment in a store; raises whatever MLflow raises."""
    from reelvec.tracking.store import Store

    return Store(location.uri, location.artifacts, params.tracking.experiment)


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


def _give_up(location: StoreLocation, error: Exception, seconds: float = 0) -> None:
    """Warn, once for each store in the life of the process, and leave it alone from then on."""
    if location.uri in _given_up:
        return
    _given_up.add(location.uri)
    slow = isinstance(error, TimeoutError) and not str(error)
    reason = f"no answer in {seconds:g} s" if slow else _reason(location, error)
    tqdm.write(
        f"warning: MLflow at {location.shown}: {reason}; the work goes on, "
        "and `make track` writes the run later",
        file=sys.stderr,
    )


def _reason(location: StoreLocation, error: Exception) -> str:
    """One line of at most 200 characters that says what went wrong."""
    root: BaseException = error
    while (below := root.__cause__ or root.__context__) is not None:
        root = below
    # "Connection refused" says more than the five layers that were told of it.
    told = root if isinstance(root, OSError | sqlite3.Error) else error
    text = " ".join(str(told).split()).replace(location.uri, location.shown)
    text = text or type(told).__name__
    return text if len(text) <= 200 else f"{text[:197]}..."


def _project_of(folder: Path) -> Path:
    """The project that one of DVC's throw-away copies belongs to; any other folder itself."""
    for parent in folder.parents:
        if parent.parts[-3:] == (".dvc", "tmp", "exps"):
            return parent.parents[2]
    return folder


def _without_password(uri: str) -> str:
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl()

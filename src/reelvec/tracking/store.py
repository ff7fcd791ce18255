"""Writing runs to an MLflow store. Importing this costs a second: only tracking does, and late.

Only `MlflowClient` is used: MLflow's "active run" is a global of the process, and ending it at
exit would be one more call that can hang.

Several may write at once. On one machine locks keep them apart, for a server too; those that make a
run on different machines find out from the server alone which one stays.
"""

import json
import logging
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelOutput,
    LoggedModelStatus,
    Metric,
    Param,
    Run,
    RunTag,
)
from mlflow.exceptions import MlflowException, RestException
from mlflow.models import Model

from reelvec.base.messages import quiet
from reelvec.base.schema.serving import ServingParams
from reelvec.export.mlflow_folder import save_package, served_digest
from reelvec.tracking.database import make_database
from reelvec.tracking.lock import Lock, lock_of, writing_lock_of
from reelvec.tracking.mlflow_interface import DATABASES, ask_whether_well
from reelvec.tracking.record import FINGERPRINT, DatasetRecord, Point, RunRecord

CONTENT = "reelvec.content"
"""Tag: hash of the record that the run was last written from."""

MODEL = "reelvec.model"
"""Tag: hash of the model that the run holds."""

PROVISIONAL = "reelvec.provisional"
"""Tag: the run was made just now, and another machine may have made it too: one will stay."""

PROBE_SECONDS = 2
AGREEMENT_SECONDS, AGREEMENT_STEP = 5, 0.1
METRICS_A_BATCH = 1000  # MLflow's own limit
RUNS_A_PAGE = 1000

QUIET = {
    "alembic": logging.WARNING,
    "urllib3.connectionpool": logging.ERROR,
}
"""Migrations of a new database are no news to people, and failures are told once, by `runs`."""


class Store:
    """An experiment in an MLflow store.

    Args:
        uri: the tracking URI.
        artifacts: where a new experiment keeps files; None leaves it to the server.
        experiment: the experiment's name; it is made, or brought back, if needed.

    Raises:
        Exception: whatever MLflow and what lies below it raise when the store is not there.
    """

    def __init__(self, uri: str, artifacts: str | None, experiment: str) -> None:
        self._is_server = uri.startswith(("http://", "https://"))
        if self._is_server:
            # A server that hangs or refuses is known at once, before any real call.
            with quiet(QUIET):
                ask_whether_well(uri, PROBE_SECONDS)
        # With a traceback; `runs` tells it in a line.
        logging.getLogger(DATABASES).setLevel(logging.CRITICAL)
        self._lock, self._writing = lock_of(uri), writing_lock_of(uri)
        with self._lock, quiet(QUIET):
            make_database(uri)
            self._client = MlflowClient(tracking_uri=uri, registry_uri=uri)
            self._experiment_id = self._find_or_make_experiment(experiment, artifacts)

    @property
    def client(self) -> MlflowClient:
        """What all calls go through."""
        return self._client

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Keeps other processes from making the same thing at the same time."""
        return self._lock

    @property
    def writing(self) -> AbstractContextManager[object]:
        """Keeps other processes of this machine from writing the same model."""
        return self._writing

    def run(self, name: str, params: dict[str, str], tags: dict[str, str]) -> "WrittenRun":
        """The one run with the fingerprint in `tags`, made if it is not there."""
        with self._lock:
            run = self.find(tags[FINGERPRINT]) or self._make_run(name, tags)
            try:
                self._complete(run, params, tags)
            except MlflowException as error:
                if self._is_server and not isinstance(error, RestException):
                    raise  # it does not answer
                # Another machine has written the same at this moment.
                self._complete(self._client.get_run(run.info.run_id), params, tags)
        return WrittenRun(self._client, run, self._lock)

    def _complete(self, run: Run, params: dict[str, str], tags: dict[str, str]) -> None:
        missing = [Param(key, params[key]) for key in params if key not in run.data.params]
        changed = [RunTag(key, tags[key]) for key in tags if run.data.tags.get(key) != tags[key]]
        if missing or changed:
            self._client.log_batch(run.info.run_id, params=missing, tags=changed)

    def find(self, fingerprint: str) -> Run | None:
        """The run with this fingerprint: the oldest, should there be several."""
        return next(filter(_is_settled, self._runs(fingerprint)), None)

    def finished(self) -> set[str]:
        """The fingerprints of all runs that came to their end."""
        found: set[str] = set()
        token = None
        while True:
            page = self._client.search_runs(
                [self._experiment_id],
                "attributes.status = 'FINISHED'",
                max_results=RUNS_A_PAGE,
                page_token=token,
            )
            found.update(run.data.tags.get(FINGERPRINT, "") for run in page if _is_settled(run))
            if not (token := page.token):
                return found

    def _runs(self, fingerprint: str) -> list[Run]:
        """All runs with this fingerprint, in an order that is the same for all who ask."""
        filtered = f"tags.`{FINGERPRINT}` = '{fingerprint}'"
        runs = self._client.search_runs([self._experiment_id], filtered)
        return sorted(runs, key=lambda run: (run.info.start_time, run.info.run_id))

    def _make_run(self, name: str, tags: dict[str, str]) -> Run:
        """A new run, or the one that another machine makes at this moment.

        All runs are provisional at first. Whoever sees a settled run, or one before their own,
        takes their own away; whoever sees no other settles their own. So one settles, and nobody
        writes to a run that goes.
        """
        made = self._client.create_run(
            self._experiment_id, tags={**tags, PROVISIONAL: "true"}, run_name=name
        )
        mine = made.info.run_id
        until = time.monotonic() + AGREEMENT_SECONDS
        while True:
            runs = self._runs(tags[FINGERPRINT])
            if not runs:  # A person has deleted them.
                return self._make_run(name, tags)
            there = {run.info.run_id for run in runs}
            chosen = next(filter(_is_settled, runs), runs[0])
            alone = there == {mine}
            if mine in there and chosen.info.run_id != mine:
                self._client.delete_run(mine)
            # Who has not settled their run by then was stopped in the middle.
            if alone or _is_settled(chosen) or time.monotonic() > until:
                break
            time.sleep(AGREEMENT_STEP)
        if not _is_settled(chosen):
            self._client.delete_tag(chosen.info.run_id, PROVISIONAL)
        return chosen

    def write(self, record: RunRecord) -> bool:
        """Bring a run up to what the record says.

        Returns:
            whether there was anything to write.
        """
        with self._writing:
            return self._write(record, served_digest(record.content))

    def _write(self, record: RunRecord, content: str) -> bool:
        found = self.find(record.fingerprint)
        if found is not None and found.data.tags.get(CONTENT) == content:
            return False
        run = self.run(record.model, record.params, record.tags)
        run.add_points(record.curve)
        run.add_results(record.results)
        run.add_datasets(record.datasets)
        for path, folder in record.files:
            run.add_file(path, folder)
        if record.folder is not None:
            run.add_model(record.folder, record.limits, served_digest(record.model_digest))
        run.finish("FINISHED")
        run.set_tag(CONTENT, content)
        return True

    def register(self, name: str, fingerprint: str, tags: dict[str, str]) -> str:
        """Make the model that a run logged last a version of a registered model.

        Args:
            name: of the registered model, which must be there.
            fingerprint: the run's.
            tags: of the version.

        Returns:
            the number of the version.
        """
        run = self.find(fingerprint)
        outputs = run.outputs.model_outputs if run is not None and run.outputs else []
        models = [self._client.get_logged_model(output.model_id) for output in outputs]
        model = max(models, key=lambda model: model.creation_timestamp)
        # A server takes no source but a model it knows; a database looks for that in the store
        # of the whole process, which need not be this one.
        source = f"models:/{model.model_id}" if self._is_server else model.artifact_location
        made = self._client.create_model_version(
            name,
            source,
            run_id=model.source_run_id,
            tags=tags,
            await_creation_for=0,
            model_id=model.model_id,
        )
        return str(made.version)

    def _find_or_make_experiment(self, name: str, artifacts: str | None) -> str:
        experiment = self._client.get_experiment_by_name(name)
        if experiment is None:
            try:
                made: str = self._client.create_experiment(name, artifact_location=artifacts)
            except MlflowException:
                # Another process may have been quicker.
                experiment = self._client.get_experiment_by_name(name)
                if experiment is None:
                    raise
            else:
                return made
        if experiment.lifecycle_stage == "deleted":
            self._client.restore_experiment(experiment.experiment_id)
        return str(experiment.experiment_id)


class WrittenRun:
    """One run of the store, to which only what it lacks is written.

    MLflow looks for a row and then inserts it: under the lock no other process does so between.
    """

    def __init__(self, client: MlflowClient, run: Run, lock: Lock) -> None:
        self._client = client
        self._lock = lock
        self._run = run
        self._id: str = run.info.run_id
        self._epochs_there: dict[str, set[int]] = {}

    def resume(self) -> None:
        """Show the run as running again, unless it had come to its end before."""
        if self._run.info.status not in ("RUNNING", "FINISHED"):
            self._client.update_run(self._id, status="RUNNING")

    def add_points(self, points: Sequence[Point]) -> None:
        """Write the points of the curves that the run does not have yet."""
        now = _milliseconds()
        new = [p for p in points if p.epoch not in self._known_epochs(p.name)]
        metrics = [Metric(p.name, p.value, now, p.epoch) for p in new]
        with self._lock:
            for start in range(0, len(metrics), METRICS_A_BATCH):
                batch = metrics[start : start + METRICS_A_BATCH]
                self._client.log_batch(self._id, metrics=batch)
        for point in new:
            self._known_epochs(point.name).add(point.epoch)

    def add_results(self, results: dict[str, float]) -> None:
        """Write the metrics of the whole run that are new or have another value now."""
        now, there = _milliseconds(), self._run.data.metrics
        metrics = [
            Metric(name, value, now, 0)
            for name, value in results.items()
            if there.get(name) != value
        ]
        if metrics:
            with self._lock:
                self._client.log_batch(self._id, metrics=metrics)

    def add_datasets(self, datasets: Sequence[DatasetRecord]) -> None:
        """Say which data the run read; repeats are dropped by MLflow."""
        inputs = [
            DatasetInput(
                Dataset(
                    name=dataset.name,
                    digest=dataset.digest,
                    source_type="local",
                    source=json.dumps({"uri": "data"}),
                    profile=json.dumps(dataset.profile),
                ),
                [InputTag("mlflow.data.context", dataset.context)],
            )
            for dataset in datasets
        ]
        with self._lock:
            self._client.log_inputs(self._id, datasets=inputs)

    def add_file(self, path: Path, folder: str) -> None:
        """Put a file among the run's artifacts, in place of one of the same name."""
        self._client.log_artifact(self._id, str(path), folder)

    def add_model(self, folder: Path, limits: ServingParams, digest: str) -> None:
        """Log a trained model, ready to serve, unless the run holds this very model."""
        if self._run.data.tags.get(MODEL) == digest:
            return
        logged = self._client.create_logged_model(
            self._run.info.experiment_id, name=self._run.info.run_name, source_run_id=self._id
        )
        model = Model(
            artifact_path=logged.artifact_location,
            model_uuid=logged.model_id,
            run_id=self._id,
            model_id=logged.model_id,
        )
        with tempfile.TemporaryDirectory() as temporary:
            place = Path(temporary, "model")
            save_package(place, folder, model, limits)
            self._client.log_model_artifacts(logged.model_id, str(place))
        with self._lock:
            self._client.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
            self._client.log_outputs(self._id, [LoggedModelOutput(logged.model_id, step=0)])
        self.set_tag(MODEL, digest)

    def finish(self, status: str) -> None:
        """End the run with this status, unless it had come to its end before."""
        if self._run.info.status != "FINISHED":
            self._client.set_terminated(self._id, status)

    def set_tag(self, key: str, value: str) -> None:
        """Set one tag."""
        with self._lock:
            self._client.set_tag(self._id, key, value)

    def _known_epochs(self, name: str) -> set[int]:
        if name not in self._epochs_there:
            old = name in self._run.data.metrics
            history = self._client.get_metric_history(self._id, name) if old else []
            self._epochs_there[name] = {point.step for point in history}
        return self._epochs_there[name]


def _is_settled(run: Run) -> bool:
    return PROVISIONAL not in run.data.tags


def _milliseconds() -> int:
    return int(time.time() * 1000)

"""MLflow shows what DVC holds, once; and whatever happens to it, the work goes on."""

import ast
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from imports import import_closure
from mlflow import MlflowClient

from reelvec.base.errors import ReelvecError
from reelvec.base.project.provenance import LABELS
from reelvec.base.schema.whole import Params
from reelvec.export import mlflow_environment
from reelvec.export.mlflow_folder import SERVING_REQUIREMENTS, STOPWORD_PACKAGES
from reelvec.tracking import lock, store
from reelvec.tracking import runs as tracking
from reelvec.tracking.fingerprint import fingerprint_of
from reelvec.tracking.record import FINGERPRINT, read_record
from reelvec.tracking.runs import (
    open_run,
    record_all,
    record_or_warn,
    store_location,
)

pytestmark = pytest.mark.usefixtures("own_store")
REPOSITORY = Path(__file__).parents[2]
EPOCHS = 5
CURVES = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
HANG = 300  # seconds; only a guard against tests that never end

PACKAGE = (
    "base/project/files.py",
    "text/ragged.py",
    "models/training.py",
    "report/figures/style.py",
)


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "_given_up", set())


@pytest.fixture
def project(tmp_path: Path, empty_store: Path) -> Path:
    """A project in which `scratch` and `glove_frozen` are trained and evaluated, and no run is."""
    root = tmp_path / "a project"
    root.mkdir()
    shutil.copyfile(empty_store, root / "mlflow.db")
    write(root / "stages/train.py", "script\n")
    write(root / "stages/prepare_lessons.py", "script\n")
    shutil.copy(REPOSITORY / "params.yaml", root)
    for name in PACKAGE:
        write(root / "src/reelvec" / name, name)
    write(root / "data/processed/vocab.tsv", "id\ttoken\n0\t<pad>\n")
    for part in ("train", "valid", "test"):
        write(root / f"data/processed/{part}/ids.npy", f"ids of {part}")
    for name in ("words.txt", "vectors.npy"):
        write(root / "data/raw/glove" / name, name)
    write(root / "reports/metrics/imdb.json", json.dumps({"data": "SAMPLE DATA", "source": "s"}))
    write(root / "reports/figures/roc.png", "picture")
    for variant in ("scratch", "glove_frozen"):
        train(root, variant)
        evaluate(root, variant)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def epoch_metrics(epoch: int) -> dict[str, float]:
    return {name: round(1 / (epoch + place), 6) for place, name in enumerate(CURVES)}


def train(root: Path, variant: str) -> None:
    rows = [",".join(map(str, (e, *epoch_metrics(e).values()))) for e in range(1, EPOCHS + 1)]
    lines = "\n".join([",".join(("epoch", *CURVES)), *rows])
    write(root / f"reports/plots/training/{variant}.csv", lines + "\n")
    summary = {"best_epoch": 4, "epochs": EPOCHS, **epoch_metrics(4), "parameters": 7}
    write(root / f"reports/metrics/train/{variant}.json", json.dumps(summary))
    write(root / f"data/models/{variant}/config.json", json.dumps({"probability": 0.75}))
    write(root / f"data/models/{variant}/model.safetensors", variant)


def evaluate(root: Path, variant: str, accuracy: float = 0.875) -> None:
    report = {"test_reviews": 8, "accuracy": accuracy, "note": "not a number"}
    write(root / f"reports/metrics/evaluate/{variant}.json", json.dumps(report))
    write(root / f"reports/plots/roc/{variant}.csv", "a,b\n0,1\n")


def live_training(
    root: Path, variant: str = "scratch", each: Callable[[int], None] | None = None
) -> int:
    """Train, showing each epoch live; returns the epochs done."""
    done = 0
    with open_run(variant, root, after=0) as run:
        for epoch in range(1, EPOCHS + 1):
            run.log_metrics(epoch_metrics(epoch), step=epoch)
            if each is not None:
                each(epoch)
            done += 1
    return done


def client_of(root: Path) -> MlflowClient:
    return MlflowClient(store_location(root).uri)


def runs_of(client: MlflowClient) -> dict[str, Any]:
    """The runs by name; more than one of a name is a failure."""
    experiment = client.get_experiment_by_name("reelvec")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    names = [run.info.run_name for run in runs]
    assert len(set(names)) == len(names), f"duplicates: {names}"
    return dict(zip(names, runs, strict=True))


def history(client: MlflowClient, run: Any, name: str) -> list[tuple[int, float]]:
    return [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, name)]


EXPECTED_CURVE = [(e, epoch_metrics(e)["train_loss"]) for e in range(1, EPOCHS + 1)]


# One run a variant, found again


@pytest.mark.slow
def test_a_run_is_made_once_however_often_it_is_repeated(params: Params, project: Path) -> None:
    for _ in range(2):
        live_training(project)
        record_or_warn(params, project)
        record_or_warn(params, project)
    client = client_of(project)
    runs = runs_of(client)
    assert set(runs) == {"scratch", "glove_frozen"}
    run = runs["scratch"]
    assert run.info.status == "FINISHED"
    assert run.data.tags[FINGERPRINT] == fingerprint_of(params, "scratch", project)
    assert sorted(history(client, run, "train_loss")) == EXPECTED_CURVE
    assert history(client, run, "test_accuracy") == [(0, 0.875)]


def test_live_metrics_are_there_before_any_stage_is_done(project: Path) -> None:
    live_training(project)
    client = client_of(project)
    run = runs_of(client)["scratch"]
    assert sorted(history(client, run, "train_loss")) == EXPECTED_CURVE
    assert run.data.params["variant.encoder"] == "mean"
    assert "test_accuracy" not in run.data.metrics


def test_what_live_logging_missed_is_filled_in_without_repeats(
    params: Params, project: Path
) -> None:
    with open_run("scratch", project, after=0) as run:
        run.log_metrics(epoch_metrics(2), step=2)
    record_or_warn(params, project)
    client = client_of(project)
    assert sorted(history(client, runs_of(client)["scratch"], "train_loss")) == EXPECTED_CURVE


def test_two_variants_line_up_in_compare(params: Params, project: Path) -> None:
    assert record_all(params, project) == ["scratch", "glove_frozen"]
    runs = runs_of(client_of(project))
    scratch, glove = runs["scratch"].data, runs["glove_frozen"].data
    assert set(scratch.params) == set(glove.params)
    assert set(scratch.metrics) == set(glove.metrics)
    assert scratch.params["variant.dimension"] == "100"
    assert glove.params["variant.dimension"] == str(params.glove.dimension)
    assert scratch.params["glove.dimension"] == "not used"
    assert scratch.params["preprocess.lemmatize"] == "true"
    assert scratch.metrics["best_valid_loss"] == epoch_metrics(4)["valid_loss"]
    assert scratch.metrics["valid_loss"] == epoch_metrics(EPOCHS)["valid_loss"]
    assert scratch.metrics["test_reviews"] == 8


def test_a_new_evaluation_reaches_the_same_run(params: Params, project: Path) -> None:
    record_or_warn(params, project)
    evaluate(project, "scratch", accuracy=0.75)
    record_or_warn(params, project)
    assert runs_of(client_of(project))["scratch"].data.metrics["test_accuracy"] == 0.75


def test_a_changed_parameter_makes_another_run(params: Params, project: Path) -> None:
    record_or_warn(params, project)
    record_or_warn(changed(params, "scratch", dimension=50), project)
    client = client_of(project)
    experiment = client.get_experiment_by_name("reelvec")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "attributes.run_name = 'scratch'")
    assert sorted(run.data.params["variant.dimension"] for run in runs) == ["100", "50"]


def test_a_scratch_run_does_not_care_about_glove(params: Params, project: Path) -> None:
    other = params.model_copy(
        update={"glove": params.glove.model_copy(update={"dimension": 300, "max_words": 9})}
    )
    record_or_warn(params, project)
    evaluate(project, "scratch", accuracy=0.75)
    record_or_warn(other, project)
    client = client_of(project)
    experiment = client.get_experiment_by_name("reelvec")
    assert experiment is not None
    names = "attributes.run_name = 'scratch'"
    (run,) = client.search_runs([experiment.experiment_id], names)
    assert run.data.metrics["test_accuracy"] == 0.75


def test_the_runs_status_tells_how_the_training_ended(project: Path) -> None:
    def status() -> str:
        return str(runs_of(client_of(project))["scratch"].info.status)

    def stop(error: BaseException) -> None:
        raise error

    with pytest.raises(ZeroDivisionError):
        live_training(project, each=lambda _: stop(ZeroDivisionError()))
    assert status() == "FAILED"
    with pytest.raises(KeyboardInterrupt):
        live_training(project, each=lambda _: stop(KeyboardInterrupt()))
    assert status() == "KILLED"
    live_training(project)
    assert status() == "FINISHED"


# What a run says


def test_tags_say_where_a_run_comes_from(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", "-C", str(project), *command], check=True)
    commit = subprocess.run(
        ["git", "-C", str(project), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    monkeypatch.setenv("DVC_EXP_NAME", "loud-mouse")
    record_or_warn(params, project)
    tags = runs_of(client_of(project))["scratch"].data.tags
    assert tags["git.commit"] == commit
    assert tags["dvc.exp"] == "loud-mouse"
    assert tags["dvc.stage"] == "train@scratch"
    assert tags["model"] == "scratch"
    assert tags["data.source"] == "s"
    assert tags["mlflow.note.content"] == "SAMPLE DATA"


def test_data_sets_are_known_by_their_bytes(
    params: Params, project: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digests(store: str) -> dict[str, str]:
        shutil.copyfile(empty_store, project / f"{store}.db")
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}.db")
        record_or_warn(params, project)
        inputs = runs_of(client_of(project))["scratch"].inputs.dataset_inputs
        return {entry.dataset.name: entry.dataset.digest for entry in inputs}

    before = digests("first")
    assert set(before) == {"imdb train and valid", "imdb test"}
    write(project / "data/processed/test/ids.npy", "other ids")
    after = digests("second")
    assert after["imdb test"] != before["imdb test"]
    assert after["imdb train and valid"] == before["imdb train and valid"]


def test_pictures_and_curves_are_artifacts(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    record_or_warn(params)
    client = client_of(project)
    run_id = runs_of(client)["scratch"].info.run_id
    assert [f.path for f in client.list_artifacts(run_id, "figures")] == ["figures/roc.png"]
    assert [f.path for f in client.list_artifacts(run_id, "curves/roc")] == [
        "curves/roc/scratch.csv"
    ]
    assert {path.name for path in project.glob("ml*")} <= {
        "mlflow.db",
        "mlflow.db.lock",
        "mlflow.db.writing.lock",
        "mlartifacts",
    }


class ConstantPredictor:
    """Stands in for the real predictor: its probability is written in the model's folder."""

    labels = LABELS

    def __init__(self, probability: float) -> None:
        self.probability = probability

    @classmethod
    def load(cls, folder: Path) -> "ConstantPredictor":
        return cls(json.loads((folder / "config.json").read_text())["probability"])

    def logits(self, texts: list[str]) -> np.ndarray[Any, Any]:
        odds = np.array([self.probability if "good" in text else 0.25 for text in texts])
        return np.log(odds / (1 - odds))


def test_the_models_requirements_are_what_its_code_imports() -> None:
    package = REPOSITORY / "src" / "reelvec"
    start = package / "export/served_model.py"
    names = {
        name.partition(".")[0]
        for file in (start, *import_closure(start, [package]))
        for node in ast.walk(ast.parse(file.read_bytes()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    distribution_of = packages_distributions()
    imported = {
        distribution_of[name][0].lower()
        for name in names - sys.stdlib_module_names - {"reelvec", "mlflow"}
    }
    # The copied code reads params.yaml too, though no served model does.
    assert imported | {"ruamel.yaml"} == {*SERVING_REQUIREMENTS, *STOPWORD_PACKAGES}


def test_the_model_is_logged_once_and_can_be_loaded(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = SimpleNamespace(Predictor=ConstantPredictor)
    monkeypatch.setitem(sys.modules, "reelvec.models.predictor", fake)  # type: ignore[arg-type]
    record_or_warn(params, project)
    write(project / "reports/figures/roc.png", "another picture")
    record_or_warn(params, project)
    client = client_of(project)
    outputs = runs_of(client)["scratch"].outputs.model_outputs
    assert len(outputs) == 1
    logged = client.get_logged_model(outputs[0].model_id)
    assert str(logged.status) == "READY"
    monkeypatch.setattr(sys, "path", list(sys.path))
    model = mlflow.pyfunc.load_model(logged.artifact_location)
    answer = model.predict(pd.DataFrame({"text": ["good", "bad"]}))
    assert answer["label"].tolist() == ["positive", "negative"]
    assert answer["probability"].tolist() == pytest.approx([0.75, 0.25])
    signature = model.metadata.signature
    assert signature.inputs.input_names() == ["text"]
    assert [str(kind) for kind in signature.outputs.input_types()] == [
        "DataType.string",
        "DataType.double",
    ]
    assert model.input_example.columns.tolist() == ["text"]


def test_no_model_is_logged_when_the_parameters_say_so(params: Params, project: Path) -> None:
    without = params.model_copy(
        update={"tracking": params.tracking.model_copy(update={"model": False})}
    )
    record_or_warn(without, project)
    assert runs_of(client_of(project))["scratch"].outputs.model_outputs == []


# The fingerprint


def changed(params: Params, variant: str, **values: Any) -> Params:
    other = params.variants[variant].model_copy(update=values)
    return params.model_copy(update={"variants": {**params.variants, variant: other}})


@pytest.mark.parametrize(
    ("variant", "file"),
    [
        ("scratch", "data/processed/vocab.tsv"),
        ("scratch", "data/processed/train/ids.npy"),
        ("scratch", "data/processed/valid/ids.npy"),
        ("scratch", "stages/train.py"),
        ("scratch", "src/reelvec/models/training.py"),
        ("scratch", "src/reelvec/text/ragged.py"),
        ("glove_frozen", "data/raw/glove/words.txt"),
        ("glove_frozen", "data/raw/glove/vectors.npy"),
    ],
)
def test_a_byte_that_training_reads_changes_the_fingerprint(
    params: Params, project: Path, variant: str, file: str
) -> None:
    before = fingerprint_of(params, variant, project)
    with (project / file).open("a") as stream:
        stream.write("#")
    assert fingerprint_of(params, variant, project) != before


@pytest.mark.parametrize(
    "file",
    [
        "data/raw/glove/vectors.npy",
        "data/processed/test/ids.npy",
        "src/reelvec/report/figures/style.py",
        "reports/metrics/evaluate/scratch.json",
    ],
)
def test_a_byte_that_training_does_not_read_leaves_the_fingerprint(
    params: Params, project: Path, file: str
) -> None:
    before = fingerprint_of(params, "scratch", project)
    with (project / file).open("a") as stream:
        stream.write("#")
    assert fingerprint_of(params, "scratch", project) == before


def test_the_fingerprint_follows_the_variants_own_parameters(params: Params, project: Path) -> None:
    before = fingerprint_of(params, "scratch", project)
    assert fingerprint_of(changed(params, "scratch", hidden=3), "scratch", project) != before
    assert fingerprint_of(changed(params, "scratch_max", hidden=3), "scratch", project) == (before)
    plain = params.preprocess.model_copy(update={"lemmatize": False})
    assert fingerprint_of(params.model_copy(update={"preprocess": plain}), "scratch", project) != (
        before
    )
    strict = params.evaluation.model_copy(update={"confidence": 0.99})
    assert fingerprint_of(params.model_copy(update={"evaluation": strict}), "scratch", project) == (
        before
    )


def test_the_fingerprint_is_the_same_in_another_folder(
    params: Params, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint_of(params, "scratch", project)
    moved = shutil.copytree(project, tmp_path / "elsewhere")
    assert fingerprint_of(params, "scratch", moved) == before
    monkeypatch.chdir(moved)
    assert fingerprint_of(params, "scratch", Path()) == before


def test_missing_data_is_named(params: Params, project: Path) -> None:
    (project / "data/processed/vocab.tsv").unlink()
    with pytest.raises(ReelvecError, match=r"data/processed/vocab.tsv: not found; run `dvc"):
        fingerprint_of(params, "scratch", project)


# Where the runs are


def test_queued_experiments_write_to_the_project_they_belong_to(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = project / ".dvc/tmp/exps/standalone/tmp1234"
    copy.mkdir(parents=True)
    assert store_location(copy) == store_location(project)
    assert store_location(project).uri == f"sqlite:///{project}/mlflow.db"
    monkeypatch.chdir(copy)
    assert store_location() == store_location(project)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///runs/other.db")
    assert store_location().uri == f"sqlite:///{project}/runs/other.db"


def test_the_address_of_a_server_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@mlflow.example:5000")
    location = store_location()
    assert location.uri == "http://me:secret@mlflow.example:5000"
    assert location.artifacts is None
    assert location.shown == "http://mlflow.example:5000"


# `make track`


def test_missing_runs_are_written_from_what_dvc_holds(
    params: Params,
    project: Path,
    empty_store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "sqlite:///lost.db")
        shutil.copyfile(empty_store, project / "lost.db")
        live_training(project)
        record_or_warn(params, project)
    capsys.readouterr()
    assert record_all(params, project) == ["scratch", "glove_frozen"]
    client = client_of(project)
    assert sorted(history(client, runs_of(client)["scratch"], "train_loss")) == EXPECTED_CURVE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == params.models
    assert lines[1] == "scratch_max: not trained yet"
    assert record_all(params, project) == []
    assert "scratch: already there" in capsys.readouterr().out


def test_a_deleted_run_can_be_written_again(params: Params, project: Path) -> None:
    record_all(params, project)
    client = client_of(project)
    client.delete_run(runs_of(client)["scratch"].info.run_id)
    assert record_all(params, project) == ["scratch"]
    assert set(runs_of(client)) == {"scratch", "glove_frozen"}


def test_a_short_training_does_not_wait_for_mlflow(project: Path) -> None:
    (project / "mlflow.db").unlink()
    with open_run("scratch", project) as run:
        run.log_metrics(epoch_metrics(1), step=1)
    assert not list(project.glob("mlflow.db*"))


def test_models_of_all_kinds_have_runs_with_test_results(params: Params, project: Path) -> None:
    for name, folder in (("one_hot", "baselines"), ("student", "students"), ("best", "ensembles")):
        write(project / f"data/{folder}/{name}/config.json", "{}")
        figures = {name: {"valid_accuracy": 0.5, "trainable_parameters": 3}}
        write(project / f"reports/metrics/train_{folder}.json", json.dumps(figures))
        write(project / f"stages/train_{folder}.py", "script")
        evaluate(project, name, accuracy=0.625)
    for part in ("train", "valid", "test"):
        write(project / f"data/plain/{part}/ids.npy", f"plain ids of {part}")
    write(project / "data/plain/vocab.tsv", "id")
    for part in ("words.txt", "vectors.npy"):
        write(project / "data/word_vectors/word2vec" / part, part)
    assert record_all(params, project) == [
        *("scratch", "glove_frozen", "one_hot", "student", "best"),
    ]
    runs = runs_of(client_of(project))
    for name, kind in (("one_hot", "baseline"), ("student", "student"), ("best", "ensemble")):
        assert runs[name].data.tags["kind"] == kind
        assert runs[name].data.metrics["test_accuracy"] == 0.625
        assert runs[name].data.metrics["best_valid_accuracy"] == 0.5
    assert runs["one_hot"].data.params["baseline.weighting"] == "binary"
    before = fingerprint_of(params, "best", project)
    other = changed(params, "gru", hidden=3)
    assert fingerprint_of(other, "best", project) != before
    assert fingerprint_of(other, "one_hot", project) == fingerprint_of(params, "one_hot", project)


def test_a_deleted_experiment_is_brought_back(params: Params, project: Path) -> None:
    record_all(params, project)
    client = client_of(project)
    experiment = client.get_experiment_by_name("reelvec")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    record_all(params, project)
    assert set(runs_of(client)) == {"scratch", "glove_frozen"}


def test_a_person_who_asks_is_told_that_the_server_is_down(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ReelvecError, match=r"MLflow at http://127.*refused.*make track"):
        record_all(params, project)


def test_a_person_is_not_told_to_start_a_server_where_there_is_none_to_start(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project / "mlflow.db", "no database")
    with pytest.raises(ReelvecError, match=r"not a database; mend or move that file, or name"):
        record_all(params, project)
    with failing_server() as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        with pytest.raises(ReelvecError, match=r"; see what that store says of it, or unset"):
            record_all(params, project)


def test_a_person_is_told_to_wait_for_another_command_that_writes(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "SECONDS", 0)
    with (
        lock.lock_of(f"sqlite:///{project / 'mlflow.db'}"),
        pytest.raises(
            ReelvecError, match="acquired; another command is writing there: wait for it and"
        ),
    ):
        record_all(params, project)


def test_an_empty_file_becomes_a_store(params: Params, project: Path) -> None:
    (project / "mlflow.db").touch()
    assert record_all(params, project) == ["scratch", "glove_frozen"]


# Whatever happens to MLflow, the work goes on


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def closed_port() -> Iterator[str]:
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def silent_server() -> Iterator[str]:
    """Accepts connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def http_server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def failing_server() -> Any:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(500)
        request.send_header("Retry-After", "3600")
        request.send_header("Content-Length", "0")
        request.end_headers()

    return http_server(answer)


def forbidding_server() -> Any:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(403)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return http_server(answer)


def server_that_falls_silent() -> Any:
    """Healthy at first sight; every real request hangs."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path != "/health":
            time.sleep(HANG)
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return http_server(answer)


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every patience with a server, where it is known, is a fraction of what it is."""
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_TIMEOUT", raising=False)
    monkeypatch.setitem(mlflow_environment._DEFAULTS, "MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setattr(store, "PROBE_SECONDS", 0.5)


def within_reason(work: Callable[[], Any]) -> Any:
    """The result of `work`, which must come to an end at all."""
    return tracking._started(work).result(timeout=HANG)


def warnings_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.mark.slow
@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize(
    "server",
    [closed_port, silent_server, failing_server, forbidding_server, server_that_falls_silent],
)
def test_a_bad_server_costs_one_warning(
    params: Params,
    project: Path,
    server: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work() -> int:
        done = live_training(project)
        record_or_warn(params, project)
        return done

    with server() as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert within_reason(work) == EPOCHS
    printed = capsys.readouterr()
    assert printed.out == ""
    (warning,) = warnings_in(printed.err)
    assert uri in warning
    assert "make track" in warning


@pytest.mark.slow
@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("server", [closed_port, silent_server, server_that_falls_silent])
def test_recording_on_a_bad_server_costs_one_warning(
    params: Params,
    project: Path,
    server: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with server() as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        within_reason(lambda: record_or_warn(params, project))
    (warning,) = warnings_in(capsys.readouterr().err)
    assert uri in warning
    assert "make track" in warning


def test_closing_does_not_wait_longer_than_it_is_told(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The server's silence would last until HANG; MLflow's own patience is made longer still.
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", str(HANG * 2))

    def work() -> None:
        with open_run("scratch", project, after=0) as run:
            run.log_metrics({"train_loss": 1.0}, step=1)
            run.close(timeout=1)

    with server_that_falls_silent() as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        started = time.monotonic()
        work()
        assert time.monotonic() - started < HANG
    (warning,) = warnings_in(capsys.readouterr().err)
    assert "no answer in 1 s" in warning


@pytest.mark.parametrize(
    "uri", ["file:///tmp/old-store", "nonsense://x", "sqlite:////dev/null/x.db"]
)
def test_an_address_that_cannot_work_costs_one_warning(
    params: Params,
    project: Path,
    uri: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert live_training(project) == EPOCHS
    record_or_warn(params, project)
    (warning,) = warnings_in(capsys.readouterr().err)
    assert uri in warning


def test_trouble_on_our_own_side_costs_one_warning(
    params: Params, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(project / "data/processed/train")
    assert live_training(project) == EPOCHS
    record_or_warn(params, project)
    (warning,) = warnings_in(capsys.readouterr().err)
    assert "data/processed/train: not found" in warning


def test_a_value_that_is_no_number_stops_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_run("scratch", project, after=0) as run:
        run.log_metrics({"train_loss": "high"}, step=1)  # type: ignore[dict-item]
        run.log_metrics({"train_loss": 1.0}, step=2)
    assert len(warnings_in(capsys.readouterr().err)) == 1


def test_what_training_raises_goes_through_a_dead_server(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ReelvecError, match="mine"), open_run("scratch", project, after=0):
        raise ReelvecError("mine")


# In processes of their own

SCRIPT = """
import sys
from pathlib import Path
from reelvec.base.schema.whole import load_params
from reelvec.tracking.runs import open_run, record_or_warn
params = load_params(Path(sys.argv[1]))
with open_run("scratch", after=0) as run:
    for epoch in range(1, 6):
        run.log_metrics({"train_loss": 1 / epoch}, step=epoch)
record_or_warn(params)
print("done")
"""


def start_training(project: Path, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(REPOSITORY / "params.yaml")],
        cwd=project,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_processes_that_start_at_once_share_one_new_store(params: Params, project: Path) -> None:
    (project / "mlflow.db").unlink()
    processes = [start_training(project) for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=HANG)
        # Not a word from MLflow, its migrations or its bars, either.
        assert (process.returncode, err) == (0, "")
        assert {line.partition(":")[0] for line in out.splitlines()} <= {*params.models, "done"}
    client = client_of(project)
    run = runs_of(client)["scratch"]
    assert run.info.status == "FINISHED"
    steps = {step for step, _ in history(client, run, "train_loss")}
    assert steps == set(range(1, EPOCHS + 1))


@pytest.mark.slow
def test_a_silent_server_does_not_keep_a_process_from_ending(project: Path) -> None:
    with server_that_falls_silent() as uri:
        process = start_training(
            project, MLFLOW_TRACKING_URI=uri, MLFLOW_HTTP_REQUEST_TIMEOUT=str(HANG * 2)
        )
        out, err = process.communicate(timeout=HANG)
    assert (process.returncode, out) == (0, "done\n")
    assert len(warnings_in(err)) == 1


@contextmanager
def mlflow_server(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", str(port), "--backend-store-uri", f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            # Its seven processes for jobs would load MLflow each.
            env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_healthy(process, port, folder / "server.log")
        yield process
    finally:
        kill(process)


def wait_until_healthy(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
            return
        time.sleep(0.1)
    pytest.fail(f"mlflow server did not start: {log.read_text()}")


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill the server at once, with its workers: they share a session of their own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_a_server_killed_in_the_middle_stops_nothing_and_the_run_is_repaired(
    params: Params,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)

    def killed_at_epoch_three(epoch: int) -> None:
        if epoch == 3:
            # The first epochs are there, live, while the training still goes on …
            deadline = time.monotonic() + HANG
            while not seen(uri) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert seen(uri)
            kill(server)  # … and the rest is lost.

    with mlflow_server(tmp_path, port) as server:
        assert live_training(project, each=killed_at_epoch_three) == EPOCHS
        record_or_warn(params, project)
    (warning,) = warnings_in(capsys.readouterr().err)
    assert uri in warning
    assert "make track" in warning

    with mlflow_server(tmp_path, port):
        assert record_all(params, project) == ["scratch", "glove_frozen"]
        client = MlflowClient(uri)
        run = runs_of(client)["scratch"]
        assert run.info.status == "FINISHED"
        assert sorted(history(client, run, "train_loss")) == EXPECTED_CURVE
        assert run.data.metrics["test_accuracy"] == 0.875
        assert len(run.outputs.model_outputs) == 1
        assert record_all(params, project) == []


def seen(uri: str) -> bool:
    """Whether the server shows three live epochs of `scratch`."""
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name("reelvec")
    runs = client.search_runs([experiment.experiment_id]) if experiment else []
    return any(len(history(client, run, "train_loss")) == 3 for run in runs)


@contextmanager
def sqlite_file(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder}/mlflow.db"


@contextmanager
def server_on_a_free_port(folder: Path) -> Iterator[str]:
    port = free_port()
    with mlflow_server(folder, port):
        yield f"http://127.0.0.1:{port}"


TRACK = "from reelvec.cli.main import main; main()"


@pytest.mark.slow
@pytest.mark.parametrize("store", [sqlite_file, server_on_a_free_port])
def test_two_that_track_at_once_write_everything_once(
    project: Path,
    tmp_path: Path,
    store: Callable[[Path], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with store(tmp_path) as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        both = [
            subprocess.Popen(
                [sys.executable, "-c", TRACK, "track"],
                cwd=project,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        told = [process.communicate(timeout=HANG) for process in both]
        assert [process.returncode for process in both] == [0, 0], told
        lines = [line for out, _ in told for line in out.splitlines()]
        for model in ("scratch", "glove_frozen"):
            ways = sorted(line.split()[1] for line in lines if line.startswith(f"{model}:"))
            assert ways == ["already", "written"]
        client = client_of(project)
        for run in runs_of(client).values():
            assert history(client, run, "train_loss") == EXPECTED_CURVE
            assert history(client, run, "test_accuracy") == [(0, 0.875)]
            assert len(run.outputs.model_outputs) == 1


def test_a_record_is_read_from_whatever_exists(params: Params, project: Path) -> None:
    shutil.rmtree(project / "reports")
    shutil.rmtree(project / "data/models")
    record = read_record(params, "scratch", project)
    assert (record.curve, record.results, record.files, record.folder) == ([], {}, [], None)

"""What git and DVC hold about one model, gathered as one MLflow run will show it.

Nothing here knows MLflow: a record is read from the project's files, whichever exist by now.
"""

import csv
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reelvec.base.messages import shown
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import FIGURES, IMDB_METRICS, PLOTS
from reelvec.base.project.section import GLOVE, Text
from reelvec.base.schema.serving import ServingParams
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import Params
from reelvec.evaluation.results import Results
from reelvec.export.model_folder import files_of_model
from reelvec.models.folders import folder_of_model
from reelvec.tracking.fingerprint import (
    digest_of,
    encoded_reviews,
    fingerprint_of,
    stage_of,
    vectors_params,
)

FINGERPRINT = "reelvec.fingerprint"
"""The tag by which a run is found again."""

NOT_USED = "not used"
LONGEST_VALUE = 6000  # characters; MLflow refuses longer parameters

CURVES = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one learning curve."""

    name: str
    value: float
    epoch: int


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A data set that a run read: its name, a digest of its bytes, and what it was read for."""

    name: str
    digest: str
    context: str
    profile: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything that is known of a model.

    Attributes:
        model: its name, also the run's.
        fingerprint: hash of its parameters, data and code.
        params: flat and readable; the same keys for every variant, so that two line up.
        tags: where the run comes from.
        curve: metrics of each epoch.
        results: metrics of the whole run, those of the test set beginning with `test_`.
        datasets: what it was trained and tested on.
        files: pictures and tables, each with the folder it is shown in.
        folder: of the trained model, if it is wanted.
        limits: how much the model takes in one request where it is served.
        model_digest: hash of that folder and the limits, or "".
        content: hash of all the above except the tags: equal means nothing new to write.
    """

    model: str
    fingerprint: str
    params: dict[str, str]
    tags: dict[str, str]
    curve: list[Point]
    results: dict[str, float]
    datasets: list[DatasetRecord]
    files: list[tuple[Path, str]]
    folder: Path | None
    limits: ServingParams
    model_digest: str
    content: str


def read_record(params: Params, model: str, root: Path = Path()) -> RunRecord:
    """Gather what the project holds of a model; parts that do not exist yet are left out.

    Raises:
        ReelvecError: as for `fingerprint_of`.
    """
    fingerprint = fingerprint_of(params, model, root)
    values = run_params(params, model)
    curve = _read_curve(root / PLOTS / "training" / f"{model}.csv")
    results = _read_results(model, root)
    datasets = _read_datasets(params, model, root)
    files = [(path, "figures") for path in sorted((root / FIGURES).glob("*.png"))]
    for kind in ("roc", "calibration"):
        path = root / PLOTS / kind / f"{model}.csv"
        files += [(path, f"curves/{kind}")] if path.is_file() else []
    wanted = params.tracking.model and model in Results(root).models
    folder = folder_of_model(model, root) if wanted else None
    limits = params.serving.model_dump()
    model_digest = digest_of(limits, files_of_model(folder).values(), root) if folder else ""
    points = [(point.name, point.value, point.epoch) for point in curve]
    digests = [*(dataset.digest for dataset in datasets), model_digest]
    content = digest_of([values, points, results, digests], [path for path, _ in files], root)
    return RunRecord(
        model=model,
        fingerprint=fingerprint,
        params=values,
        tags=run_tags(params, model, fingerprint, root),
        curve=curve,
        results=results,
        datasets=datasets,
        files=files,
        folder=folder,
        limits=params.serving,
        model_digest=model_digest,
        content=content,
    )


def is_trained(model: str, root: Path = Path()) -> bool:
    """Whether the model is there, and DVC holds the figures of its training."""
    results = Results(root)
    return model in results.models and bool(results.training(model))


def run_params(params: Params, model: str) -> dict[str, str]:
    """The parameters of a run: flat names, the same ones for every variant.

    A value that the variant does not depend on reads "not used", so that equal fingerprints
    always mean equal parameters.
    """
    if model in params.ensembles:
        return _flat("ensemble", params.ensembles[model])
    chosen = params.trained_alone(model)
    if not isinstance(chosen, VariantParams):
        return {**_flat("baseline", chosen), **_of_text(params, chosen.text)}
    flat = {
        **_flat("variant", chosen),
        **_of_text(params, chosen.text),
        **_flat("training", params.training),
    }
    for key in ("source", "dimension", "max_words"):
        used = chosen.embedding == GLOVE
        flat[f"glove.{key}"] = shown(_text(getattr(params.glove, key))) if used else NOT_USED
    if chosen.is_pretrained:
        flat["variant.dimension"] = _text(vectors_params(params, chosen.embedding)["dimension"])
    else:
        flat["variant.missing"] = NOT_USED
    return flat


def run_tags(params: Params, model: str, fingerprint: str, root: Path) -> dict[str, str]:
    """Where a run comes from: model, commit, stage, experiment of DVC, kind of data."""
    stage = stage_of(params, model)
    tags = {
        "model": model,
        "kind": _kind(params, model),
        FINGERPRINT: fingerprint,
        "dvc.stage": f"{stage}@{model}" if stage == "train" else stage,
        "mlflow.source.name": f"stages/{stage}.py",
        "mlflow.source.type": "LOCAL",
    }
    if commit := _git_commit(root):
        tags |= {"git.commit": commit, "mlflow.source.git.commit": commit}
    for tag, variable in (("dvc.exp", "DVC_EXP_NAME"), ("dvc.baseline", "DVC_EXP_BASELINE_REV")):
        if value := os.environ.get(variable):
            tags[tag] = value
    summary = _read_if_there(root / IMDB_METRICS)
    if "source" in summary:
        tags["data.source"] = str(summary["source"])
    if "data" in summary:
        tags["mlflow.note.content"] = str(summary["data"])
    return tags


def _kind(params: Params, model: str) -> str:
    if model in params.ensembles:
        return "ensemble"
    if model in params.students:
        return "student"
    return "baseline" if model in params.baselines else "variant"


def _of_text(params: Params, text: Text) -> dict[str, str]:
    return {
        **_flat("preprocess", params.preprocess_of(text)),
        **_flat("vocabulary", params.vocabulary),
    }


def _read_curve(path: Path) -> list[Point]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [
        Point(name, float(value), int(row["epoch"]))
        for row in rows
        for name, value in row.items()
        if name != "epoch"
    ]


def _read_results(model: str, root: Path) -> dict[str, float]:
    """Metrics of the whole run, named so that none is mistaken for a curve's last point."""
    found = Results(root)
    results = {
        f"best_{name}" if name in CURVES else name: value
        for name, value in _numbers(found.training(model)).items()
    }
    for name, value in _numbers(found.testing(model)).items():
        results[name if name.startswith("test_") else f"test_{name}"] = value
    return results


def _read_datasets(params: Params, model: str, root: Path) -> list[DatasetRecord]:
    summary = _read_if_there(root / IMDB_METRICS)
    about = {"data": summary["data"]} if "data" in summary else {}
    members = params.ensembles[model].members if model in params.ensembles else (model,)
    texts = sorted({_text_of(params, member) for member in members})
    training = [path for text in texts for path in encoded_reviews(root, text)]
    digest = digest_of(None, training, root)[:32]
    datasets = [DatasetRecord("imdb train and valid", digest, "training", about)]
    tests = [root / "data" / text / "test" for text in texts]
    if all(test.is_dir() for test in tests):
        digest = digest_of(None, tests, root)[:32]
        datasets.append(DatasetRecord("imdb test", digest, "evaluation", about))
    return datasets


def _text_of(params: Params, model: str) -> Text:
    entry = params.trained_alone(model)
    return entry.text


def _flat(section: str, model: BaseModel) -> dict[str, str]:
    return {f"{section}.{key}": _text(value) for key, value in model.model_dump().items()}


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(_text(item) for item in value)[:LONGEST_VALUE]
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)[:LONGEST_VALUE]


def _numbers(figures: dict[str, Any]) -> dict[str, float]:
    """What of some figures is a number."""
    return {
        name: float(value)
        for name, value in figures.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _read_if_there(path: Path) -> dict[str, Any]:
    content = read_json(path) if path.is_file() else {}
    return content if isinstance(content, dict) else {}


def _git_commit(root: Path) -> str | None:
    """The commit that is checked out, or None outside a repository."""
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()

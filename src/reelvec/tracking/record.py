"""What git and DVC hold about one variant, gathered as one MLflow run will show it.

Nothing here knows MLflow: a record is read from the project's files, whichever exist by now.
"""

import csv
import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reelvec.base.errors import ReelvecError
from reelvec.base.files import read_json, sha256_of
from reelvec.base.imports import import_closure
from reelvec.base.schema.section import GLOVE, Text
from reelvec.base.schema.whole import Params
from reelvec.models.word_vectors import folder_of_vectors

FINGERPRINT = "reelvec.fingerprint"
"""The tag by which a run is found again."""

NOT_USED = "not used"
LONGEST_VALUE = 6000  # characters; MLflow refuses longer parameters

_TRAIN_SCRIPT = Path("stages/train.py")
_PACKAGE = Path("src/reelvec")
_SUMMARY = Path("reports/metrics/imdb.json")


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
    """Everything that is known of a variant.

    Attributes:
        variant: its name, also the run's.
        fingerprint: hash of its parameters, data and code.
        params: flat and readable; the same keys for every variant, so that two line up.
        tags: where the run comes from.
        curve: metrics of each epoch.
        results: metrics of the whole run, those of the test set beginning with `test_`.
        datasets: what it was trained and tested on.
        files: pictures and tables, each with the folder it is shown in.
        model: the folder of the trained model, if it is there and wanted.
        model_digest: hash of that folder, or "".
        content: hash of all the above except the tags: equal means nothing new to write.
    """

    variant: str
    fingerprint: str
    params: dict[str, str]
    tags: dict[str, str]
    curve: list[Point]
    results: dict[str, float]
    datasets: list[DatasetRecord]
    files: list[tuple[Path, str]]
    model: Path | None
    model_digest: str
    content: str


def variant_fingerprint(params: Params, variant: str, root: Path = Path()) -> str:
    """Hash what decides a trained variant: its parameters, its data and its code.

    The parameters of other variants, and what happens after training, do not count.

    Args:
        params: the project's parameters.
        variant: name of an entry of `params.variants`.
        root: the project's folder.

    Returns:
        a SHA-256 in hexadecimal.

    Raises:
        ReelvecError: the variant is not known, or a file that training reads is missing.
    """
    chosen = params.variant(variant)
    settings: dict[str, Any] = {
        "name": variant,
        "variant": chosen.model_dump(mode="json"),
        "preprocess": params.preprocess_of(chosen.text).model_dump(mode="json"),
        "vocabulary": params.vocabulary.model_dump(mode="json"),
        "training": params.training.model_dump(mode="json"),
    }
    inputs = _training_data(root, chosen.text)
    if chosen.is_pretrained:
        settings["vectors"] = _vectors_params(params, chosen.embedding)
        folder = root / folder_of_vectors(chosen.embedding)
        inputs += [folder / "words.txt", folder / "vectors.npy"]
    script = root / _TRAIN_SCRIPT
    code = [script, *import_closure(script, root / _PACKAGE)] if script.is_file() else [script]
    return _digest(settings, [*inputs, *code], root)


def run_params(params: Params, variant: str) -> dict[str, str]:
    """The parameters of a run: flat names, the same ones for every variant.

    A value that the variant does not depend on reads "not used", so that equal fingerprints
    always mean equal parameters.
    """
    chosen = params.variant(variant)
    flat = {
        **_flat("variant", chosen),
        **_flat("preprocess", params.preprocess_of(chosen.text)),
        **_flat("vocabulary", params.vocabulary),
        **_flat("training", params.training),
    }
    for key in ("source", "dimension", "max_words"):
        glove = chosen.embedding == GLOVE
        flat[f"glove.{key}"] = _text(getattr(params.glove, key)) if glove else NOT_USED
    if chosen.is_pretrained:
        flat["variant.dimension"] = _text(_vectors_params(params, chosen.embedding)["dimension"])
    else:
        flat["variant.missing"] = NOT_USED
    return flat


def _vectors_params(params: Params, embedding: str) -> dict[str, Any]:
    """The parameters of the vectors that a variant starts from."""
    section = params.glove if embedding == GLOVE else params.word_vectors[embedding]
    return section.model_dump(mode="json")


def run_tags(variant: str, fingerprint: str, root: Path) -> dict[str, str]:
    """Where a run comes from: variant, commit, stage, experiment of DVC, kind of data."""
    tags = {
        "variant": variant,
        FINGERPRINT: fingerprint,
        "dvc.stage": f"train@{variant}",
        "mlflow.source.name": _TRAIN_SCRIPT.as_posix(),
        "mlflow.source.type": "LOCAL",
    }
    if commit := _git_commit(root):
        tags |= {"git.commit": commit, "mlflow.source.git.commit": commit}
    for tag, variable in (("dvc.exp", "DVC_EXP_NAME"), ("dvc.baseline", "DVC_EXP_BASELINE_REV")):
        if value := os.environ.get(variable):
            tags[tag] = value
    summary = _read_if_there(root / _SUMMARY)
    if "source" in summary:
        tags["data.source"] = str(summary["source"])
    if "data" in summary:
        tags["mlflow.note.content"] = str(summary["data"])
    return tags


def is_trained(variant: str, root: Path = Path()) -> bool:
    """Whether DVC holds a result of this variant's training."""
    return (root / f"reports/metrics/train/{variant}.json").is_file()


def read_record(params: Params, variant: str, root: Path = Path()) -> RunRecord:
    """Gather what the project holds of a variant; parts that do not exist yet are left out.

    Raises:
        ReelvecError: as for `variant_fingerprint`.
    """
    fingerprint = variant_fingerprint(params, variant, root)
    values = run_params(params, variant)
    curve = _read_curve(root / f"reports/plots/training/{variant}.csv")
    results = _read_results(variant, root)
    datasets = _read_datasets(root, params.variant(variant).text)
    files = [(path, "figures") for path in sorted((root / "reports/figures").glob("*.png"))]
    for kind in ("roc", "calibration"):
        path = root / f"reports/plots/{kind}/{variant}.csv"
        files += [(path, f"curves/{kind}")] if path.is_file() else []
    folder = root / f"data/models/{variant}"
    model = folder if params.tracking.model and folder.is_dir() else None
    model_digest = _digest(None, _files_in(model), root) if model else ""
    points = [(point.name, point.value, point.epoch) for point in curve]
    digests = [*(dataset.digest for dataset in datasets), model_digest]
    content = _digest([values, points, results, digests], [path for path, _ in files], root)
    return RunRecord(
        variant=variant,
        fingerprint=fingerprint,
        params=values,
        tags=run_tags(variant, fingerprint, root),
        curve=curve,
        results=results,
        datasets=datasets,
        files=files,
        model=model,
        model_digest=model_digest,
        content=content,
    )


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


def _read_results(variant: str, root: Path) -> dict[str, float]:
    """Metrics of the whole run, named so that none is mistaken for a curve's last point."""
    trained = _numbers(root / f"reports/metrics/train/{variant}.json")
    curves = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
    results = {f"best_{name}" if name in curves else name: trained[name] for name in trained}
    for name, value in _numbers(root / f"reports/metrics/evaluate/{variant}.json").items():
        results[name if name.startswith("test_") else f"test_{name}"] = value
    return results


def _read_datasets(root: Path, text: Text) -> list[DatasetRecord]:
    summary = _read_if_there(root / _SUMMARY)
    about = {"data": summary["data"]} if "data" in summary else {}
    digest = _digest(None, _training_data(root, text), root)[:32]
    datasets = [DatasetRecord("imdb train and valid", digest, "training", about)]
    test = root / "data" / text / "test"
    if test.is_dir():
        digest = _digest(None, _files_in(test), root)[:32]
        datasets.append(DatasetRecord("imdb test", digest, "evaluation", about))
    return datasets


def _training_data(root: Path, text: Text) -> list[Path]:
    place = root / "data" / text
    folders = [place / part for part in ("train", "valid")]
    for folder in folders:
        if not folder.is_dir():
            raise _missing(folder, root)
    return [place / "vocab.tsv", *(path for f in folders for path in _files_in(f))]


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(settings: Any, files: Iterable[Path], root: Path) -> str:
    """SHA-256 over settings and the `sha256sum` listing of files, named relative to the root."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in files:
        if not path.is_file():
            raise _missing(path, root)
        digest.update(f"{sha256_of(path)}  {path.relative_to(root).as_posix()}\n".encode())
    return digest.hexdigest()


def _missing(path: Path, root: Path) -> ReelvecError:
    place = path.relative_to(root).as_posix()
    return ReelvecError(f"{place}: not found; run `dvc repro` or `dvc pull` to have it")


def _flat(section: str, model: BaseModel) -> dict[str, str]:
    return {f"{section}.{key}": _text(value) for key, value in model.model_dump().items()}


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(_text(item) for item in value)[:LONGEST_VALUE]
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)[:LONGEST_VALUE]


def _numbers(path: Path) -> dict[str, float]:
    """The numbers of a flat JSON file."""
    return {
        name: float(value)
        for name, value in _read_if_there(path).items()
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

"""What decides a trained model, as one hash: its parameters, its data and its code."""

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.listing import listing_of
from reelvec.base.project.paths import TRAIN, VALID, VOCABULARY, reviews_of
from reelvec.base.project.section import GLOVE, Text
from reelvec.base.schema.whole import Params
from reelvec.models.word_vectors import folder_of_vectors

CODE = tuple(Path("src/reelvec") / place for place in ("base/project", "text", "models"))
"""What models are trained by, beside the stage's script."""

_known: ContextVar[dict[tuple[Path, Path], str] | None] = ContextVar("_known", default=None)
"""The listings of files and folders by themselves and the root, where they are read once."""


@contextmanager
def files_read_once() -> Iterator[None]:
    """Let no file be read twice for digests in this block and thread: for files that stay."""
    before = _known.set({})
    try:
        yield
    finally:
        _known.reset(before)


def fingerprint_of(params: Params, model: str, root: Path = Path()) -> str:
    """Hash what decides a trained model.

    The parameters of other models, and what happens after training, do not count.

    Args:
        params: the project's parameters.
        model: the name of a variant, a baseline, a student or an ensemble.
        root: the project's folder.

    Returns:
        a SHA-256 in hexadecimal.

    Raises:
        ReelvecError: the model is not known, or a file that training reads is missing.
    """
    code = code_of(stage_of(params, model), root)
    if model in params.ensembles:
        members = params.ensembles[model].members
        hashes = [fingerprint_of(params, member, root) for member in members]
        return digest_of({"name": model, "members": hashes}, code, root)
    chosen = params.trained_alone(model)
    settings: dict[str, Any] = {
        "name": model,
        "model": chosen.model_dump(mode="json"),
        "preprocess": params.preprocess_of(chosen.text).model_dump(mode="json"),
        "vocabulary": params.vocabulary.model_dump(mode="json"),
    }
    if model in params.students:
        teachers = params.students[model].teachers
        settings["teachers"] = [fingerprint_of(params, teacher, root) for teacher in teachers]
        code = [root / "stages/prepare_lessons.py", *code]
    if model not in params.baselines:
        settings["training"] = params.training.model_dump(mode="json")
    inputs = encoded_reviews(root, chosen.text)
    if chosen.embedding in params.vectors:
        settings["vectors"] = vectors_params(params, str(chosen.embedding))
        folder = root / folder_of_vectors(str(chosen.embedding))
        inputs += [folder / "words.txt", folder / "vectors.npy"]
    return digest_of(settings, [*inputs, *code], root)


def stage_of(params: Params, model: str) -> str:
    """The stage that trains a model; for variants the one that `@` and their name follow."""
    if model in params.ensembles:
        return "train_ensembles"
    if model in params.students:
        return "train_students"
    return "train_baselines" if model in params.baselines else "train"


def vectors_params(params: Params, embedding: str) -> dict[str, Any]:
    """The parameters of the vectors that a model starts from."""
    section = params.glove if embedding == GLOVE else params.word_vectors[embedding]
    return section.model_dump(mode="json")


def code_of(stage: str, root: Path) -> list[Path]:
    """The files of code that decide what a stage trains."""
    found = (path for place in CODE for path in sorted((root / place).rglob("*.py")))
    return [root / "stages" / f"{stage}.py", *found]


def encoded_reviews(root: Path, text: Text) -> list[Path]:
    """The folders of the training and the validation reviews, and the file of their vocabulary."""
    place = root / reviews_of(text)
    return [place / VOCABULARY, *(place / part for part in (TRAIN, VALID))]


def digest_of(settings: Any, files: Collection[Path], root: Path) -> str:
    """SHA-256 over settings and the `sha256sum` listing of files, named relative to the root.

    Args:
        settings: as JSON.
        files: of a folder, all that it holds.
        root: the project's folder.

    Raises:
        ReelvecError: one is not there.
    """
    for path in files:
        if not path.exists():
            raise _missing(path, root)
    listed = [_listed(path, root) for path in files]
    deciding = "".join([json.dumps(settings, sort_keys=True), *listed])
    return hashlib.sha256(deciding.encode()).hexdigest()


def _listed(path: Path, root: Path) -> str:
    known = _known.get()
    if known is None:
        return listing_of([path], root)
    if (path, root) not in known:
        known[path, root] = listing_of([path], root)
    return known[path, root]


def _missing(path: Path, root: Path) -> ReelvecError:
    place = path.relative_to(root).as_posix()
    return ReelvecError(f"{place}: not found; run `dvc repro` or `dvc pull` to have it")

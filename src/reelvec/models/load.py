"""Any trained model by its name: one way to load variants, baselines, students, ensembles."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import CONFIG
from reelvec.models.folders import folder_of_model, member_folder
from reelvec.models.model import Model, SingleModel


def load_model(name: str, root: Path = Path()) -> Model:
    """A trained model of a project.

    Args:
        name: of a variant, a baseline, a student or an ensemble.
        root: the project's folder.

    Raises:
        ReelvecError: it is not trained, or its files are damaged.
    """
    return read_model(folder_of_model(name, root))


def load_models(names: Iterable[str], root: Path = Path()) -> dict[str, Model]:
    """Several models by name, in this order; a member of an ensemble is loaded once.

    Raises:
        ReelvecError: as for `load_model`.
    """
    found: dict[str, Model] = {}
    for name in names:
        found[name] = _read(folder_of_model(name, root), found)
    return found


def read_model(folder: Path) -> Model:
    """The model in a folder; the members of an ensemble lie within, or in the same project.

    Raises:
        ReelvecError: there is none, or its files are damaged.
    """
    return _read(folder, {})


def _read(folder: Path, known: Mapping[str, Model]) -> Model:
    config = _config(folder)
    if "members" not in config:
        return _read_single(folder, config, known)
    from reelvec.models.ensemble import Ensemble, Weighing

    weighing = Weighing.load(folder)
    members: dict[str, SingleModel] = {}
    for name in weighing.members:
        member = known.get(name)
        if not isinstance(member, SingleModel):
            place = member_folder(folder, name)
            member = _read_single(place, _config(place), {**known, **members})
        members[name] = member
    return Ensemble(folder.name, weighing, members)


def _read_single(
    folder: Path, config: Mapping[str, Any], known: Mapping[str, Model]
) -> SingleModel:
    # Imported where used: a linear model needs no torch, which takes a second to load.
    if "members" in config:
        raise ReelvecError(f"{folder}: an ensemble, and no member of one")
    if "weighting" in config:
        from reelvec.models.linear import Baseline

        return _sharing_tokenizer(Baseline.load(folder), known)
    from reelvec.models.predictor import Predictor

    return _sharing_tokenizer(Predictor.load(folder), known)


def _sharing_tokenizer(model: SingleModel, known: Mapping[str, Model]) -> SingleModel:
    """The model with the very tokenizer of another, if one has an equal one."""
    for other in known.values():
        if isinstance(other, SingleModel) and other.tokenizer == model.tokenizer:
            return replace(model, tokenizer=other.tokenizer)
    return model


def _config(folder: Path) -> Mapping[str, Any]:
    """What `config.json` says; its keys tell the kind of the model."""
    path = folder / CONFIG
    try:
        config = read_json(path)
    except FileNotFoundError:
        raise ReelvecError(
            f"{folder}: no trained model; run `make repro` (or `make demo`) first"
        ) from None
    except (OSError, ValueError) as error:
        raise ReelvecError(
            f"{path}: no model of this version ({type(error).__name__}: {error}); delete the "
            "folder and train again"
        ) from None
    return config if isinstance(config, dict) else {}

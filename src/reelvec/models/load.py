"""Any trained model by its name: one way to load variants, baselines, students, ensembles."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import CONFIG
from reelvec.models.folders import folder_of_model, member_folder
from reelvec.models.model import Model


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
    # Imported where used: a linear model needs no torch, which takes a second to load.
    config = _config(folder)
    if "members" in config:
        from reelvec.models.ensemble import Ensemble, Weighing

        weighing = Weighing.load(folder)
        members = {
            name: known[name] if name in known else _read(member_folder(folder, name), known)
            for name in weighing.members
        }
        return Ensemble(folder.name, weighing, members)
    if "weighting" in config:
        from reelvec.models.linear import Baseline

        return Baseline.load(folder)
    from reelvec.models.predictor import Predictor

    return Predictor.load(folder)


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

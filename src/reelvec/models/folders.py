"""Where trained models lie: variants, baselines, students and ensembles, a folder each."""

from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import BASELINES, CONFIG, ENSEMBLES, MODELS, STUDENTS

MEMBERS = "members"
"""In the folder of an ensemble that is to stand alone: the folders of its members, by name."""

FOLDERS_OF_MODELS = (MODELS, BASELINES, STUDENTS, ENSEMBLES)
"""Where a project keeps variants, baselines, students and ensembles, a folder each."""


def folder_of_model(name: str, root: Path = Path()) -> Path:
    """Where a trained model lies in a project.

    Raises:
        ReelvecError: nothing of this name is trained.
    """
    places = [root / folder / name for folder in FOLDERS_OF_MODELS]
    for place in places:
        if (place / CONFIG).is_file():
            return place
    raise ReelvecError(f"{places[0]}: no trained model; run `make repro` (or `make demo`) first")


def member_folder(ensemble: Path, member: str) -> Path:
    """Where a member of the ensemble in a folder lies.

    Raises:
        ReelvecError: it is not there.
    """
    within = ensemble / MEMBERS / member
    if within.is_dir():
        return within
    return folder_of_model(member, ensemble.parents[len(ENSEMBLES.parts)])

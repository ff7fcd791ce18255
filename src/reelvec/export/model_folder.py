"""The files of a trained model that it needs to answer, those of an ensemble's members too."""

from pathlib import Path, PurePosixPath

from reelvec.base.project.files import read_json
from reelvec.base.project.paths import CONFIG, WEIGHTS
from reelvec.models.folders import MEMBERS, member_folder


def files_of_model(folder: Path) -> dict[str, Path]:
    """What to copy so that `read_model` finds the model whole in a folder of its own.

    Args:
        folder: of a trained model, in a project or by itself.

    Returns:
        the files by their place in that folder, sorted; a member of an ensemble lies in
        `members/<name>/`.
    """
    files = {CONFIG: folder / CONFIG}
    if (folder / WEIGHTS).is_file():
        files[WEIGHTS] = folder / WEIGHTS
    for member in read_json(folder / CONFIG).get("members", {}):
        for place, path in files_of_model(member_folder(folder, member)).items():
            files[str(PurePosixPath(MEMBERS, member, place))] = path
    return dict(sorted(files.items()))

"""What the download cache keeps: used only while it is still what was downloaded."""

import os
from pathlib import Path

from platformdirs import user_cache_path

from reelvec.base.project.files import sha256_of, sync, write_text


def cache_folder() -> Path:
    """Where it is: as REELVEC_CACHE says, by default `reelvec` in the user's cache folder."""
    given = os.environ.get("REELVEC_CACHE")
    return Path(given).expanduser() if given else user_cache_path("reelvec", appauthor=False)


def is_whole(path: Path) -> bool:
    """Whether a file is there and, if its hash was noted, has it.

    A file without a note (put there by a person) is taken as it is: whoever reads it checks what
    it holds.
    """
    if not path.is_file():
        return False
    note = _note_of(path)
    noted = note.read_text(encoding="utf-8").split() if note.is_file() else []
    return not noted or noted[0] == sha256_of(path)


def note_hash(came: Path, path: Path) -> None:
    """Note, in the format of `sha256sum`, the hash of what is about to be renamed to `path`."""
    sync(came)
    write_text(_note_of(path), f"{sha256_of(came)}  {path.name}\n")


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")

"""What the download cache keeps: used only while it is still what was downloaded."""

from pathlib import Path

from reelvec.base.project.files import sha256_of, sync, write_text


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

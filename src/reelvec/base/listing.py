"""Files as one text that changes when anything in them does."""

from collections.abc import Iterable
from pathlib import Path

from reelvec.base.project.files import sha256_of


def listing_of(paths: Iterable[Path], root: Path | None = None) -> str:
    """What `sha256sum` prints of files, and of all files in folders.

    Args:
        paths: in the order in which they are listed; what a folder holds is sorted.
        root: what names are relative to; None means that they stand as given.

    Raises:
        FileNotFoundError: one is not there; `filename` says which.
    """
    listed = (
        file
        for path in paths
        for file in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if not file.is_dir()
    )
    return "".join(
        f"{sha256_of(file)}  {(file.relative_to(root) if root else file).as_posix()}\n"
        for file in listed
    )

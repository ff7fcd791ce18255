"""Writing files so that nothing half-written is ever taken for a result."""

import errno
import glob
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 20

LEFT_BEHIND = 24 * 60 * 60
"""Seconds without a change after which a temporary file has lost its writer."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` when the block succeeds.

    The block may create a file or a folder there. When it raises (a full disk, a kill, bad
    input), the temporary is removed and whatever stood at `path` before is untouched. Of several
    that write the same path at once each has a temporary of its own, and the last one to end
    stays. What is renamed is on the disk first: a power cut leaves the old or the new, or, where
    a folder takes the place of a folder, for a moment neither.

    Args:
        path: the final place of the file or folder; its parents are made.

    Yields:
        the temporary path, which does not exist yet.

    Raises:
        OSError: the system's, naming `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, f".{glob.escape(path.name)}.*.tmp")
    temporary = _beside(path)
    try:
        yield temporary
        _flush(temporary)
        _rename(temporary, path)
        sync(path.parent)
    except OSError as error:
        # A full disk is met in `write`, which knows no name; and nobody knows the temporary one.
        if error.filename is None or str(error.filename).startswith(str(temporary)):
            error.filename = str(path)
        raise
    finally:
        remove(temporary)


@contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Name a place in the system's errors that name none: a full disk is met in `write`."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that cannot do so for folders
            raise
    finally:
        os.close(descriptor)


def _beside(path: Path) -> Path:
    """A name that no other writer of `path` has."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def sweep(folder: Path, pattern: str) -> None:
    """Remove what killed writers left by such names; a young one may still be at work."""
    for left in folder.glob(pattern):
        with suppress(FileNotFoundError):  # somebody else was faster
            if time.time() - left.lstat().st_mtime > LEFT_BEHIND:
                remove(left)


def _flush(path: Path) -> None:
    for each in [*path.rglob("*"), path]:
        if not each.is_symlink():
            sync(each)


def _rename(temporary: Path, path: Path) -> None:
    """Rename a file or folder, also onto a folder that is not empty."""
    old = _beside(path)
    while True:
        if path.is_dir():
            with suppress(FileNotFoundError):  # another writer was faster
                path.rename(old)
        try:
            temporary.replace(path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                with suppress(OSError):
                    old.rename(path)
                raise
            remove(old)
        else:
            remove(old)
            return


def remove(path: Path) -> None:
    """Delete a file or a folder if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, atomically, whatever the locale."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array in numpy's format.

    Raises:
        OSError: with the system's own reason, which `np.save` itself does not give.
    """
    with path.open("wb") as stream:
        # Numpy writes to what is no file with `write`, and a failing `write` says why.
        np.save(_Writer(stream.write), array)


class _Writer(NamedTuple):
    write: Callable[[bytes], int]


@contextmanager
def growing_array(path: Path, kind: type[np.generic]) -> Iterator[Callable[[NDArray[Any]], None]]:
    """Write a flat array piece by piece: the bytes of `save_array`, without ever holding it.

    Args:
        path: the file.
        kind: of all values, such as `np.int32`.

    Yields:
        what appends values, (any number,).
    """
    length = 0

    def append(values: NDArray[Any]) -> None:
        nonlocal length
        stream.write(np.ascontiguousarray(values, kind).data)
        length += len(values)

    with path.open("wb") as stream:
        _write_header(stream, kind, 0)
        yield append
        # Numpy leaves room in it for any length, so that it stays as long as it was.
        stream.seek(0)
        _write_header(stream, kind, length)


def _write_header(stream: IO[bytes], kind: type[np.generic], length: int) -> None:
    descr = np.lib.format.dtype_to_descr(np.dtype(kind))
    header = {"descr": descr, "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(stream, header)


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """An empty folder beside `path` for what is needed meanwhile; removed in the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, f".{glob.escape(path.name)}.*.tmp")
    temporary = _beside(path)
    temporary.mkdir()
    try:
        yield temporary
    finally:
        remove(temporary)


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON in the order of insertion, floats rounded to 6 decimals.

    Six decimals are more than 25,000 test reviews can tell apart, and hide last-bit noise.

    Raises:
        ValueError: a number is NaN or infinite, which JSON does not know.
    """
    rounded = _rounded(value)
    write_text(path, json.dumps(rounded, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file as UTF-8."""
    return json.loads(path.read_text(encoding="utf-8"))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) + 0.0
    return value

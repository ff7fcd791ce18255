"""Locks among the processes of this machine that write to the same MLflow store."""

import os
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from filelock import FileLock

from reelvec.fetch.addresses import identity_of
from reelvec.fetch.kept import cache_folder

Lock = AbstractContextManager[object]

SECONDS = 60
"""Longer than another process takes to make a new database."""

WRITING_SECONDS = 120
"""Longer than another process takes to write one model."""

DATABASE_FILE = "sqlite:///"


def lock_of(uri: str) -> Lock:
    """For a moment, while one looks for a row of a database file and then inserts it.

    Raises:
        OSError: the folder of the file cannot be made.
        filelock.Timeout: on entering it, where another process holds it for SECONDS.
    """
    if not uri.startswith(DATABASE_FILE):
        return nullcontext()
    path = Path(uri.removeprefix(DATABASE_FILE))
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{path}.lock", timeout=SECONDS)


def writing_lock_of(uri: str) -> Lock:
    """While all of a model is written; those who show a training need not wait for it.

    Raises:
        ReelvecError: the address cannot be read.
        filelock.Timeout: on entering it, where another process holds it for WRITING_SECONDS.
    """
    if uri.startswith(DATABASE_FILE):
        return FileLock(f"{uri.removeprefix(DATABASE_FILE)}.writing.lock", timeout=WRITING_SECONDS)
    # A server has no file here: beside the downloads.
    folder = cache_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        return nullcontext()
    return FileLock(folder / f"mlflow-{identity_of(uri)}.lock", timeout=WRITING_SECONDS)

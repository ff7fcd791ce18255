"""Locks among the processes of this machine that write to the same MLflow store."""

import hashlib
import os
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

Lock = AbstractContextManager[object]

SECONDS = 20
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
        filelock.Timeout: on entering it, where another process holds it for WRITING_SECONDS.
    """
    if uri.startswith(DATABASE_FILE):
        return FileLock(f"{uri.removeprefix(DATABASE_FILE)}.writing.lock", timeout=WRITING_SECONDS)
    # A server has no file here: beside the downloads. Its address may hold a password.
    folder = user_cache_path("reelvec", appauthor=False)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        return nullcontext()
    name = hashlib.sha256(uri.encode()).hexdigest()[:16]
    return FileLock(folder / f"mlflow-{name}.lock", timeout=WRITING_SECONDS)

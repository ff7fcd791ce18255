"""A function that knows much, for the workers of a cluster: they read it from a file, once each."""

import os
import pickle
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir
from functools import partial
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, TypeVar

from reelvec.base.errors import ReelvecError
from reelvec.base.executor import map_blocks
from reelvec.base.project.files import remove, replacing, sweep

SUFFIX = ".function"

ONE_AT_A_TIME = Lock()
"""A worker may have several threads, but a process has one folder and one generator of torch."""

LINEAR_ALGEBRA = ("MKL_CBWR", "OPENBLAS_CORETYPE")
"""What `same_bytes` sets before numpy is imported, which on a worker has happened before."""

_known: dict[Path, Callable[[Any], Any]] = {}  # on a worker: the function that it works with

Block = TypeVar("Block")
Result = TypeVar("Result")


def map_shared(
    function: Callable[[Block], Result],
    blocks: Iterable[Block],
    folder: Path,
    module: ModuleType,
) -> Iterator[Result]:
    """Do what `map_blocks` does by a function that is too large to go through a scheduler.

    Workers call it in the folder of this process, so that relative paths mean what they mean here.

    Args:
        function: can be pickled by cloudpickle, with all that it has read.
        blocks: as for `map_blocks`.
        folder: where the function lies meanwhile; all workers see it at the same path.
        module: a package whose functions go along, since workers cannot import it.

    Raises:
        ReelvecError: as for `map_blocks`; a worker's linear algebra takes another code path.
    """
    import cloudpickle

    path = folder.absolute() / f"{secrets.token_hex(8)}{SUFFIX}"
    sweep(folder, f"*{SUFFIX}")
    cloudpickle.register_pickle_by_value(module)
    try:
        with replacing(path) as temporary, temporary.open("wb") as stream:
            cloudpickle.dump(function, stream)
        for result in map_blocks(partial(_call, path, Path.cwd(), _code_path()), blocks):
            os.utime(path)  # a sign of life, for `sweep`
            yield result
    finally:
        cloudpickle.unregister_pickle_by_value(module)
        remove(path)


def _code_path() -> str:
    """How linear algebra is done in this process, in the words of a shell."""
    return " ".join(f"{name}={os.environ.get(name, '')}" for name in LINEAR_ALGEBRA)


def _call(path: Path, folder: Path, expected: str, block: Any) -> Any:
    if _code_path() != expected:
        raise ReelvecError(
            "a Dask worker would compute other last digits than this machine; start it as "
            f"`{expected} dask worker ...`"
        )
    with ONE_AT_A_TIME, chdir(folder):
        return _function_in(path)(block)


def _function_in(path: Path) -> Callable[[Any], Any]:
    if path not in _known:
        _known.clear()  # first: with what they know, two would be twice the memory
        with path.open("rb") as stream:
            _known[path] = pickle.load(stream)
    return _known[path]

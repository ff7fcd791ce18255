"""One function over many blocks: in threads here, or on a Dask cluster that the environment names.

What a cluster needs (queues, another try where a worker was lost, workers that come later) is
Dask's. Blocks are names of what lies in files, which workers read and write themselves.
"""

import hashlib
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from reelvec.base.errors import ReelvecError
from reelvec.base.listing import listing_of
from reelvec.base.messages import quiet

SCHEDULER = "REELVEC_SCHEDULER"
"""The environment variable with the address of a Dask scheduler, `tcp://host:8786`."""

THREADS = min(8, os.cpu_count() or 1)
"""On this machine. Each takes the memory of its block, and more would wait for the interpreter."""

SECONDS_TO_ANSWER = 20

DASK_LOG = {"distributed": "CRITICAL"}
"""What goes wrong is said in one line here; Dask would say it in fifty."""

DECISIVE = ("gensim", "numpy", "pyarrow", "scikit-learn", "scipy", "simplemma", "torch")
"""Packages of which another version may give other tokens, or other answers of a model."""

Block = TypeVar("Block")
Result = TypeVar("Result")


def map_blocks(function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
    """Give the result of each block in the order of the blocks, whoever is done first.

    Args:
        function: can be pickled, and be called again for a block whose worker was lost. Paths
            that it knows are absolute; large results go into files.
        blocks: small, for all of them wait at once.

    Raises:
        ReelvecError: the cluster cannot be reached or is lost, or its workers see other files or
            run other code.
    """
    address = os.environ.get(SCHEDULER)
    if address:
        yield from _on_cluster(address, function, blocks)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        yield from in_order(pool.submit, function, blocks)


def in_order(
    submit: Callable[..., Any],
    function: Callable[[Block], Result],
    blocks: Iterable[Block],
    most: int = sys.maxsize,
) -> Iterator[Result]:
    """Give the result of each block in the order of the blocks, of which `most` wait at a time.

    Raises:
        ReelvecError: the function's at once; that of what reads the blocks behind the results of
            all that it had read.
    """
    waiting: deque[Any] = deque()
    failed = None
    given = iter(blocks)
    try:
        while failed is None:
            try:
                waiting.append(submit(function, next(given)))
            except StopIteration:
                break
            except ReelvecError as error:
                failed = error
            if len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
    if failed:
        raise failed


def _on_cluster(
    address: str, function: Callable[[Block], Result], blocks: Iterable[Block]
) -> Iterator[Result]:
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ModuleNotFoundError:
        raise ReelvecError(
            f"{SCHEDULER}={address}: a Dask cluster needs `pip install 'reelvec[cluster]'`; "
            f"without {SCHEDULER} the work is done here"
        ) from None
    try:
        with quiet(DASK_LOG):
            client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ReelvecError(
            f"{SCHEDULER}={address}: no Dask scheduler answers ({error}); start it with `dask "
            f"scheduler`, or unset {SCHEDULER}: then the work is done here"
        ) from None
    try:
        with quiet(DASK_LOG), client:
            if not client.nthreads():
                print(f"{address} has no workers yet: waiting for one", file=sys.stderr)
            # Not pure: what writes files is to be done anew, whatever anybody did before.
            submit = partial(client.submit, pure=False)
            yield from in_order(submit, partial(_as_here, installed(), function), blocks)
    except (CancelledError, CommClosedError):
        raise ReelvecError(
            f"{SCHEDULER}={address}: the Dask scheduler was lost; start it and its workers again, "
            "and run the same once more: nothing half-written was kept"
        ) from None
    except KilledWorker as error:
        raise ReelvecError(
            f"{SCHEDULER}={address}: a block was tried by several workers, and each was killed; "
            f"have they too little memory? ({error})"
        ) from None
    except FileNotFoundError as error:
        raise ReelvecError(
            f"{error.filename or error}: a worker of {address} does not find it; all workers need "
            "the project's folder, and the files that it reads, at the same path"
        ) from None


def _as_here(expected: str, function: Callable[[Block], Result], block: Block) -> Result:
    """Call a function on a worker, if it is the one that would be called here."""
    if installed() != expected:
        raise ReelvecError(
            f"a Dask worker has {installed()}, but here it is {expected}: the results would be "
            "others; install the same there"
        )
    return function(block)


@cache
def installed() -> str:
    """The code and the versions that decide about results."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256(listing_of(sorted(root.rglob("*.py")), root).encode()).hexdigest()
    packages = [f"{name} {version(name)}" for name in DECISIVE]
    python = ".".join(map(str, sys.version_info[:2]))  # functions go to workers as its byte code
    return ", ".join([f"reelvec {digest[:12]}", f"Python {python}", *packages])

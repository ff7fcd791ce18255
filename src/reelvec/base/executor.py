"""One function over many blocks, in threads."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = min(8, os.cpu_count() or 1)
"""Each takes the memory of its block, and more would wait for the interpreter."""

Block = TypeVar("Block")
Result = TypeVar("Result")


def map_blocks(function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
    """Give the result of each block in the order of the blocks, whoever is done first.

    Args:
        function: writes what is large into files.
        blocks: small, for all of them wait at once.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = deque([pool.submit(function, block) for block in blocks])
        try:
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

"""How much memory Python and numpy take for something."""

import tracemalloc
from collections.abc import Callable


def bytes_taken(what: Callable[[], object]) -> int:
    """At most at a time, beyond what is held before."""
    tracemalloc.start()
    try:
        what()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

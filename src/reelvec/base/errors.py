"""The one exception of this package: a message for the person at the keyboard."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class ReelvecError(Exception):
    """Something a person can put right: what was wrong, where, and what to do about it."""


@contextmanager
def shown_to_people() -> Iterator[None]:
    """Print a `ReelvecError` as one plain message and exit with status 1, without a traceback."""
    try:
        yield
    except ReelvecError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.errno is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror}; nothing half-written was kept", file=sys.stderr)
        sys.exit(1)

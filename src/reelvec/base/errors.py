"""The one exception of this package: a message for the person at the keyboard."""

import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from reelvec.base.messages import printable

INTERRUPTED = 130
"""The status of a program that Ctrl-C ended."""


class ReelvecError(Exception):
    """Something a person can put right: what was wrong, where, and what to do about it."""


def root_of(error: BaseException) -> BaseException:
    """What an exception was raised for, below all others."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return error


@contextmanager
def shown_to_people() -> Iterator[None]:
    """Print a `ReelvecError` as one plain message and exit with status 1, without a traceback.

    Any other exception ends it with status 1 too, after its traceback; Ctrl-C with status 130 and
    without a word. Whatever is printed meanwhile, and whoever prints it, commands no terminal.
    """
    with _harmless_output():
        try:
            yield
        except ReelvecError as error:
            print(f"error: {error}", file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                where = f"{error.filename}: " if error.filename else ""
                reason = f"{where}{error.strerror}; nothing half-written was kept"
                print(f"error: {reason}", file=sys.stderr)
            else:
                traceback.print_exc()
            sys.exit(1)


class HarmlessStream:
    """A stream to which words from data can be printed as they are.

    Args:
        stream: where to.
        bars: whether progress bars are drawn there, which begin lines anew and move up.
    """

    def __init__(self, stream: TextIO, bars: bool = False) -> None:
        self._stream, self._bars = stream, bars

    def write(self, text: str) -> int:
        """Write a text, its control characters escaped."""
        return self._stream.write(text if self._is_move(text) else self._escaped(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _is_move(self, text: str) -> bool:
        return self._bars and not text.replace("\x1b[A", "")

    def _escaped(self, text: str) -> str:
        start = "\r" if self._bars and text.startswith("\r") else ""
        return start + printable(text.removeprefix(start))


@contextmanager
def _harmless_output() -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout = cast(TextIO, HarmlessStream(sys.stdout))
    sys.stderr = cast(TextIO, HarmlessStream(sys.stderr, bars=True))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before

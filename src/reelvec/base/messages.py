"""The words of messages for people. Nothing here can change an output."""

import difflib
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

SHOWN_LENGTH = 60

SCHEME = re.compile(r"\s*[a-z][a-z0-9+.:-]*:/+", re.IGNORECASE)
HOST = re.compile(r"(?:[^:@\[\]]*|\[[^@\[\]]*\])(?::[0-9]+)?")

COMMANDS = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
"""Code points that a terminal obeys: control characters, and what turns the order of letters."""

_ESCAPES = {code: repr(chr(code))[1:-1] for code in COMMANDS if chr(code) not in "\n\t"}


def listed(choices: Sequence[str]) -> str:
    """`mean, max or gru`."""
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def did_you_mean(given: str, choices: Iterable[str]) -> str:
    """` (did you mean 'scratch'?)` where a choice is close, else nothing."""
    close = difflib.get_close_matches(given, choices, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def one_of(given: str, choices: Sequence[str]) -> str:
    """`choose mean or max (did you mean 'max'?)`."""
    return f"choose {listed(choices)}{did_you_mean(given, choices)}"


def shortened(value: Any) -> str:
    """A value as Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 3]}..."


def run_again(stage: str = "") -> str:
    """The command that makes a missing or damaged output again."""
    return f"run `{' '.join(['dvc repro', stage]).strip()}` to make it again"


def get_again(what: str = "it") -> str:
    """What to do about a damaged file that a stage downloads or reads."""
    return f"delete {what} and run `dvc repro` again"


def printable(text: str) -> str:
    """A text in which no character but tab and line feed is a command to the terminal.

    Control characters are escaped as Python escapes them; letters of any script, emoji and
    combining marks stay as they are.
    """
    return text if text.isprintable() else text.translate(_ESCAPES)


def shown(address: str) -> str:
    """An address without user, password and query, which may be secret; a path as it is."""
    scheme = SCHEME.match(address)
    if scheme is None:
        return address
    rest = address[scheme.end() :]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    # Else a password holds a slash or a question mark, where it should not.
    is_host = HOST.fullmatch(host)
    rest = host + rest.removeprefix(authority) if is_host else rest.rpartition("@")[2]
    place, query, _ = rest.partition("#")[0].partition("?")
    return f"{scheme[0].strip()}{place}{'?…' if query else ''}"


@contextmanager
def quiet(levels: Mapping[str, int | str]) -> Iterator[None]:
    """Let loggers of other packages say nothing below these levels, for as long as it lasts."""
    loggers = {name: logging.getLogger(name) for name in levels}
    before = {name: logger.level for name, logger in loggers.items()}
    for name, level in levels.items():
        loggers[name].setLevel(level)
    try:
        yield
    finally:
        for name, level in before.items():
            loggers[name].setLevel(level)

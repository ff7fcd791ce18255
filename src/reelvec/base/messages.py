"""The words of messages for people. Nothing here can change an output."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

SHOWN_LENGTH = 60


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

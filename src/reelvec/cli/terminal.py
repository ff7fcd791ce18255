"""Standard output as pipes and terminals want it."""

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
"""What some programs take for the end of a line, and JSON leaves as it is."""


@contextmanager
def tidy_output() -> Iterator[None]:
    """UTF-8 whatever the locale, and no traceback when a reader such as `head` has had enough."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A broken byte in an argument is no reason to fail.
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Or the interpreter would try to write the rest at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def print_json(value: Any) -> None:
    """One JSON value in one line, with rounded numbers."""
    print(json.dumps(_rounded(value), ensure_ascii=False).translate(_LINE_ENDS))


def print_table(
    header: Sequence[str], rows: Iterable[Sequence[Any]], numbers_from: int | None = None
) -> None:
    """Columns under a header; those from `numbers_from` on stand to the right."""
    from tabulate import tabulate

    left = len(header) if numbers_from is None else numbers_from
    sides = ["left"] * left + ["right"] * (len(header) - left)
    print(tabulate(rows, header, "simple", disable_numparse=True, colalign=sides))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value

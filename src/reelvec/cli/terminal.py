"""Standard output as pipes and terminals want it."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reelvec.base.messages import COMMANDS, printable

_ESCAPES = {code: f"\\u{code:04x}" for code in (*COMMANDS, 0x2028, 0x2029) if code >= 0x20}
"""What terminals obey or programs take for the end of a line, and JSON leaves as it is."""


@contextmanager
def tidy_output() -> Iterator[None]:
    """UTF-8 whatever the locale, and no traceback when a reader such as `head` has had enough."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A broken byte in an argument is no reason to fail.
            reconfigure(encoding="utf-8", errors="replace")
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
    print(json.dumps(_rounded(value), ensure_ascii=False).translate(_ESCAPES))


def print_table(
    header: Sequence[str], rows: Iterable[Sequence[Any]], numbers_from: int | None = None
) -> None:
    """Columns under a header; those from `numbers_from` on stand to the right."""
    from tabulate import tabulate

    left = len(header) if numbers_from is None else numbers_from
    sides = ["left"] * left + ["right"] * (len(header) - left)
    # Here too, or the columns would be too narrow for what is escaped later.
    cells = [[printable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    print(tabulate(cells, header, "simple", disable_numparse=True, colalign=sides))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value

"""What `docs/reliability.md` says of random bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reelvec.base.project.files import read_json
from reelvec.evaluation.tables import markdown_table

LOG = Path("benchmarks/fuzz.json")

HOW = """\
## What random bytes did

By `make fuzz`, with atheris, which learns what bytes lead where; `MINUTES` says how long. Whatever
reads bytes from outside reads them, or refuses them in words; texts get the same ids from both
engines, whatever the steps, and in a time that grows with their length. What once was a fault is in
`benchmarks/fuzz/kept`, and tried each time. The tests do the same for a moment with hypothesis,
which also sends requests to a server and links to the explorer."""

APART = """\
Counted apart is what MLflow's server answers before a model is asked: status 500 to a body without
a `Content-Type`, to JSON that is nested a thousand times and to a number of over 4,300 digits,
its own traceback beside status 400 to a table that is no CSV."""


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What came of one target.

    Attributes:
        target: its name.
        seconds: how long it took.
        runs: how many inputs were tried.
        fault: the last line about an input that was a fault; empty where none was found.
    """

    target: str
    seconds: int
    runs: int
    fault: str = ""


def read_fuzzed(path: Path = LOG) -> list[Fuzzed]:
    """What the last run came to; nothing if there was none."""
    return [Fuzzed(**each) for each in read_json(path)] if path.exists() else []


def fuzz_markdown(found: Sequence[Fuzzed]) -> str:
    """The section of the page."""
    rows = [
        [each.target.replace("_", " "), f"{each.seconds:,} s", f"{each.runs:,}", each.fault or "–"]
        for each in found
    ]
    table = markdown_table([["Target", "Time", "Inputs", "Fault"], *rows])
    return "\n\n".join([HOW, table, APART])

"""Repeated timings, and the table they end in."""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from statistics import median

REPETITIONS = 3
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; the fields are its columns."""

    task: str
    ours: str
    plain: str = NOTHING
    ratio: str = NOTHING
    target: str = NOTHING
    met: str = NOTHING


@dataclass(frozen=True, slots=True)
class Pairs:
    """Ours and the plain way, measured in turn.

    Attributes:
        ours: median seconds.
        plain: median seconds.
        ratio: median, over the pairs, of plain seconds by our seconds.
    """

    ours: float
    plain: float
    ratio: float


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor_seconds(work: Callable[[], object]) -> float:
    """What one call takes of all processors: two threads for a second are two seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def interleaved(
    ours: Callable[[], float], plain: Callable[[], float], repetitions: int = REPETITIONS
) -> Pairs:
    """Measure both in turn, so that a busy moment of the machine hits both.

    Args:
        ours: does the work once and gives the seconds it took.
        plain: the same, the plain way.
        repetitions: number of pairs.
    """
    pairs = [(ours(), plain()) for _ in range(repetitions)]
    return Pairs(
        median(pair[0] for pair in pairs),
        median(pair[1] for pair in pairs),
        median(pair[1] / pair[0] for pair in pairs),
    )


def yes_or_no(met: bool) -> str:
    """For the last column."""
    return "yes" if met else "**no**"


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    header = "| task | ours | plain way | ratio | target | met? |"
    lines = [" | ".join(getattr(row, field.name) for field in fields(Row)) for row in rows]
    return "\n".join([header, "|---|---|---|---|---|---|", *(f"| {line} |" for line in lines)])

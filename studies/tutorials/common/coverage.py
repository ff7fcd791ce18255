"""What the tutorials do and print, row by row, and where this study has it: `coverage.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from studies.tutorials.common.published import INSIDE

from reelvec.evaluation.tables import Table

Kind = Literal["step", "figure", "picture"]
Results = Mapping[str, Mapping[str, Any]]
"""What each part of the study wrote as JSON, by its name."""

EQUAL, DIFFERENT = "equal", "DIFFERENT"


@dataclass(frozen=True, slots=True)
class Covered:
    """A step, a figure or a picture of a tutorial.

    Exactly one of `report`, `command` and `why_not` is given.

    Attributes:
        what: in our own words.
        kind: what it is.
        report: the part of the study that reproduces it.
        section: the heading in that report.
        command: what reproduces it otherwise.
        why_not: why nothing does.
        published: a figure as printed.
        ours: where in the report's JSON ours stands, for example `shapes.three ids`.
        figures: where in that JSON several published figures stand beside ours.
    """

    what: str
    kind: Kind
    report: str | None = None
    section: str | None = None
    command: str | None = None
    why_not: str | None = None
    published: str | None = None
    ours: str | None = None
    figures: str | None = None

    def row(self, results: Results) -> list[str]:
        """What, kind, where, and how the published figure compares with ours."""
        where = f"[{self.report}]({self.report}.md), {self.section}"
        if self.command is not None:
            where = f"`{self.command}`"
        if self.why_not is not None:
            where = f"no: {self.why_not}"
        return [self.what, self.kind, where, self.compared(results)]

    def compared(self, results: Results) -> str:
        """A published figure beside ours, or how many of several agree."""
        if self.report is None:
            return "–"
        found = results[self.report]
        if self.figures is not None:
            equal, count = agreeing(found, self.figures)
            return f"{equal} of {count} {'as ours' if self.figures == 'figures' else 'equal'}"
        if self.ours is not None:
            ours = shown(at(found, self.ours))
            verdict = EQUAL if ours == self.published else DIFFERENT
            return f"{self.published}; ours {ours}: {verdict}"
        return "–"


def read_coverage(path: Path) -> dict[str, tuple[str, list[Covered]]]:
    """Title and rows of each tutorial, by the name of the study's part on it."""
    found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return {
        name: (each["title"], [Covered(**row) for row in each["rows"]])
        for name, each in found.items()
    }


def at(results: Mapping[str, Any], place: str) -> Any:
    """What stands at a place such as `shapes.three ids`."""
    found: Any = results
    for key in place.split("."):
        found = found[key]
    return found


def shown(value: Any) -> str:
    """A figure of ours as the tutorials print such figures: shapes in round brackets."""
    if isinstance(value, float):
        return f"{value:.2%}"
    return f"{value}"


def agreeing(results: Mapping[str, Any], place: str) -> tuple[int, int]:
    """How many published figures agree with ours, and how many there are.

    A list holds figures with a verdict; a mapping holds ours, and `published_<place>` theirs.
    """
    found = at(results, place)
    if isinstance(found, list):
        return sum(each["verdict"] == INSIDE for each in found), len(found)
    theirs = at(results, f"published_{place}")
    return sum(found[name] == value for name, value in theirs.items()), len(theirs)


def coverage_table(rows: list[Covered], results: Results) -> Table:
    """All rows of a tutorial."""
    header = ["In the tutorial", "Kind", "Reproduced", "Published and ours"]
    return [header, *(row.row(results) for row in rows)]


def counts(rows: list[Covered]) -> list[str]:
    """How many rows there are, how many are reproduced, and how many are not."""
    without = sum(row.why_not is not None for row in rows)
    return [f"{len(rows)}", f"{len(rows) - without}", f"{without}"]


def numbers(rows: list[Covered], results: Results) -> tuple[int, int]:
    """Published numbers that agree with ours, and those held against ours."""
    agree = count = 0
    for row in rows:
        if row.report is None:
            continue
        if row.figures is not None:
            equal, several = agreeing(results[row.report], row.figures)
            agree, count = agree + equal, count + several
        elif row.ours is not None:
            agree += row.compared(results).endswith(f": {EQUAL}")
            count += 1
    return agree, count

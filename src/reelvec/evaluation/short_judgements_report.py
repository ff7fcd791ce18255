"""What models say of short plain judgements, for people: a section of `reports/behaviour.md`."""

import html
from collections.abc import Mapping, Sequence

from reelvec.evaluation.short_judgements import (
    ALL,
    ALLOWED,
    MIDDLE,
    SETS,
    Expected,
    Set,
    ShortOutcome,
    short_judgements_json,
    summary_of,
)
from reelvec.evaluation.tables import Table, markdown_table, percent

DEMANDS: dict[Expected, str] = {
    "positive": "should be above 0.5",
    "negative": "should be below 0.5",
    "middle": f"should be from {MIDDLE[0]} to {MIDDLE[1]}",
}

INTRODUCTION = f"""\
A sentence or a word each, from `data/judgements.csv`. Praise and blame, negated or not, must lie on
their side of 0.5; a lukewarm judgement passes from {MIDDLE[0]} to {MIDDLE[1]}. The *unseen* cases
were written before any model was asked, and no model, weight or parameter was chosen by them; the
*development* cases could be looked at for that, and only of them are the failures shown."""


def short_judgements_markdown(
    results: Mapping[str, Sequence[ShortOutcome]], default: str, confidence: float
) -> str:
    """The section.

    Args:
        results: the outcomes of each model, one or more.
        default: the model that answers where none is named.
        confidence: of the intervals.
    """
    asked = [which for which in SETS if _of_set(results[default], which)]
    parts = ["## Short judgements", INTRODUCTION]
    for which in asked:
        parts += [
            f"### {which.capitalize()} cases",
            short_answer(results, default, which, confidence),
            markdown_table(_table(results, which, confidence)),
        ]
    # Whoever improves a model by the failures of unseen cases has none left to test it with.
    shown = _of_set(results[default], "development")
    if shown:
        parts += [f"### Development cases that {default} fails", _failures(shown)]
    return "\n\n".join(parts) + "\n"


def short_answer(
    results: Mapping[str, Sequence[ShortOutcome]], default: str, which: Set, confidence: float
) -> str:
    """How many cases of a set the default model passes, and which model passes most."""
    counts = {name: found[which][ALL] for name, found in short_judgements_json(results).items()}
    summary = summary_of(counts[default], confidence)
    most = max(found["passed"] for found in counts.values())
    others = [f"`{name}`" for name, found in counts.items() if found["passed"] == most]
    return (
        f"`{default}`, the model that answers where none is named, passes {summary.passed} of "
        f"{summary.cases} ({percent(confidence)} interval {summary.low:.0%} to "
        f"{summary.high:.0%}). The most that any model passes is {most}: {', '.join(others)}."
    )


def _table(results: Mapping[str, Sequence[ShortOutcome]], which: Set, confidence: float) -> Table:
    """A row for each model: passes of each kind, of all, and the interval of the share."""
    counts = {name: found[which] for name, found in short_judgements_json(results).items()}
    kinds = [kind for kind in ALLOWED if any(kind in row for row in counts.values())]
    rows = []
    for name, row in counts.items():
        summary = summary_of(row[ALL], confidence)
        cells = [f"{row[each]['passed']} of {row[each]['cases']}" for each in (*kinds, ALL)]
        rows.append([name, *cells, f"{summary.low:.0%} to {summary.high:.0%}"])
    return [["Model", *kinds, ALL, f"{percent(confidence)} interval"], *rows]


def _of_set(outcomes: Sequence[ShortOutcome], which: Set) -> list[ShortOutcome]:
    return [outcome for outcome in outcomes if outcome.case.set == which]


def _failures(outcomes: Sequence[ShortOutcome]) -> str:
    """All failed cases as an HTML block; the texts are escaped."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if not failed:
        return "Nothing."
    return "\n".join(["<ul>", *map(_list_item, failed), "</ul>"])


def _list_item(outcome: ShortOutcome) -> str:
    case = outcome.case
    text = html.escape(" ".join(case.text.split()), quote=False)
    demand = DEMANDS[case.expected]
    return f"<li><b>{case.kind}</b>: “{text}” {outcome.probability:.4f}; {demand}</li>"

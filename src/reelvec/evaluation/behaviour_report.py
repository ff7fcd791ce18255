"""How models behave, for people: `reports/behaviour.md`."""

import html
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest

from reelvec.evaluation.behaviour import (
    ALLOWED,
    MARGIN,
    CheckSummary,
    Counts,
    Expected,
    Outcome,
    behaviour_json,
    by_check,
    summarize,
)
from reelvec.evaluation.tables import Table, markdown_table, percent

FAILURES_SHOWN = 3

DEMANDS: dict[Expected, str] = {
    "positive": "should be above 0.5",
    "negative": "should be below 0.5",
    "same": "should be on one side of 0.5",
    "falls": "should fall",
    "rises": "should rise",
    "higher": "should be above 0.5, then below",
}

HOW_TO_READ = """\
## How to read it

- The sentences stand in `data/behaviour.csv`. They were written for this, with invented titles and
  actors, and not taken from reviews. The method is CheckList's (Ribeiro, Wu, Guestrin and Singh
  2020, [Beyond Accuracy](https://aclanthology.org/2020.acl-main.442/), ACL).
- **praise**, **blame** (minimum functionality): a plain judgement. P(positive) must lie above 0.5,
  or below.
- **title**, **actor** (invariance): a sentence again with another film title, another actor. Both
  must lie on the same side of 0.5, be it the wrong one: a model that says the same of everything
  passes, so read these beside praise and blame.
- **negation**, **addition** (direction): a sentence again with its judgement negated, or with a
  clause added such as *but it was boring*. P(positive) must fall (or rise, where a negation or an
  addition praises), wherever it stood.
- **order**: two sentences of the very same words, the first praise and the second blame. The first
  must lie above 0.5 and the second below. A model that pools words without their order gives both
  the same probability and cannot pass a single one. To fail is not to be blind to the order,
  though: a model may rank the two the right way round and yet find both good, or both bad.
- A move of {margin:.6f} or less counts as none, so that rounding passes nothing. A model that is
  sure beyond all measure (P(positive) = 0.0000 before and after) fails here too.
- The cases are few. As if they were drawn from many of their kind, Wilson's {confidence} interval
  for {every} and for {half}: small differences between two models say little."""


def behaviour_table(counts: Mapping[str, Counts]) -> Table:
    """A row for each model, a column for each check, "21 of 24" where they meet.

    Args:
        counts: what `behaviour_json` gives or its file holds.
    """
    return _models_by_checks(
        {
            name: {each: f"{found['passed']} of {found['cases']}" for each, found in row.items()}
            for name, row in counts.items()
        }
    )


def behaviour_markdown(
    results: Mapping[str, Sequence[Outcome]], data: str, confidence: float
) -> str:
    """`reports/behaviour.md`.

    Args:
        results: the outcomes of each model, one or more.
        data: the line that says which reviews, put first.
        confidence: of the intervals.
    """
    summaries = {name: summarize(outcomes, confidence) for name, outcomes in results.items()}
    intervals = {
        name: {each: _interval(found) for each, found in row.items()}
        for name, row in summaries.items()
    }
    most = max(found.cases for row in summaries.values() for found in row.values())
    parts = [
        data,
        "# How the models behave",
        "Cases passed, by what they ask for.",
        markdown_table(behaviour_table(behaviour_json(results))),
        _how_to_read(most, confidence),
        f"## {percent(confidence)} intervals of the share passed",
        markdown_table(_models_by_checks(intervals)),
        "## Cases that failed",
        f"Up to {FAILURES_SHOWN} of each model, from the checks that it fails most; behind each "
        "text the P(positive) that it was given.",
        *(
            part
            for name, outcomes in results.items()
            for part in _failures(name, outcomes, summaries[name])
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _interval(summary: CheckSummary) -> str:
    return f"{summary.low:.0%} to {summary.high:.0%}"


def _models_by_checks(cells: Mapping[str, Mapping[str, str]]) -> Table:
    """A row for each model, a column for each check that any was asked."""
    asked = [name for name in ALLOWED if any(name in row for row in cells.values())]
    rows = [[model, *(row.get(name, "–") for name in asked)] for model, row in cells.items()]
    return [["Model", *asked], *rows]


def _how_to_read(cases: int, confidence: float) -> str:
    """The guide, with the width of the interval for so many cases."""
    every, half = (CheckSummary.of(cases, passed, confidence) for passed in (cases, cases // 2))
    return HOW_TO_READ.format(
        margin=MARGIN,
        confidence=percent(confidence),
        every=f"{every.passed} of {cases} is {_interval(every)}",
        half=f"{half.passed} of {cases} {_interval(half)}",
    )


def _failures(
    name: str, outcomes: Sequence[Outcome], summaries: Mapping[str, CheckSummary]
) -> list[str]:
    """A heading and some failed cases, as an HTML block.

    Markdown reads no markup in such a block as long as no line in it is blank, and the texts are
    escaped: whatever they hold is shown, not obeyed.
    """
    failed = [outcome for outcome in outcomes if not outcome.passed]
    heading = f"### {name}: {len(failed)} of {len(outcomes)} failed"
    if not failed:
        return [heading]
    groups = sorted(by_check(failed).items(), key=lambda group: summaries[group[0]].share)
    # The first of each check, then the second of each: a check that always fails is not all.
    turns = chain.from_iterable(zip_longest(*(group for _, group in groups)))
    shown = [outcome for outcome in turns if outcome is not None][:FAILURES_SHOWN]
    return [heading, "\n".join(["<ul>", *map(_list_item, shown), "</ul>"])]


def _list_item(outcome: Outcome) -> str:
    case = outcome.case
    texts = _quoted(case.text, outcome.probability)
    if outcome.other_probability is not None:
        texts += f" → {_quoted(case.other, outcome.other_probability)}"
    return f"<li><b>{case.check}</b>: {texts}; {DEMANDS[case.expected]}</li>"


def _quoted(text: str, probability: float) -> str:
    return f"“{html.escape(' '.join(text.split()), quote=False)}” {probability:.4f}"

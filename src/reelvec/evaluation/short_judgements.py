"""What a model says of one short sentence: right where it is plain, near the middle where not.

The cases in `data/judgements.csv` are of two sets. Those of `development` may be looked at while
models are chosen. Those of `unseen` were written before any model was asked, and are for the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from reelvec.base.messages import listed
from reelvec.base.project.paths import SHORT_CASES
from reelvec.evaluation.behaviour import WORD, CheckSummary, Probabilities, asked
from reelvec.evaluation.written_cases import Row, read_cases
from reelvec.models.logits import THRESHOLD

Set = Literal["unseen", "development"]
Kind = Literal["praise", "blame", "negated praise", "negated blame", "one word", "lukewarm"]
Expected = Literal["positive", "negative", "middle"]

COLUMNS = ("set", "kind", "text", "expected")
SETS: tuple[Set, ...] = get_args(Set)

ALLOWED: dict[Kind, tuple[Expected, ...]] = {
    "praise": ("positive",),
    "blame": ("negative",),
    "negated praise": ("negative",),
    "negated blame": ("positive",),
    "one word": ("positive", "negative"),
    "lukewarm": ("middle",),
}
"""What a case of each kind may expect, in the order of every table."""

MIDDLE = (0.25, 0.75)
"""Between these lies what is near the middle, the ends included."""

ALL = "all"
"""Among the kinds in a file of counts: all of them together."""

Counts = dict[str, dict[str, dict[str, int]]]
"""By set, and then by kind and for `ALL`: the number of `cases`, and of those `passed`."""


@dataclass(frozen=True, slots=True)
class ShortCase:
    """One line of `data/judgements.csv`.

    Attributes:
        set: whether it may be looked at while models are chosen.
        kind: of judgement.
        text: a sentence or less about a film.
        expected: on which side of the middle P(positive) should lie, or near it.
    """

    set: Set
    kind: Kind
    text: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class ShortOutcome:
    """What a model made of a case.

    Attributes:
        case: what was asked.
        probability: P(positive) of its text.
    """

    case: ShortCase
    probability: float

    @property
    def passed(self) -> bool:
        """Whether it lies as expected; exactly the threshold is on neither side."""
        if self.case.expected == "positive":
            return self.probability > THRESHOLD
        if self.case.expected == "negative":
            return self.probability < THRESHOLD
        return MIDDLE[0] <= self.probability <= MIDDLE[1]


def load_short_cases(path: Path = SHORT_CASES) -> list[ShortCase]:
    """Read and check the cases.

    Args:
        path: UTF-8, comma-separated, with the columns `set,kind,text,expected`.

    Returns:
        the cases in the order of the file.

    Raises:
        ReelvecError: the file is missing, is no such table, or holds no cases; with one line for
            each problem, naming line, column and what is allowed.
    """
    return [
        ShortCase(cast(Set, which), cast(Kind, kind), text, cast(Expected, expected))
        for which, kind, text, expected in read_cases(path, COLUMNS, slice(2, 3), _problems)
    ]


def check_short(cases: Sequence[ShortCase], probabilities: Probabilities) -> list[ShortOutcome]:
    """Ask a model about all cases.

    Args:
        cases: what to ask.
        probabilities: the model; called once.

    Raises:
        ReelvecError: the model's answer is not one probability a text.
    """
    probability_of = asked((case.text for case in cases), probabilities)
    return [ShortOutcome(case, probability_of[case.text]) for case in cases]


def counts_of(outcomes: Sequence[ShortOutcome]) -> Counts:
    """A model's cases and passes; sets and kinds that were not asked are left out."""
    found: Counts = {}
    for which in SETS:
        of_set = [outcome for outcome in outcomes if outcome.case.set == which]
        if of_set:
            found[which] = {ALL: _count(of_set)} | {
                kind: _count(of_kind)
                for kind in ALLOWED
                if (of_kind := [each for each in of_set if each.case.kind == kind])
            }
    return found


def short_judgements_json(results: Mapping[str, Sequence[ShortOutcome]]) -> dict[str, Counts]:
    """`reports/metrics/short_judgements.json`: what `counts_of` gives, by model."""
    return {name: counts_of(outcomes) for name, outcomes in results.items()}


def summary_of(counts: Mapping[str, int], confidence: float) -> CheckSummary:
    """Cases and passes with Wilson's interval of the share passed."""
    return CheckSummary.of(counts["cases"], counts["passed"], confidence)


def _count(outcomes: Sequence[ShortOutcome]) -> dict[str, int]:
    return {"cases": len(outcomes), "passed": sum(outcome.passed for outcome in outcomes)}


def _problems(row: Row) -> Iterator[str]:
    """What is wrong with one line, column by column."""
    which, kind, text, expected = row
    if which not in SETS:
        yield f"column set: {which!r} is no set; choose {listed(SETS)}"
    if not WORD.search(text):
        yield "column text: has no word; write what is to be judged"
    if kind not in ALLOWED:
        yield f"column kind: {kind!r} is no kind; choose {listed(list(ALLOWED))}"
    elif expected not in ALLOWED[kind]:
        yield f"column expected: {expected!r} is not for {kind}; choose {listed(ALLOWED[kind])}"

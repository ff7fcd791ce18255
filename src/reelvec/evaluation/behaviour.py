"""What a model does with written sentences: does it see praise, negation, the order of words?

An average over test reviews says how often a model is right, not what it fails at. The cases in
`data/behaviour.csv` ask for one ability at a time: minimum functionality, invariance and
direction, the three kinds of test of CheckList (Ribeiro, Wu, Guestrin and Singh 2020, "Beyond
Accuracy: Behavioral Testing of NLP Models with CheckList", Proceedings of ACL, 4902–4912).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import listed
from reelvec.base.project.paths import CASES
from reelvec.base.statistics import share_interval
from reelvec.evaluation.written_cases import Row, read_cases
from reelvec.models.logits import THRESHOLD

Check = Literal["praise", "blame", "title", "actor", "negation", "addition", "order"]
Expected = Literal["positive", "negative", "same", "falls", "rises", "higher"]
Probabilities = Callable[[Sequence[str]], NDArray[np.float64]]
"""P(positive) of each text, float64 (texts,)."""

Counts = dict[str, dict[str, int]]
"""By check: the number of `cases`, and of those `passed`."""

COLUMNS = ("check", "text", "other", "expected")

ALLOWED: dict[Check, tuple[Expected, ...]] = {
    "praise": ("positive",),
    "blame": ("negative",),
    "title": ("same",),
    "actor": ("same",),
    "negation": ("falls", "rises"),
    "addition": ("falls", "rises"),
    "order": ("higher",),
}
"""What a case of each check may expect, in the order of every table."""

SINGLE = ("praise", "blame")
"""The checks that judge one text; the others compare two."""

MARGIN = 1e-6
"""How far a probability must move to count. A bag of words that adds the same numbers in another
order gets another last digit, which is not an opinion."""

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Case:
    """One line of `data/behaviour.csv`.

    Attributes:
        check: the ability asked for.
        text: one to a few sentences about a film.
        other: the text it is compared with; empty where one is judged alone.
        expected: how the two probabilities should lie.
    """

    check: Check
    text: str
    other: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of a case.

    Attributes:
        case: what was asked.
        probability: P(positive) of its `text`.
        other_probability: P(positive) of its `other`; None where it has none.
        passed: whether that is as expected.
    """

    case: Case
    probability: float
    other_probability: float | None
    passed: bool


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """How a model did in one check.

    Attributes:
        cases: asked.
        passed: of them.
        low: lower end of Wilson's interval of the share passed.
        high: its upper end.
    """

    cases: int
    passed: int
    low: float
    high: float

    @classmethod
    def of(cls, cases: int, passed: int, confidence: float) -> "CheckSummary":
        """Cases and passes, with the interval of that confidence."""
        return cls(cases, passed, *share_interval(passed, cases, confidence))

    @property
    def share(self) -> float:
        """Passed, from 0 to 1."""
        return self.passed / self.cases


def load_cases(path: Path = CASES) -> list[Case]:
    """Read and check the cases.

    Args:
        path: UTF-8, comma-separated, with the columns `check,text,other,expected`.

    Returns:
        the cases in the order of the file.

    Raises:
        ReelvecError: the file is missing, is no such table, or holds cases that ask for nothing;
            with one line for each problem, naming line, column and what is allowed.
    """
    return [
        Case(cast(Check, name), text, other, cast(Expected, expected))
        for name, text, other, expected in read_cases(path, COLUMNS, slice(1, 3), _problems)
    ]


def word_counts(text: str) -> Counter[str]:
    """A text as a bag: its words without case and punctuation, each with its count."""
    return Counter(word.lower() for word in WORD.findall(text))


def check(cases: Sequence[Case], probabilities: Probabilities) -> list[Outcome]:
    """Ask a model about all cases.

    Args:
        cases: what to ask.
        probabilities: the model; called once, with each distinct text once.

    Returns:
        an outcome for each case, in the same order.

    Raises:
        ReelvecError: the model's answer is not one probability a text.
    """
    texts = [text for case in cases for text in (case.text, case.other) if text]
    probability_of = asked(texts, probabilities)
    return [_outcome(case, probability_of) for case in cases]


def asked(texts: Iterable[str], probabilities: Probabilities) -> dict[str, float]:
    """P(positive) by text, each distinct text asked once.

    Raises:
        ReelvecError: the model's answer is not one probability a text.
    """
    texts = list(dict.fromkeys(texts))
    found = np.asarray(probabilities(texts), np.float64)
    if found.shape != (len(texts),):
        raise ReelvecError(
            f"asked for {len(texts)} texts, the model answers in the shape {found.shape}; it must "
            "give one probability a text"
        )
    if not ((found >= 0) & (found <= 1)).all():
        raise ReelvecError(
            "a predicted probability is not a number from 0 to 1: the training diverged; lower "
            "the learning_rate and train again"
        )
    return dict(zip(texts, found.tolist(), strict=True))


def summarize(outcomes: Sequence[Outcome], confidence: float) -> dict[str, CheckSummary]:
    """How a model did in each check that it was asked.

    Args:
        outcomes: of one model.
        confidence: of the intervals.
    """
    return {
        name: CheckSummary.of(counts["cases"], counts["passed"], confidence)
        for name, counts in _counts(outcomes).items()
    }


def behaviour_json(results: Mapping[str, Sequence[Outcome]]) -> dict[str, Counts]:
    """`reports/metrics/behaviour.json`: by model and check, how many `cases` and how many `passed`.

    Args:
        results: the outcomes of each model.
    """
    return {name: _counts(outcomes) for name, outcomes in results.items()}


def by_check(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by their check, in the order of `ALLOWED`; checks not asked are left out."""
    groups: dict[str, list[Outcome]] = {name: [] for name in ALLOWED}
    for outcome in outcomes:
        groups[outcome.case.check].append(outcome)
    return {name: group for name, group in groups.items() if group}


def _problems(row: Row) -> Iterator[str]:
    """What is wrong with one line, column by column."""
    name, text, other, expected = row
    if name not in ALLOWED:
        yield f"column check: {name!r} is no check; choose {listed(list(ALLOWED))}"
        return
    if not WORD.search(text):
        yield "column text: has no word; write what is to be judged"
    yield from (f"column other: {problem}" for problem in _problems_of_pair(name, text, other))
    allowed = ALLOWED[name]
    if expected not in allowed:
        yield f"column expected: {expected!r} is not for {name}; choose {listed(allowed)}"


def _problems_of_pair(name: str, text: str, other: str) -> Iterator[str]:
    """Why a second text is not what its check needs."""
    if name in SINGLE:
        if other:
            yield f"must be empty, for {name} judges one text"
    elif not WORD.search(other):
        yield f"has no word, but {name} compares two texts"
    elif other == text:
        yield "is the same as text, which tells nothing"
    elif name == "order":
        bag, other_bag = word_counts(text), word_counts(other)
        differing = sorted((bag - other_bag) | (other_bag - bag))
        if differing:
            yield (
                "must be the words of text in another order, but these are not as often in both: "
                f"{', '.join(differing)}"
            )


def _outcome(case: Case, probability_of: Mapping[str, float]) -> Outcome:
    first = probability_of[case.text]
    second = probability_of[case.other] if case.other else None
    return Outcome(case, first, second, _passes(case.expected, first, second))


def _passes(expected: Expected, first: float, second: float | None) -> bool:
    """Whether probabilities lie as expected; exactly the threshold is on neither side."""
    if second is None:
        return first > THRESHOLD if expected == "positive" else first < THRESHOLD
    if expected == "same":
        return min(first, second) > THRESHOLD or max(first, second) < THRESHOLD
    if expected == "rises":
        return second - first > MARGIN
    falls = first - second > MARGIN
    return falls and first > THRESHOLD > second if expected == "higher" else falls


def _counts(outcomes: Iterable[Outcome]) -> Counts:
    return {
        name: {"cases": len(group), "passed": sum(outcome.passed for outcome in group)}
        for name, group in by_check(outcomes).items()
    }

"""The written cases and how models are judged by them."""

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.evaluation.behaviour import (
    ALLOWED,
    COLUMNS,
    MARGIN,
    Case,
    Expected,
    Outcome,
    Probabilities,
    behaviour_json,
    check,
    load_cases,
    summarize,
    word_counts,
)
from reelvec.text.columns import tokenize

PROJECT = Path(__file__).parents[2]
CASES = load_cases(PROJECT / "data" / "behaviour.csv")
PAIRS = [case for case in CASES if case.other]
ORDER = [case for case in CASES if case.check == "order"]
SENTENCE_END = re.compile(r"[.!?](?:\s|$)")


def ids(cases: Sequence[Case]) -> list[str]:
    return [f"{case.check}: {case.text[:40]}" for case in cases]


def model(probability_of: Callable[[str], float]) -> Probabilities:
    """A model that is given by its answer to one text."""

    def probabilities(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([probability_of(text) for text in texts], np.float64)

    return probabilities


def constant(probability: float) -> Probabilities:
    return lambda texts: np.full(len(texts), probability)


def oracle(cases: Sequence[Case]) -> Probabilities:
    """A model that knows what is expected."""
    sides: dict[Expected, tuple[float, float]] = {
        "positive": (0.9, 0.9),
        "negative": (0.1, 0.1),
        "same": (0.9, 0.8),
        "falls": (0.9, 0.1),
        "rises": (0.1, 0.9),
        "higher": (0.9, 0.1),
    }
    answers: dict[str, float] = {}
    for case in cases:
        answers[case.text], answers[case.other] = sides[case.expected]
    return model(answers.__getitem__)


def judged(expected: Expected, first: float, second: float = 0.0) -> bool:
    """Whether a case with these probabilities passes."""
    name = next(name for name, allowed in ALLOWED.items() if expected in allowed)
    other = "" if expected in ("positive", "negative") else "other"
    answers = {"text": first, "other": second}
    return check([Case(name, "text", other, expected)], model(answers.__getitem__))[0].passed


def passed(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return {name: found.passed for name, found in summarize(outcomes, 0.95).items()}


def written(folder: Path, *rows: Sequence[str]) -> Path:
    path = folder / "behaviour.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *rows])
    return path


def in_one_place(text: str, other: str) -> tuple[list[str], list[str]]:
    """What is left of two texts without the words that they begin and end with alike."""
    words, others = text.split(), other.split()
    while words and others and words[0] == others[0]:
        words, others = words[1:], others[1:]
    while words and others and words[-1] == others[-1]:
        words, others = words[:-1], others[:-1]
    return words, others


# The file.


def test_every_check_has_at_least_twenty_cases() -> None:
    counts = Counter(case.check for case in CASES)
    assert list(counts) == list(ALLOWED)
    assert min(counts.values()) >= 20


def test_no_text_stands_twice() -> None:
    texts = [text.lower() for case in CASES for text in (case.text, case.other) if text]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_texts_are_whole_sentences_of_one_to_four_and_ordinary_characters() -> None:
    for case in CASES:
        for text in (case.text, case.other) if case.other else (case.text,):
            assert text == " ".join(text.split())
            assert text.isascii()
            assert text[0].isupper()
            assert text[-1] in ".!?"
            assert 1 <= len(SENTENCE_END.findall(text)) <= 4


@pytest.mark.parametrize("name", ALLOWED)
def test_cases_of_a_check_differ_in_length(name: str) -> None:
    lengths = [word_counts(case.text).total() for case in CASES if case.check == name]
    assert min(lengths) <= 8
    assert max(lengths) >= 12
    assert len(set(lengths)) >= 6


@pytest.mark.parametrize("case", ORDER, ids=ids(ORDER))
def test_order_pairs_are_the_same_words_and_another_text(case: Case) -> None:
    assert word_counts(case.text) == word_counts(case.other)
    assert [word.lower() for word in case.text.split()] != case.other.lower().split()


@pytest.mark.parametrize("punctuation", ["separate", "delete"])
@pytest.mark.parametrize("stopwords", ["none", "scikit-learn"])
def test_order_pairs_are_the_same_bag_after_preprocessing(punctuation: str, stopwords: str) -> None:
    params = PreprocessParams.model_validate({"punctuation": punctuation, "stopwords": stopwords})
    texts = [text for case in ORDER for text in (case.text, case.other)]
    reviews = tokenize(pa.array(texts, pa.string()), params).reviews
    for row in range(0, len(texts), 2):
        assert sorted(reviews[row].tolist()) == sorted(reviews[row + 1].tolist())


@pytest.mark.parametrize("name", ["title", "actor"])
def test_invariance_pairs_differ_in_one_name_and_nothing_else(name: str) -> None:
    for case in CASES:
        if case.check == name:
            for words in in_one_place(case.text, case.other):
                assert 1 <= len(words) <= 5
                # A name: its first and its last word are capital.
                assert words[0][0].isupper()
                assert words[-1][0].isupper()


def test_no_title_and_no_actor_is_used_twice() -> None:
    names = [
        " ".join(words).strip(".,:;")
        for case in CASES
        if case.expected == "same"
        for words in in_one_place(case.text, case.other)
    ]
    assert len(set(names)) == len(names)


def test_additions_leave_the_text_as_it_is_and_add_words_behind() -> None:
    for case in CASES:
        if case.check == "addition":
            text, other = (re.findall(r"\w+", each.lower()) for each in (case.text, case.other))
            assert other[: len(text)] == text
            assert len(other) >= len(text) + 3


@pytest.mark.parametrize("name", ["negation", "addition"])
def test_directions_go_both_ways_and_mostly_down(name: str) -> None:
    counts = Counter(case.expected for case in CASES if case.check == name)
    assert counts["falls"] > counts["rises"] >= 4


def test_negations_are_of_many_kinds() -> None:
    kinds = r"\bnot\b|n't\b|never|\bno\b|neither|none|nothing|fails|far from"
    pairs = [case for case in CASES if case.check == "negation"]
    found = [set(re.findall(kinds, case.other.lower())) for case in pairs]
    before = [re.findall(kinds, case.text.lower()) for case in pairs]
    assert all(found)
    assert not any(before)
    assert len(set().union(*found)) == 9


# Passing.


@pytest.mark.parametrize(
    ("expected", "first", "second", "passes"),
    [
        ("positive", 0.51, 0.0, True),
        ("positive", 0.5, 0.0, False),
        ("positive", 0.49, 0.0, False),
        ("negative", 0.49, 0.0, True),
        ("negative", 0.5, 0.0, False),
        ("negative", 0.51, 0.0, False),
        ("same", 0.51, 0.99, True),
        ("same", 0.49, 0.01, True),
        ("same", 0.51, 0.49, False),
        ("same", 0.49, 0.51, False),
        ("same", 0.5, 0.5, False),
        ("same", 0.5, 0.9, False),
        ("same", 0.1, 0.5, False),
        ("falls", 0.9, 0.8, True),
        ("falls", 0.8, 0.9, False),
        ("falls", 0.9, 0.9, False),
        ("falls", 0.9, 0.9 - MARGIN / 2, False),
        ("falls", 0.9, 0.9 - MARGIN * 2, True),
        ("rises", 0.2, 0.3, True),
        ("rises", 0.3, 0.2, False),
        ("rises", 0.2, 0.2 + MARGIN / 2, False),
        ("rises", 0.2, 0.2 + MARGIN * 2, True),
        ("higher", 0.51, 0.49, True),
        ("higher", 0.49, 0.51, False),
        ("higher", 0.9, 0.6, False),
        ("higher", 0.4, 0.1, False),
        ("higher", 0.6, 0.5, False),
        ("higher", 0.5, 0.4, False),
        ("higher", 0.5 + MARGIN / 4, 0.5 - MARGIN / 4, False),
    ],
)
def test_a_case_passes_by_where_its_probabilities_lie(
    expected: Expected, first: float, second: float, passes: bool
) -> None:
    assert judged(expected, first, second) is passes


def test_an_oracle_passes_every_case() -> None:
    outcomes = check(CASES, oracle(CASES))
    assert all(outcome.passed for outcome in outcomes)
    assert [outcome.case for outcome in outcomes] == CASES


@pytest.mark.parametrize(
    ("probability", "passing"),
    [(0.9, {"praise", "title", "actor"}), (0.1, {"blame", "title", "actor"}), (0.5, set())],
)
def test_a_model_that_always_says_the_same_passes_nothing_that_asks_for_a_difference(
    probability: float, passing: set[str]
) -> None:
    for name, found in summarize(check(CASES, constant(probability)), 0.95).items():
        assert found.passed == (found.cases if name in passing else 0)


@settings(max_examples=25)
@given(st.data())
def test_no_model_of_the_bag_of_words_passes_an_order_case(data: st.DataObject) -> None:
    # Any function of the bag at all, and rounding that differs from text to text.
    said: dict[frozenset[tuple[str, int]], float] = {}
    noise = st.floats(-MARGIN / 4, MARGIN / 4)

    def probability_of(text: str) -> float:
        bag = frozenset(word_counts(text).items())
        if bag not in said:
            said[bag] = data.draw(st.one_of(st.just(0.5), st.floats(0, 1)))
        return min(max(said[bag] + data.draw(noise), 0.0), 1.0)

    assert not any(outcome.passed for outcome in check(ORDER, model(probability_of)))


def test_a_model_that_reads_in_order_can_pass_order_cases() -> None:
    # The word after "not" counts the other way round; that is enough for some of them.
    polarity = {"great": 1, "good": 1, "terrible": -1, "bad": -1, "masterpiece": 2, "mess": -2}

    def probability_of(text: str) -> float:
        words = re.findall(r"\w+", text.lower())
        negated = [False, *(word == "not" for word in words)]
        signs = [-1 if flip else 1 for flip in negated]
        score = sum(sign * polarity.get(word, 0) for sign, word in zip(signs, words, strict=False))
        return 1 / (1 + math.exp(-score))

    outcomes = {each.case.text: each for each in check(ORDER, model(probability_of))}
    assert outcomes["Not terrible, great."].passed


def test_a_model_is_asked_once_and_for_no_text_twice() -> None:
    asked: list[list[str]] = []

    def probabilities(texts: Sequence[str]) -> NDArray[np.float64]:
        asked.append(list(texts))
        return np.linspace(0, 1, len(texts))

    cases = [
        Case("praise", "Good.", "", "positive"),
        Case("negation", "Good.", "Not good.", "falls"),
        Case("addition", "Not good.", "Not good, but short.", "rises"),
    ]
    outcomes = check(cases, probabilities)
    assert asked == [["Good.", "Not good.", "Not good, but short."]]
    assert [(each.probability, each.other_probability) for each in outcomes] == [
        (0.0, None),
        (0.0, 0.5),
        (0.5, 1.0),
    ]
    assert [each.passed for each in outcomes] == [False, False, True]


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.1, np.inf])
def test_what_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(ReelvecError, match="not a number from 0 to 1"):
        check(CASES, constant(value))


def test_an_answer_of_another_length_is_refused() -> None:
    with pytest.raises(ReelvecError, match=r"2 texts.*\(1,\)"):
        check([Case("negation", "Good.", "Not good.", "falls")], lambda _: np.array([0.5]))


# Summaries.


def test_a_summary_counts_each_check_with_wilsons_interval() -> None:
    outcomes = check(CASES, model(lambda text: 0.9 if len(text) % 3 else 0.1))
    found = summarize(outcomes, 0.9)
    assert list(found) == list(ALLOWED)
    for name, each in found.items():
        group = [outcome.passed for outcome in outcomes if outcome.case.check == name]
        low, high = proportion_confint(sum(group), len(group), alpha=0.1, method="wilson")
        assert (each.cases, each.passed) == (len(group), sum(group))
        assert each.share == pytest.approx(np.mean(group))
        assert (each.low, each.high) == pytest.approx((low, high))
        assert 0 <= each.low <= each.share <= each.high <= 1


def test_json_has_cases_and_passed_by_model_and_check() -> None:
    results = {"a": check(CASES, oracle(CASES)), "b": check(CASES, constant(0.9))}
    found = behaviour_json(results)
    assert list(found) == ["a", "b"]
    assert found["b"]["order"] == {"cases": len(ORDER), "passed": 0}
    for name, row in found.items():
        assert {each: counts["passed"] for each, counts in row.items()} == passed(results[name])


# A damaged file.


def test_cases_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [
        ("praise", 'He said "yes", and\nI agree.', "", "positive"),
        ("order", "Not bad, good.", "Not good; BAD!", "higher"),
    ]
    path = written(tmp_path, *rows)
    assert load_cases(path) == [
        Case("praise", 'He said "yes", and\nI agree.', "", "positive"),
        Case("order", "Not bad, good.", "Not good; BAD!", "higher"),
    ]
    # As a spreadsheet saves it: a byte order mark, and a blank line at the end.
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n")
    assert len(load_cases(path)) == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("prase", "Good.", "", "positive"), "column check: 'prase' is no check; choose praise, "),
        (("praise", " ", "", "positive"), "column text: has no word"),
        (("praise", "Good.", "Bad.", "positive"), "column other: must be empty"),
        (
            ("praise", "Good.", "", "negative"),
            "expected: 'negative' is not for praise; .* positive",
        ),
        (
            ("negation", "Good.", "Bad.", "down"),
            "'down' is not for negation; choose falls or rises",
        ),
        (("negation", "Good.", "", "falls"), "column other: has no word, but negation compares"),
        (("title", "Good.", "Good.", "same"), "column other: is the same as text"),
        (("order", "Not bad, good.", "Good, bad.", "higher"), "not as often in both: not$"),
        (("order", "Good film.", "Good movie.", "higher"), "not as often in both: film, movie$"),
        (("praise", "Good", " not bad.", "", "positive"), "5 columns, expected 4"),
        (("praise", "Good."), "2 columns, expected 4"),
        (("blame", "Bad.", "", "negative"), "column text: the case of line 2 again"),
    ],
)
def test_a_wrong_line_is_named_with_its_column(
    tmp_path: Path, row: tuple[str, ...], message: str
) -> None:
    path = written(tmp_path, ("blame", "Bad.", "", "negative"), row)
    with pytest.raises(ReelvecError, match=rf"behaviour\.csv, line 3, .*{message}"):
        load_cases(path)


def test_all_wrong_lines_are_named_at_once_by_the_line_they_begin_at(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("praise", "Two\nlines.", "", "positive"),
        ("praise", "", "", "up"),
        ("blame", "Bad.", "", "negative"),
        ("blam", "Bad.", "", "negative"),
    )
    with pytest.raises(ReelvecError) as raised:
        load_cases(path)
    places = re.findall(r"line (\d+), column (\w+)", str(raised.value))
    assert places == [("4", "text"), ("4", "expected"), ("6", "check")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: expected the columns check,text,other,expected, not nothing"),
        (b"text,label\nGood.,1\n", "line 1: expected the columns .*, not text,label"),
        (b"check,text,other,expected\n", "holds no cases"),
        (b"check,text,other,expected\npraise,caf\xe9,,positive\n", "line 2: not UTF-8"),
        (b'check,text,other,expected\n\npraise,"Good.,,positive\n', "line 3: .*double quotes"),
    ],
)
def test_what_is_no_table_of_cases_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "behaviour.csv"
    path.write_bytes(content)
    with pytest.raises(ReelvecError, match=message):
        load_cases(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"behaviour\.csv: not there"):
        load_cases(tmp_path / "behaviour.csv")

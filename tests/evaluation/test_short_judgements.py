"""Short judgements: which pass, that the unseen ones stay as written, and what is said of them."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from reelvec.base.errors import ReelvecError
from reelvec.evaluation.behaviour import load_cases
from reelvec.evaluation.short_judgements import (
    ALLOWED,
    COLUMNS,
    ShortCase,
    check_short,
    load_short_cases,
    short_judgements_json,
)
from reelvec.evaluation.short_judgements_report import short_judgements_markdown

DATA = Path(__file__).parents[2] / "data"
CASES = load_short_cases(DATA / "judgements.csv")

UNSEEN_SHA256 = "2106058fa3ad04d130b9dfc1e67fb614a366a89dfa4782749aefc3aff3cfdefe"
"""Of the file as it was when it held the unseen cases alone, before any model was asked."""


def write(folder: Path, *lines: str) -> Path:
    path = folder / "judgements.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path


def test_the_unseen_cases_are_those_first_written() -> None:
    lines = (DATA / "judgements.csv").read_bytes().splitlines(keepends=True)
    first = b"".join(line for line in lines if not line.startswith(b"development,"))
    assert hashlib.sha256(first).hexdigest() == UNSEEN_SHA256


def test_sets_have_their_sizes_share_no_text_and_are_asked_nowhere_else() -> None:
    assert Counter(case.set for case in CASES) == {"unseen": 30, "development": 60}
    for which, each in (("unseen", 5), ("development", 10)):
        kinds = Counter(case.kind for case in CASES if case.set == which)
        assert kinds == dict.fromkeys(ALLOWED, each)
    texts = [case.text.lower().strip(".!") for case in CASES]
    texts += [text.lower().strip(".!") for text in behaviour_texts()]
    assert len(set(texts)) == len(texts)


def behaviour_texts() -> set[str]:
    return {text for case in load_cases(DATA / "behaviour.csv") for text in (case.text, case.other)}


@pytest.mark.parametrize(
    ("expected", "passing", "failing"),
    [
        ("positive", [0.500001, 1.0], [0.5, 0.49, 0.0]),
        ("negative", [0.499999, 0.0], [0.5, 0.51, 1.0]),
        ("middle", [0.25, 0.5, 0.75], [0.2499, 0.7501, 0.0, 1.0]),
    ],
)
def test_a_case_passes_on_its_side_or_near_the_middle(
    expected: str, passing: list[float], failing: list[float]
) -> None:
    kind = next(kind for kind, allowed in ALLOWED.items() if expected in allowed)
    case = ShortCase("unseen", kind, "A film.", expected)  # type: ignore[arg-type]
    for probabilities, passed in ((passing, True), (failing, False)):
        for probability in probabilities:
            (outcome,) = check_short([case], lambda _, value=probability: np.array([value]))
            assert outcome.passed == passed


def test_each_case_gets_the_probability_of_its_own_text() -> None:
    def by_length(texts: list[str]) -> np.ndarray:
        return np.array([len(text) for text in texts]) / 1000

    outcomes = check_short(CASES[::-1], by_length)  # type: ignore[arg-type]
    assert [outcome.case for outcome in outcomes] == CASES[::-1]
    assert [outcome.probability for outcome in outcomes] == [
        len(case.text) / 1000 for case in CASES[::-1]
    ]


def test_counts_are_those_of_a_loop_over_the_file() -> None:
    counts = short_judgements_json({"sure": check_short(CASES, lambda t: np.full(len(t), 0.9))})
    with (DATA / "judgements.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for which in ("unseen", "development"):
        of_set = [row for row in rows if row["set"] == which]
        right = [row for row in of_set if row["expected"] == "positive"]
        found = counts["sure"][which]
        assert found["all"] == {"cases": len(of_set), "passed": len(right)}
        for kind in ALLOWED:
            assert found[kind] == {
                "cases": sum(row["kind"] == kind for row in of_set),
                "passed": sum(row["kind"] == kind for row in right),
            }


def test_all_problems_of_a_file_are_named_with_their_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "unseen,praise,Good film.,positive",
        "seen,praise,Fine film.,positive",
        "unseen,prayse,Fair film.,positive",
        "unseen,lukewarm,So so.,positive",
        "unseen,blame,!,negative",
        "development,praise,Good film.,positive",
        "unseen,blame,Bad, bad film.,negative",
    )
    with pytest.raises(ReelvecError) as raised:
        load_short_cases(path)
    problems = str(raised.value).splitlines()
    assert [line.split(", ")[1] for line in problems] == [f"line {n}" for n in range(3, 9)]
    for problem, named in zip(
        problems,
        (
            "'seen' is no set",
            "'prayse' is no kind",
            "not for lukewarm",
            "no word",
            "line 2",
            "5 col",
        ),
        strict=True,
    ):
        assert named in problem
    with pytest.raises(ReelvecError, match="holds no cases"):
        load_short_cases(write(tmp_path))
    path.write_text("text\n", encoding="utf-8")
    with pytest.raises(ReelvecError, match="line 1: expected the columns set,kind,text,expected"):
        load_short_cases(path)


def test_the_report_says_how_many_pass_of_each_kind_and_which_fail() -> None:
    text = short_judgements_markdown(
        {
            "sure": check_short(CASES, lambda texts: np.full(len(texts), 0.9)),
            "torn": check_short(CASES, lambda texts: np.full(len(texts), 0.5)),
        },
        "torn",
        0.95,
    )
    assert (
        "`torn`, the model that answers where none is named, passes 5 of 30 (95% interval 7% to "
        "34%). The most that any model passes is 13: `sure`." in text
    )
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    rows = [row for row in rows if row]
    assert rows[0] == ["Model", *ALLOWED, "all", "95% interval"]
    praised = ["5 of 5", "0 of 5", "0 of 5", "5 of 5"]
    assert rows[2][:8] == ["sure", *praised, "3 of 5", "0 of 5", "13 of 30"]
    assert rows[3][:8] == ["torn", *["0 of 5"] * 5, "5 of 5", "5 of 30"]
    assert text.count("<li>") == 50, "all failures of the default model"
    assert "“Not a bad movie.” 0.5000; should be above 0.5" in text


def test_the_report_does_not_show_which_unseen_cases_fail() -> None:
    results = {"torn": check_short(CASES, lambda texts: np.full(len(texts), 0.5))}
    text = short_judgements_markdown(results, "torn", 0.95)
    assert [case.text for case in CASES if case.set == "unseen" and case.text in text] == []


def test_markup_in_a_case_is_shown_and_not_obeyed() -> None:
    case = ShortCase("development", "praise", "A <b>film</b>\n\n</ul>", "positive")
    results = {"low": check_short([case], lambda _: np.array([0.1]))}
    text = short_judgements_markdown(results, "low", 0.95)
    assert "“A &lt;b&gt;film&lt;/b&gt; &lt;/ul&gt;” 0.1000; should be above 0.5</li>\n</ul>" in text

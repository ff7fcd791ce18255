"""What people read of the comparison: the answer, the tables, the report."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.comparison import OVER_FILMS, TESTED, TRAINED, Comparison, Pair
from reelvec.evaluation.comparison_report import answer, comparison_markdown, summary_table

SCRATCH = VariantParams(dimension=8)
FROZEN = VariantParams(embedding="glove", trainable=False)
TUNED = VariantParams(embedding="glove", trainable=True)
VARIANTS = {"tuned": TUNED, "scratch": SCRATCH, "frozen": FROZEN}


def comparison(pairs: dict[tuple[str, str], Pair], accuracies: dict[str, float]) -> Comparison:
    row = dict.fromkeys((*TESTED, *TRAINED, *OVER_FILMS), 0.5) | {
        "accuracy_high": 0.6,
        "words_without_pretrained_vector": 4,
    }
    rows = {name: {**row, "accuracy": value} for name, value in accuracies.items()}
    return Comparison(200, 0.95, rows, pairs)


def test_answer_holds_frozen_glove_against_scratch_and_names_a_better_one() -> None:
    worse = Pair(-0.101, -0.105, -0.096, 10, 40, 1e-9, films_p=0.001)
    other = Pair(0.02, 0.01, 0.03, 10, 4, 0.01)
    found = comparison(
        {
            ("tuned", "scratch"): other,
            ("tuned", "frozen"): other,
            ("scratch", "frozen"): worse.swapped(),
        },
        {"tuned": 0.9, "scratch": 0.88, "frozen": 0.779},
    )
    assert answer(found, VARIANTS) == (
        "frozen is 10.1 points below scratch: 77.9% against 88.0% of 200 test reviews right (95% "
        "interval of the difference 9.6 to 10.5 points, McNemar p < 0.001). Both average "
        "the vectors of a review's words, so that this says nothing of encoders which read the "
        "words in order. Of all 3 models 'tuned' is the most accurate: 90.0%."
    )


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (Pair(0.02, 0.004, 0.031, 9, 1, 0.02, films_p=0.04), "frozen is 2.0 points above scratch"),
        (Pair(0.02, -0.004, 0.031, 9, 5, 0.42), "frozen and scratch cannot be told apart"),
        (Pair(0.02, 0.004, 0.031, 9, 1, 0.02), "frozen and scratch cannot be told apart"),
        (Pair(0.0, -0.01, 0.01, 0, 0, 1.0), "frozen and scratch cannot be told apart"),
    ],
)
def test_answer_says_no_more_than_the_test_allows(pair: Pair, expected: str) -> None:
    found = comparison({("frozen", "scratch"): pair}, {"frozen": 0.82, "scratch": 0.8})
    variants = {"frozen": FROZEN, "scratch": SCRATCH}
    sentence = answer(found, variants)
    assert sentence.startswith(expected)
    assert f"p = {pair.p_value:.3f}" in sentence
    by_reviews_alone = pair.p_value <= 0.05 < pair.films_p
    assert (f", over films p = {pair.films_p:.3f})." in sentence) == by_reviews_alone
    if pair.p_value > 0.05:
        assert f"-{100 * -pair.low:.1f} to +" in sentence


def test_without_glove_or_without_scratch_the_answer_names_the_best() -> None:
    found = comparison({}, {"scratch": 0.8})
    assert answer(found, {"scratch": SCRATCH}) == (
        "Most accurate is 'scratch': 80.0% of the test reviews right."
    )


def test_markdown_begins_with_the_data_and_ranks_the_variants() -> None:
    films = {"films_low": -0.15, "films_high": -0.05, "films_p": 0.01, "films_p_holm": 0.02}
    pair = Pair(-0.1, -0.12, -0.08, 1, 9, 0.0004, **films)
    found = comparison({("frozen", "scratch"): pair}, {"frozen": 0.7, "scratch": 0.8})
    found = replace(found, test_films=7)
    text = comparison_markdown(found, {"frozen": FROZEN, "scratch": SCRATCH}, "SAMPLE DATA: x")
    lines = text.splitlines()
    assert lines[0] == "SAMPLE DATA: x"
    rows = [line for line in lines if line.startswith("| ")]
    assert [row.split("|")[1].strip() for row in rows[:3]] == ["Model", "scratch", "frozen"]
    assert [cell.strip() for cell in rows[4].split("|")[1:-1]] == [
        *("scratch", "frozen", "+10.0", "+8.0 to +12.0", "9", "1", "< 0.001", "1.000"),
        *("+5.0 to +15.0", "0.020"),
    ]
    assert "corrected for the pair of models tested here" in text.replace("\n  ", " ")
    unknown = replace(found, test_films=0)
    text = comparison_markdown(unknown, {"frozen": FROZEN, "scratch": SCRATCH}, "SAMPLE DATA: x")
    assert "film" not in text.lower(), "data of other things knows no films"


def test_one_variant_has_a_table_and_no_pairs() -> None:
    text = comparison_markdown(comparison({}, {"scratch": 0.8}), {"scratch": SCRATCH}, "data")
    assert "| scratch" in text
    assert "in pairs" not in text


def test_summary_is_a_plain_table_of_all_variants(tmp_path: Path) -> None:
    pair = Pair(-0.1, -0.12, -0.08, 1, 9, 0.0004)
    found = comparison({("frozen", "scratch"): pair}, {"frozen": 0.7, "scratch": 0.8})
    (tmp_path / "comparison.json").write_text(json.dumps(found.as_json()))
    header, _, *rows = summary_table(tmp_path).splitlines()
    assert header.split()[:3] == ["Model", "Test", "accuracy"]
    assert [row.split()[:2] for row in rows] == [["scratch", "80.00%"], ["frozen", "70.00%"]]
    assert summary_table(tmp_path).isascii()

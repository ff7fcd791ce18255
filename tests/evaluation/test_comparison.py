"""The variants held against each other, against naive counting and published figures."""

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.comparison import (
    TESTED,
    TRAINED,
    Comparison,
    Pair,
    answer,
    compare,
    compare_pair,
    comparison_markdown,
    holm,
    percent,
    summary_table,
)
from reelvec.evaluation.predictions import Predictions

SCRATCH = VariantParams(dimension=8)
FROZEN = VariantParams(embedding="glove", trainable=False)
TUNED = VariantParams(embedding="glove", trainable=True)
VARIANTS = {"tuned": TUNED, "scratch": SCRATCH, "frozen": FROZEN}


def predictions(correct: list[bool] | np.ndarray) -> Predictions:
    """Predictions that are right where asked."""
    right = np.array(correct, bool)
    labels = (np.arange(len(right)) % 2).astype(np.int8)
    said = np.where(right, labels, 1 - labels)
    return Predictions(np.arange(len(right), dtype=np.int32), labels, 0.25 + 0.5 * said)


def table_of(both: int, only_first: int, only_second: int, neither: int) -> Pair:
    sizes = [both, only_first, only_second, neither]
    first = np.repeat([True, True, False, False], sizes)
    second = np.repeat([True, False, True, False], sizes)
    return compare_pair(predictions(first), predictions(second), 0.95)


def metrics_folder(folder: Path, accuracies: dict[str, float]) -> Path:
    for name, accuracy in accuracies.items():
        tested = dict.fromkeys(TESTED, 0.5) | {"accuracy": accuracy}
        trained = dict.fromkeys(TRAINED, 3)
        write_json(folder / "evaluate" / f"{name}.json", {**tested, "extra": 1})
        write_json(folder / "train" / f"{name}.json", trained)
    return folder


def comparison(pairs: dict[tuple[str, str], Pair], accuracies: dict[str, float]) -> Comparison:
    row = dict.fromkeys((*TESTED, *TRAINED), 0.5) | {"words_without_pretrained_vector": 4}
    rows = {name: {**row, "accuracy": value} for name, value in accuracies.items()}
    return Comparison(200, 0.95, rows, pairs)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_pair_counts_and_p_value_are_those_of_a_naive_count(rows: list[tuple[bool, bool]]) -> None:
    first, second = (list(column) for column in zip(*rows, strict=True))
    pair = compare_pair(predictions(first), predictions(second), 0.95)
    only_first = sum(one and not two for one, two in rows)
    only_second = sum(two and not one for one, two in rows)
    assert (pair.only_first, pair.only_second) == (only_first, only_second)
    assert pair.difference == pytest.approx((sum(first) - sum(second)) / len(rows))
    split = only_first + only_second
    expected = binomtest(only_first, split, 0.5).pvalue if split else 1.0
    assert pair.p_value == pytest.approx(expected)
    assert -1 <= pair.low <= pair.high <= 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_swapping_two_variants_swaps_the_result(rows: list[tuple[bool, bool]]) -> None:
    first, second = (predictions(list(column)) for column in zip(*rows, strict=True))
    there = compare_pair(first, second, 0.95)
    back = compare_pair(second, first, 0.95).swapped()
    assert there.low == pytest.approx(back.low)
    assert there.high == pytest.approx(back.high)
    assert (there.difference, there.only_first, there.p_value) == (
        back.difference,
        back.only_first,
        back.p_value,
    )


def test_interval_and_p_value_worked_by_hand() -> None:
    # 21 reviews, 1 + 7 of them decide: (1 + 1) / 23 - (7 + 1) / 23 = -6 / 23, and so on.
    pair = table_of(1, 1, 7, 12)
    margin = 1.959964 * math.sqrt((10 / 23 - (6 / 23) ** 2) / 23)
    assert (pair.low, pair.high) == pytest.approx((-6 / 23 - margin, -6 / 23 + margin), abs=1e-6)
    assert pair.difference == pytest.approx(-6 / 21)
    assert pair.p_value == pytest.approx(2 * (1 + 8) / 2**8)


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    # The exact coverage at 60 reviews: the sum over all tables of their probability.
    reviews, one, two = 60, 0.2, 0.1
    covered = 0.0
    for only_first, only_second in product(range(reviews + 1), repeat=2):
        agree = reviews - only_first - only_second
        if agree < 0:
            continue
        chance = math.exp(
            math.lgamma(reviews + 1)
            - sum(math.lgamma(count + 1) for count in (only_first, only_second, agree))
            + only_first * math.log(one)
            + only_second * math.log(two)
            + agree * math.log(1 - one - two)
        )
        if chance > 1e-7:
            pair = table_of(agree, only_first, only_second, 0)
            covered += chance * (pair.low <= one - two <= pair.high)
    assert 0.94 <= covered <= 0.97


def test_figures_are_gathered_in_the_order_of_the_variants(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"b": 0.6, "a": 0.9})
    tested = {"b": predictions([True, False, False]), "a": predictions([True, True, False])}
    found = compare(tested, metrics, 0.95)
    assert list(found.variants) == ["b", "a"]
    assert list(found.pairs) == [("b", "a")]
    assert found.ranked() == ["a", "b"]
    assert found.test_reviews == 3
    assert found.pair("a", "b").difference == pytest.approx(1 / 3)
    assert set(found.variants["a"]) == {*TESTED, *TRAINED}


def test_comparison_comes_back_from_its_file(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5, "b": 0.25, "c": 0.75})
    tested = {name: predictions([name > "a", True, False, name < "c"]) for name in "abc"}
    found = compare(tested, metrics, 0.9)
    write_json(tmp_path / "comparison.json", found.as_json())
    read = Comparison.load(tmp_path / "comparison.json")
    assert (read.test_reviews, read.confidence) == (4, 0.9)
    assert read.variants == found.variants
    for names, pair in found.pairs.items():
        assert read.pairs[names].p_value == pytest.approx(pair.p_value, abs=1e-6)
        assert read.pairs[names].only_first == pair.only_first


def test_missing_and_damaged_figures_name_file_and_stage(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5})
    tested = {"a": predictions([True])}
    (metrics / "train" / "a.json").write_text("{}")
    with pytest.raises(ReelvecError, match=r"'valid_accuracy' is missing; run `dvc repro train@a`"):
        compare(tested, metrics, 0.95)
    (metrics / "train" / "a.json").write_text("{")
    with pytest.raises(ReelvecError, match="not JSON"):
        compare(tested, metrics, 0.95)
    (metrics / "evaluate" / "a.json").unlink()
    with pytest.raises(ReelvecError, match=r"not there; run `dvc repro evaluate`"):
        compare(tested, metrics, 0.95)
    for text in ("{", "{}", "[]"):
        (metrics / "comparison.json").write_text(text)
        with pytest.raises(ReelvecError, match="dvc repro compare_variants"):
            Comparison.load(metrics / "comparison.json")


def test_answer_holds_frozen_glove_against_scratch_and_names_a_better_one() -> None:
    worse = Pair(-0.101, -0.105, -0.096, 10, 40, 1e-9)
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
        "interval of the difference 9.6 to 10.5 points, McNemar p < 0.001). Best of all is tuned "
        "with 90.0%."
    )


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (Pair(0.02, 0.004, 0.031, 9, 1, 0.02), "frozen is 2.0 points above scratch"),
        (Pair(0.02, -0.004, 0.031, 9, 5, 0.42), "frozen and scratch cannot be told apart"),
        (Pair(0.0, -0.01, 0.01, 0, 0, 1.0), "frozen and scratch cannot be told apart"),
    ],
)
def test_answer_says_no_more_than_the_test_allows(pair: Pair, expected: str) -> None:
    found = comparison({("frozen", "scratch"): pair}, {"frozen": 0.82, "scratch": 0.8})
    variants = {"frozen": FROZEN, "scratch": SCRATCH}
    sentence = answer(found, variants)
    assert sentence.startswith(expected)
    assert f"p = {pair.p_value:.3f}" in sentence
    if pair.p_value > 0.05:
        assert f"-{100 * -pair.low:.1f} to +" in sentence


def test_without_glove_or_without_scratch_the_answer_names_the_best() -> None:
    found = comparison({}, {"scratch": 0.8})
    assert answer(found, {"scratch": SCRATCH}) == (
        "Best is scratch with 80.0% of the test reviews right."
    )


def test_markdown_begins_with_the_data_and_ranks_the_variants() -> None:
    pair = Pair(-0.1, -0.12, -0.08, 1, 9, 0.0004)
    found = comparison({("frozen", "scratch"): pair}, {"frozen": 0.7, "scratch": 0.8})
    text = comparison_markdown(found, {"frozen": FROZEN, "scratch": SCRATCH}, "SAMPLE DATA: x")
    lines = text.splitlines()
    assert lines[0] == "SAMPLE DATA: x"
    rows = [line for line in lines if line.startswith("| ")]
    assert [row.split("|")[1].strip() for row in rows[:3]] == ["Variant", "scratch", "frozen"]
    assert [cell.strip() for cell in rows[4].split("|")[1:-1]] == [
        *("scratch", "frozen", "+10.0", "+8.0 to +12.0", "9", "1", "< 0.001", "1.000")
    ]
    assert "corrected for the pair of models tested here" in text.replace("\n  ", " ")


@settings(max_examples=25)  # statsmodels takes its time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holms_correction_is_that_of_a_plain_loop(p_values: list[float]) -> None:
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    expected, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, p_values[place] * (len(p_values) - rank)))
        expected[place] = largest
    assert holm(p_values) == pytest.approx(expected)


def test_one_variant_has_a_table_and_no_pairs() -> None:
    text = comparison_markdown(comparison({}, {"scratch": 0.8}), {"scratch": SCRATCH}, "data")
    assert "| scratch" in text
    assert "Each two" not in text


def test_summary_is_a_plain_table_of_all_variants(tmp_path: Path) -> None:
    pair = Pair(-0.1, -0.12, -0.08, 1, 9, 0.0004)
    found = comparison({("frozen", "scratch"): pair}, {"frozen": 0.7, "scratch": 0.8})
    (tmp_path / "comparison.json").write_text(json.dumps(found.as_json()))
    header, _, *rows = summary_table(tmp_path).splitlines()
    assert header.split()[:3] == ["Variant", "Test", "accuracy"]
    assert [row.split()[:2] for row in rows] == [["scratch", "80.00%"], ["frozen", "70.00%"]]
    assert summary_table(tmp_path).isascii()


@pytest.mark.parametrize(("share", "text"), [(0.95, "95%"), (0.999, "99.9%"), (0.9, "90%")])
def test_confidence_is_written_without_rounding(share: float, text: str) -> None:
    assert percent(share) == text

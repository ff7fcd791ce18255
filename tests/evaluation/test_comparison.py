"""The variants held against each other, against naive counting and published figures."""

import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.statistics import holm
from reelvec.evaluation.comparison import (
    OVER_FILMS,
    TESTED,
    TRAINED,
    TRAINED_WITH_OTHERS,
    Comparison,
    Pair,
    compare,
    compare_pair,
)
from reelvec.evaluation.film_bootstrap import draw_films
from reelvec.evaluation.origins import Origins
from reelvec.evaluation.predictions import Predictions


def predictions(correct: list[bool] | np.ndarray) -> Predictions:
    """Predictions that are right where asked."""
    right = np.array(correct, bool)
    labels = (np.arange(len(right)) % 2).astype(np.int8)
    said = np.where(right, labels, 1 - labels)
    return Predictions(np.arange(len(right), dtype=np.int32), labels, 0.25 + 0.5 * said)


def origins(
    reviews: int, films: np.ndarray | None = None, copies: tuple[list[int], list[int]] = ([], [])
) -> Origins:
    """Of the reviews that `predictions` makes: each of a film of its own if nothing is asked."""
    numbers = np.arange(reviews, dtype=np.int32)
    in_training, in_unlabelled = (np.isin(numbers, each) for each in copies)
    labels = (np.arange(reviews) % 2).astype(np.int8)
    films = numbers if films is None else films.astype(np.int32)
    return Origins(numbers, labels, films, in_training, in_unlabelled)


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
    found = compare(tested, origins(3), metrics, 0.95)
    assert list(found.variants) == ["b", "a"]
    assert list(found.pairs) == [("b", "a")]
    assert found.ranked() == ["a", "b"]
    assert found.test_reviews == 3
    assert found.pair("a", "b").difference == pytest.approx(1 / 3)
    figures = {*TESTED, *TRAINED, *OVER_FILMS, "accuracy_without_copies"}
    assert set(found.variants["a"]) == figures


def test_comparison_comes_back_from_its_file(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5, "b": 0.25, "c": 0.75})
    tested = {name: predictions([name > "a", True, False, name < "c"]) for name in "abc"}
    found = compare(tested, origins(4, copies=([0], [0, 3])), metrics, 0.9)
    write_json(tmp_path / "comparison.json", found.as_json())
    read = Comparison.load(tmp_path / "comparison.json")
    assert (read.test_reviews, read.confidence) == (4, 0.9)
    assert (read.test_films, read.copies) == (4, 2)
    assert (read.copies_in_training, read.copies_in_unlabelled) == (1, 2)
    assert list(read.variants) == list(found.variants)
    for name, row in found.variants.items():
        assert read.variants[name] == pytest.approx(row, abs=1e-6)
    for names, pair in found.pairs.items():
        assert read.pairs[names].p_value == pytest.approx(pair.p_value, abs=1e-6)
        assert read.pairs[names].only_first == pair.only_first
        assert read.pairs[names].films_p_holm == pytest.approx(pair.films_p_holm, abs=1e-6)


def test_missing_and_damaged_figures_name_file_and_stage(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5})
    tested = {"a": predictions([True])}
    (metrics / "train" / "a.json").write_text("{}")
    with pytest.raises(ReelvecError, match=r"'valid_accuracy' is missing; run `dvc repro train@a`"):
        compare(tested, origins(1), metrics, 0.95)
    (metrics / "train" / "a.json").write_text("{")
    with pytest.raises(ReelvecError, match="not JSON"):
        compare(tested, origins(1), metrics, 0.95)
    (metrics / "evaluate" / "a.json").unlink()
    with pytest.raises(ReelvecError, match=r"not there; run `dvc repro evaluate`"):
        compare(tested, origins(1), metrics, 0.95)
    for text in ("{", "{}", "[]"):
        (metrics / "comparison.json").write_text(text)
        with pytest.raises(ReelvecError, match="dvc repro compare_variants"):
            Comparison.load(metrics / "comparison.json")


@pytest.mark.parametrize("kind", ["baselines", "students", "ensembles"])
def test_models_that_are_no_variants_have_fewer_figures(tmp_path: Path, kind: str) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5})
    write_json(metrics / "evaluate/one.json", dict.fromkeys(TESTED, 0.5))
    tested = {name: predictions([True]) for name in ("a", "one")}
    with pytest.raises(ReelvecError, match="dvc repro train_baselines"):
        compare(tested, origins(1), metrics, 0.95)
    trained_row = {**dict.fromkeys(TRAINED_WITH_OTHERS, 9), "valid_accuracy": 0.7, "more": 1}
    for each in ("baselines", "students", "ensembles"):
        write_json(metrics / f"train_{each}.json", {"one": trained_row} if each == kind else {})
    row = compare(tested, origins(1), metrics, 0.95).variants["one"]
    assert row["valid_accuracy"] == 0.7
    assert list(row)[:-3] == [*TESTED, *TRAINED_WITH_OTHERS]
    write_json(metrics / "evaluate/two.json", dict.fromkeys(TESTED, 0.5))
    with pytest.raises(ReelvecError, match=r"nothing says how 'two' was trained; run `dvc repro`"):
        compare({**tested, "two": predictions([True])}, origins(1), metrics, 0.95)
    write_json(metrics / f"train_{kind}.json", {"one": {"valid_accuracy": 0.7}})
    with pytest.raises(
        ReelvecError, match=f"'trainable_parameters' is missing; run `dvc repro train_{kind}`"
    ):
        compare(tested, origins(1), metrics, 0.95)


def test_every_model_and_pair_has_its_interval_and_p_over_films(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    films = np.repeat(np.arange(100), 5)
    right = {
        name: np.repeat(generator.random(100) < share, 5)
        for name, share in (("a", 0.9), ("b", 0.6), ("c", 0.88))
    }
    metrics = metrics_folder(tmp_path, {name: float(each.mean()) for name, each in right.items()})
    tested = {name: predictions(each) for name, each in right.items()}
    found = compare(tested, origins(500, films), metrics, 0.95)
    assert found.test_films == 100
    draws = draw_films(right, films.astype(np.int32))
    for name, row in found.variants.items():
        expected = np.clip(draws.accuracy(name).interval(0.95), 0, 1)
        assert (row["films_low"], row["films_high"]) == pytest.approx(tuple(expected))
    for (one, other), pair in found.pairs.items():
        over_films = draws.difference(one, other)
        assert (pair.films_low, pair.films_high) == pytest.approx(over_films.interval(0.95))
        assert pair.films_p == pytest.approx(over_films.p_value)
        # Five alike for each that is drawn: as if a fifth of the reviews were there.
        assert (pair.films_high - pair.films_low) / (pair.high - pair.low) == pytest.approx(
            5**0.5, rel=0.1
        )
    p_values = [pair.films_p for pair in found.pairs.values()]
    assert [pair.films_p_holm for pair in found.pairs.values()] == pytest.approx(holm(p_values))
    there, back = found.pair("a", "b"), found.pair("b", "a")
    assert (back.films_low, back.films_high) == (-there.films_high, -there.films_low)


def test_reviews_whose_text_stands_elsewhere_are_left_out_once(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5, "b": 0.5})
    tested = {"a": predictions([True, False, True, True]), "b": predictions([False] * 3 + [True])}
    found = compare(tested, origins(4, copies=([1], [1, 3])), metrics, 0.95)
    assert (found.copies_in_training, found.copies_in_unlabelled, found.copies) == (1, 2, 2)
    without = {name: row["accuracy_without_copies"] for name, row in found.variants.items()}
    assert without == {"a": 1.0, "b": 0.0}
    nothing_left = compare(tested, origins(4, copies=([0, 1, 2], [3])), metrics, 0.95)
    assert "accuracy_without_copies" not in nothing_left.variants["a"]


def test_origins_of_other_reviews_are_refused(tmp_path: Path) -> None:
    metrics = metrics_folder(tmp_path, {"a": 0.5})
    tested = {"a": predictions([True, False])}
    other = replace(origins(2), labels=np.array([1, 0], np.int8))
    for wrong in (origins(3), other):
        with pytest.raises(ReelvecError, match="not of the same reviews; run `dvc repro evaluate`"):
            compare(tested, wrong, metrics, 0.95)

"""Intervals of what spaces score: against other implementations, plain loops, and simulation."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, spearmanr

from reelvec.base.statistics import share_interval
from reelvec.spaces.analogies import SectionResult, accuracy_interval
from reelvec.spaces.answers import Question
from reelvec.spaces.intervals import spearman_interval


@given(st.floats(-1, 1), st.integers(0, 2_000), st.sampled_from([0.8, 0.95, 0.999]))
def test_a_correlation_lies_in_its_interval_and_that_within_minus_one_and_one(
    correlation: float, pairs: int, confidence: float
) -> None:
    low, high = spearman_interval(correlation, pairs, confidence)
    assert -1 <= low <= correlation + 1e-12
    assert correlation - 1e-12 <= high <= 1
    more = spearman_interval(correlation, pairs + 100, confidence)
    assert more[1] - more[0] <= high - low + 1e-12


def test_the_interval_holds_the_true_correlation_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    pearson = 0.6
    true = 6 / np.pi * np.arcsin(pearson / 2)  # Spearman's of two normal variables
    samples, held = 400, 0
    for _ in range(samples):
        one, other = generator.normal(size=(2, 100))
        both = one, pearson * one + np.sqrt(1 - pearson**2) * other
        low, high = spearman_interval(float(spearmanr(*both).statistic), 100, 0.9)
        held += low <= true <= high
    # The share held has a standard error of 1.5 points.
    assert held / samples == pytest.approx(0.9, abs=0.05)


def sections_of(right: np.ndarray) -> list[SectionResult]:
    """One section that asks about each pair with each other; `right` is bool (pairs, pairs)."""
    pairs = [(f"a{n}", f"b{n}") for n in range(len(right))]
    asked: dict[bool, list[Question]] = {True: [], False: []}
    for i, j in permutations(range(len(pairs)), 2):
        asked[bool(right[i, j])].append((*pairs[i], *pairs[j]))
    return [SectionResult(section="one", correct=asked[True], incorrect=asked[False])]


def test_questions_are_drawn_with_their_pairs_of_words() -> None:
    generator = np.random.default_rng(2)
    known = generator.random(20) < 0.6
    right = known[:, None] & known  # a pair that the space does not know is wrong everywhere
    shares = []
    for _ in range(2_000):
        drawn = generator.integers(20, size=20)
        hits = [right[i, j] for i in drawn for j in drawn if i != j]
        shares.append(np.mean(hits))
    low, high = accuracy_interval(sections_of(right), 0.95)
    assert (low, high) == pytest.approx(np.quantile(shares, [0.025, 0.975]).tolist(), abs=0.03)
    wilson = share_interval(int((right & ~np.eye(20, dtype=bool)).sum()), 20 * 19, 0.95)
    assert high - low > 3 * (wilson[1] - wilson[0])


def test_an_interval_is_never_within_wilsons() -> None:
    nothing = sections_of(np.zeros((8, 8), bool))
    assert accuracy_interval(nothing, 0.95) == pytest.approx(share_interval(0, 56, 0.95))
    single = [SectionResult(section="one", correct=[("a", "b", "c", "d")], incorrect=[])]
    assert accuracy_interval(single, 0.95) == pytest.approx(share_interval(1, 1, 0.95))
    same = [SectionResult(section="one", correct=[("a", "b", "a", "b")], incorrect=[])]
    assert accuracy_interval([*same, *nothing], 0.95)[1] < 1


def test_a_wider_interval_is_asked_for_by_its_confidence() -> None:
    right = np.random.default_rng(3).random((15, 15)) < 0.5
    narrow, wide = (accuracy_interval(sections_of(right), level) for level in (0.5, 0.99))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    one, two = (spearman_interval(0.4, 100, level) for level in (0.5, 0.99))
    assert one[1] - one[0] == pytest.approx(
        np.tanh(np.arctanh(0.4) + norm.ppf(0.75) * np.sqrt(1.08 / 97))
        - np.tanh(np.arctanh(0.4) - norm.ppf(0.75) * np.sqrt(1.08 / 97))
    )
    assert two[0] < one[0]

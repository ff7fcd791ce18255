"""Intervals and p-values are those that statsmodels gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as mcnemar_of_statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from reelvec.base.statistics import holm, mcnemar, share_interval

COUNTS = st.integers(1, 30_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.5, 0.95, 0.999]))
def test_a_share_has_wilsons_interval(counts: tuple[int, int], confidence: float) -> None:
    right, asked = counts
    expected = proportion_confint(right, asked, alpha=1 - confidence, method="wilson")
    found = share_interval(right, asked, confidence)
    assert found == pytest.approx(expected, abs=1e-12)
    assert 0 <= found[0] <= right / asked + 1e-12
    assert right / asked - 1e-12 <= found[1] <= 1


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_mcnemars_p_value_is_the_exact_one(only_first: int, only_second: int) -> None:
    expected = mcnemar_of_statsmodels([[7, only_first], [only_second, 0]], exact=True).pvalue
    assert mcnemar(only_first, only_second) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25)  # it sweeps the memory in every call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holms_correction_is_that_of_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holms_correction_is_that_of_a_plain_loop(p_values: list[float]) -> None:
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    expected, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, p_values[place] * (len(p_values) - rank)))
        expected[place] = largest
    assert holm(p_values) == pytest.approx(expected)


def test_holms_correction_of_four_p_values() -> None:
    assert holm([0.04, 0.001, 0.2, 0.01]) == pytest.approx([0.08, 0.004, 0.2, 0.03])


def test_no_p_values_need_no_correction() -> None:
    assert holm([]) == []

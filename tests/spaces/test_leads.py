"""Which of two spaces agrees more with people: found where it is so, and not where it is not."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from reelvec.spaces import leads as module
from reelvec.spaces.judgements import JudgedPairs
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.spaces.leads import Lead, correlations, leads

PAIRS = 150
PEOPLE = np.round(np.random.default_rng(1).uniform(0, 10, PAIRS), 1)


def leads_of(monkeypatch: pytest.MonkeyPatch, cosines: Mapping[str, np.ndarray]) -> list[Lead]:
    """The leads of spaces whose cosines are these, one judgement."""
    spaces = {name: keyed_vectors([name], np.ones((1, 2))) for name in cosines}

    def judged_pairs(space: KeyedVectors, judgement: str) -> JudgedPairs:
        assert judgement == "wordsim353"
        found = cosines[space.index_to_key[0]]
        return JudgedPairs(PEOPLE[: len(found)], found)

    monkeypatch.setattr(module, "judged_pairs", judged_pairs)
    monkeypatch.setattr(module, "JUDGEMENTS", {"wordsim353": ""})
    return leads(spaces, 0.95)


def noisy(amount: float, seed: int) -> np.ndarray:
    return PEOPLE / 10 + amount * np.random.default_rng(seed).normal(size=PAIRS)


@given(
    st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=2, max_size=12),
    st.randoms(use_true_random=False),
)
def test_correlations_of_draws_are_scipys_of_the_pairs_drawn(
    rows: list[tuple[int, int, int]], random: Random
) -> None:
    people, one, two = table = np.array(rows, np.float64).T
    drawn = np.array(random.choices(range(len(rows)), k=len(rows)))
    counts = np.stack([np.ones(len(rows)), np.bincount(drawn, minlength=len(rows))])
    found = correlations(counts, people, one, two)  # (spaces, draws)
    for draw, chosen in enumerate((np.arange(len(rows)), drawn)):
        judged, *spaces = table[:, chosen]
        for value, each in zip(found[:, draw], spaces, strict=True):
            constant = np.ptp(each) == 0 or np.ptp(judged) == 0
            expected = 0 if constant else spearmanr(judged, each).statistic
            assert value == pytest.approx(expected, abs=1e-9)


def test_a_lead_is_found_where_it_is_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    cosines = {"good": noisy(0.2, 1), "alike": noisy(0.2, 2), "noise": noisy(20, 3)}
    found = {(lead.first, lead.second): lead for lead in leads_of(monkeypatch, cosines)}
    assert list(found) == [("good", "alike"), ("good", "noise"), ("alike", "noise")]
    assert not found["good", "alike"].is_sure
    for lead in (found["good", "noise"], found["alike", "noise"]):
        assert lead.is_sure
        assert 0 < lead.low < lead.difference < lead.high
        assert lead.p_holm == pytest.approx(lead.p_value * (3 if lead.second == "noise" else 1))


def test_the_draws_are_paired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two spaces that err in the same pairs differ by little, and are told apart all the same."""
    shared = noisy(0.6, 1)
    (lead,) = leads_of(monkeypatch, {"one": shared, "two": shared + noisy(0.25, 2)})
    generator = np.random.default_rng(5)
    differences = []
    for _ in range(1_000):
        rows = generator.integers(PAIRS, size=PAIRS)
        one, two = (
            spearmanr(PEOPLE[rows], each[rows]).statistic
            for each in (shared, shared + noisy(0.25, 2))
        )
        differences.append(one - two)
    expected = np.quantile(differences, [0.025, 0.975]).tolist()
    assert (lead.low, lead.high) == pytest.approx(expected, abs=0.02)


def test_the_other_way_round_a_lead_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = noisy(0.3, 1), noisy(0.8, 2)
    (lead,) = leads_of(monkeypatch, {"one": one, "two": two})
    (other,) = leads_of(monkeypatch, {"two": two, "one": one})
    assert (other.difference, other.low) == pytest.approx((-lead.difference, -lead.high))
    assert other.p_value == lead.p_value
    assert leads_of(monkeypatch, {"one": one, "two": two}) == [lead]


def test_a_space_is_not_above_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    (lead,) = leads_of(monkeypatch, {"one": PEOPLE, "two": PEOPLE})
    assert (lead.difference, lead.p_value, lead.p_holm) == (0, 1, 1)


def test_too_few_pairs_or_spaces_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"one": noisy(0.3, 1)[:19], "two": noisy(0.8, 2)[:19]}
    assert leads_of(monkeypatch, few) == []
    assert leads_of(monkeypatch, {"one": PEOPLE}) == []
    assert len(leads_of(monkeypatch, {"one": PEOPLE[:20], "two": PEOPLE[:20]})) == 1

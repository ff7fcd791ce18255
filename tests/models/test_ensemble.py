"""An ensemble weighs its members on validation, and is told apart from them by what it gets."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.base.errors import ReelvecError
from reelvec.models.ensemble import TAIL, Member, Weighing, fit_weighing
from reelvec.models.logits import both_probabilities, load_validation_logits, probabilities_of

GENERATOR = np.random.default_rng(5)
LABELS = GENERATOR.integers(0, 2, 2_000).astype(np.int8)
SIGNAL = 2.0 * LABELS - 1
# Two members with noise of their own, and a third that knows nothing.
LOGITS = {
    "weak": SIGNAL + GENERATOR.normal(size=2_000),
    "loud": 5 * (SIGNAL + GENERATOR.normal(size=2_000)),
    "noise": GENERATOR.normal(size=2_000),
}


def test_members_that_err_apart_are_better_together() -> None:
    weighing, accuracy = fit_weighing(LOGITS, LABELS)
    best = max(((logits > 0) == LABELS).mean() for logits in LOGITS.values())
    assert accuracy > best + 0.05
    assert ((weighing.combined(LOGITS) > 0) == LABELS).mean() == pytest.approx(accuracy, abs=0.01)
    weights = {name: member.weight for name, member in weighing.members.items()}
    assert weights.get("noise", 0.0) < 0.2 * weights["weak"]
    assert weights["weak"] == pytest.approx(5 * weights["loud"], rel=0.2)


def test_where_all_help_the_weights_are_those_of_a_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    helpful = {name: LOGITS[name] for name in ("weak", "loud")}
    weighing, _ = fit_weighing(helpful, LABELS)
    counted = np.stack(
        [member.counted(helpful[name]) for name, member in weighing.members.items()], axis=1
    )
    scale = counted.std(axis=0)
    regression = LogisticRegression(tol=1e-9).fit(counted / scale, LABELS)
    expected = regression.coef_[0] / scale
    found = [member.weight for member in weighing.members.values()]
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert weighing.intercept == pytest.approx(regression.intercept_[0], abs=1e-3)


def test_too_few_reviews_to_weigh_on_are_told() -> None:
    few = {name: logits[:6] for name, logits in LOGITS.items()}
    with pytest.raises(ReelvecError, match="2 of 6 validation reviews have one of the labels"):
        fit_weighing(few, np.array([0, 0, 1, 1, 1, 1], np.int8))


def test_no_member_is_held_against_its_own_verdict() -> None:
    # Noise that two members share: a weight below 0 would take it out, and turn short texts round.
    shared = GENERATOR.normal(size=2_000)
    logits = {
        "good": SIGNAL + 2 * shared,
        "echo": 0.2 * SIGNAL + 2 * shared,
        "contrary": -SIGNAL + GENERATOR.normal(size=2_000),
    }
    weighing, _ = fit_weighing(logits, LABELS)
    assert list(weighing.members) == ["good"]
    assert weighing.members["good"].weight > 0
    with pytest.raises(ReelvecError, match="contrary: none of them tells"):
        fit_weighing({"contrary": logits["contrary"]}, LABELS)


def test_a_member_that_is_surer_than_it_ever_was_counts_no_more_than_then() -> None:
    weighing, _ = fit_weighing(LOGITS, LABELS)
    middle = np.array([0.0])
    sure, surest = (
        weighing.combined({"weak": np.array([logit]), "loud": middle, "noise": middle})
        for logit in (14.0, 34.0)
    )
    assert sure == surest
    lowest, highest = weighing.members["weak"].lowest, weighing.members["weak"].highest
    outside = (LOGITS["weak"] < lowest) | (LOGITS["weak"] > highest)
    assert outside.mean() == pytest.approx(2 * TAIL, abs=0.002)


def test_an_ensemble_comes_back_from_disk(tmp_path: Path) -> None:
    weighing, _ = fit_weighing(LOGITS, LABELS)
    weighing.save(tmp_path / "best")
    assert Weighing.load(tmp_path / "best") == weighing
    for damage in ("", "[]", "{}"):
        (tmp_path / "best/config.json").write_text(damage)
        with pytest.raises(ReelvecError, match="dvc repro train_ensembles"):
            Weighing.load(tmp_path / "best")


@given(st.floats(-30, 30))
def test_logits_are_those_that_the_probabilities_came_from(logit: float) -> None:
    ((negative, positive),) = both_probabilities(np.array([logit]))
    assert np.log(positive) - np.log(negative) == pytest.approx(logit, abs=1e-9)
    assert probabilities_of(np.array([logit]))[0] == positive


def test_sure_members_stay_finite() -> None:
    sure = np.array([-1e300, 1e300])
    found = Weighing({"a": Member(1.0, -99.0, 99.0)}, 0.0).combined({"a": sure})
    assert found.tolist() == [-99.0, 99.0]
    assert probabilities_of(found).tolist() == pytest.approx([0, 1])


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"validation\.npy: not there"):
        load_validation_logits(tmp_path)

"""An ensemble weighs its members on validation, and is told apart from them by what it gets."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.base.errors import ReelvecError
from reelvec.models.ensemble import (
    TAIL,
    Ensemble,
    Member,
    fit_ensemble,
    load_validation_logits,
    logits_of,
)

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
    ensemble, accuracy = fit_ensemble(LOGITS, LABELS)
    best = max(((logits > 0) == LABELS).mean() for logits in LOGITS.values())
    assert accuracy > best + 0.05
    found = ensemble.probabilities([1 / (1 + np.exp(-logits)) for logits in LOGITS.values()])
    assert ((found > 0.5) == LABELS).mean() == pytest.approx(accuracy, abs=0.01)
    weights = {name: member.weight for name, member in ensemble.members.items()}
    assert abs(weights["noise"]) < 0.2 * weights["weak"]
    assert weights["weak"] == pytest.approx(5 * weights["loud"], rel=0.2)


def test_a_member_that_is_surer_than_it_ever_was_counts_no_more_than_then() -> None:
    ensemble, _ = fit_ensemble(LOGITS, LABELS)
    middle = np.array([0.5])
    sure, surest = (
        ensemble.probabilities([middle, middle, np.array([1 - tiny])]) for tiny in (1e-6, 1e-15)
    )
    assert sure == surest
    lowest, highest = ensemble.members["weak"].lowest, ensemble.members["weak"].highest
    outside = (LOGITS["weak"] < lowest) | (LOGITS["weak"] > highest)
    assert outside.mean() == pytest.approx(2 * TAIL, abs=0.002)


def test_an_ensemble_comes_back_from_disk(tmp_path: Path) -> None:
    ensemble, _ = fit_ensemble(LOGITS, LABELS)
    ensemble.save(tmp_path / "best.json")
    assert Ensemble.load(tmp_path / "best.json") == ensemble
    for damage in ("", "[]", "{}"):
        (tmp_path / "best.json").write_text(damage)
        with pytest.raises(ReelvecError, match="dvc repro train_ensembles"):
            Ensemble.load(tmp_path / "best.json")


@given(st.floats(-30, 30))
def test_logits_are_those_that_the_probabilities_came_from(logit: float) -> None:
    probability = 1 / (1 + np.exp(-np.array([logit])))
    assert logits_of(probability)[0] == pytest.approx(logit, abs=1e-2, rel=1e-2)


def test_sure_members_stay_finite() -> None:
    sure = np.array([0.0, 1.0])
    assert np.isfinite(logits_of(sure)).all()
    ensemble = Ensemble({"a": Member(1.0, -99.0, 99.0)}, 0.0)
    assert ensemble.probabilities([sure]).tolist() == pytest.approx([0, 1])


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"validation\.npy: not there"):
        load_validation_logits(tmp_path)

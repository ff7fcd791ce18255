"""An ensemble weighs its members on validation, and is told apart from them by what it gets."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.ensembles import Ensemble, fit_ensemble, logits_of
from reelvec.errors import ReelvecError

GENERATOR = np.random.default_rng(5)
LABELS = GENERATOR.integers(0, 2, 2_000).astype(np.int8)
SIGNAL = 2.0 * LABELS - 1
# Two members with noise of their own, and a third that knows nothing.
LOGITS = np.stack(
    [
        SIGNAL + GENERATOR.normal(size=2_000),
        5 * (SIGNAL + GENERATOR.normal(size=2_000)),
        GENERATOR.normal(size=2_000),
    ],
    axis=1,
)


def test_members_that_err_apart_are_better_together() -> None:
    ensemble, accuracy = fit_ensemble(["a", "b", "c"], LOGITS, LABELS)
    best = max(((LOGITS[:, member] > 0) == LABELS).mean() for member in range(3))
    assert accuracy > best + 0.05
    probabilities = 1 / (1 + np.exp(-LOGITS))
    found = ensemble.probabilities([probabilities[:, member] for member in range(3)])
    assert ((found > 0.5) == LABELS).mean() == pytest.approx(accuracy, abs=0.01)
    assert abs(ensemble.weights[2]) < 0.2 * ensemble.weights[0], "noise has no weight"
    assert ensemble.weights[0] == pytest.approx(5 * ensemble.weights[1], rel=0.2)


def test_an_ensemble_comes_back_from_disk(tmp_path: Path) -> None:
    ensemble, _ = fit_ensemble(["a", "b", "c"], LOGITS, LABELS)
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
    assert Ensemble(["a"], [1.0], 0.0).probabilities([sure]).tolist() == pytest.approx([0, 1])

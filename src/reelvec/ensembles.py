"""Several classifiers as one: their logits weighed by a logistic regression on validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.errors import ReelvecError
from reelvec.files import read_json, write_json

VALIDATION = "validation.npy"
"""Beside a model: its logits of the validation reviews, float32, before it learned from them."""

DECIMALS = 6

FOLDS = 5
SEED = 123

Logits = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A weighted sum of logits (stacking, Wolpert 1992).

    Attributes:
        members: names of variants and baselines.
        weights: one a member.
        intercept: added to the sum.
    """

    members: list[str]
    weights: list[float]
    intercept: float

    def probabilities(self, members: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """P(positive) from each member's P(positive), float64 (reviews,)."""
        logits = np.stack([logits_of(each) for each in members], axis=1)
        combined = logits @ np.array(self.weights) + self.intercept
        return np.asarray(1 / (1 + np.exp(-combined)), np.float64)

    def save(self, path: Path) -> None:
        """Write a JSON file."""
        content = {
            "intercept": self.intercept,
            "weights": dict(zip(self.members, self.weights, strict=True)),
        }
        write_json(path, content)

    @classmethod
    def load(cls, path: Path) -> "Ensemble":
        """Read what `save` wrote.

        Raises:
            ReelvecError: the file is missing or damaged.
        """
        try:
            content = read_json(path)
            weights = content["weights"]
            return cls(list(weights), list(weights.values()), content["intercept"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReelvecError(
                f"{path}: no ensemble ({type(error).__name__}); run `dvc repro train_ensembles`"
            ) from None


def fit_ensemble(
    members: Sequence[str], logits: Logits, labels: NDArray[np.int8]
) -> tuple[Ensemble, float]:
    """Weigh the members on validation reviews that none of them was trained on.

    Args:
        members: their names.
        logits: float64 (reviews, members).
        labels: int8 (reviews,), 1 positive and 0 negative.

    Returns:
        the ensemble, and the accuracy of ensembles fitted on four fifths and tried on the rest.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    regression = LogisticRegression()
    scale = logits.std(axis=0)
    scale[scale == 0] = 1
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    accuracy = float(cross_val_score(regression, logits / scale, labels, cv=folds).mean())
    regression.fit(logits / scale, labels)
    weights = [round(float(weight), DECIMALS) for weight in regression.coef_[0] / scale]
    intercept = round(float(regression.intercept_[0]), DECIMALS)
    return Ensemble(list(members), weights, intercept), accuracy


def logits_of(probabilities: NDArray[np.float64]) -> Logits:
    """The logits of probabilities, those of 0 and 1 as large as 64 bits tell apart."""
    tiny = np.finfo(np.float64).eps
    kept = np.clip(probabilities, tiny, 1 - tiny)
    return np.asarray(np.log(kept) - np.log1p(-kept), np.float64)

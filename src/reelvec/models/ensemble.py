"""Several classifiers as one: their logits weighed by a logistic regression on validation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.files import read_json, write_json

VALIDATION = "validation.npy"
"""Beside a model: its logits of the validation reviews, float32, before it learned from them."""

DECIMALS = 6

TAIL = 0.02
"""Share of the validation logits at either end that are drawn in to where the others end."""

FOLDS = 5
SEED = 123

Logits = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """One classifier's part in an ensemble.

    Attributes:
        weight: of its logit in the sum.
        lowest: smaller logits count as this. A text of three words can be given a logit far
            beyond those of whole reviews, and a weight below 0 would then turn the verdict.
        highest: larger logits count as this.
    """

    weight: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A weighted sum of logits (stacking, Wolpert 1992).

    Attributes:
        members: by the names of variants and baselines.
        intercept: added to the sum.
    """

    members: dict[str, Member]
    intercept: float

    def probabilities(self, members: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """P(positive) from each member's P(positive), float64 (reviews,)."""
        combined = np.full(len(members[0]), self.intercept)
        for member, each in zip(self.members.values(), members, strict=True):
            combined += member.weight * np.clip(logits_of(each), member.lowest, member.highest)
        return np.asarray(1 / (1 + np.exp(-combined)), np.float64)

    def save(self, path: Path) -> None:
        """Write a JSON file."""
        members = {name: asdict(member) for name, member in self.members.items()}
        write_json(path, {"intercept": self.intercept, "members": members})

    @classmethod
    def load(cls, path: Path) -> "Ensemble":
        """Read what `save` wrote.

        Raises:
            ReelvecError: the file is missing or damaged.
        """
        try:
            content = read_json(path)
            members = {name: Member(**each) for name, each in content["members"].items()}
            return cls(members, content["intercept"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReelvecError(
                f"{path}: no ensemble ({type(error).__name__}); run `dvc repro train_ensembles`"
            ) from None


def fit_ensemble(
    validation: Mapping[str, Logits], labels: NDArray[np.int8]
) -> tuple[Ensemble, float]:
    """Weigh the members on validation reviews that none of them was trained on.

    Args:
        validation: each member's logits, float64 (reviews,).
        labels: int8 (reviews,), 1 positive and 0 negative.

    Returns:
        the ensemble, and the accuracy of ensembles fitted on four fifths and tried on the rest.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    logits = np.stack(list(validation.values()), axis=1)  # (reviews, members)
    lowest, highest = np.round(np.quantile(logits, [TAIL, 1 - TAIL], axis=0), DECIMALS)
    logits = np.clip(logits, lowest, highest)
    scale = logits.std(axis=0)
    scale[scale == 0] = 1
    regression = LogisticRegression()
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    accuracy = float(cross_val_score(regression, logits / scale, labels, cv=folds).mean())
    regression.fit(logits / scale, labels)
    weights = np.round(regression.coef_[0] / scale, DECIMALS)
    columns = zip(weights.tolist(), lowest.tolist(), highest.tolist(), strict=True)
    members = {name: Member(*each) for name, each in zip(validation, columns, strict=True)}
    return Ensemble(members, round(float(regression.intercept_[0]), DECIMALS)), accuracy


def load_validation_logits(folder: Path) -> Logits:
    """What a model, trained into `folder`, gave the validation reviews: float64 (reviews,).

    Raises:
        ReelvecError: the model is not there, or damaged.
    """
    try:
        return np.asarray(np.load(folder / VALIDATION), np.float64)
    except (OSError, ValueError) as error:
        raise ReelvecError(
            f"{folder / VALIDATION}: not there or damaged ({type(error).__name__}); run "
            "`dvc repro` to train its model again"
        ) from None


def logits_of(probabilities: NDArray[np.float64]) -> Logits:
    """The logits of probabilities, those of 0 and 1 as large as 64 bits tell apart."""
    tiny = np.finfo(np.float64).eps
    kept = np.clip(probabilities, tiny, 1 - tiny)
    return np.asarray(np.log(kept) - np.log1p(-kept), np.float64)

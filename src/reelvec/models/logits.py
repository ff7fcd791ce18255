"""Logits: what every model gives of a review, and the probability and the label that follow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.provenance import LABELS, LabelNames

Logits = NDArray[np.float64]
"""Log odds of P(positive), one a review."""

THRESHOLD = 0.5
"""A review is called positive when P(positive) is above this (so when its logit is above 0)."""

VALIDATION, UNLABELLED = "validation.npy", "unlabelled.npy"
"""Beside a model: its logits of those reviews, float32, before it learned from validation."""


def probabilities_of(logits: Logits) -> NDArray[np.float64]:
    """P(positive) of each logit, float64 (reviews,)."""
    from scipy.special import expit

    return np.asarray(expit(logits), np.float64)


def both_probabilities(logits: Logits) -> NDArray[np.float64]:
    """Probabilities of negative and positive: (reviews,) to (reviews, 2).

    The small one of a sure verdict is not 0, as one less a rounded probability would be.
    """
    return np.stack([probabilities_of(-logits), probabilities_of(logits)], axis=1)


def label_of(probability: float, names: LabelNames = LABELS) -> str:
    """`positive` or `negative`, by the names that the data has for them."""
    return names[int(probability > THRESHOLD)]


def labels_as_json(names: LabelNames) -> dict[str, LabelNames]:
    """What a model's configuration says of its labels: nothing where they are the usual ones."""
    return {} if names == LABELS else {"labels": names}


def labels_from_json(config: Mapping[str, Any]) -> LabelNames:
    """What `labels_as_json` said."""
    negative, positive = config.get("labels", LABELS)
    return str(negative), str(positive)


def load_validation_logits(folder: Path) -> Logits:
    """What a model, trained into `folder`, gave the validation reviews: float64 (reviews,).

    Raises:
        ReelvecError: the model is not there, or damaged.
    """
    return _load(folder / VALIDATION)


def load_unlabelled_logits(folder: Path) -> Logits:
    """The same of the unlabelled reviews, which a model keeps that `teaches`.

    Raises:
        ReelvecError: as for `load_validation_logits`; or the model does not teach.
    """
    if (folder / VALIDATION).exists() and not (folder / UNLABELLED).exists():
        raise ReelvecError(
            f"params.yaml: {folder.name} keeps nothing of what it says of the unlabelled reviews, "
            f"and is a teacher: give {folder.name} `teaches: true`"
        )
    return _load(folder / UNLABELLED)


def _load(path: Path) -> Logits:
    try:
        return np.asarray(np.load(path), np.float64)
    except (OSError, ValueError) as error:
        raise ReelvecError(
            f"{path}: not there or damaged ({type(error).__name__}); {run_again()}"
        ) from None

"""Log odds of the second class in double precision, and the probabilities that follow."""

import numpy as np
import torch
from numpy.typing import NDArray

from reelvec.models.classifier import Classifier
from reelvec.models.inference import predict_logits
from reelvec.text.ragged import Ragged


def log_odds(model: Classifier, reviews: Ragged) -> NDArray[np.float64]:
    """Log odds of reviews that are vocabulary ids, float64 (reviews,)."""
    logits = predict_logits(model, reviews, torch.device("cpu"))
    return logits.numpy().astype(np.float64)


def both_probabilities(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the first and the second class: (texts,) to (texts, 2).

    The small one of a sure verdict is not 0, as one less a rounded probability would be.
    """
    from scipy.special import expit

    return np.stack([expit(-odds), expit(odds)], axis=1)

"""Networks over frozen word vectors, held against an average of the same: one cell each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from studies.common.cells import Figures, Settings
from studies.common.params import study_variant

from reelvec.evaluation.comparison import compare_pair
from reelvec.evaluation.predictions import Predictions
from reelvec.models.inference import predict_logits
from reelvec.models.logits import probabilities_of
from reelvec.models.rounds import fit_on_all
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset

CPU = torch.device("cpu")
QUARTERS = 4


def train_frozen(
    parts: tuple[Dataset, Dataset],
    tokens: list[str],
    vectors: WordVectors,
    average: Predictions,
    settings: Mapping[str, Any],
    cell: Settings,
) -> Figures:
    """Train for all epochs, and hold the test reviews against an average's.

    Args:
        parts: training and test reviews.
        tokens: the vocabulary by id.
        vectors: those to look words up in.
        average: of the same test reviews, by the classifier over averages.
        settings: `variant` and, by name of the cell's `classifier`, `encoders`.
        cell: `classifier` and `seed`.

    Returns:
        the training loss of each epoch, as `train_loss 2`; `test_accuracy`; by how much it is
        `ahead` of the average's, from `low` to `high`, with McNemar's `p_value`; and of each
        quarter of the test reviews by length, as `ahead 1` for the shortest, the same.
    """
    training, test = parts
    changes = settings["encoders"][cell["classifier"]]
    params = study_variant(settings["variant"], changes, {"seed": cell["seed"]})
    losses: list[float] = []
    model = fit_on_all(params, tokens, training, vectors, CPU, lambda loss, _: losses.append(loss))
    logits = predict_logits(model, test.reviews, CPU).numpy().astype(np.float64)
    found = Predictions(test.review_ids, test.targets, probabilities_of(logits))
    figures = {f"train_loss {epoch}": loss for epoch, loss in enumerate(losses, 1)}
    figures["test_accuracy"] = float(found.correct.mean())
    figures |= lead(found, average)
    for number, rows in enumerate(quarters(test.reviews.lengths), 1):
        inside = lead(taken(found, rows), taken(average, rows))
        figures |= {f"{name} {number}": value for name, value in inside.items()}
    return figures


def lead(one: Predictions, other: Predictions) -> Figures:
    """Accuracy of one less that of the other on the same reviews, its interval and its p."""
    pair = compare_pair(one, other, 0.95)
    return {
        "ahead": pair.difference,
        "low": pair.low,
        "high": pair.high,
        "p_value": pair.p_value,
    }


def quarters(lengths: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows of the shortest quarter, of the next, and so on; equal lengths in their order."""
    return np.array_split(np.argsort(lengths, kind="stable"), QUARTERS)


def taken(predictions: Predictions, rows: NDArray[np.int64]) -> Predictions:
    """The predictions of some reviews."""
    return Predictions(
        predictions.review_ids[rows], predictions.labels[rows], predictions.probabilities[rows]
    )

"""An LSTM or a GRU over cut reviews, watched epoch by epoch: one cell of `keras_rnn`."""

from collections.abc import Mapping
from typing import Any

import torch
from studies.common.cells import Figures, Settings
from studies.common.params import study_variant
from studies.common.tutorial_reviews import OfficialText

from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit

CPU = torch.device("cpu")


def train_recurrent(text: OfficialText, settings: Mapping[str, Any], cell: Settings) -> Figures:
    """Train once.

    Args:
        text: the reviews.
        settings: `words`, `validation` (a fraction) and `variant`.
        cell: `encoder`, and the `seed` of both the division and the weights.

    Returns:
        for each epoch losses in nats a review and accuracies, as `valid_loss 2`; the epoch of the
        smallest validation loss as `best`, and its test accuracy.
    """
    reviews = text.divided(settings["words"], settings["validation"], cell["seed"])
    epochs = settings["variant"]["epochs"]
    changes = {"encoder": cell["encoder"], "seed": cell["seed"], "patience": epochs, "refit": False}
    params = study_variant(settings["variant"], changes)
    parts = TrainingParts(reviews.training, reviews.validation)
    trained = fit(params, reviews.vocabulary.tokens, parts, None, CPU)
    logits = predict_logits(trained.model, reviews.test.reviews, CPU).numpy()
    names = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
    curves = {
        f"{name} {epoch.epoch}": float(getattr(epoch, name))
        for epoch in trained.history
        for name in names
    }
    accuracy = float(((logits > 0) == reviews.test.targets).mean())
    dimension = trained.model.embedding.embedding_dim
    return {
        **curves,
        "dimension": dimension,
        "best": trained.best.epoch,
        "test_accuracy": accuracy,
    }

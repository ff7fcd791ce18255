"""The two continuous bags of words, trained epoch by epoch: one cell each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from studies.common.cells import Figures, Settings
from studies.common.params import study_variant
from studies.common.tutorial_reviews import OfficialText, TutorialReviews
from studies.tutorials.common.epochs import KerasAdam, begin_as_keras, cross_entropy, epochs

from reelvec.models.classifier import Classifier
from reelvec.models.first_layer import start_of
from reelvec.models.inference import predict_logits
from reelvec.models.optimizer import Adam
from reelvec.models.rounds import reproducible
from reelvec.models.training import new_model
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import PADDING, RESERVED

CPU = torch.device("cpu")
KERAS_LIMIT = 0.05
"""Keras begins an embedding evenly between this and its negative."""

ASKED, NEIGHBOUR = "beautiful", "wonderful"
"""The word that both tutorials search the projector for, and the neighbour that they name."""


def train_pytorch_bag(
    reviews: TutorialReviews, settings: Mapping[str, Any], cell: Settings
) -> Figures:
    """Train the PyTorch tutorial's model once.

    Args:
        reviews: its reviews and vocabulary.
        settings: `variant`, and by name of the cell's `way` the `ways`: whether padding is
            averaged over (`pool_padding`), and whether its row begins as N(0, 1) like all others
            (`padding_row: normal`) or at `zero`.
        cell: `way` and `seed`.

    Returns:
        the training loss of each epoch, as `train_loss 2`, and `test_accuracy` after the last;
        the `rank` of the named neighbour; how long the padding's vector was at the `start` and in
        the `end`.
    """
    way = settings["ways"][cell["way"]]
    changes = {"pool_padding": way["pool_padding"], "seed": cell["seed"]}
    params = study_variant(settings["variant"], changes)
    start = start_of(params, reviews.vocabulary.tokens, reviews.training, None)
    if way["padding_row"] == "normal":
        generator = np.random.default_rng([cell["seed"], PADDING])
        start.weight[PADDING] = generator.normal(size=start.weight.shape[1])
    figures = {"start": float(np.linalg.norm(start.weight[PADDING]))}
    with reproducible(1, CPU):
        model = new_model(params, start)
        for number, epoch in enumerate(epochs(model, start.training), 1):
            figures[f"train_loss {number}"] = epoch.mean_of_batch_means(params.batch_size)
        figures["test_accuracy"] = scores(model, reviews.test, "")["accuracy"]
    figures["end"] = float(model.embedding.weight[PADDING].detach().norm())
    return {**figures, "rank": rank_of_neighbour(model, reviews.vocabulary.tokens)}


def train_keras_bag(text: OfficialText, settings: Mapping[str, Any], cell: Settings) -> Figures:
    """Train the Keras tutorial's model once.

    Args:
        text: the reviews; a fraction is held out by the cell's seed, and the words of the others
            are numbered.
        settings: `words`, `validation` (a fraction), `variant`, and by name of the cell's `way`
            the `ways`: changes of the variant, whether it begins as Keras' layers do
            (`keras_weights`), and whether it is trained by Keras' Adam or torch's
            (`keras_adam`).
        cell: `way` and `seed`.

    Returns:
        for each epoch losses, accuracies with the threshold at a logit of 0 and at 0.5, as
        `train_loss 2`, `valid_accuracy_above_half 2`; the `parameters` of each layer; `negative`
        validation reviews; the `rank` of the named neighbour.
    """
    changes = dict(settings["ways"][cell["way"]])
    keras_weights, keras_adam = changes.pop("keras_weights"), changes.pop("keras_adam")
    params = study_variant(settings["variant"], changes, {"seed": cell["seed"]})
    reviews = text.divided(settings["words"], settings["validation"], cell["seed"])
    start = start_of(params, reviews.vocabulary.tokens, reviews.training, None)
    figures: dict[str, float] = {"negative": int((reviews.validation.targets == 0).sum())}
    with reproducible(1, CPU):
        model = new_model(params, start)
        if keras_weights:
            begin_as_keras(model, KERAS_LIMIT)
        adam = KerasAdam if keras_adam else Adam
        for number, epoch in enumerate(epochs(model, start.training, adam), 1):
            found = {
                **of_logits(epoch.logits, epoch.targets, "train_"),
                **scores(model, reviews.validation, "valid_"),
            }
            figures |= {f"{name} {number}": value for name, value in found.items()}
    figures |= parameters_of(model)
    return {**figures, "rank": rank_of_neighbour(model, reviews.vocabulary.tokens)}


def scores(model: Classifier, part: Dataset, prefix: str) -> Figures:
    """Loss and accuracies of a part of the data."""
    logits = predict_logits(model, part.reviews, CPU).numpy().astype(np.float64)
    return of_logits(logits, part.targets, prefix)


def of_logits(logits: Any, targets: Any, prefix: str) -> Figures:
    """Mean loss in nats, and the share on the right side of a logit of 0 and of 0.5."""
    return {
        f"{prefix}loss": float(cross_entropy(logits, targets).mean()),
        f"{prefix}accuracy": float(((logits > 0) == targets).mean()),
        f"{prefix}accuracy_above_half": float(((logits > 0.5) == targets).mean()),
    }


def parameters_of(model: Classifier) -> Figures:
    """How many numbers each layer holds: `parameters embedding`, `… dense`, `… dense_1`."""
    layers = [layer for layer in model.head if list(layer.parameters())]
    named = {"embedding": model.embedding, **dict(zip(("dense", "dense_1"), layers, strict=True))}
    return {
        f"parameters {name}": sum(each.numel() for each in layer.parameters())
        for name, layer in named.items()
    }


def rank_of_neighbour(model: Classifier, tokens: list[str]) -> int:
    """Which neighbour of the word asked for the named one is by cosine; 1 is the nearest."""
    weight = model.embedding.weight.detach().numpy()
    space = keyed_vectors(tokens[len(RESERVED) :], weight[len(RESERVED) : len(tokens)])
    return int(space.rank(ASKED, NEIGHBOUR))

"""From a variant's parameters and data to its model: train once, or in several rounds."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from reelvec.base.schema.variants import VariantParams
from reelvec.models.classifier import Classifier
from reelvec.models.first_layer import InitialEmbedding, initial_embedding
from reelvec.models.inference import predict_logits
from reelvec.models.training import Epoch, train, train_on_all
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Reviews:
    """What a variant may learn from.

    Attributes:
        training: labelled, the training part.
        validation: labelled; decides when to stop.
        unlabelled: more reviews; their labels are None.
    """

    training: Dataset
    validation: Dataset
    unlabelled: Dataset


@dataclass(frozen=True, slots=True)
class Fitted:
    """The outcome of all rounds.

    Attributes:
        model: the one to keep.
        embedding: what its first layer started from.
        history: of the last round that was validated, one entry an epoch.
        best: the entry with the smallest validation loss.
        validation_logits: float32 (validation reviews,), of the model that had not seen them.
    """

    model: Classifier
    embedding: InitialEmbedding
    history: list[Epoch]
    best: Epoch
    validation_logits: NDArray[np.float32]


def fit(
    params: VariantParams,
    tokens: list[str],
    reviews: Reviews,
    vectors: WordVectors | None,
    device: torch.device,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    threads: int = 1,
) -> Fitted:
    """Train a variant in as many rounds as its parameters ask for.

    Args:
        params: the variant.
        tokens: the vocabulary by id.
        reviews: to learn from; the unlabelled ones are used for `self_training` alone.
        vectors: those that the variant's embedding names, where it names any.
        device: where to compute.
        on_epoch: called after each epoch of the last round that is validated.
        threads: of the CPU.

    Raises:
        ReelvecError: as for `train` and `initial_embedding`.
    """
    learned, checked = reviews.training, reviews.validation
    if params.self_training:
        start = initial_embedding(params, tokens, learned, vectors)
        teacher = train(params, start, learned, checked, device, threads=threads).model
        learned = learned.followed_by(labelled_by(teacher, reviews.unlabelled))
    start = initial_embedding(params, tokens, learned, vectors)
    trained = train(params, start, learned, checked, device, on_epoch, threads)
    logits = predict_logits(trained.model, checked.reviews, torch.device("cpu")).numpy()
    model = trained.model
    if params.refit:
        learned = learned.followed_by(checked)
        start = initial_embedding(params, tokens, learned, vectors)
        settled = params.model_copy(update={"epochs": trained.best.epoch})
        model = train_on_all(settled, start, learned, device, threads)
    return Fitted(model, start, trained.history, trained.best, logits)


def labelled_by(teacher: Classifier, reviews: Dataset) -> Dataset:
    """Reviews with the labels that a model gives them."""
    logits = predict_logits(teacher, reviews.reviews, torch.device("cpu")).numpy()
    return replace(reviews, labels=(logits > 0).astype(np.int8))

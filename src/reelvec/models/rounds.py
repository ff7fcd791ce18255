"""From a variant's parameters and data to its model: train once, or in several rounds."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from reelvec.base.project.paths import TRAIN, UNSUP, VALID
from reelvec.models.classifier import Classifier
from reelvec.models.first_layer import start_of
from reelvec.models.inference import predict_logits
from reelvec.models.processes import ALONE, Processes
from reelvec.models.training import Epoch, Fitted, train, train_on_all
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged

if TYPE_CHECKING:
    from reelvec.base.schema.variants import VariantParams
    from reelvec.models.word_vectors import WordVectors

NO_REVIEWS = Dataset(
    Ragged(np.zeros(0, np.int32), np.zeros(1, np.int64)), None, np.zeros(0, np.int32)
)

_ONE_TRAINING = threading.RLock()


@dataclass(frozen=True, slots=True)
class TrainingParts:
    """What a variant may learn from.

    Attributes:
        training: labelled, the training part.
        validation: labelled; decides when to stop.
        unlabelled: more reviews, for `self_training` and who `teaches`; their labels are None.
    """

    training: Dataset
    validation: Dataset
    unlabelled: Dataset = NO_REVIEWS

    @classmethod
    def load(cls, folder: Path) -> "TrainingParts":
        """Those of a kind of text.

        Raises:
            ReelvecError: a part is missing or damaged.
        """
        return cls(*(Dataset.load(folder / part) for part in (TRAIN, VALID, UNSUP)))


def vectors_named_by(params: "VariantParams") -> "WordVectors | None":
    """The vectors that a variant begins with; None where it has none that were made before.

    Raises:
        ReelvecError: as for `load_word_vectors`.
    """
    from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors

    return load_word_vectors(folder_of_vectors(params.embedding)) if params.is_pretrained else None


def fit(
    params: "VariantParams",
    tokens: list[str],
    parts: TrainingParts,
    vectors: "WordVectors | None",
    device: torch.device,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    threads: int = 1,
    processes: Processes = ALONE,
) -> Fitted:
    """Train a variant in as many rounds as its parameters ask for.

    Args:
        params: the variant.
        tokens: the vocabulary by id.
        parts: to learn from.
        vectors: those that the variant's embedding names, where it names any.
        device: where to compute.
        on_epoch: called after each epoch of the last round that is validated.
        threads: of the CPU.
        processes: that train it together; each of them calls this.

    Returns:
        the model of the last round, and the figures of the last round that is validated: its
        model had not seen the validation reviews.

    Raises:
        ReelvecError: as for `train` and `start_of`.
    """

    def trained_on(reviews: Dataset, on_epoch: Callable[[Epoch], None] = lambda _: None) -> Fitted:
        start = start_of(params, tokens, reviews, vectors)
        validation = start.reader.read_part(parts.validation)
        return train(params, start, validation, device, on_epoch, processes)

    learned = parts.training
    with reproducible(threads, device):
        if params.self_training:
            teacher = trained_on(learned).model
            learned = learned.followed_by(labelled_by(teacher, parts.unlabelled))
        fitted = trained_on(learned, on_epoch)
        if params.teaches:
            judged = predict_logits(fitted.model, parts.unlabelled.reviews, torch.device("cpu"))
            fitted = replace(fitted, unlabelled_logits=judged.numpy())
        if params.refit:
            # A round has a reader of its own: more reviews have more frequent n-grams.
            start = start_of(params, tokens, learned.followed_by(parts.validation), vectors)
            epochs = fitted.best.epoch
            model = train_on_all(params, start, device, epochs=epochs, processes=processes)
            fitted = replace(fitted, model=model)
    return fitted


def fit_on_all(
    params: "VariantParams",
    tokens: list[str],
    training: Dataset,
    vectors: "WordVectors | None",
    device: torch.device,
    on_epoch: Callable[[float, float], None] = lambda *_: None,
    threads: int = 1,
) -> Classifier:
    """Train a variant on all reviews for all of its epochs, with nothing to judge it by.

    Args:
        params: the variant.
        tokens: the vocabulary by id.
        training: labelled reviews.
        vectors: those that the variant's embedding names, where it names any.
        device: where to compute.
        on_epoch: called with the training loss and accuracy after each epoch.
        threads: of the CPU.

    Raises:
        ReelvecError: as for `train_on_all` and `start_of`.
    """
    with reproducible(threads, device):
        return train_on_all(params, start_of(params, tokens, training, vectors), device, on_epoch)


def labelled_by(teacher: Classifier, reviews: Dataset) -> Dataset:
    """Reviews with the labels that a model gives them."""
    logits = predict_logits(teacher, reviews.reviews, torch.device("cpu")).numpy()
    return replace(reviews, labels=(logits > 0).astype(np.int8))


def _exact_cudnn(cuda: bool) -> AbstractContextManager[None]:
    """Have cuDNN add in one order, and not round what it multiplies to ten bits."""
    if not cuda:
        return nullcontext()
    flags = torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False)
    return cast("AbstractContextManager[None]", flags)


@contextmanager
def reproducible(threads: int, device: torch.device) -> Iterator[None]:
    """Have torch add numbers in the same order on every machine, and leave it as it was found.

    (All but a variable that cuBLAS reads once.)

    Some of its sums (batch normalisation's) are divided among the threads, so that their number
    decides the last bits; it is fixed here, whatever the machine has. That, and the random
    numbers that training draws, belong to the whole process: only one thread trains at a time.
    """
    cuda = device.type == "cuda"
    if cuda:
        # cuBLAS looks once, before its first product; without it torch refuses to multiply.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    seeded = range(torch.cuda.device_count()) if cuda else ()
    with _ONE_TRAINING, torch.random.fork_rng(devices=seeded), _exact_cudnn(cuda):
        found, mode = torch.get_num_threads(), torch.get_deterministic_debug_mode()
        try:
            torch.set_num_threads(threads)
            torch.set_deterministic_debug_mode("error")
            yield
        finally:
            torch.set_num_threads(found)
            torch.set_deterministic_debug_mode(mode)

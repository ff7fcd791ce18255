"""Train one variant: Adam on logits, early stopping on the validation loss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.training import Device
from reelvec.base.schema.variants import NAIVE_BAYES, VariantParams
from reelvec.models.batches import as_tensors, consecutive, of_like_length
from reelvec.models.classifier import Classifier
from reelvec.models.first_layer import InitialEmbedding
from reelvec.models.inference import encode_reviews, logits_of_seen
from reelvec.models.optimizer import Adam
from reelvec.models.reader import Reader
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged


@dataclass(frozen=True, slots=True)
class Epoch:
    """One row of the learning curve; losses in nats a review, accuracies between 0 and 1."""

    epoch: int
    train_loss: float
    train_accuracy: float
    valid_loss: float
    valid_accuracy: float


@dataclass(frozen=True, slots=True)
class Trained:
    """The outcome of a training.

    Attributes:
        model: with the weights of the best epoch.
        history: one entry an epoch.
        best: the entry with the smallest validation loss.
    """

    model: Classifier
    history: list[Epoch]
    best: Epoch


@dataclass(frozen=True, slots=True)
class Examples:
    """What an epoch runs over: ragged reviews, or the vectors they were pooled to once.

    Attributes:
        reviews: token ids, or None where `features` stand for them.
        features: float32 (reviews, features), or None.
        targets: float32 (reviews,), 1 positive and 0 negative.
    """

    reviews: Ragged | None
    features: Tensor | None
    targets: Tensor

    def batch(self, rows: NDArray[np.int64]) -> tuple[tuple[Tensor, ...], Tensor]:
        """Inputs and targets of some examples."""
        device = self.targets.device
        index = torch.from_numpy(rows).to(device)
        if self.features is not None:
            return (self.features[index],), self.targets[index]
        assert self.reviews is not None
        return as_tensors(self.reviews.take(rows), device), self.targets[index]


def pick_device(device: Device) -> torch.device:
    """The device to train on; `auto` takes CUDA where there is one.

    Raises:
        ReelvecError: CUDA is asked for and not there.
    """
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise ReelvecError(
            "params.yaml: training.device: cuda is not available here; choose cpu or auto"
        )
    return torch.device("cuda" if available and device != "cpu" else "cpu")


def make_reproducible(seed: int, threads: int) -> None:
    """Seed torch, and have it add numbers in the same order on every machine.

    Some of its sums (batch normalisation's) are divided among the threads, so that their number
    decides the last bits; it is fixed here, whatever the machine has.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.set_deterministic_debug_mode("error")


def train(
    params: VariantParams,
    embedding: InitialEmbedding,
    training: Dataset,
    validation: Dataset,
    device: torch.device,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    threads: int = 1,
) -> Trained:
    """Train a classifier until the validation loss stops falling.

    Args:
        params: the variant.
        embedding: the first layer to start from; ids beyond its rows count as unknown.
        training: labelled reviews to learn from.
        validation: labelled reviews that decide when to stop.
        device: where to compute.
        on_epoch: called after each epoch.
        threads: of the CPU; stays set afterwards.

    Returns:
        the model with the weights of the epoch whose validation loss was smallest.

    Raises:
        ReelvecError: a part has no reviews or no labels, or the loss is not finite.
    """
    if not len(training) or not len(validation):
        raise ReelvecError("training and validation both need at least one review")
    make_reproducible(params.seed, threads)
    model = new_model(params, embedding).to(device)
    learn, check = (_examples(model, part, device) for part in (training, validation))
    history: list[Epoch] = []
    best_state: dict[str, Tensor] = {}
    best: Epoch | None = None
    for train_loss, train_accuracy in _epochs(model, learn, params):
        valid_loss, valid_accuracy = _score(model, check, device)
        epoch = Epoch(len(history) + 1, train_loss, train_accuracy, valid_loss, valid_accuracy)
        if not np.isfinite(epoch.train_loss + epoch.valid_loss):
            raise ReelvecError(
                f"the loss is no longer a number in epoch {epoch.epoch}; "
                f"lower learning_rate (now {params.learning_rate})"
            )
        history.append(epoch)
        on_epoch(epoch)
        if best is None or epoch.valid_loss < best.valid_loss:
            best = epoch
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
        if epoch.epoch - best.epoch >= params.patience:
            break
    assert best is not None
    model.load_state_dict(best_state)
    return Trained(model.cpu().eval(), history, best)


def train_on_all(
    params: VariantParams,
    embedding: InitialEmbedding,
    training: Dataset,
    device: torch.device,
    threads: int = 1,
    on_epoch: Callable[[float, float], None] = lambda *_: None,
) -> Classifier:
    """Train for `params.epochs` epochs, whatever comes of it.

    Args:
        params: the variant.
        embedding: the first layer to start from.
        training: all labelled reviews.
        device: where to compute.
        threads: of the CPU; stays set afterwards.
        on_epoch: called with the training loss and accuracy after each epoch.
    """
    make_reproducible(params.seed, threads)
    model = new_model(params, embedding).to(device)
    for loss, accuracy in _epochs(model, _examples(model, training, device), params):
        on_epoch(loss, accuracy)
    return model.cpu().eval()


def new_model(params: VariantParams, embedding: InitialEmbedding) -> Classifier:
    """An untrained classifier of the variant's shape."""
    rows, dimension = embedding.weight.shape
    reader = Reader(
        words=len(embedding.missing),
        ngrams=embedding.ngrams,
        ignored=embedding.missing if params.missing == "ignore" else None,
        max_length=params.max_length,
        truncating=params.truncating,
        distinct=params.distinct,
    )
    weight = torch.from_numpy(embedding.weight.copy())
    model = Classifier(params, rows, dimension, weight, reader)
    if params.embedding == NAIVE_BAYES:
        model.start_from_first_column()
    return model


def learning_curve(history: list[Epoch]) -> str:
    """The history as CSV with a header, losses and accuracies to 6 decimals."""
    names = [field.name for field in fields(Epoch)]
    rows = [
        f"{epoch.epoch}," + ",".join(f"{getattr(epoch, name):.6f}" for name in names[1:])
        for epoch in history
    ]
    return "\n".join([",".join(names), *rows]) + "\n"


def _examples(model: Classifier, part: Dataset, device: torch.device) -> Examples:
    targets = torch.from_numpy(part.targets.astype(np.float32)).to(device)
    if not model.has_constant_features:
        return Examples(model.reader.read(part.reviews), None, targets)
    # Tensors made in inference mode cannot take part in autograd: a clone can.
    return Examples(None, encode_reviews(model, part.reviews, device).clone(), targets)


def _epochs(
    model: Classifier, examples: Examples, params: VariantParams
) -> Iterator[tuple[float, float]]:
    """Train for one epoch after another, giving each one's mean loss and accuracy."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = Adam(parameters, params.learning_rate, params.weight_decay)
    shuffle = np.random.default_rng(params.seed)
    reviews = len(examples.targets)
    for epoch in range(1, params.epochs + 1):
        model.train()
        logits_of_batch, targets_of_batch = [], []
        order = shuffle.permutation(reviews)
        if params.reads_in_order and examples.reviews is not None:
            lengths = examples.reviews.lengths
            batches = of_like_length(order, lengths, params.batch_size, shuffle)
        else:
            batches = consecutive(order, params.batch_size)
        total = -(-reviews // params.batch_size)
        for rows in tqdm(batches, f"epoch {epoch}", total, leave=False, disable=None):
            inputs, targets = examples.batch(rows)
            logits = _logits(model, inputs)
            optimizer.zero_grad()
            loss = functional.binary_cross_entropy_with_logits(logits, targets)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            logits_of_batch.append(logits.detach())
            targets_of_batch.append(targets)
        # Once an epoch: to read each batch's loss would be as dear as a small model's step.
        yield _loss_and_accuracy(torch.cat(logits_of_batch), torch.cat(targets_of_batch))


@torch.inference_mode()
def _score(model: Classifier, examples: Examples, device: torch.device) -> tuple[float, float]:
    """Mean loss and accuracy, the model left as it is."""
    model.eval()
    if examples.reviews is not None:
        logits = logits_of_seen(model, examples.reviews, device)
    else:
        assert examples.features is not None
        logits = model.logits(examples.features)
    return _loss_and_accuracy(logits, examples.targets)


def _loss_and_accuracy(logits: Tensor, targets: Tensor) -> tuple[float, float]:
    """Mean binary cross-entropy, and the share of logits on the right side of 0."""
    logits, targets = logits.cpu().double(), targets.cpu().double()
    losses = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    accuracy = ((logits > 0) == (targets > 0.5)).double().mean()
    return float(np.mean(losses.numpy())), float(accuracy)


def _logits(model: Classifier, inputs: tuple[Tensor, ...]) -> Tensor:
    """Logits from ids and starts, or from features that were pooled before."""
    return model.logits(*inputs) if len(inputs) == 1 else model(*inputs)

"""One training of a classifier: Adam on logits, early stopping on the validation loss."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.training import Device
from reelvec.base.schema.variants import VariantParams
from reelvec.models.batches import Rows, as_tensors, consecutive, of_like_length
from reelvec.models.classifier import Classifier
from reelvec.models.first_layer import Start
from reelvec.models.inference import features_of_read, logits_of_read
from reelvec.models.optimizer import Adam
from reelvec.models.processes import ALONE, Processes
from reelvec.text.dataset import Dataset

REVIEWS_AT_ONCE = 1 << 16
"""Of the losses of an epoch, for they are in double precision."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One row of the learning curve; losses in nats a review, accuracies between 0 and 1."""

    epoch: int
    train_loss: float
    train_accuracy: float
    valid_loss: float
    valid_accuracy: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """The outcome of a training.

    Attributes:
        model: with the weights to keep.
        history: one entry an epoch.
        best: the entry with the smallest validation loss.
        validation_logits: float32 (validation reviews,), by a model that had not seen them.
        unlabelled_logits: float32 (unlabelled reviews,), by the same model, where it teaches.
        missing: words of the vocabulary that had no pretrained vector.
    """

    model: Classifier
    history: list[Epoch]
    best: Epoch
    validation_logits: NDArray[np.float32]
    missing: int
    unlabelled_logits: NDArray[np.float32] | None = None

    @property
    def figures(self) -> dict[str, float]:
        """The best epoch and what was measured after it, by the names that metrics have."""
        best = asdict(self.best)
        return {"best_epoch": best.pop("epoch"), "epochs": len(self.history), **best}


class RaggedExamples:
    """Reviews that the network reads anew in every epoch.

    Args:
        model: the network.
        part: labelled reviews, as its reader has read them.
        device: where to compute.
    """

    def __init__(self, model: Classifier, part: Dataset, device: torch.device) -> None:
        self._model, self._reviews, self._device = model, part.reviews, device
        self.targets = _targets_of(part, device)

    def batches(self, order: Rows, generator: np.random.Generator) -> Iterator[Rows]:
        """The rows of each step: alike in length where reviews are padded."""
        size = self._model.params.batch_size
        if self._model.params.reads_in_order:
            return of_like_length(order, self._reviews.lengths, size, generator)
        return consecutive(order, size)

    def logits(self, rows: Rows) -> Tensor:
        """Logits of some reviews, float32 (rows,), for the gradient."""
        logits: Tensor = self._model(*as_tensors(self._reviews.take(rows), self._device))
        return logits

    def all_logits(self) -> Tensor:
        """Logits of all reviews, float32 (reviews,), the model in evaluation mode."""
        return logits_of_read(self._model, self._reviews, self._device)


class PooledExamples:
    """Reviews whose features no training changes: they are computed once, and read again.

    Args:
        model: the network, whose `has_constant_features` is true.
        part: labelled reviews, as its reader has read them.
        device: where to compute.
    """

    def __init__(self, model: Classifier, part: Dataset, device: torch.device) -> None:
        self._model = model
        # Tensors made in inference mode cannot take part in autograd: a clone can.
        self._features = features_of_read(model, part.reviews, device).clone()
        self.targets = _targets_of(part, device)

    def batches(self, order: Rows, _: np.random.Generator) -> Iterator[Rows]:
        """The rows of each step."""
        return consecutive(order, self._model.params.batch_size)

    def logits(self, rows: Rows) -> Tensor:
        """Logits of some reviews, float32 (rows,), for the gradient."""
        index = torch.from_numpy(rows).to(self._features.device)
        return self._model.logits(self._features[index])

    def all_logits(self) -> Tensor:
        """Logits of all reviews, float32 (reviews,), the model in evaluation mode."""
        self._model.eval()
        return self._model.logits(self._features)


Examples = RaggedExamples | PooledExamples


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


def train(
    params: VariantParams,
    start: Start,
    validation: Dataset,
    device: torch.device,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    processes: Processes = ALONE,
) -> Fitted:
    """Train a classifier until the validation loss stops falling.

    Args:
        params: the variant.
        start: what to begin with, and to learn from.
        validation: labelled reviews that decide when to stop, as `start.reader` reads them.
        device: where to compute.
        on_epoch: called after each epoch.
        processes: that train it together; each of them calls this.

    Returns:
        the model with the weights of the epoch whose validation loss was smallest.

    Raises:
        ReelvecError: a part has no reviews or no labels, the loss is not finite, or another
            process is gone.
    """
    if not len(start.training) or not len(validation):
        raise ReelvecError("training and validation both need at least one review")
    model = _prepared_model(params, start, device, processes)
    judged = processes.part_of(validation)
    learn, check = (examples_of(model, part, device) for part in (start.training, judged))
    history: list[Epoch] = []
    best_state: dict[str, Tensor] = {}
    best: Epoch | None = None
    for learned in _epochs(model, learn, params, processes):
        found = processes.mean_of(*_score(check), len(judged))
        epoch = Epoch(len(history) + 1, *learned, *found)
        _require_finite(epoch.valid_loss, epoch.epoch, params)
        history.append(epoch)
        on_epoch(epoch)
        if best is None or epoch.valid_loss < best.valid_loss:
            best = epoch
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
        if epoch.epoch - best.epoch >= params.patience:
            break
    assert best is not None
    model.load_state_dict(best_state)
    logits = logits_of_read(model.cpu(), validation.reviews, torch.device("cpu")).numpy()
    return Fitted(model, history, best, logits, int(start.missing.sum()))


def train_on_all(
    params: VariantParams,
    start: Start,
    device: torch.device,
    on_epoch: Callable[[float, float], None] = lambda *_: None,
    epochs: int | None = None,
    processes: Processes = ALONE,
) -> Classifier:
    """Train for a number of epochs, with nothing to judge it by.

    Args:
        params: the variant.
        start: what to begin with, and to learn from.
        device: where to compute.
        on_epoch: called with the training loss and accuracy after each epoch.
        epochs: after which to stop; by default all of the variant's. The learning rate falls as
            it does where all are trained.
        processes: that train it together; each of them calls this.

    Raises:
        ReelvecError: the reviews have no labels, the loss is not finite, or another process is
            gone.
    """
    model = _prepared_model(params, start, device, processes)
    examples = examples_of(model, start.training, device)
    for loss, accuracy in islice(_epochs(model, examples, params, processes), epochs):
        on_epoch(loss, accuracy)
    return model.cpu().eval()


def new_model(params: VariantParams, start: Start) -> Classifier:
    """An untrained classifier of the variant's shape."""
    torch.manual_seed(params.seed)
    weight = torch.from_numpy(start.weight.copy())
    rows, dimension = start.weight.shape
    return Classifier(params, rows, dimension, weight, start.reader)


def learning_curve(history: list[Epoch]) -> str:
    """The history as CSV with a header, losses and accuracies to 6 decimals."""
    names = [field.name for field in fields(Epoch)]
    rows = [
        f"{epoch.epoch}," + ",".join(f"{getattr(epoch, name):.6f}" for name in names[1:])
        for epoch in history
    ]
    return "\n".join([",".join(names), *rows]) + "\n"


def examples_of(model: Classifier, part: Dataset, device: torch.device) -> Examples:
    """What an epoch runs over: a labelled part as the model's reader has read it."""
    kind = PooledExamples if model.has_constant_features else RaggedExamples
    return kind(model, part, device)


def _prepared_model(
    params: VariantParams, start: Start, device: torch.device, processes: Processes
) -> Classifier:
    """An untrained classifier where it is to be trained, ready for those who train it."""
    model = new_model(params, start)
    processes.prepare(model, start)
    return model.to(device)


def _targets_of(part: Dataset, device: torch.device) -> Tensor:
    """What the loss compares with: float32 (reviews,), 1 positive and 0 negative."""
    return torch.from_numpy(part.learned).to(device)


def _epochs(
    model: Classifier, examples: Examples, params: VariantParams, processes: Processes
) -> Iterator[tuple[float, float]]:
    """Train for one epoch after another, giving each one's mean loss and accuracy."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = Adam(parameters, params.learning_rate, params.weight_decay)
    shuffle = np.random.default_rng(params.seed)
    reviews = len(examples.targets)
    total = -(-reviews // params.batch_size)
    for epoch in range(1, params.epochs + 1):
        model.train()
        # Once an epoch: to read each batch's loss would be as dear as a small model's step.
        told, done = torch.empty((2, reviews), device=examples.targets.device), 0
        batches = examples.batches(shuffle.permutation(reviews), shuffle)
        hidden = None if processes.leads else True
        shown = tqdm(batches, f"epoch {epoch}", total, leave=False, disable=hidden)
        for step, rows in enumerate(shown, (epoch - 1) * total):
            if params.decay == "linear":
                left = 1 - step / (params.epochs * total)
                optimizer.learning_rate = params.learning_rate * left
            own = processes.share_of(rows)
            logits = examples.logits(own)
            optimizer.zero_grad()
            targets = examples.targets[torch.from_numpy(own).to(examples.targets.device)]
            loss = processes.loss_of(logits, targets, len(rows))
            loss.backward()  # type: ignore[no-untyped-call]
            processes.add_gradients(parameters)
            optimizer.step()
            told[0, done : done + len(own)] = logits.detach()
            told[1, done : done + len(own)] = targets
            done += len(own)
        mean, accuracy = processes.mean_of(*_loss_and_accuracy(*told[:, :done]), done)
        _require_finite(mean, epoch, params)
        yield mean, accuracy


@torch.inference_mode()
def _score(examples: Examples) -> tuple[float, float]:
    """Mean loss and accuracy, the model left as it is."""
    return _loss_and_accuracy(examples.all_logits(), examples.targets)


def _require_finite(loss: float, epoch: int, params: VariantParams) -> None:
    if not np.isfinite(loss):
        raise ReelvecError(
            f"the loss is no longer a number in epoch {epoch}; "
            f"lower learning_rate (now {params.learning_rate})"
        )


def _loss_and_accuracy(logits: Tensor, targets: Tensor) -> tuple[float, float]:
    """Mean binary cross-entropy, and the share of logits on the right side of 0."""
    logits, targets = logits.cpu(), targets.cpu()
    losses, right = np.empty(len(logits)), np.empty(len(logits), bool)
    for start in range(0, len(logits), REVIEWS_AT_ONCE):
        some = slice(start, start + REVIEWS_AT_ONCE)
        said, true = logits[some].double(), targets[some].double()
        losses[some] = functional.binary_cross_entropy_with_logits(said, true, reduction="none")
        right[some] = (said > 0) == (true > 0.5)
    return float(np.mean(losses)), float(np.mean(right))

"""Train for all epochs and look at the model after each one, as the tutorials' loops do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from reelvec.models.classifier import Classifier
from reelvec.models.optimizer import Adam
from reelvec.models.training import examples_of
from reelvec.text.dataset import Dataset

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch's steps saw of the training reviews, while the weights changed.

    Attributes:
        logits: float64 (reviews,), in the order of the steps.
        targets: 1 and 0, float64 (reviews,), likewise.
    """

    logits: NDArray[np.float64]
    targets: NDArray[np.float64]

    def losses(self) -> NDArray[np.float64]:
        """Cross-entropy of each review in nats, float64 (reviews,)."""
        return cross_entropy(self.logits, self.targets)

    def mean_of_batch_means(self, batch_size: int) -> float:
        """The loss as the PyTorch tutorial prints it: a last, smaller batch counts as much."""
        losses = self.losses()
        ends = range(batch_size, len(losses), batch_size)
        return float(np.mean([batch.mean() for batch in np.split(losses, list(ends))]))


def cross_entropy(
    logits: NDArray[np.float64], targets: NDArray[np.floating] | NDArray[np.integer]
) -> NDArray[np.float64]:
    """Of each review in nats, float64 (reviews,); targets are 1 and 0."""
    return np.asarray(np.logaddexp(0, (1 - 2.0 * targets) * logits), np.float64)


class KerasAdam:
    """Adam with Keras' epsilon: 1e-7, added before the second moment's bias is corrected.

    torch adds 1e-8 after it. In the first steps Keras' epsilon is thereby some hundred times as
    large beside the gradients, and the rows of words that are seldom seen, whose gradients are
    small, move less (Kingma and Ba 2015, the end of section 2, give both forms).

    Args:
        parameters: tensors to change.
        learning_rate: size of a step.
    """

    DECAYS, EPSILON = (0.9, 0.999), 1e-7

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float) -> None:
        self._parameters, self._learning_rate = list(parameters), learning_rate
        self._means = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._squares = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._steps = 0

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self._parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change each parameter by its gradient, which must be there."""
        self._steps += 1
        first, second = self.DECAYS
        corrected = (1 - second**self._steps) ** 0.5 / (1 - first**self._steps)
        moments = zip(self._parameters, self._means, self._squares, strict=True)
        for parameter, mean, square in moments:
            assert parameter.grad is not None
            mean.lerp_(parameter.grad, 1 - first)
            square.mul_(second).addcmul_(parameter.grad, parameter.grad, value=1 - second)
            size = -self._learning_rate * corrected
            parameter.addcdiv_(mean, square.sqrt().add_(self.EPSILON), value=size)


def epochs(
    model: Classifier, training: Dataset, adam: type[Adam] | type[KerasAdam] = Adam
) -> Iterator[Epoch]:
    """Train with Adam, giving what each epoch saw; the model may be asked in between.

    Args:
        model: an untrained classifier; its `params` say how to train.
        training: labelled reviews, as the model's reader has read them.
        adam: torch's, or Keras'.
    """
    params = model.params
    examples = examples_of(model, training, CPU)
    trained = (parameter for parameter in model.parameters() if parameter.requires_grad)
    optimizer = adam(trained, params.learning_rate)
    shuffle = np.random.default_rng(params.seed)
    for _ in range(params.epochs):
        model.train()
        logits_seen, targets_seen = [], []
        for rows in examples.batches(shuffle.permutation(len(training)), shuffle):
            logits, targets = examples.logits(rows), examples.targets[torch.from_numpy(rows)]
            optimizer.zero_grad()
            loss = functional.binary_cross_entropy_with_logits(logits, targets)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            logits_seen.append(logits.detach())
            targets_seen.append(targets)
        seen = (torch.cat(each).double().numpy() for each in (logits_seen, targets_seen))
        yield Epoch(*seen)


@torch.no_grad()
def begin_as_keras(model: Classifier, limit: float) -> None:
    """Draw the first weights as Keras does, with torch's random numbers.

    Keras begins an embedding evenly between `-limit` and `limit`, the padding row like any other,
    and dense layers by Glorot and Bengio (2010) with biases of zero; torch begins a linear layer
    evenly within one over the root of its inputs, biases too.
    """
    nn.init.uniform_(model.embedding.weight, -limit, limit)
    for layer in model.head:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

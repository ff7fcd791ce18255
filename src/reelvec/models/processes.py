"""The processes that train a model together; nearly always there is one."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from reelvec.models.batches import Rows
from reelvec.text.dataset import Dataset

if TYPE_CHECKING:
    from reelvec.models.classifier import Classifier
    from reelvec.models.first_layer import Start


class Processes:
    """One process that trains alone: all reviews are its own.

    `distributed.SeveralProcesses` divides them. All then go through the same batches in the same
    order, and call the same methods.

    Attributes:
        leads: whether this is the one that prints and writes.
    """

    leads = True

    def prepare(self, model: "Classifier", start: "Start") -> None:
        """What comes between making a model and training it."""

    def share_of(self, rows: Rows) -> Rows:
        """The rows of a batch that this process reads."""
        return rows

    def part_of(self, part: Dataset) -> Dataset:
        """The reviews of a part that this process judges."""
        return part

    def loss_of(self, logits: Tensor, targets: Tensor, reviews: int) -> Tensor:  # noqa: ARG002 (of several)
        """What this process adds to the mean loss of a batch.

        Args:
            logits: of its share, float32 (share,).
            targets: of its share, float32 (share,).
            reviews: in the whole batch.
        """
        return functional.binary_cross_entropy_with_logits(logits, targets)

    def add_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Give each parameter the gradient of the mean loss of the whole batch."""

    def mean_of(
        self,
        loss: float,
        accuracy: float,
        reviews: int,  # noqa: ARG002 (of several)
    ) -> tuple[float, float]:
        """Mean loss and accuracy of all processes' reviews, by those of this process's."""
        return loss, accuracy


ALONE = Processes()


@contextmanager
def started_processes(device: torch.device) -> Iterator[Processes]:
    """Those that `torchrun` started, or this one alone.

    Args:
        device: where each computes; of CUDA's devices each takes one of its own.

    Raises:
        ReelvecError: the environment names others that cannot be reached, now or later.
    """
    if os.environ.get("WORLD_SIZE", "1") == "1":
        yield ALONE
        return
    from reelvec.models.distributed import joined

    with joined(device) as processes:
        yield processes

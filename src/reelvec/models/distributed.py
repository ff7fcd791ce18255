"""Training by several processes, as `torchrun` starts them: each reads a share of every batch.

Each has the whole model and changes it alike. Gradients, batch normalisation and figures are those
of the whole batch, so that what is learned is what one process would learn, to the rounding of
sums; only dropout draws other numbers.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import Tensor, distributed
from torch.nn import functional

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.variants import VariantParams
from reelvec.models.batches import Rows
from reelvec.models.classifier import BatchNorm, Classifier
from reelvec.models.first_layer import Start
from reelvec.models.processes import Processes
from reelvec.text.dataset import Dataset

PATIENCE = timedelta(minutes=10)
"""How long one process waits for another."""


@contextmanager
def joined(device: torch.device, patience: timedelta = PATIENCE) -> Iterator["SeveralProcesses"]:
    """Meet the other processes that the environment names.

    Args:
        device: where each computes; of CUDA's devices each takes one of its own.
        patience: how long to wait for the others, here and in each step.

    Raises:
        ReelvecError: the environment is incomplete, or the others do not come.
    """
    rank, size, address = _place()
    if device.type == "cuda":
        _take_gpu(int(os.environ.get("LOCAL_RANK", rank)))
    backend = "nccl" if device.type == "cuda" else "gloo"
    try:
        distributed.init_process_group(backend, timeout=patience, rank=rank, world_size=size)
    except (RuntimeError, OSError) as error:
        raise ReelvecError(
            f"process {rank} of {size} did not meet all others at {address} within "
            f"{patience.total_seconds():g} s: start all of them, each with a RANK of its own, and "
            "see that MASTER_ADDR and MASTER_PORT name a machine that they reach and a port that "
            "is free there"
        ) from error
    yield SeveralProcesses(rank, size, device)
    # Not after a failure: NCCL would wait here for those that are gone.
    distributed.destroy_process_group()


def _place() -> tuple[int, int, str]:
    """Which process this is, of how many, and where they meet."""
    names = ("RANK", "WORLD_SIZE", "MASTER_PORT", "MASTER_ADDR")
    values = [os.environ.get(name, "") for name in names]
    rank, size, port, address = values
    numbers = all(value.isdecimal() for value in (rank, size, port))
    if not (numbers and address and int(rank) < int(size)):
        found = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
        raise ReelvecError(
            f"the environment names no processes that train together ({found}): start the stage "
            "with torchrun, or unset WORLD_SIZE to train with this one"
        )
    return int(rank), int(size), f"{address}:{port}"


def _take_gpu(number: int) -> None:
    if number >= (found := torch.cuda.device_count()):
        raise ReelvecError(
            f"process {number} of this machine finds no GPU of its own: there are {found}; start "
            "no more processes than that, or set `training.device: cpu`"
        )
    torch.cuda.set_device(number)


class SeveralProcesses(Processes):
    """One of several processes that train together.

    Args:
        rank: its number, from 0; process 0 leads.
        size: how many there are.
        device: where each computes.
    """

    def __init__(self, rank: int, size: int, device: torch.device) -> None:
        self.leads = rank == 0
        self._rank, self._size, self._device = rank, size, device
        self._embedding: Tensor | None = None

    def prepare(self, model: Classifier, start: Start) -> None:
        """See that all begin with the same, and let the model normalise whole batches.

        Raises:
            ReelvecError: they do not, or the variant's batches cannot be divided.
        """
        params, self._embedding = model.params, model.embedding.weight
        _require_divisible(params, len(start.training), self._size)
        self._require_same(params, start)
        if params.normalize:
            model.head[0] = SharedBatchNorm(model.head[0].num_features, affine=False)  # type: ignore[arg-type]
        # Of dropout: the same in all would leave out the same of the first reviews of each.
        seed = np.random.SeedSequence((params.seed, self._rank)).generate_state(1)
        torch.manual_seed(int(seed[0]))

    def share_of(self, rows: Rows) -> Rows:
        """Every so many rows, so that reviews of like length are divided evenly."""
        return rows[self._rank :: self._size]

    def part_of(self, part: Dataset) -> Dataset:
        """The reviews of a part that this process judges.

        Raises:
            ReelvecError: there are not enough for all processes.
        """
        if len(part) < self._size:
            raise ReelvecError(
                f"{len(part)} validation reviews for {self._size} processes: start no more "
                "processes than there are reviews"
            )
        return part.take(self.share_of(np.arange(len(part))))

    def loss_of(self, logits: Tensor, targets: Tensor, reviews: int) -> Tensor:
        """The sum of the losses of its share over the number of reviews in the batch."""
        losses = functional.binary_cross_entropy_with_logits(logits, targets, reduction="sum")
        return losses / reviews

    def add_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Give each parameter the sum of all processes' gradients."""
        for parameter in parameters:
            assert parameter.grad is not None
            if parameter is self._embedding:
                _sum_rows(parameter.grad)
            else:
                summed(parameter.grad)

    def mean_of(self, loss: float, accuracy: float, reviews: int) -> tuple[float, float]:
        """Mean loss and accuracy of all processes' reviews, the same number in each."""
        sums = summed(self._numbers([loss * reviews, accuracy * reviews, reviews]))
        return float(sums[0] / sums[2]), float(sums[1] / sums[2])

    def _require_same(self, params: VariantParams, start: Start) -> None:
        reviews = start.training.reviews
        found = crc32(params.model_dump_json().encode())
        for array in (reviews.ids, reviews.offsets, start.training.learned, start.weight):
            found = crc32(np.ascontiguousarray(array).data, found)
        everyones = self._numbers([0] * self._size)
        everyones[self._rank] = found
        summed(everyones)
        others = np.flatnonzero((everyones != everyones[0]).cpu().numpy()).tolist()
        if others:
            raise ReelvecError(
                f"process {others[0]} begins with other parameters, reviews or weights than "
                "process 0: bring all machines to the same commit, data and versions"
            )

    def _numbers(self, values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float64, device=self._device)


class SharedBatchNorm(BatchNorm):
    """Batch normalisation without weights, by the mean and variance of all processes' reviews.

    torch's own `SyncBatchNorm` is for GPUs only.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Normalise a share of a batch, float32 (share, features)."""
        if not self.training:
            return super().forward(features)
        sums = sum_of_all(torch.cat([features.sum(dim=0), features.new_tensor([len(features)])]))
        reviews = int(sums[-1])
        if reviews == 1:
            return self.by_running(features)
        mean = sums[:-1] / reviews
        centred = features - mean
        variance = sum_of_all(centred.square().sum(dim=0)) / reviews
        self._remember(mean.detach(), variance.detach() * reviews / (reviews - 1))
        return centred / (variance + self.eps).sqrt()

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)
        self.num_batches_tracked += 1


class _SumOfAll(torch.autograd.Function):
    """The loss of all processes together depends on a sum over them through each of its terms."""

    @staticmethod
    def forward(_: Any, tensor: Tensor) -> Tensor:
        return summed(tensor.clone())

    @staticmethod
    def backward(_: Any, *gradients: Tensor) -> Tensor:
        return summed(gradients[0].clone())


def sum_of_all(tensor: Tensor) -> Tensor:
    """The sum of a tensor over all processes, for the gradient."""
    result: Tensor = _SumOfAll.apply(tensor)  # type: ignore[no-untyped-call]
    return result


def summed(tensor: Tensor) -> Tensor:
    """Put the sum over all processes in the place of a tensor; the same bits come out in each.

    Raises:
        ReelvecError: another process has ended, or does not answer.
    """
    try:
        distributed.all_reduce(tensor)
    except RuntimeError as error:
        raise ReelvecError(
            "another process of this training ended or did not answer, and so it ends here too; "
            "nothing half-written was kept: see what that one says, and start all of them again"
        ) from error
    return tensor


def _sum_rows(gradient: Tensor) -> None:
    """The same for an embedding, of which a batch has few words: no others are exchanged."""
    least, most = torch.aminmax(gradient, dim=1)
    touched = summed(((least != 0) | (most != 0)).int())
    rows = touched.nonzero().squeeze(1)
    gradient[rows] = summed(gradient[rows])


def _require_divisible(params: VariantParams, reviews: int, processes: int) -> None:
    if min(reviews, params.batch_size) < processes:
        raise ReelvecError(
            f"{processes} processes, batches of {params.batch_size} and {reviews} reviews to learn "
            "from: start no more processes than there are reviews in a batch"
        )
    if params.pool_padding and params.max_length is None:
        raise ReelvecError(
            "`pool_padding` up to the longest review of a batch cannot be divided among "
            "processes: set `max_length`, or train with one process"
        )

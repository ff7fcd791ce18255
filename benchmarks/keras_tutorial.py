"""The Keras tutorial's model: Keras against ragged batches, on the same truncated reviews."""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import (
    SAME_LOSS,
    SEED,
    encode,
    head_of,
    one_epoch,
    order_of,
    same_loss,
    start_with,
    training_reviews,
)
from reelvec.base.errors import ReelvecError
from reelvec.models.first_layer import random_embedding
from reelvec.models.rounds import reproducible
from reelvec.models.training import new_model, train
from reelvec.text.dataset import Dataset
from reelvec.text.parts import stratified_split

VOCABULARY, LENGTH, BATCH, TARGET = 10_000, 100, 1024, 2
KERAS_DEVIATION = 0.05 / 3**0.5
"""Keras draws the first weights evenly between -0.05 and 0.05."""


def run() -> list[Row]:
    """Measure one epoch of each, from the same weights over the same batches.

    Keras runs in the interpreter of REELVEC_KERAS_PYTHON.
    """
    texts, labels = training_reviews()
    chosen, _ = stratified_split(labels, 0.2, SEED)
    encoded, _ = encode(texts.take(chosen), labels[chosen], VOCABULARY - 2)
    data = Dataset(encoded.reviews.cut(LENGTH, from_end=False), encoded.labels, encoded.review_ids)
    weight = random_embedding(VOCABULARY, 16, SEED, KERAS_DEVIATION)
    # Its layer averages padding too, up to the length of all reviews.
    params, start = one_epoch(BATCH, True, LENGTH), start_with(weight, data)
    device = torch.device("cpu")
    losses: list[float] = []

    def ours() -> None:
        with reproducible(1, device):
            trained = train(params, start, head_of(data, 1), device)
        losses.append(trained.best.train_loss)

    task = f"Keras tutorial's model: one epoch, {len(data):,} reviews"
    python = os.environ.get("REELVEC_KERAS_PYTHON") or (
        sys.executable if find_spec("tensorflow") else None
    )
    if python is None:
        taken = sorted(seconds(ours) for _ in range(3))[1]
        return [Row(task, f"{taken:.2f} s", "not installed", target=f"≥ {TARGET}x")]
    seconds(ours)
    with tempfile.TemporaryDirectory() as folder:
        arrays = Path(folder) / "reviews.npz"
        order = order_of(len(data))
        # Keras keeps the transposes of a layer's weights.
        weights = [tensor.detach().numpy().T for tensor in new_model(params, start).parameters()]
        weights[0] = weight
        np.savez(arrays, *weights, ids=_padded(data)[order], labels=data.targets[order])
        with _worker(python, arrays) as worker:
            first = _keras_epoch(worker)  # traces the graph: not counted
            pairs = interleaved(lambda: seconds(ours), lambda: _keras_epoch(worker)["seconds"])
            worker.communicate()
    return [
        Row(
            task,
            f"{pairs.ours:.2f} s, loss {losses[0]:.4f}",
            f"Keras {first['version']}: {pairs.plain:.2f} s, loss {first['loss']:.4f}",
            f"{pairs.ratio:.1f}",
            f"≥ {TARGET}x, losses within {SAME_LOSS}",
            yes_or_no(pairs.ratio >= TARGET and same_loss(losses[0], first["loss"])),
        )
    ]


def _padded(data: Dataset) -> NDArray[np.int32]:
    """Ids int32 (reviews, LENGTH), zeros at the end."""
    matrix = np.zeros((len(data), LENGTH), np.int32)
    matrix[np.arange(LENGTH) < data.reviews.lengths[:, None]] = data.reviews.ids
    return matrix


def _worker(python: str, arrays: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, str(Path(__file__).with_name("keras_worker.py")), str(arrays)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
    )


def _keras_epoch(worker: subprocess.Popen[str]) -> dict[str, float]:
    """Have the worker train for one epoch: seconds, loss and Keras's version."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write("epoch\n")
    worker.stdin.flush()
    line = worker.stdout.readline()
    if not line:
        raise ReelvecError("REELVEC_KERAS_PYTHON: Keras failed in this interpreter")
    answer: dict[str, float] = json.loads(line)
    return answer

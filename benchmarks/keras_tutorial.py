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

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import encode, head_of, one_epoch, start_with, training_reviews
from reelvec.base.errors import ReelvecError
from reelvec.models.first_layer import random_embedding
from reelvec.models.rounds import reproducible
from reelvec.models.training import train
from reelvec.text.dataset import Dataset
from reelvec.text.parts import stratified_split

VOCABULARY, LENGTH, BATCH, TARGET = 10_000, 100, 1024, 2
KERAS_DEVIATION = 0.05 / 3**0.5
"""Keras draws the first weights evenly between -0.05 and 0.05."""


def run() -> list[Row]:
    """Measure one epoch of each; Keras runs in the interpreter of REELVEC_KERAS_PYTHON."""
    texts, labels = training_reviews()
    chosen, _ = stratified_split(labels, 0.2, 123)
    encoded, _ = encode(texts.take(chosen), labels[chosen], VOCABULARY - 2)
    data = Dataset(encoded.reviews.cut(LENGTH, from_end=False), encoded.labels, encoded.review_ids)
    weight = random_embedding(VOCABULARY, 16, 123, KERAS_DEVIATION)
    device = torch.device("cpu")
    losses: list[float] = []

    def ours() -> None:
        with reproducible(1, device):
            trained = train(one_epoch(BATCH), start_with(weight, data), head_of(data, 1), device)
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
        np.savez(arrays, ids=_padded(data), labels=data.targets)
        with _worker(python, arrays) as worker:
            first = _keras_epoch(worker)  # traces the graph: not counted
            pairs = interleaved(lambda: seconds(ours), lambda: _keras_epoch(worker)["seconds"])
            worker.communicate()
    return [
        Row(
            task,
            f"{pairs.ours:.2f} s, loss {losses[0]:.3f}",
            f"Keras {first['version']}: {pairs.plain:.2f} s, loss {first['loss']:.3f}",
            f"{pairs.ratio:.1f}",
            f"≥ {TARGET}x",
            yes_or_no(pairs.ratio >= TARGET),
        )
    ]


def _padded(data: Dataset) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
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

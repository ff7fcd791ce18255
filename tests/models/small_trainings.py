"""Trainings of every kind of network, by as many processes as the environment says.

    python small_trainings.py             all of them; their losses as JSON
    python small_trainings.py endless     one that only ends with another process

The environment is torchrun's, and PATIENCE the seconds that one process waits for another.
"""

import hashlib
import json
import os
import sys
from dataclasses import astuple
from datetime import timedelta
from typing import Any

import reelvec.models.quiet_torch  # noqa: F401 (first)

# isort: split
import numpy as np
import torch

from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.schema.variants import VariantParams
from reelvec.models.processes import ALONE, Processes
from reelvec.models.rounds import TrainingParts, fit
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths

CPU = torch.device("cpu")
WORDS = 40
TOKENS = ["<pad>", "<unk>", *(f"w{id_}" for id_ in range(2, WORDS))]
SHARED: dict[str, Any] = {
    "dimension": 5,
    "units": 4,
    "hidden": 3,
    "batch_size": 15,
    "learning_rate": 0.01,
    "epochs": 4,
    "refit": False,
}
KINDS: dict[str, dict[str, Any]] = {
    **{encoder: {"encoder": encoder} for encoder in ("mean", "sqrtn", "max", "mean_max")},
    **{encoder: {"encoder": encoder} for encoder in ("attention", "cnn", "lstm", "gru")},
    "frozen": {"trainable": False},
    "frozen, normalized": {"trainable": False, "normalize": True, "encoder": "mean_max"},
    "gru, normalized": {"encoder": "gru", "normalize": True},
    "padded": {"pool_padding": True, "max_length": 30, "padding": "pre"},
    "cut": {"encoder": "gru", "max_length": 7, "truncating": "pre", "bidirectional": True},
    "n-grams in three rounds": {
        "embedding": "naive_bayes",
        "dimension": 1,
        "encoder": "sqrtn",
        "ngrams": 2,
        "hidden": 0,
        "self_training": True,
        "refit": True,
    },
    "stopped early": {"learning_rate": 0.3, "epochs": 30, "patience": 2, "decay": "linear"},
}


def reviews(count: int, seed: int) -> Dataset:
    """Reviews of 0 to 30 words, whose words mostly tell their label."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count).astype(np.int8)
    lengths = generator.integers(0, 30, count)
    words = [
        generator.integers(*((15, WORDS) if label else (2, 25)), length)
        for label, length in zip(labels, lengths, strict=True)
    ]
    rows = Ragged(np.concatenate(words).astype(np.int32), offsets_from_lengths(lengths))
    return Dataset(rows, labels, np.arange(count, dtype=np.int32))


# 61 reviews in batches of 15: the last has one, and all but one process nothing.
PARTS = TrainingParts(reviews(61, 1), reviews(33, 2), reviews(50, 3))


def params_of(kind: str, **changes: Any) -> VariantParams:
    return VariantParams(**(SHARED | KINDS[kind] | changes))


def losses_and_weights(kind: str, processes: Processes = ALONE) -> tuple[list[list[float]], str]:
    """The learning curve, and a hash of the weights that were kept."""
    fitted = fit(params_of(kind), TOKENS, PARTS, None, CPU, processes=processes)
    weights = b"".join(weight.numpy().tobytes() for weight in fitted.model.state_dict().values())
    return [list(astuple(epoch)) for epoch in fitted.history], hashlib.sha256(weights).hexdigest()


def different(rank: str, processes: Processes) -> str:
    """What is said where the first process has another seed than the others."""
    try:
        fit(params_of("mean", seed=int(rank)), TOKENS, PARTS, None, CPU, processes=processes)
    except ReelvecError as error:
        return str(error)
    return ""


def main() -> None:
    from reelvec.models.distributed import joined

    rank, patience = os.environ["RANK"], timedelta(seconds=float(os.environ["PATIENCE"]))
    with joined(CPU, patience) as processes:
        if sys.argv[1:] == ["endless"]:
            params = params_of("mean", epochs=10**9, patience=10**9)
            told = lambda epoch: print(epoch.epoch, flush=True)  # noqa: E731
            fit(params, TOKENS, PARTS, None, CPU, told, processes=processes)
        found = {kind: losses_and_weights(kind, processes) for kind in KINDS}
        print(json.dumps({"said": different(rank, processes), "found": found}))


if __name__ == "__main__":
    with shown_to_people():
        main()

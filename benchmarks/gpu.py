"""The variants on a GPU beside the CPU: accuracy, time, memory, and whether their bytes repeat.

`python -m benchmarks.gpu` needs a CUDA device and what `reelvec repro` made; it writes
`benchmarks/gpu.md`. With `--variant` it measures one and only prints.
"""

import argparse
import os
import time
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch
from tabulate import tabulate
from torch import Tensor

from benchmarks.measure import NOTHING, yes_or_no
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import read_json, write_text
from reelvec.base.project.paths import TEST, TEST_METRICS, TRAIN, UNSUP, VALID, reviews_of
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import Params, load_params
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import NO_REVIEWS, TrainingParts, fit
from reelvec.models.training import pick_device
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

RESULTS = Path("benchmarks/gpu.md")
CPU = torch.device("cpu")
OTHER_ENCODERS: dict[str, dict[str, Any]] = {
    "attention": {"encoder": "attention"},
    "cnn": {"encoder": "cnn", "units": 100},
    "lstm": {"encoder": "lstm", "units": 100},
    "gru, both ways, two layers": {"encoder": "gru", "bidirectional": True, "layers": 2},
}
"""What no variant of params.yaml is, trained as `gru` is."""

Trained = tuple[float, list[float], float, dict[str, Tensor]]


def main() -> None:
    """Measure all variants, or one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--variant", help="measure one, and only print")
    only = parser.parse_args().variant
    device = pick_device("cuda")
    params = load_params()
    wanted = {name: params.variant(name) for name in params.variants}
    for name, changes in OTHER_ENCODERS.items():
        wanted[name] = params.variant("gru").model_copy(update=changes)
    if only is not None and only not in wanted:
        raise ReelvecError(f"no variant {only!r}: take one of {', '.join(wanted)}")
    start_of_cuda(device)
    rows = []
    for name in [only] if only else wanted:
        rows.append(row_of(name, wanted[name], device))
        print("  ".join(map(str, rows[-1])), flush=True)
    report = report_of(rows, device, params)
    print(report)
    if not only:
        write_text(RESULTS, report)


def start_of_cuda(device: torch.device) -> None:
    """Let what CUDA does once be done before the first measurement."""
    torch.zeros(1, device=device)
    torch.cuda.synchronize(device)


def row_of(name: str, params: VariantParams, device: torch.device) -> list[str]:
    """One line of the table."""
    parts, test = parts_of(params)
    seconds, epochs, accuracy, weights = train_on(params, parts, test, device)
    memory = torch.cuda.max_memory_allocated(device) / 2**20
    *_, again = train_on(params, parts, test, device)
    same = all(torch.equal(weights[key], again[key]) for key in weights)
    mixed_epochs, mixed_accuracy = NOTHING, NOTHING
    if params.reads_in_order:
        _, times, mixed, _ = train_on(params, parts, test, device, mixed=True)
        mixed_epochs, mixed_accuracy = f"{median(times):.2f} s", f"{mixed:.2%}"
    return [
        name,
        f"{seconds:.1f} s",
        f"{median(epochs):.2f} s",
        f"{len(parts.training) / median(epochs):,.0f}",
        f"{memory:,.0f} MiB",
        cpu_epoch(params, parts, test) if name not in OTHER_ENCODERS else NOTHING,
        f"{accuracy:.2%}",
        *on_the_cpu(name, accuracy),
        yes_or_no(same),
        mixed_epochs,
        mixed_accuracy,
    ]


def cpu_epoch(params: VariantParams, parts: TrainingParts, test: Dataset) -> str:
    """How long an epoch with its validation takes on one core of this machine."""
    short = params.model_copy(update={"epochs": 2, "self_training": False, "refit": False})
    _, epochs, _, _ = train_on(short, parts, test, CPU)
    return f"{median(epochs):.2f} s"


def parts_of(params: VariantParams) -> tuple[TrainingParts, Dataset]:
    """What a variant learns from, the unlabelled reviews where it learns from those; and the test
    reviews.
    """
    data = reviews_of(params.text)
    unlabelled = Dataset.load(data / UNSUP) if params.self_training else NO_REVIEWS
    parts = TrainingParts(Dataset.load(data / TRAIN), Dataset.load(data / VALID), unlabelled)
    return parts, Dataset.load(data / TEST)


def train_on(
    params: VariantParams,
    parts: TrainingParts,
    test: Dataset,
    device: torch.device,
    mixed: bool = False,
) -> Trained:
    """Train once.

    Returns:
        the seconds it took, those of each epoch with its validation, the accuracy on the test
        reviews, and the weights.
    """
    tokens = Vocabulary.load(reviews_of(params.text) / "vocab.tsv").tokens
    folder = folder_of_vectors(params.embedding)
    vectors = load_word_vectors(folder) if params.is_pretrained else None
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    ends: list[float] = []
    start = time.perf_counter()
    with precision(mixed):
        fitted = fit(
            params, tokens, parts, vectors, device, lambda _: ends.append(time.perf_counter())
        )
    seconds = time.perf_counter() - start
    epochs = [after - before for before, after in pairwise(ends)] or [seconds]
    logits = predict_logits(fitted.model.to(device), test.reviews, device).numpy()
    accuracy = float(((logits > 0) == (test.targets > 0)).mean())
    return seconds, epochs, accuracy, fitted.model.cpu().state_dict()


def precision(mixed: bool) -> AbstractContextManager[object]:
    """Products in bfloat16 where torch thinks them safe, or all in single precision."""
    return torch.autocast("cuda", torch.bfloat16) if mixed else nullcontext()


def on_the_cpu(name: str, accuracy: float) -> list[str]:
    """The accuracy that is published, from the CPU, and whether the GPU's lies in its interval."""
    metrics = TEST_METRICS / f"{name}.json"
    if not metrics.exists():
        return [NOTHING, NOTHING]
    found = read_json(metrics)
    within = found["accuracy_low"] <= accuracy <= found["accuracy_high"]
    return [f"{found['accuracy']:.2%}", yes_or_no(within)]


def report_of(rows: list[list[str]], device: torch.device, params: Params) -> str:
    """The table, and what it was measured on."""
    headers = [
        "variant",
        "whole training",
        "an epoch",
        "reviews a second",
        "GPU memory, at most",
        "an epoch on the CPU, 1 thread",
        "test accuracy",
        "of the CPU",
        "within its 95% interval",
        "trained twice, same bytes",
        "an epoch in bfloat16",
        "test accuracy so",
    ]
    machine = (
        f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}, {os.cpu_count()} cores; "
        f"`training.device: cuda`, {len(params.variants)} variants of params.yaml and "
        f"{len(OTHER_ENCODERS)} more encoders."
    )
    table = tabulate(rows, headers, tablefmt="github", disable_numparse=True)
    return f"{data_line()}\n\n{machine}\n\n{table}\n"


if __name__ == "__main__":
    with shown_to_people():
        main()

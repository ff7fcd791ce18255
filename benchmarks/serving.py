"""One review in a warm process, and many at once: torch against ONNX Runtime."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import TABLE
from reelvec.export.onnx_model import OnnxModel, export_onnx
from reelvec.models.predictor import Predictor
from reelvec.text.ragged import Ragged

MODEL = Path("data/models/scratch")
WARM, SINGLE, BATCH = 500, 1_000, 20_000
"""Reviews before anything is measured, one by one, and in one call."""

ONNX_AT_ONCE = 32
"""Its running sums outgrow the processor's cache when there are more."""

TARGET_MILLISECONDS = 1.0

Answer = Callable[[list[str]], NDArray[np.floating]]


def run() -> list[Row]:
    """Measure from raw text to probability, with one thread for the network."""
    torch.set_num_threads(1)
    predictor = Predictor.load(MODEL)
    texts = _texts()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_onnx(path, predictor.name, predictor.model)
        exported = OnnxModel(path)
    tokenizer = Predictor.load(MODEL).tokenizer  # of its own: a shared one knows the words already

    def with_onnx(some: list[str]) -> NDArray[np.floating]:
        seen = predictor.model.reader.read(tokenizer.encode(some))
        parts = [exported.probabilities(part) for part in _parts(seen)]
        return np.concatenate(parts)

    return [
        _single_row(predictor.logits, with_onnx, texts),
        _batch_row(predictor.logits, with_onnx, texts[-BATCH:]),
    ]


def _single_row(ours: Answer, plain: Answer, texts: list[str]) -> Row:
    """The time of each review, new to the process: every other one goes each way."""
    for text in texts[:WARM]:
        ours([text])
        plain([text])
    pairs = zip(texts[WARM::2], texts[WARM + 1 :: 2], strict=False)
    times = [
        (_milliseconds(ours, text), _milliseconds(plain, other))
        for text, other in islice(pairs, SINGLE)
    ]
    median, slowest = np.percentile(np.array(times), (50, 99), axis=0)  # (2,) each
    return Row(
        "scratch: one review, raw text to probability, warm",
        f"median {median[0]:.2f} ms, 99% in {slowest[0]:.1f} ms",
        f"ONNX Runtime: median {median[1]:.2f} ms, 99% in {slowest[1]:.1f} ms",
        f"{median[1] / median[0]:.1f}",
        f"median < {TARGET_MILLISECONDS:g} ms",
        yes_or_no(float(median[0]) < TARGET_MILLISECONDS),
    )


def _batch_row(ours: Answer, plain: Answer, texts: list[str]) -> Row:
    pairs = interleaved(lambda: seconds(lambda: ours(texts)), lambda: seconds(lambda: plain(texts)))
    return Row(
        f"scratch: {len(texts):,} reviews in one call, raw text to probability",
        f"{len(texts) / pairs.ours:,.0f} reviews/s",
        f"ONNX Runtime, {ONNX_AT_ONCE} at once: {len(texts) / pairs.plain:,.0f} reviews/s",
        f"{pairs.ratio:.1f}",
    )


def _milliseconds(answer: Answer, text: str) -> float:
    return 1e3 * seconds(lambda: answer([text]))


def _parts(seen: Ragged) -> Iterator[Ragged]:
    for start in range(0, len(seen), ONNX_AT_ONCE):
        yield seen.slice(start, min(start + ONNX_AT_ONCE, len(seen)))


def _texts() -> list[str]:
    """Reviews spread over the whole table."""
    table = pq.read_table(TABLE, columns=["text"])["text"]
    wanted = WARM + 2 * SINGLE + BATCH
    texts: list[str] = table.take(np.arange(wanted) * (len(table) // wanted)).to_pylist()
    return texts

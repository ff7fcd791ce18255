"""Accuracy against time: our bags of n-grams beside what people would use, a process for each."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studies.common.lines import draw_lines

from benchmarks.frontier_worker import CLASSIFIERS, texts_and_labels
from benchmarks.measure import NOTHING, Row, yes_or_no
from reelvec.base.project.provenance import data_line
from reelvec.report.figures.style import save_figure

PICTURE = Path("benchmarks/frontier")
TARGET_ACCURACY, TARGET_SECONDS, FASTTEXT_ACCURACY = 0.92, 60, 0.90
OURS = "reelvec"


def run() -> list[Row]:
    """Run each classifier once, draw them, and give a row for each."""
    found = {name: _timed(["-m", "benchmarks.frontier_worker", name]) for name in CLASSIFIERS}
    python = os.environ.get("REELVEC_FASTTEXT_PYTHON")
    if python:
        found |= _fasttext(python)
    dots = {name: (whole, accuracy) for name, (whole, _, accuracy) in found.items()}
    figure = draw_lines(
        {},
        "From raw text to 25,000 test predictions, one process each",
        ("seconds, whole process", "test accuracy"),
        data_line(),
        logarithmic=(True, False),
        percent=True,
        dots=dots,
    )
    save_figure(figure, PICTURE)
    return [_row(name, *figures, found) for name, figures in found.items()]


Figures = tuple[float, float, float]
"""Seconds of the whole process, seconds of the training in it, accuracy."""


def _row(name: str, whole: float, train: float, accuracy: float, found: dict[str, Figures]) -> Row:
    task = f"{name}: raw text to 25,000 test predictions"
    figures = f"{accuracy:.2%}, {whole:.1f} s, training {train:.1f} s"
    if not name.startswith(OURS):
        return Row(task, NOTHING, figures)
    if name == "reelvec_ngrams":
        met = accuracy >= TARGET_ACCURACY and whole < TARGET_SECONDS
        return Row(task, figures, target="≥ 92.0% in < 60 s", met=yes_or_no(met))
    peer = found.get("fasttext_2")
    if peer is None:
        return Row(task, figures, "fastText is not installed")
    met = accuracy > max(FASTTEXT_ACCURACY, peer[2]) and train < peer[1]
    target = "> 90.0%, training shorter than fastText's with bigrams"
    return Row(task, figures, f"{peer[1]:.1f} s", f"{peer[1] / train:.1f}", target, yes_or_no(met))


def _fasttext(python: str) -> dict[str, Figures]:
    """fastText over words and over bigrams; writing its files is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for split in ("train", "test"):
            texts, labels = texts_and_labels(split)
            path = Path(folder) / f"{split}.txt"
            spaced = (re.sub(r"([^a-z0-9'\s])", r" \1 ", text) for text in texts)
            lines = [
                f"__label__{label} {' '.join(text.split())}"
                for label, text in zip(labels, spaced, strict=True)
            ]
            # fastText reads them in order, and must not see one class after the other.
            random.Random(1).shuffle(lines)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            files.append(str(path))
        worker = str(Path(__file__).with_name("fasttext_worker.py"))
        return {
            f"fasttext_{ngrams}": _timed([worker, *files, str(ngrams)], python) for ngrams in (1, 2)
        }


def _timed(arguments: list[str], python: str = sys.executable) -> Figures:
    start = time.perf_counter()
    done = subprocess.run([python, *arguments], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    answer = json.loads(done.stdout.splitlines()[-1])
    return seconds, answer["train_seconds"], answer["accuracy"]

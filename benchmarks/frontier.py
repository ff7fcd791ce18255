"""Accuracy against time: our bags of n-grams beside what people would use, a process for each."""

import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from studies.common.lines import draw_lines

from benchmarks.frontier_worker import CLASSIFIERS, PARTS, texts_and_labels
from benchmarks.measure import NOTHING, Row, yes_or_no
from reelvec.base.project.provenance import data_line
from reelvec.report.figures.style import save_figure

PICTURE = Path("benchmarks/frontier")
OURS, PEER, QUICK = "reelvec", "fasttext_2", ("reelvec_bigrams", "fasttext_1", "fasttext_2")
TARGETS = {"reelvec_bigrams": (0.905, 6), "reelvec_ngrams": (0.92, 60)}
"""Accuracy to be above, and seconds of the whole process to be below."""

QUICK_RUNS = 5
"""Of the quick ones, in turn, after a warm-up; the others take long enough to run once."""


class Figures(NamedTuple):
    """One run of one process.

    Attributes:
        whole: seconds of the whole process.
        cpu: processor seconds of it, of all its threads.
        train: seconds from texts in memory (fastText: in its file) to a trained model.
        accuracy: on the 25,000 test reviews.
    """

    whole: float
    cpu: float
    train: float
    accuracy: float


def run() -> list[Row]:
    """Run each classifier, draw them, and give a row for each."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            name: [sys.executable, "-m", "benchmarks.frontier_worker", name] for name in CLASSIFIERS
        }
        python = os.environ.get("REELVEC_FASTTEXT_PYTHON")
        if python:
            commands |= _fasttext(python, Path(folder))
        found = _measured(commands, _timed)
    figure = draw_lines(
        {},
        "From raw text to 25,000 test predictions, one process each",
        ("seconds, whole process", "test accuracy"),
        data_line(),
        logarithmic=(True, False),
        percent=True,
        dots={name: (figures.whole, figures.accuracy) for name, figures in found.items()},
    )
    save_figure(figure, PICTURE)
    return [_row(name, found) for name in commands]


def _measured(
    commands: dict[str, list[str]], timed: Callable[[list[str]], Figures]
) -> dict[str, Figures]:
    """Each command once; the quick ones in turn, and the median of each figure."""
    found = {name: timed(command) for name, command in commands.items()}
    quick = [name for name in commands if name in QUICK]
    rounds = [{name: timed(commands[name]) for name in quick} for _ in range(QUICK_RUNS)]
    for name in quick:
        runs = [figures[name] for figures in rounds]
        found[name] = Figures(*(median(values) for values in zip(*runs, strict=True)))
    return found


def _row(name: str, found: dict[str, Figures]) -> Row:
    figures = found[name]
    runs = f", median of {QUICK_RUNS}" if name in QUICK else ""
    # fastText reads files of words in lower case, which are written before.
    text = "raw" if name in CLASSIFIERS else "prepared"
    task = f"{name}: {text} text to 25,000 test predictions{runs}"
    shown = (
        f"{figures.accuracy:.2%}, {figures.whole:.1f} s ({figures.cpu:.1f} of processors), "
        f"to a trained model {figures.train:.1f} s"
    )
    if not name.startswith(OURS):
        return Row(task, NOTHING, shown)
    accuracy, seconds = TARGETS[name]
    peer, ratio = NOTHING, NOTHING
    if name in QUICK and PEER in found:
        peer = f"{PEER}: {found[PEER].accuracy:.2%}, {found[PEER].whole:.1f} s"
        ratio = f"{found[PEER].whole / figures.whole:.1f}"
    met = figures.accuracy > accuracy and figures.whole < seconds
    return Row(task, shown, peer, ratio, f"> {accuracy:.1%} in < {seconds} s", yes_or_no(met))


def _fasttext(python: str, folder: Path) -> dict[str, list[str]]:
    """fastText over words and over bigrams; writing its files is not counted."""
    files = []
    for split in PARTS:
        texts, labels = texts_and_labels(split)
        spaced = (re.sub(r"([^a-z0-9'\s])", r" \1 ", text) for text in texts)
        lines = [
            f"__label__{label} {' '.join(text.split())}"
            for label, text in zip(labels, spaced, strict=True)
        ]
        # fastText reads them in order, and must not see one class after the other.
        random.Random(1).shuffle(lines)
        path = folder / f"{split}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        files.append(str(path))
    worker = str(Path(__file__).with_name("fasttext_worker.py"))
    return {f"fasttext_{ngrams}": [python, worker, *files, str(ngrams)] for ngrams in (1, 2)}


def _timed(command: list[str]) -> Figures:
    before, start = _processors(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    whole, cpu = time.perf_counter() - start, _processors() - before
    answer = json.loads(done.stdout.splitlines()[-1])
    return Figures(whole, cpu, answer["train_seconds"], answer["accuracy"])


def _processors() -> float:
    """Seconds that finished child processes have had of all processors."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

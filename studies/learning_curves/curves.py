"""Accuracy against the number of training reviews, over seeds: to reports/."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from numpy.typing import NDArray
from ruamel.yaml import YAML
from studies.common.cells import Figures, Settings, run_cells
from studies.common.learning_curves import curves_csv, curves_lines, curves_markdown, told
from studies.common.lines import draw_lines
from studies.common.runs import record_cells

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.baselines import BaselineParams
from reelvec.base.schema.whole import Params, load_params
from reelvec.models.inference import predict_logits
from reelvec.models.linear import train_baseline
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.report.figures.style import save_figure
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer

HERE = Path("studies/learning_curves")
REPORTS = HERE / "reports"
DATA = Path("data")
TFIDF = BaselineParams(weighting="tfidf", ngrams=2, min_count=1, strength=10.0)
Rows = NDArray[np.int64]
Correct = NDArray[np.bool_]

FEW = 5_000
"""With fewer reviews than this, smaller batches: else there would be a handful of steps."""


class Study:
    """What all cells share, read once."""

    def __init__(self, params: Params, settings: Mapping[str, Any]) -> None:
        self.params, self.settings = params, settings
        names = [name for name in settings["models"] if name in params.variants]
        self.texts = {"plain", *(params.variants[name].text for name in names)}
        self.parts = {
            (text, part): Dataset.load(DATA / text / part)
            for text in sorted(self.texts)
            for part in ("train", "valid", "test")
        }
        self.tokenizers = {text: Tokenizer.load(DATA / text) for text in sorted(self.texts)}
        embeddings = {params.variants[name].embedding for name in names} - {"random"}
        self.vectors = {
            name: load_word_vectors(folder_of_vectors(name)) for name in sorted(embeddings)
        }

    def compute(self, cell: Settings) -> Figures:
        """Train one model on some of the training reviews, and test it."""
        generator = np.random.default_rng([cell["seed"], cell["reviews"]])
        labels = self.parts["plain", "train"].targets
        rows = drawn(labels, cell["reviews"], generator)
        correct = self.tfidf(rows) if cell["model"] == "tfidf" else self.variant(cell, rows)
        return {"accuracy": float(correct.mean())}

    def tfidf(self, rows: Rows) -> Correct:
        """Which test reviews the linear classifier has right."""
        training, test = (self.parts["plain", part] for part in ("train", "test"))
        model = train_baseline("tfidf", TFIDF, self.tokenizers["plain"], training.take(rows), None)
        return np.equal(model.logits_of({"plain": test.reviews}) > 0, test.targets)

    def variant(self, cell: Settings, rows: Rows) -> Correct:
        """Which test reviews a variant has right."""
        params = self.params.variant(cell["model"])
        text, few = params.text, len(rows) < FEW
        changes = {
            "seed": cell["seed"],
            "epochs": self.settings["epochs"],
            "patience": self.settings["patience"],
            "batch_size": self.settings["batch_size"] if few else params.batch_size,
        }
        checked = self.parts[text, "valid"].take(np.arange(self.settings["validation"]))
        parts = TrainingParts(self.parts[text, "train"].take(rows), checked, checked)
        fitted = fit(
            params.model_copy(update=changes),
            self.tokenizers[text].vocabulary,
            parts,
            self.vectors.get(params.embedding),
            torch.device("cpu"),
        )
        test = self.parts[text, "test"]
        logits = predict_logits(fitted.model, test.reviews, torch.device("cpu")).numpy()
        return np.equal(logits > 0, test.targets)


def drawn(labels: NDArray[np.int8], count: int, generator: np.random.Generator) -> Rows:
    """Rows of some reviews, as many positive as negative, in rising order."""
    halves = [
        generator.choice(np.flatnonzero(labels == label), count // 2, replace=False)
        for label in (0, 1)
    ]
    return np.sort(np.concatenate(halves))


def main() -> None:
    """Run the stage."""
    chosen = YAML(typ="safe", pure=True).load(HERE / "params.yaml")
    settings, params = chosen["curves"], load_params()
    cells = [
        {"model": model, "reviews": size, "seed": seed}
        for model in settings["models"]
        for size in settings["sizes"]
        for seed in settings["seeds"]
    ]
    shared = ("validation", "batch_size", "epochs", "patience")
    context = {
        "settings": {key: settings[key] for key in shared},
        "variants": {
            name: params.variants[name].model_dump(mode="json")
            for name in settings["models"]
            if name in params.variants
        },
        "tfidf": TFIDF.model_dump(mode="json"),
    }
    inputs = [HERE / "curves.py", DATA / "processed", DATA / "plain", DATA / "word_vectors"]
    study = Study(params, settings)
    rows = run_cells(cells, study.compute, HERE / "cells", context, inputs)
    write_text(REPORTS / "curves.csv", curves_csv(rows))
    figure = draw_lines(
        curves_lines(rows, chosen["confidence"]),
        "Test accuracy by the number of training reviews, with bands over seeds",
        ("training reviews", "test accuracy"),
        data_line(),
        logarithmic=(True, False),
        percent=True,
    )
    save_figure(figure, REPORTS / "curves")
    write_json(REPORTS / "curves.json", told(rows, chosen["confidence"], data_line()))
    write_text(REPORTS / "curves.md", curves_markdown(rows, chosen["confidence"], data_line()))
    record_cells(chosen["experiment"], rows, ["accuracy"])
    print(f"wrote {REPORTS / 'curves.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()

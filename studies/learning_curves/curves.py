"""Accuracy against the number of training reviews, over seeds: to reports/curves.csv."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from studies.common.cells import Figures, Inputs, Settings, cores
from studies.common.linear_models import MODELS, STRENGTHS, LinearModels
from studies.common.params import load_study, study_variant
from studies.common.rows import CURVES
from studies.common.runs import record_cells
from studies.common.tables import run_table

from reelvec.base.errors import shown_to_people
from reelvec.base.project.section import Text
from reelvec.base.schema.whole import Params, load_params
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit, fit_on_all
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer

CPU = torch.device("cpu")
HERE = Path("studies/learning_curves")
REPORTS = HERE / "reports"
DATA = Path("data")
Rows = NDArray[np.int64]
Correct = NDArray[np.float64]

FEW = 5_000
"""With fewer reviews than this, smaller batches: else there would be a handful of steps."""

FOLDS, FOLDS_OF_MANY, MANY = 3, 1, 1_000
"""How many fifths of the chosen reviews decide in turn when a network stops, before it learns from
all of them: one is enough where a fifth is 200 reviews and more."""


class Study:
    """What all cells share, read once."""

    def __init__(self, params: Params, settings: Mapping[str, Any]) -> None:
        self.params, self.settings = params, settings
        names = [name for name in settings["models"] if name in params.variants]
        texts: set[Text] = {"plain", "processed", *(params.variants[name].text for name in names)}
        self.parts = {
            (text, part): Dataset.load(DATA / text / part)
            for text in sorted(texts)
            for part in ("train", "test", "unsup")
        }
        self.tokenizers = {text: Tokenizer.load(DATA / text) for text in sorted(texts)}
        asked = {*settings["models"], *settings["without_labels"]}
        used = {vectors for name in asked for vectors in vectors_of(name, params)}
        self.vectors = {name: load_word_vectors(folder_of_vectors(name)) for name in sorted(used)}
        self.linear = LinearModels(self.parts, self.tokenizers, self.vectors)

    def compute(self, cell: Settings) -> Figures:
        """Train one model on some of the training reviews, and test it."""
        if not cell["reviews"]:
            asked = self.params.similarities
            praise, blame = list(asked.positive_words), list(asked.negative_words)
            correct = self.linear.correct_without_labels(cell["model"], praise, blame)
            return {"accuracy": float(correct.mean())}
        generator = np.random.default_rng([cell["seed"], cell["reviews"]])
        labels = self.parts["processed", "train"].targets
        rows = drawn(labels, cell["reviews"], generator)
        linear = cell["model"] in MODELS
        correct = self.linear.correct(cell["model"], rows) if linear else self.variant(cell, rows)
        return {"accuracy": float(correct.mean())}

    def variant(self, cell: Settings, rows: Rows) -> Correct:
        """Which test reviews a variant has right that knows no other labels than those chosen."""
        params = self.params.variant(cell["model"])
        text, few = params.text, len(rows) < FEW
        changes = {
            "seed": cell["seed"],
            "epochs": self.settings["epochs"],
            "patience": self.settings["patience"],
            "batch_size": self.settings["batch_size"] if few else params.batch_size,
            "refit": False,
        }
        chosen = self.parts[text, "train"].take(rows)
        params, vectors = params.model_copy(update=changes), self.vectors.get(params.embedding)
        vocabulary = self.tokenizers[text].vocabulary
        folds = FOLDS if len(rows) < MANY else FOLDS_OF_MANY
        splitter = StratifiedKFold(5, shuffle=True, random_state=cell["seed"])
        best = []
        for learned, held_out in islice(splitter.split(rows, chosen.targets), folds):
            parts = TrainingParts(chosen.take(learned), chosen.take(held_out))
            best.append(fit(params, vocabulary, parts, vectors, CPU).best.epoch)
        settled = params.model_copy(update={"epochs": round(float(np.median(best)))})
        model = fit_on_all(settled, vocabulary, chosen, vectors, CPU)
        test = self.parts[text, "test"]
        logits = predict_logits(model, test.reviews, CPU).numpy()
        return np.equal(logits > 0, test.targets).astype(np.float64)


def vectors_of(model: str, params: Params) -> list[str]:
    """The word vectors that a model reads, by name."""
    if model in params.variants:
        return sorted({params.variants[model].embedding} - {"random"})
    return sorted({*MODELS[model]} - {"tfidf"})


def drawn(labels: NDArray[np.int8], count: int, generator: np.random.Generator) -> Rows:
    """Rows of some reviews, as many positive as negative, in rising order."""
    halves = [
        generator.choice(np.flatnonzero(labels == label), count // 2, replace=False)
        for label in (0, 1)
    ]
    return np.sort(np.concatenate(halves))


def cells_of(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is computed: more seeds where fewer reviews make chance greater."""
    without = [{"model": model, "reviews": 0, "seed": 1} for model in settings["without_labels"]]
    return without + [
        {"model": model, "reviews": size, "seed": seed}
        for model in settings["models"]
        for size, seeds in settings["seeds"].items()
        for seed in range(1, seeds + 1)
        if size <= settings["largest"].get(model, size)
    ]


def with_own_variants(params: Params, settings: Mapping[str, Any]) -> Params:
    """The project's parameters with the study's own variants, each like one of the project's."""
    own = {
        name: study_variant(params.variant(changes["like"]).model_dump(), without_like(changes))
        for name, changes in settings["variants"].items()
    }
    return params.model_copy(update={"variants": {**params.variants, **own}})


def without_like(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a variant changes of that which it is like."""
    return {key: value for key, value in changes.items() if key != "like"}


def main() -> None:
    """Run the stage."""
    chosen = load_study(HERE)
    settings = chosen["curves"]
    params = with_own_variants(load_params(), settings)
    shared = ("batch_size", "epochs", "patience")
    context = {
        "settings": {key: settings[key] for key in shared},
        "words": [params.similarities.positive_words, params.similarities.negative_words],
        "strengths": STRENGTHS,
    }
    code = [HERE / "curves.py", Path("studies/common/linear_models.py")]

    def own(cell: Settings) -> tuple[Any, list[Path]]:
        variant = params.variants.get(cell["model"])
        vectors = vectors_of(cell["model"], params)
        return variant and variant.model_dump(mode="json"), [*map(folder_of_vectors, vectors)]

    inputs = Inputs(context, [*code, DATA / "processed", DATA / "plain"], own)
    study, table = Study(params, settings), REPORTS / "curves.csv"
    cells = cells_of(settings)
    rows = run_table(table, CURVES, cells, study.compute, HERE / "cells", inputs, cores())
    record_cells(chosen["experiment"], rows, ["accuracy"])
    print(f"wrote {table}")


if __name__ == "__main__":
    with shown_to_people():
        main()

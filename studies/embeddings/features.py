"""Word vectors as features: every embedding under every encoder, to reports/features.csv."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from studies.common.cells import Figures, Inputs, Settings, cores
from studies.common.params import load_study, study_variant
from studies.common.rows import FEATURES
from studies.common.runs import record_cells
from studies.common.tables import run_table

from reelvec.base.errors import shown_to_people
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.word_vectors import load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer

CPU = torch.device("cpu")
HERE = Path("studies/embeddings")
REPORTS = HERE / "reports"
GLOVE = Path("data/raw/glove")
RANDOM = "random"


def folder_of(embedding: str) -> Path:
    """Where the vectors of an embedding are, GloVe's or the study's own."""
    return GLOVE if embedding == "glove" else HERE / "vectors" / embedding


class Study:
    """What all cells share, read once."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        folder = Path("data") / settings["text"]
        self.vocabulary = Tokenizer.load(folder).vocabulary
        self.parts = TrainingParts(Dataset.load(folder / "train"), Dataset.load(folder / "valid"))
        self.test = Dataset.load(folder / "test")
        self.vectors = {
            name: load_word_vectors(folder_of(name))
            for name in settings["embeddings"]
            if name != RANDOM
        }

    def compute(self, cell: Settings) -> Figures:
        """Train one model on the training part, stop by the validation part, test."""
        settings = self.settings
        own = {key: cell[key] for key in ("embedding", "trainable", "encoder", "seed")}
        if cell["embedding"] == RANDOM:
            own["dimension"] = cell["dimension"]
        kind = settings["fine_tuned" if cell["trainable"] else "frozen"]
        encoder = settings["encoders"][cell["encoder"]]
        text = {"text": settings["text"]}
        params = study_variant(text, settings["training"], kind, encoder, own)
        vectors = self.vectors.get(cell["embedding"])
        fitted = fit(params, self.vocabulary, self.parts, vectors, CPU)
        logits = predict_logits(fitted.model, self.test.reviews, CPU).numpy()
        return {
            "accuracy": float(np.equal(logits > 0, self.test.targets).mean()),
            "validation": fitted.best.valid_accuracy,
        }


def cells_of(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every embedding, frozen and trained on, under every encoder; seed after seed."""
    first, *more = settings["dimensions"]
    embeddings = [(name, first) for name in settings["embeddings"]]
    embeddings += [(RANDOM, dimension) for dimension in more]
    return [
        {
            "embedding": name,
            "dimension": dimension,
            "trainable": trainable,
            "encoder": encoder,
            "seed": seed,
        }
        for seed in range(1, settings["seeds"] + 1)
        for encoder, trainable, (name, dimension) in product(
            settings["encoders"], (False, True), embeddings
        )
        if dimension == first or encoder == next(iter(settings["encoders"]))
    ]


def main() -> None:
    """Run the stage."""
    chosen = load_study(HERE)
    settings = chosen["features"]
    context = {
        "settings": {
            key: settings[key] for key in ("text", "encoders", "training", "frozen", "fine_tuned")
        },
    }

    def own(cell: Settings) -> tuple[Any, list[Path]]:
        vectors = [] if cell["embedding"] == RANDOM else [folder_of(cell["embedding"])]
        return None, vectors

    inputs = Inputs(context, [HERE / "features.py", Path("data") / settings["text"]], own)
    study, table = Study(settings), REPORTS / "features.csv"
    kinds = ("encoder", "trainable")
    cells = cells_of(settings)
    rows = run_table(table, FEATURES, cells, study.compute, HERE / "cells", inputs, cores(), kinds)
    record_cells(chosen["experiment"], rows, ["accuracy", "validation"])
    print(f"wrote {table}")


if __name__ == "__main__":
    with shown_to_people():
        main()

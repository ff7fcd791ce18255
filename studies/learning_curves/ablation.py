"""A variant with self-training, with a refit, with both, with neither: to reports/ablation.md."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from ruamel.yaml import YAML
from studies.common.ablation import WAYS, ablation_markdown, as_text
from studies.common.cells import Figures, Inputs, Settings, cores, run_cells
from studies.common.runs import record_cells

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_text
from reelvec.base.project.paths import TEST, TRAIN, UNSUP, VALID, reviews_of
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import load_params
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer

CPU = torch.device("cpu")
HERE = Path("studies/learning_curves")
REPORTS = HERE / "reports"


class Study:
    """The reviews of a variant without pretrained vectors, read once."""

    def __init__(self, params: VariantParams) -> None:
        self.params, data = params, reviews_of(params.text)
        self.vocabulary = Tokenizer.load(data).vocabulary
        self.parts = {part: Dataset.load(data / part) for part in (TRAIN, VALID, UNSUP)}
        self.test = Dataset.load(data / TEST)

    def compute(self, cell: Settings) -> Figures:
        """Train one way from one seed, and test."""
        changes = {key: cell[key] for key in ("self_training", "refit", "seed")}
        params = self.params.model_copy(update=changes)
        parts = TrainingParts(*self.parts.values())
        model = fit(params, self.vocabulary, parts, None, CPU).model
        logits = predict_logits(model, self.test.reviews, CPU).numpy()
        right = np.equal(logits > 0, self.test.targets)
        return {"accuracy": float(right.mean()), "right": as_text(right)}


def main() -> None:
    """Run the stage."""
    chosen = YAML(typ="safe", pure=True).load(HERE / "params.yaml")
    settings = chosen["ablation"]
    name = settings["model"]
    variant = load_params().variants[name]
    cells = [
        {"model": name, "self_training": self_training, "refit": refit, "seed": seed}
        for self_training, refit in WAYS
        for seed in range(1, settings["seeds"] + 1)
    ]
    study = Study(variant)
    context = {"variant": variant.model_dump(mode="json")}
    inputs = Inputs(context, [HERE / "ablation.py", reviews_of(variant.text)])
    rows = run_cells(cells, study.compute, HERE / "cells", inputs, cores())
    sizes = {part: len(reviews) for part, reviews in {**study.parts, TEST: study.test}.items()}
    report = ablation_markdown(rows, sizes, study.test.films, chosen["confidence"], data_line())
    write_text(REPORTS / "ablation.md", report)
    shown = [{key: value for key, value in row.items() if key != "right"} for row in rows]
    record_cells(chosen["experiment"], shown, ["accuracy"])
    print(f"wrote {REPORTS / 'ablation.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()

"""The Keras tutorial's bag of words: its published figures beside ours, and why they differ."""

from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from studies.common.params import load_study, study_variant
from studies.common.runs import record_cells
from studies.common.seeds import mean_over_seeds
from studies.common.tutorial_reviews import read_tutorial_reviews

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.tables import markdown_table
from reelvec.models.classifier import Classifier, count_parameters
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import fit_on_all
from reelvec.text.dataset import Dataset

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
CPU = torch.device("cpu")
WAYS: dict[str, dict[str, Any]] = {
    "as published: 100 tokens, padding counted": {"pool_padding": True},
    "100 tokens, padding left out": {},
    "all tokens, padding left out": {"max_length": None},
}

HOW_TO_READ = """\
The tutorial compiles its model with `metrics=["accuracy"]` while the model gives logits. That
metric calls a review positive when the output is above 0.5; a logit is positive above 0. The third
column counts as the tutorial does, the fourth as it should be. The published loss is that of the
same kind of model as ours; the published accuracy is to be held against the third column."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings, published = study["keras_cbow"], study["keras_cbow"]["published"]
    data = read_tutorial_reviews(settings["words"])
    header = ["Run", "Train loss", "Accuracy above 0.5", "Accuracy above 0", "Validation loss"]
    row = [
        f"{published['train_loss']:.4f}",
        f"{published['valid_accuracy']:.4f}",
        "not told",
        f"{published['valid_loss']:.4f}",
    ]
    table, cells = [header, ["published", *row]], []
    metrics: dict[str, Any] = {}
    for way, changes in WAYS.items():
        runs = []
        for seed in settings["seeds"]:
            params = study_variant(settings["variant"], changes, {"seed": seed})
            training, validation = data.divided(settings["validation"], seed)
            model, loss = trained(params, data.tokens, training)
            parameters = count_parameters(model)[0]
            logits = predict_logits(model, validation.reviews, CPU).numpy().astype(np.float64)
            runs.append({"train_loss": loss, **scores(logits, validation.targets)})
            cells.append({"study": "keras_cbow", "way": way, "seed": seed, **runs[-1]})
        means = {key: mean_over_seeds([run[key] for run in runs], 0.95) for key in runs[0]}
        shown = [f"{mean.value:.4f} ± {mean.high - mean.value:.4f}" for mean in means.values()]
        table.append([way, *shown])
        metrics[way.partition(":")[0]] = {key: mean.value for key, mean in means.items()}
    metrics["parameters"] = parameters
    counted = f"Parameters: {parameters:,}; published: {published['parameters']:,}."
    write_text(
        REPORTS / "keras_cbow.md",
        "\n\n".join(
            [
                data_line(),
                "# Keras tutorial: continuous bag of words",
                markdown_table(table),
                f"Means over {len(settings['seeds'])} seeds with their 95% interval, after "
                f"{settings['variant']['epochs']} epochs. {counted}",
                HOW_TO_READ,
            ]
        )
        + "\n",
    )
    write_json(REPORTS / "keras_cbow.json", metrics)
    record_cells(study["experiment"], cells, list(runs[0]))
    print(counted, metrics)


def trained(
    params: VariantParams, tokens: list[str], training: Dataset
) -> tuple[Classifier, float]:
    """A model after all epochs, and its training loss in the last one."""
    history: list[float] = []
    model = fit_on_all(
        params, tokens, training, None, CPU, on_epoch=lambda loss, _: history.append(loss)
    )
    return model, history[-1]


def scores(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Accuracy with both thresholds, and mean cross-entropy in nats."""
    signs = 2.0 * labels - 1
    return {
        "accuracy_above_half": float(((logits > 0.5) == labels).mean()),
        "accuracy": float(((logits > 0) == labels).mean()),
        "valid_loss": float(np.logaddexp(0, -signs * logits).mean()),
    }


if __name__ == "__main__":
    with shown_to_people():
        main()

"""The Keras tutorial's LSTM and GRU over padded sequences: curves, and where they turn."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.cells import Inputs, cores, run_cells
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study
from studies.common.runs import record_cells
from studies.common.tutorial_reviews import read_official_text
from studies.tutorials.common.recurrent import train_recurrent

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.evaluation.tables import markdown_table
from reelvec.report.figures.style import save_figure
from reelvec.text.vocabulary import RESERVED

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
REVIEWS = Path("data/raw/imdb.parquet")
CODE = [HERE / "common/recurrent.py", Path("studies/common/tutorial_reviews.py")]
SETTINGS = ("study", "encoder", "seed")

HOW_TO_READ = """\
The tutorial publishes its curves as two pictures without figures, and its code is elsewhere: there
is no number to hold ours against, and the settings beside the dimension are ours. That is the
fourth root of the number of words, as it advises: {dimension} for {words:,}. Padding is masked: it
never reaches the state, so that a review is judged alike in any batch. A fifth of the training
reviews is held out by the seed for validation, its words uncounted; the test accuracy is that of
the epoch with the smallest validation loss. The curves are means over the seeds."""


def compute(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Train every encoder with every seed."""
    text = read_official_text(REVIEWS)
    context = {key: settings[key] for key in ("words", "validation", "variant")}
    cells = [
        {"study": "keras_rnn", "encoder": encoder, "seed": seed}
        for encoder in settings["encoders"]
        for seed in settings["seeds"]
    ]
    return run_cells(
        cells,
        lambda cell: train_recurrent(text, settings, cell),
        HERE / "cells",
        Inputs(context, [*CODE, REVIEWS]),
        cores(),
    )


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings = study["keras_rnn"]
    cells = compute(settings)
    epochs = list(range(1, settings["variant"]["epochs"] + 1))
    lines = {
        f"{encoder}, {title}": line_of(cells, encoder, name, epochs)
        for encoder in settings["encoders"]
        for name, title in (("train_loss", "training"), ("valid_loss", "validation"))
    }
    labels = ("epoch", "loss (nats a review)")
    title = "LSTM and GRU: loss by epoch; bands from the lowest to the highest seed"
    save_figure(draw_lines(lines, title, labels, data_line()), REPORTS / "keras_rnn")
    words = settings["words"] + len(RESERVED)
    guide = HOW_TO_READ.format(dimension=cells[0]["dimension"], words=words)
    parts = [
        data_line(),
        "# Keras tutorial: LSTM and GRU",
        markdown_table(outcome_table(cells)),
        turning(cells, settings["encoders"], epochs),
        "![Loss](keras_rnn.png)",
        guide,
    ]
    write_text(REPORTS / "keras_rnn.md", "\n\n".join(parts) + "\n")
    accuracies = {
        encoder: [cell["test_accuracy"] for cell in cells if cell["encoder"] == encoder]
        for encoder in settings["encoders"]
    }
    write_json(
        REPORTS / "keras_rnn.json",
        {"dimension": cells[0]["dimension"], "words": words, "test_accuracy": accuracies},
    )
    record_cells(study["experiment"], cells, [key for key in cells[0] if key not in SETTINGS])
    print(accuracies)


def line_of(
    cells: Sequence[Mapping[str, Any]], encoder: str, name: str, epochs: Sequence[int]
) -> Line:
    """A figure by epoch: mean, lowest and highest seed."""
    seeds = [
        [cell[f"{name} {epoch}"] for cell in cells if cell["encoder"] == encoder]
        for epoch in epochs
    ]
    means = [sum(found) / len(found) for found in seeds]
    return Line(epochs, means, [min(found) for found in seeds], [max(found) for found in seeds])


def outcome_table(cells: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """What each training ends with."""
    header = ["Encoder", "Seed", "Best epoch", "Training accuracy", "Validation accuracy"]
    rows = [
        [
            cell["encoder"],
            f"{cell['seed']}",
            f"{cell['best']}",
            f"{cell['train_accuracy {}'.format(cell['best'])]:.2%}",
            f"{cell['valid_accuracy {}'.format(cell['best'])]:.2%}",
            f"{cell['test_accuracy']:.2%}",
        ]
        for cell in cells
    ]
    return [[*header, "Test accuracy"], *rows]


def turning(
    cells: Sequence[Mapping[str, Any]], encoders: Sequence[str], epochs: Sequence[int]
) -> str:
    """Where the validation loss turns, and what the training loss does from there."""
    sentences = []
    for encoder in encoders:
        own = [cell for cell in cells if cell["encoder"] == encoder]
        turned = [cell for cell in own if cell["best"] < epochs[-1]]
        fell = [
            cell
            for cell in turned
            if cell[f"train_loss {epochs[-1]}"] < cell[f"train_loss {cell['best']}"]
        ]
        sentences.append(
            f"{encoder}: in {len(turned)} of {len(own)} trainings the validation loss is smallest "
            f"before the last of {len(epochs)} epochs; in {len(fell)} of those the training loss "
            "falls further."
        )
    return " ".join(sentences)


if __name__ == "__main__":
    with shown_to_people():
        main()

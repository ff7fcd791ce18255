"""The Keras tutorial's bag of words: all its published figures beside ours."""

from collections.abc import Mapping, Sequence
from itertools import chain
from math import ceil
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study
from studies.common.runs import record_cells
from studies.common.seeds import mean_over_seeds
from studies.common.tutorial_reviews import read_official_text
from studies.tutorials.common.bags import ASKED, NEIGHBOUR, train_keras_bag
from studies.tutorials.common.published import HEADER, Held, held, told
from studies.tutorials.common.ways import (
    HERE,
    REVIEWS,
    counts_table,
    figures_of,
    train_ways,
    values_of,
)

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.evaluation.tables import markdown_table, percent
from reelvec.report.figures.style import save_figure

REPORTS = HERE / "reports"
AS_PUBLISHED, ADAM, WEIGHTS = "as published", "Adam of torch", "first weights of torch"
HELD = (AS_PUBLISHED, ADAM, WEIGHTS)
TRAINING, VALIDATION = 20_000, 5_000
KINDS = {
    "train_loss": ("training loss", "train_loss"),
    "train_accuracy": ("training accuracy", "train_accuracy_above_half"),
    "valid_loss": ("validation loss", "valid_loss"),
    "valid_accuracy": ("validation accuracy", "valid_accuracy_above_half"),
}
"""Of each published figure: what the report calls it, and which of ours is held against it."""

HOW_TO_READ = """\
Each of our seeds holds out other reviews, numbers the words of its own 20,000 training reviews and
draws other first weights. The interval is where one more seed would lie, with {confidence}
confidence; the published run is one, and its figures of one epoch hang together with those of the
next."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings, confidence = study["keras_cbow"], study["confidence"]
    published = settings["published"]
    text = read_official_text(REVIEWS)
    shared = ("words", "validation", "variant", "ways")
    cells = train_ways(
        "keras_cbow", settings, shared, lambda cell: train_keras_bag(text, settings, cell)
    )
    figures = {way: hold(published, cells, way, confidence) for way in HELD}
    sections = [
        part
        for kind, (title, _) in KINDS.items()
        for part in (
            f"### {title.capitalize()}",
            markdown_table([HEADER, *(each.row() for each in figures[AS_PUBLISHED][kind])]),
        )
    ]
    steps = ceil(TRAINING / settings["variant"]["batch_size"])
    all_figures = {way: list(chain.from_iterable(found.values())) for way, found in figures.items()}
    parts = [
        data_line(),
        "# Keras tutorial: continuous bag of words",
        "As in Keras, first weights and Adam too: " + told(all_figures[AS_PUBLISHED]),
        f"With torch's Adam instead, whose epsilon is smaller: {told(all_figures[ADAM])}",
        f"With the first weights of torch's linear layers instead: {told(all_figures[WEIGHTS])}",
        HOW_TO_READ.format(confidence=percent(confidence)),
        "![Loss](keras_cbow_loss.png)",
        "![Accuracy](keras_cbow_accuracy.png)",
        "## Where the accuracy is counted",
        threshold(published, cells),
        "## What the tutorial's choices do",
        markdown_table(ways_table(cells, settings["ways"], confidence)),
        f"{TRAINING:,} reviews in batches of {settings['variant']['batch_size']:,} are {steps} "
        "steps an epoch. After the last epoch, means over the seeds with their "
        f"{percent(confidence)} interval. The tutorial searches the Embedding Projector for "
        f"{ASKED} and expects {NEIGHBOUR} near it: the rank is that of this neighbour among the "
        "words of the vocabulary, by cosine.",
        "## Parameters of each layer",
        markdown_table(layers_table(published["parameters"], cells)),
        f"## All {len(all_figures[AS_PUBLISHED])} figures",
        *sections,
    ]
    write_text(REPORTS / "keras_cbow.md", "\n\n".join(parts) + "\n")
    draw(published, cells)
    write_json(
        REPORTS / "keras_cbow.json",
        {
            "figures": [figure.as_json() for figure in all_figures[AS_PUBLISHED]],
            "figures_by_change": {
                way: [figure.as_json() for figure in all_figures[way]] for way in (ADAM, WEIGHTS)
            },
            "parameters": parameters(cells),
            "steps": steps,
            "published_parameters": published["parameters"],
        },
    )
    record_cells(study["experiment"], cells, figures_of(cells))
    print(told(all_figures[AS_PUBLISHED]))


def hold(
    published: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], way: str, confidence: float
) -> dict[str, list[Held]]:
    """Each published figure against those of all seeds, by kind and epoch."""
    return {
        kind: [
            held(
                f"{title} of epoch {epoch}",
                value,
                values_of(cells, way, f"{ours} {epoch}"),
                confidence,
            )
            for epoch, value in enumerate(published[kind], 1)
        ]
        for kind, (title, ours) in KINDS.items()
    }


def threshold(published: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> str:
    """What the published accuracies of the first epochs show, and what the last would be."""
    train, valid = published["train_accuracy"], published["valid_accuracy"]
    flat = sum(each == valid[0] for each in valid)
    negative = train[0] * TRAINING + valid[0] * VALIDATION
    last = len(valid)
    ours = {
        name: sum(found) / len(found)
        for name in ("valid_accuracy", "valid_accuracy_above_half")
        if (found := values_of(cells, AS_PUBLISHED, f"{name} {last}"))
    }
    return (
        f"In the first {flat} epochs the published accuracies stand still while the losses fall. "
        f"They are the shares of negative reviews: {train[0]} of {TRAINING:,} and {valid[0]} of "
        f"{VALIDATION:,} are {negative:,.0f} together, and 12,500 training reviews are negative. "
        "So all reviews were called negative, as happens when a logit has to be above 0.5, which "
        "is the threshold of a probability. Ours are counted so too, to be held against the "
        f"published ones. After {last} epochs it makes {ours['valid_accuracy_above_half']:.4f} of "
        f"what would be {ours['valid_accuracy']:.4f} with the threshold at a logit of 0 (means "
        f"over {len(values_of(cells, AS_PUBLISHED, 'negative'))} seeds)."
    )


def ways_table(
    cells: Sequence[Mapping[str, Any]], ways: Mapping[str, Any], confidence: float
) -> list[list[str]]:
    """What each way ends with."""
    columns = {
        "train_loss": "Training loss",
        "valid_loss": "Validation loss",
        "valid_accuracy_above_half": "Accuracy above 0.5",
        "valid_accuracy": "Accuracy above 0",
    }
    table = [["Way", "Seeds", *columns.values(), "Ranks"]]
    last = max(int(key.split()[1]) for key in cells[0] if key.startswith("valid_loss "))
    for way in ways:
        means = [
            mean_over_seeds(values_of(cells, way, f"{name} {last}"), confidence) for name in columns
        ]
        ranks = sorted(int(rank) for rank in values_of(cells, way, "rank"))
        shown = [f"{mean.value:.4f} ± {mean.high - mean.value:.4f}" for mean in means]
        table.append([way, f"{means[0].seeds}", *shown, f"{ranks[0]:,} to {ranks[-1]:,}"])
    return table


def parameters(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many numbers each layer of our model holds."""
    found = {key: value for key, value in cells[0].items() if key.startswith("parameters ")}
    return {key.removeprefix("parameters "): value for key, value in found.items()}


def layers_table(
    published: Mapping[str, int], cells: Sequence[Mapping[str, Any]]
) -> list[list[str]]:
    """Parameters of each layer, published and ours."""
    counts = [{**layers, "all": sum(layers.values())} for layers in (published, parameters(cells))]
    return counts_table("Layer", *counts)


def draw(published: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> None:
    """Loss and accuracy by epoch, published and ours."""
    for what, unit, percents in (("loss", "nats a review", False), ("accuracy", "share", True)):
        lines = {}
        for kind in (f"train_{what}", f"valid_{what}"):
            title, ours = KINDS[kind]
            epochs = list(range(1, len(published[kind]) + 1))
            seeds = [values_of(cells, AS_PUBLISHED, f"{ours} {epoch}") for epoch in epochs]
            means = [sum(found) / len(found) for found in seeds]
            ends = [min(found) for found in seeds], [max(found) for found in seeds]
            lines[f"published {title}"] = Line(epochs, published[kind])
            lines[f"our {title}"] = Line(epochs, means, *ends)
        caption = f"{what.capitalize()} of the Keras tutorial; bands: lowest to highest seed"
        figure = draw_lines(
            lines, caption, ("epoch", f"{what} ({unit})"), data_line(), percent=percents
        )
        save_figure(figure, REPORTS / f"keras_cbow_{what}")


if __name__ == "__main__":
    with shown_to_people():
        main()

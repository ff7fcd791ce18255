"""The PyTorch tutorial's bag of words: its published losses beside ours, and why they differed."""

from collections.abc import Iterable, Mapping
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study
from studies.common.runs import record_cells
from studies.common.seeds import mean_over_seeds
from studies.common.tutorial_reviews import TutorialReviews, read_official_text
from studies.tutorials.common.bags import ASKED, NEIGHBOUR, train_pytorch_bag
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
AS_PUBLISHED, FROM_ZERO, WITHOUT = "as published", "padding begins at zero", "padding left out"

HOW_TO_READ = """\
The tutorial pads each batch to its longest review and averages over the padding, whose vector
begins as N(0, 1) like that of any word and is trained like it. The second column of ours begins
that one row at zero and changes nothing else; the third averages over the words alone. The interval
is where one more seed would lie, with {confidence} confidence; the published run is one."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings, confidence = study["pytorch_cbow"], study["confidence"]
    reviews = read_official_text(REVIEWS).divided(settings["words"])
    cells = train_ways(
        "pytorch_cbow",
        settings,
        ("words", "variant", "ways"),
        lambda cell: train_pytorch_bag(reviews, settings, cell),
    )
    published = settings["published"]["losses"]
    epochs = range(1, len(published) + 1)
    losses = {way: losses_of(cells, way, epochs) for way in settings["ways"]}
    figures = {way: hold(published, found, confidence) for way, found in losses.items()}
    counts = counts_of(settings["published"]["words"], reviews)
    zero, without = (losses[way].mean(axis=0) for way in (FROM_ZERO, WITHOUT))
    table = [[*HEADER, "Padding from zero", "Padding left out"]]
    table += [
        [*figure.row(), f"{zero[row]:.4f}", f"{without[row]:.4f}"]
        for row, figure in enumerate(figures[AS_PUBLISHED])
    ]
    parts = [
        data_line(),
        "# PyTorch tutorial: continuous bag of words",
        "## Training loss",
        markdown_table(table),
        HOW_TO_READ.format(confidence=percent(confidence)),
        explanation(figures),
        nearest(published, cells, losses[AS_PUBLISHED]),
        "![Losses](pytorch_cbow.png)",
        "## Test accuracy and the word map",
        markdown_table(outcome_table(cells, settings["ways"], confidence)),
        f"The tutorial tests nothing. It searches the Embedding Projector for {ASKED} and expects "
        f"{NEIGHBOUR} near it: the rank is that of this neighbour among the "
        f"{len(reviews.vocabulary) - 3:,} other words of the vocabulary, by cosine.",
        "## The most frequent words",
        markdown_table(counts_table("Word", settings["published"]["words"], counts)),
    ]
    write_text(REPORTS / "pytorch_cbow.md", "\n\n".join(parts) + "\n")
    lines = {"published": Line(list(epochs), published)}
    for way, found in losses.items():
        ends = (found.min(axis=0).tolist(), found.max(axis=0).tolist())
        lines[f"ours, {way}"] = Line(list(epochs), found.mean(axis=0).tolist(), *ends)
    title = "Training loss of the PyTorch tutorial; bands from the lowest to the highest seed"
    axes = ("epoch", "training loss (nats a review)")
    save_figure(draw_lines(lines, title, axes, data_line()), REPORTS / "pytorch_cbow")
    accuracy = {way: float(np.mean(values_of(cells, way, "test_accuracy"))) for way in losses}
    write_json(
        REPORTS / "pytorch_cbow.json",
        {
            "figures": [figure.as_json() for figure in figures[AS_PUBLISHED]],
            "figures_padding_from_zero": [figure.as_json() for figure in figures[FROM_ZERO]],
            "words": counts,
            "published_words": settings["published"]["words"],
            "test_accuracy": accuracy,
        },
    )
    record_cells(study["experiment"], cells, figures_of(cells))
    print(explanation(figures))


def losses_of(cells: list[dict[str, Any]], way: str, epochs: range) -> np.ndarray:
    """Training losses, float64 (seeds, epochs)."""
    return np.array([values_of(cells, way, f"train_loss {epoch}") for epoch in epochs]).T


def hold(published: list[float], losses: np.ndarray, confidence: float) -> list[Held]:
    """Each published loss against those of all seeds."""
    return [
        held(f"loss of epoch {epoch}", loss, found.tolist(), confidence)
        for epoch, (loss, found) in enumerate(zip(published, losses.T, strict=True), 1)
    ]


def explanation(figures: Mapping[str, list[Held]]) -> str:
    """What the padding row explains, in figures."""
    same, other = figures[AS_PUBLISHED], figures[FROM_ZERO]
    return (
        f"With the padding row as published: {told(same)} With a padding row that begins at zero: "
        f"{told(other)}"
    )


def nearest(published: list[float], cells: list[dict[str, Any]], losses: np.ndarray) -> str:
    """Which seed is nearest to the published losses, and how the padding's vector began in each."""
    distances = np.abs(losses - published).max(axis=1)
    seed = int(distances.argmin())
    starts = values_of(cells, AS_PUBLISHED, "start")
    each = ", ".join(
        f"{start:.2f} and {loss:.4f}" for start, loss in zip(starts, losses[:, 1], strict=True)
    )
    return (
        f"Of our seeds as published, seed {seed + 1} is nearest: it is nowhere farther than "
        f"{distances[seed]:.4f} from the published losses. The length of the padding's vector at "
        f"first and the loss of epoch 2, seed by seed: {each}."
    )


def outcome_table(
    cells: list[dict[str, Any]], ways: Mapping[str, Any], confidence: float
) -> list[list[str]]:
    """What each way ends with."""
    table = [["Way", "Seeds", "Test accuracy", "Length of the padding's vector", "Ranks"]]
    for way in ways:
        accuracy = mean_over_seeds(values_of(cells, way, "test_accuracy"), confidence)
        start, end = (np.mean(values_of(cells, way, name)) for name in ("start", "end"))
        table.append(
            [
                way,
                f"{accuracy.seeds}",
                f"{accuracy.value:.2%} ± {accuracy.high - accuracy.value:.2%}",
                f"{start:.2f} at first, {end:.2f} at last",
                ", ".join(f"{rank}" for rank in values_of(cells, way, "rank")),
            ]
        )
    return table


def counts_of(words: Iterable[str], reviews: TutorialReviews) -> dict[str, int]:
    """How often each of some words occurs in the training reviews."""
    vocabulary = reviews.vocabulary
    counts = dict(zip(vocabulary.tokens, vocabulary.counts.tolist(), strict=True))
    return {word: counts[word] for word in words}


if __name__ == "__main__":
    with shown_to_people():
        main()

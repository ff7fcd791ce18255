"""What all embedding spaces know, on the words that they share: figures, sentences, a picture."""

from collections.abc import Mapping
from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from gensim.models import KeyedVectors
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from studies.common.params import load_study

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.params_file import read_section
from reelvec.base.project.provenance import data_line
from reelvec.base.project.section import GLOVE
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.models.word_vectors import folder_of_vectors
from reelvec.report.figures.style import COLORS, house_style, save_figure
from reelvec.spaces.answers import Answers, Similarities, metrics
from reelvec.spaces.findings import findings
from reelvec.spaces.keyed_vectors import load_space, load_space_in
from reelvec.spaces.similarities import compare_spaces
from reelvec.spaces.similarities_report import markdown_table, similarities_markdown

HERE = Path("studies/embeddings")
REPORTS = HERE / "reports"
VECTORS = HERE / "vectors"

TEXTS_OF_REVIEWS = "texts of reviews"

SCORES = {
    "analogies_accuracy": "Analogies",
    "wordsim353_spearman": "WordSim-353",
    "simlex999_spearman": "SimLex-999",
    "sentiment_separation": "Sentiment:\nseparation",
    "sentiment_nearest": "Sentiment:\nnearest agrees",
}
"""One panel each, from left to right."""


def spaces_of_study() -> dict[str, KeyedVectors]:
    """The spaces that the study trained, and those of the pipeline, in the order of the study."""
    own = load_study(HERE)["vectors"]
    return {
        name: load_space_in(VECTORS / name) if name in own else load_space(name)
        for name in load_study(HERE)["spaces"]
    }


def taught_by(name: str) -> str:
    """What the vectors of a space were learned from."""
    if name == GLOVE:
        return "other texts than reviews"
    without_labels = name in load_study(HERE)["vectors"] or folder_of_vectors(name).exists()
    return TEXTS_OF_REVIEWS if without_labels else "labels of reviews"


def draw_scores(spaces: Mapping[str, Answers], confidence: float, data: str) -> Figure:
    """A row for each space, a panel for each score, with intervals where there are some."""
    names = list(spaces)
    with house_style():
        figure = Figure(figsize=(10.4, 1.9 + 0.3 * len(names)), layout="constrained")
        words = next(iter(spaces.values())).words
        title = (
            f"What each space knows of the {words:,} shared words, with {confidence:.0%} intervals"
        )
        figure.suptitle(f"{data}\n{title}", x=0.01, ha="left", fontsize=10)
        panels = figure.subplots(1, len(SCORES), sharey=True)
        for axes, (score, heading) in zip(panels, SCORES.items(), strict=True):
            for row, name in enumerate(names):
                scores, color = spaces[name].scores, COLORS[row % len(COLORS)]
                value, low, high = (scores.get(f"{score}{end}") for end in ("", "_low", "_high"))
                if low is not None and high is not None:
                    axes.plot([low, high], [row, row], color=color, lw=1.5)
                if value is not None:
                    axes.plot(value, row, "o", color=color, ms=5)
            axes.set_title(heading)
            axes.xaxis.set_major_locator(MaxNLocator(4))
            if score.endswith(("_accuracy", "_nearest")):
                axes.xaxis.set_major_formatter(PercentFormatter(1, 0))
        panels[0].set_yticks(range(len(names)), names)
        panels[0].invert_yaxis()
    return figure


def preface(similarities: Similarities) -> list[str]:
    """The picture, and what each space is."""
    rows = [
        [name, f"{words:,}", str(dimension), taught_by(name)]
        for name, (words, dimension) in similarities.sizes.items()
    ]
    header = ["Space", "Words", "Dimensions", "Learned from"]
    return ["![Scores of all spaces](spaces.png)", markdown_table(header, rows)]


def main() -> None:
    """Run the stage."""
    params, confidence = read_section(SimilarityParams), load_study(HERE)["confidence"]
    similarities = compare_spaces(
        spaces_of_study(), params, read_section(PreprocessParams), confidence
    )
    data, found = data_line(), findings(similarities)
    save_figure(draw_scores(similarities.shared, confidence, data), REPORTS / "spaces")
    write_json(REPORTS / "spaces.json", {"data": data, "answers": found, **metrics(similarities)})
    report = similarities_markdown(similarities, data, preface(similarities))
    write_text(REPORTS / "spaces.md", report)
    print(f"wrote {REPORTS / 'spaces.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()

"""The page's section on `studies/learning_curves`, which has a pipeline of its own."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.report.learning_curves import Rows, leads, turning_point
from reelvec.report.page_parts import as_address, page_environment

PRETRAINED, SCRATCH = ("glove_frozen", "word2vec_frozen"), "scratch"
CONFIDENCE = 0.95

Cells = Sequence[Sequence[str]]

SECTION = """\
{% from "table" import table %}
<figure>
<div><img src="{{ picture }}" alt="Test accuracy by the number of training reviews"></div>
<figcaption>{{ study.sentences|join(" ") }} From <code>studies/learning_curves</code>, on:
{{ study.data }}.</figcaption>
</figure>
<h3>What preprocessing does</h3>
{{ table(study.ablation, "words") }}
<p class="note">Lemmas, stopwords dropped, negations kept; from the same study, each model trained
once. Known to GloVe: the share of the training tokens that have a vector there.</p>
"""


@dataclass(frozen=True, slots=True)
class Study:
    """What `studies/learning_curves` found, on data of its own.

    Attributes:
        data: the line that says which reviews.
        turn: up to how many reviews pretrained vectors win, in a sentence.
        sentences: the same for each kind of them, with the differences.
        ablation: table of what preprocessing does, the header first.
        picture: the learning curves, SVG.
    """

    data: str
    turn: str
    sentences: list[str]
    ablation: Cells
    picture: bytes


def render_study(study: Study) -> str:
    """The section as HTML; whatever is filled in is text."""
    section = page_environment({"section": SECTION}).get_template("section")
    return section.render(study=study, picture=as_address(study.picture))


def read_study(folder: Path) -> Study:
    """Read the reports of `studies/learning_curves`.

    Raises:
        ReelvecError: a file is missing or damaged.
    """
    try:
        rows = list(csv.DictReader((folder / "curves.csv").read_text("utf-8").splitlines()))
        cells: Rows = [
            {
                "model": row["model"],
                "reviews": int(row["reviews"]),
                "seed": int(row["seed"]),
                "accuracy": float(row["accuracy"]),
            }
            for row in rows
        ]
        rows_of_ablation = (folder / "preprocessing.csv").read_text("utf-8").splitlines()
        ablation = _ablation_table(list(csv.reader(rows_of_ablation)))
        data = (folder / "curves.md").read_text("utf-8").partition("\n")[0]
        picture = (folder / "curves.svg").read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise ReelvecError(
            f"{folder}: not there or damaged ({error}); run `make studies`, or take it from git"
        ) from None
    models = {row["model"] for row in cells}
    known = [name for name in PRETRAINED if {name, SCRATCH} <= models]
    sentences = [turning_point(cells, name, SCRATCH, CONFIDENCE) for name in known]
    turn = "; ".join(_turn(cells, name) for name in known)
    return Study(data, turn, sentences, ablation, picture)


def _turn(cells: Rows, name: str) -> str:
    """Up to how many reviews pretrained vectors beat those from scratch."""
    found = leads(cells, name, SCRATCH, CONFIDENCE)
    wins = [size for size, lead in found.items() if lead.low > 0]
    if not wins:
        return f"{name} beats {SCRATCH} with no number of training reviews"
    most = max(wins, key=lambda size: found[size].value)
    gain = f"{100 * found[most].value:+.1f} points with {most:,}"
    smaller = [size for size in found if size <= max(wins)]
    sizes = f"up to {max(wins):,}" if smaller == wins else _listed(wins)
    return f"{name} beats {SCRATCH} with {sizes} training reviews ({gain})"


def _listed(sizes: Sequence[int]) -> str:
    return ", ".join(f"{size:,}" for size in sizes)


def _ablation_table(rows: Cells) -> Cells:
    """Shares as percentages, booleans as words, names without underscores."""
    header, *body = rows
    shown = {"True": "yes", "False": "no"}

    def cell(column: str, value: str) -> str:
        if column in ("accuracy", "coverage"):
            return f"{float(value):.2%}"
        if column == "tokens_a_review":
            return f"{float(value):.0f}"
        return shown.get(value, value)

    names = {"coverage": "GloVe knows", "accuracy": "Test accuracy"}
    titles = [names.get(column, column.replace("_", " ").capitalize()) for column in header]
    cells = [
        [cell(column, value) for column, value in zip(header, row, strict=True)] for row in body
    ]
    return [titles, *cells]

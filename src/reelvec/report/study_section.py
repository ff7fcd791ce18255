"""What the page tells of `studies/learning_curves`, which has a pipeline of its own."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json

Cells = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Study:
    """What `studies/learning_curves` found, on data of its own.

    Attributes:
        data: the line that says which reviews.
        turn: up to how many reviews pretrained vectors win, in a sentence.
        sentences: the same for each kind of them, with the differences.
        ablation: table of what preprocessing does, the header first.
    """

    data: str
    turn: str
    sentences: list[str]
    ablation: Cells


def read_study(folder: Path) -> Study:
    """Read the reports of `studies/learning_curves`.

    Raises:
        ReelvecError: a file is missing or damaged.
    """
    try:
        told = read_json(folder / "curves.json")
        rows = (folder / "preprocessing.csv").read_text("utf-8").splitlines()
        ablation = _ablation_table(list(csv.reader(rows)))
        return Study(told["data"], told["turn"], told["sentences"], ablation)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReelvecError(
            f"{folder}: not there or damaged ({error}); run `make studies`, or take it from git"
        ) from None


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

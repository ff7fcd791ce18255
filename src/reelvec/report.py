"""One page for people with all that the pipeline found: `reports/index.html`."""

import base64
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from reelvec.comparison import Comparison, answer, pairs_table, results_table
from reelvec.errors import ReelvecError
from reelvec.files import read_json
from reelvec.learning_curves import Rows, turning_point
from reelvec.mistakes import Mistake
from reelvec.params import Params, VariantParams
from reelvec.report_template import EXPLORER, PAGE
from reelvec.seeds import mean_over_seeds

ASSETS = Path(__file__).parent / "page"
"""Scripts and styles that the page holds within."""

SCORES = {
    "analogies_accuracy": "Analogies",
    "wordsim353_spearman": "WordSim-353",
    "simlex999_spearman": "SimLex-999",
    "sentiment_separation": "Sentiment: separation",
    "sentiment_nearest": "Sentiment: nearest agrees",
}
NEAREST = 8
PRETRAINED, SCRATCH = ("glove_frozen", "word2vec_frozen"), "scratch"
CONFIDENCE = 0.95

Cells = Sequence[Sequence[Any]]


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


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the page shows beside the parameters.

    Attributes:
        data: the line that says which reviews, put first.
        comparison: of all variants.
        similarities: `reports/metrics/similarities.json`.
        neighbors: `reports/neighbors.json`.
        mistakes: the surest ones of each variant.
        behaviour: table of models and checks, the header first.
        figures: SVG by name: those of `reports/figures`.
        explorer: what `explorer_data` gave.
        study: the learning curves.
    """

    data: str
    comparison: Comparison
    similarities: Mapping[str, Any]
    neighbors: Mapping[str, Any]
    mistakes: Mapping[str, Sequence[Mistake]]
    behaviour: Cells
    figures: Mapping[str, bytes]
    explorer: Mapping[str, Any]
    study: Study


def render_report(params: Params, found: Findings) -> str:
    """Fill in the page. Whatever is filled in is text, never markup.

    Args:
        params: of the pipeline.
        found: what its stages found.

    Returns:
        HTML that loads nothing: pictures, styles, scripts and the explorer's data are within.
    """
    environment = Environment(
        loader=DictLoader({"page": PAGE, "explorer": EXPLORER}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sections = params.model_dump(mode="json")
    page = environment.get_template("page").render(
        data=found.data,
        answer=answer(found.comparison, params.variants),
        results=results_table(found.comparison),
        pairs=pairs_table(found.comparison, params.variants),
        behaviour=found.behaviour,
        scores=_score_table(found.similarities),
        neighbors=_neighbor_table(found.neighbors),
        mistakes=found.mistakes,
        study=found.study,
        study_picture=_as_address(found.study.picture),
        pictures={name: _as_address(svg) for name, svg in found.figures.items()},
        explorer=_as_json(found.explorer),
        assets={path.name: _trusted(path) for path in sorted(ASSETS.iterdir())},
        variants=_variant_table(params.variants),
        parameters={
            name: [(key, _shown(value)) for key, value in section.items()]
            for name, section in sections.items()
            if name != "variants"
        },
    )
    return page + "\n"


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
        ablation = list(csv.reader((folder / "preprocessing.csv").read_text("utf-8").splitlines()))
        data = (folder / "curves.md").read_text("utf-8").partition("\n")[0]
        picture = (folder / "curves.svg").read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise ReelvecError(
            f"{folder}: not there or damaged ({error}); run `make studies`, or take it from git"
        ) from None
    models = {row["model"] for row in cells}
    sentences = [
        turning_point(cells, name, SCRATCH, CONFIDENCE)
        for name in PRETRAINED
        if {name, SCRATCH} <= models
    ]
    return Study(data, _turn(cells), sentences, _ablation_table(ablation), picture)


def read_results(path: Path, stage: str) -> dict[str, Any]:
    """Read the JSON of an earlier stage.

    Raises:
        ReelvecError: it is not there, or cut off.
    """
    try:
        found = read_json(path)
    except (FileNotFoundError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise ReelvecError(f"{path}: not there or cut off; run `dvc repro {stage}` to make it")
    return found


def _score_table(similarities: Mapping[str, Any]) -> Cells:
    """A row for each space, scored on the words that all spaces share."""
    rows = [
        [name, *(_score(space["shared"].get(score)) for score in SCORES)]
        for name, space in similarities["spaces"].items()
    ]
    return [["Space", *SCORES.values()], *rows]


def _score(value: float | None) -> str:
    return "too few words" if value is None else f"{value:.3f}"


def _neighbor_table(neighbors: Mapping[str, Any]) -> Cells:
    """A row for each probe word, with its nearest own words in each space."""
    columns = {name: space["own"]["neighbors"] for name, space in neighbors.items()}
    probes = dict.fromkeys(word for column in columns.values() for word in column)
    rows = [[word, *(_nearest(column.get(word)) for column in columns.values())] for word in probes]
    return [["Word", *columns], *rows]


def _nearest(found: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Words and cosines; none when the space does not have the word."""
    nearest = (found or {}).get("nearest") or {}
    return [(word, f"{cosine:.2f}") for word, cosine in list(nearest.items())[:NEAREST]]


def _turn(cells: Rows) -> str:
    """Which pretrained vectors beat those from scratch up to how many reviews."""
    accuracy = {(row["model"], row["reviews"], row["seed"]): row["accuracy"] for row in cells}
    parts = []
    for name in PRETRAINED:
        differences: dict[int, list[float]] = {}
        for model, reviews, seed in accuracy:
            if model == name and (SCRATCH, reviews, seed) in accuracy:
                lead = accuracy[model, reviews, seed] - accuracy[SCRATCH, reviews, seed]
                differences.setdefault(reviews, []).append(lead)
        leads = {size: mean_over_seeds(each, CONFIDENCE) for size, each in differences.items()}
        wins = [size for size, lead in leads.items() if lead.low > 0]
        if wins:
            most = max(wins, key=lambda size: leads[size].value)
            gain = f"{100 * leads[most].value:+.1f} points with {most:,}"
            parts.append(f"{name} beats {SCRATCH} up to {max(wins):,} training reviews ({gain})")
        elif leads:
            parts.append(f"{name} beats {SCRATCH} with no number of training reviews")
    return "; ".join(parts)


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


def _as_address(svg: bytes) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _as_json(value: Any) -> Markup:
    """JSON that may stand in a script element: no `<` begins or ends anything there."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _trusted(path: Path) -> Markup:
    """A script or a style of this project."""
    return Markup(path.read_text(encoding="utf-8"))


def _variant_table(variants: Mapping[str, VariantParams]) -> Cells:
    keys = list(VariantParams.model_fields)
    rows = [
        [name, *(_shown(getattr(variant, key)) for key in keys)]
        for name, variant in variants.items()
    ]
    return [["Variant", *(key.replace("_", " ") for key in keys)], *rows]


def _shown(value: Any) -> str:
    """A parameter as `params.yaml` writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return "–" if value is None else str(value)

"""One page for people with all that the pipeline found: `reports/index.html`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import Params
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.comparison_report import answer, pairs_table, results_table
from reelvec.evaluation.mistakes import Mistake
from reelvec.report.page_parts import as_address, page_environment
from reelvec.report.report_template import EXPLORER, PAGE

ASSETS = Path(__file__).parent / "assets"
"""Scripts and styles that the page holds within."""

SCORES = {
    "analogies_accuracy": "Analogies",
    "wordsim353_spearman": "WordSim-353",
    "simlex999_spearman": "SimLex-999",
    "sentiment_separation": "Sentiment: separation",
    "sentiment_nearest": "Sentiment: nearest agrees",
}
ASKED = {
    "analogies_accuracy": "analogies_asked",
    "wordsim353_spearman": "wordsim353_pairs",
    "simlex999_spearman": "simlex999_pairs",
    "sentiment_separation": "sentiment_words",
    "sentiment_nearest": "sentiment_words",
}
"""How many questions, pairs or words a score is over."""

NEAREST = 8

Cells = Sequence[Sequence[Any]]


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
    """

    data: str
    comparison: Comparison
    similarities: Mapping[str, Any]
    neighbors: Mapping[str, Any]
    mistakes: Mapping[str, Sequence[Mistake]]
    behaviour: Cells
    figures: Mapping[str, bytes]
    explorer: Mapping[str, Any]


def render_report(params: Params, found: Findings) -> str:
    """Fill in the page. Whatever is filled in is text, never markup.

    Args:
        params: of the pipeline.
        found: what its stages found.

    Returns:
        HTML that loads nothing: pictures, styles, scripts and the explorer's data are within.
    """
    environment = page_environment({"page": PAGE, "explorer": EXPLORER})
    sections = params.model_dump(mode="json")
    page = environment.get_template("page").render(
        data=found.data,
        answer=answer(found.comparison, params.variants),
        results=results_table(found.comparison),
        pairs=pairs_table(found.comparison, params.variants),
        behaviour=found.behaviour,
        scores=_score_table(found.similarities),
        asked=_asked(found.similarities),
        neighbors=_neighbor_table(found.neighbors),
        mistakes=found.mistakes,
        pictures={name: as_address(svg) for name, svg in found.figures.items()},
        explorer=_as_json(found.explorer),
        assets={path.name: _trusted(path) for path in sorted(ASSETS.glob("*.*"))},
        variants=_variant_table(params.variants),
        parameters={
            name: [(key, _shown(value)) for key, value in section.items()]
            for name, section in sections.items()
            if name != "variants"
        },
    )
    return page + "\n"


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


def _asked(similarities: Mapping[str, Any]) -> list[str] | None:
    """How many questions, pairs or words each score is over; the same for all spaces."""
    shared = [space["shared"] for space in similarities["spaces"].values()]
    return ["asked", *(f"{shared[0][ASKED[score]]:,}" for score in SCORES)] if shared else None


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

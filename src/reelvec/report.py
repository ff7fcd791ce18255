"""One page for people with all that the pipeline found: `reports/index.html`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from reelvec.comparison import Comparison, answer, pairs_table, results_table
from reelvec.errors import ReelvecError
from reelvec.files import read_json
from reelvec.mistakes import Mistake
from reelvec.params import Params, VariantParams
from reelvec.report_template import PAGE

SECTIONS = ("imdb", "glove", "preprocess", "vocabulary", "training", "evaluation")
"""Sections of `params.yaml` that the page shows as they are; `variants` has a table."""

SCORES = {
    "analogies_accuracy": "Analogies",
    "wordsim353_spearman": "WordSim-353",
    "simlex999_spearman": "SimLex-999",
    "sentiment_separation": "Sentiment: separation",
    "sentiment_nearest": "Sentiment: nearest agrees",
}
NEAREST = 8

Cells = Sequence[Sequence[Any]]


def render_report(
    params: Params,
    comparison: Comparison,
    similarities: Mapping[str, Any],
    neighbors: Mapping[str, Any],
    mistakes: Mapping[str, Sequence[Mistake]],
    behaviour: Cells,
    data: str,
) -> str:
    """Fill in the page. Whatever is filled in is text, never markup.

    Args:
        params: of the pipeline.
        comparison: of all variants.
        similarities: `reports/metrics/similarities.json`.
        neighbors: `reports/neighbors.json`.
        mistakes: the surest ones of each variant.
        behaviour: table of models and checks, the header first.
        data: the line that says which reviews, put first.

    Returns:
        HTML without scripts, which loads nothing but pictures from `figures/` beside it.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    sections = params.model_dump(mode="json")
    return (
        environment.from_string(PAGE).render(
            data=data,
            answer=answer(comparison, params.variants),
            results=results_table(comparison),
            pairs=pairs_table(comparison, params.variants),
            behaviour=behaviour,
            scores=_score_table(similarities),
            neighbors=_neighbor_table(neighbors),
            mistakes=mistakes,
            variants=_variant_table(params.variants),
            parameters={
                name: [(key, _shown(value)) for key, value in sections[name].items()]
                for name in SECTIONS
            },
        )
        + "\n"
    )


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

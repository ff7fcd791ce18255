"""What the page says, gathered from the results of all stages: `data/report.json`.

Words, numbers and tables alone: pictures and the explorer's words have files of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again, shown
from reelvec.base.project.files import read_json
from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import Params
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.comparison_report import answer, pairs_table, results_table
from reelvec.evaluation.mistakes import Mistake
from reelvec.models.logits import labels_as_json
from reelvec.spaces.answers import ASKED

SCORES = {
    "analogies_accuracy": "Analogies",
    "wordsim353_spearman": "WordSim-353",
    "simlex999_spearman": "SimLex-999",
    "sentiment_separation": "Sentiment: separation",
    "sentiment_nearest": "Sentiment: nearest agrees",
}

NEAREST = 8

Cells = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the stages found.

    Attributes:
        data: the line that says which reviews, put first.
        comparison: of all variants.
        similarities: `reports/metrics/similarities.json`.
        neighbors: `reports/neighbors.json`.
        mistakes: the surest ones of each variant.
        behaviour: table of models and checks, the header first.
        labels: what the data calls negative and positive reviews.
    """

    data: str
    comparison: Comparison
    similarities: Mapping[str, Any]
    neighbors: Mapping[str, Any]
    mistakes: Mapping[str, Sequence[Mistake]]
    behaviour: Cells
    labels: LabelNames = LABELS


def page_contents(params: Params, found: Findings) -> dict[str, Any]:
    """What the page's template fills in, as JSON can hold it.

    Args:
        params: of the pipeline.
        found: what its stages found.
    """
    sections = params.model_dump(mode="json")
    return {
        "data": found.data,
        **labels_as_json(found.labels),
        "answer": answer(found.comparison, params.variants),
        "results": results_table(found.comparison),
        "pairs": pairs_table(found.comparison, params.variants),
        "behaviour": found.behaviour,
        "findings": found.similarities["findings"],
        "scores": _score_table(found.similarities),
        "asked": _asked(found.similarities),
        "neighbors": _neighbor_table(found.neighbors),
        "mistakes": {
            name: [_told(each, found.labels) for each in them]
            for name, them in found.mistakes.items()
        },
        "variants": _variant_table(params.variants),
        "parameters": {
            name: [(key, _shown(value)) for key, value in section.items()]
            for name, section in sections.items()
            if name != "variants"
        },
    }


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
        raise ReelvecError(f"{path}: not there or cut off; {run_again(stage)}")
    return found


def _told(mistake: Mistake, names: LabelNames) -> dict[str, Any]:
    return {
        "path": mistake.path,
        "verdict": mistake.verdict(names),
        "words": list(mistake.words),
        "paragraphs": mistake.paragraphs,
    }


def _score_table(similarities: Mapping[str, Any]) -> Cells:
    """A row for each space, scored on the words that all spaces share."""
    rows = [
        [name, *(_score(space["shared"], score) for score in SCORES)]
        for name, space in similarities["spaces"].items()
    ]
    return [["Space", *SCORES.values()], *rows]


def _asked(similarities: Mapping[str, Any]) -> list[str] | None:
    """How many questions, pairs or words each score is over; the same for all spaces."""
    shared = [space["shared"] for space in similarities["spaces"].values()]
    return ["asked", *(f"{shared[0][ASKED[score]]:,}" for score in SCORES)] if shared else None


def _score(scores: Mapping[str, float | None], name: str) -> str:
    """A figure, with its interval where there is one."""
    value, low, high = (scores.get(key) for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return "too few words"
    return f"{value:.3f}" if low is None else f"{value:.3f} ({low:.3f} to {high:.3f})"


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
    """A parameter as `params.yaml` writes it, but for what is secret in an address."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return "–" if value is None else shown(str(value))

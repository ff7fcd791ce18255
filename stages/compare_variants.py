"""Hold all variants against each other: predictions and metrics to reports/comparison.md."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json, write_text
from reelvec.base.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.comparison import answer, compare, comparison_markdown, other_rows
from reelvec.evaluation.predictions import (
    BASELINE_PREDICTIONS,
    ENSEMBLE_PREDICTIONS,
    PREDICTIONS,
    check_leftovers,
    load_predictions,
)

REPORTS = Path("reports")
METRICS = REPORTS / "metrics"


def main() -> None:
    """Run the stage."""
    params = load_params()
    variants = params.variants
    check_leftovers(variants)
    baselines = other_rows(METRICS, "baselines", params.baselines)
    ensembles = other_rows(METRICS, "ensembles", params.ensembles)
    predictions = load_predictions(
        {
            PREDICTIONS: variants,
            BASELINE_PREDICTIONS: baselines,
            ENSEMBLE_PREDICTIONS: ensembles,
        }
    )
    others = {**baselines, **ensembles}
    comparison = compare(predictions, METRICS, params.evaluation.confidence, others)
    write_json(METRICS / "comparison.json", comparison.as_json())
    write_text(REPORTS / "comparison.md", comparison_markdown(comparison, variants, data_line()))
    print(answer(comparison, variants))


if __name__ == "__main__":
    with shown_to_people():
        main()

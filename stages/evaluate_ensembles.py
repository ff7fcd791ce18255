"""Test the ensembles, from what their members predicted: to reports/metrics/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import replacing, write_json
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.predictions import (
    BASELINE_PREDICTIONS,
    ENSEMBLE_PREDICTIONS,
    PREDICTIONS,
    Predictions,
    load_predictions,
)
from reelvec.evaluation.scores import evaluate
from reelvec.models.ensemble import Ensemble


def main() -> None:
    """Run the stage."""
    params = load_params()
    metrics = {}
    with replacing(ENSEMBLE_PREDICTIONS) as folder:
        folder.mkdir()
        for name in params.ensembles:
            ensemble = Ensemble.load(Path("data/ensembles") / f"{name}.json")
            variants = [member for member in ensemble.members if member in params.variants]
            others = [member for member in ensemble.members if member not in variants]
            members = load_predictions({PREDICTIONS: variants, BASELINE_PREDICTIONS: others})
            first = next(iter(members.values()))
            probabilities = ensemble.probabilities(
                [members[member].probabilities for member in ensemble.members]
            )
            predictions = Predictions(first.review_ids, first.labels, probabilities)
            predictions.save(folder / f"{name}.parquet")
            metrics[name] = evaluate(predictions, params.evaluation)
            print(f"{name}: {metrics[name]['accuracy']:.2%} of the test reviews right")
    write_json(Path("reports/metrics/evaluate_ensembles.json"), metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()

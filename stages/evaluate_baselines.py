"""Test the baselines: data/baselines/ and the test reviews to reports/metrics/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import replacing, write_json
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.predictions import BASELINE_PREDICTIONS, Predictions
from reelvec.evaluation.scores import evaluate
from reelvec.models.linear import Baseline
from reelvec.text.dataset import Dataset

DATA = Path("data")


def main() -> None:
    """Run the stage."""
    params = load_params()
    metrics = {}
    with replacing(BASELINE_PREDICTIONS) as folder:
        folder.mkdir()
        for name, each in params.baselines.items():
            test = Dataset.load(DATA / each.text / "test")
            probabilities = Baseline.load(DATA / "baselines" / name).probabilities_of(test.reviews)
            predictions = Predictions(test.review_ids, test.targets, probabilities)
            predictions.save(folder / f"{name}.parquet")
            metrics[name] = evaluate(predictions, params.evaluation)
            print(f"{name}: {metrics[name]['accuracy']:.2%} of the test reviews right")
    write_json(Path("reports/metrics/evaluate_baselines.json"), metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()

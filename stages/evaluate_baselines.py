"""Test the baselines: data/baselines/ and the test reviews to reports/metrics/."""

from pathlib import Path

import pyarrow.parquet as pq

from reelvec.baselines import Baseline
from reelvec.dataset import Dataset
from reelvec.errors import shown_to_people
from reelvec.evaluation import evaluate
from reelvec.files import replacing, write_json
from reelvec.params import load_params
from reelvec.predictions import BASELINE_PREDICTIONS, Predictions
from reelvec.text import tokenize


def main() -> None:
    """Run the stage."""
    params = load_params()
    texts = pq.read_table("data/raw/imdb.parquet", filters=[("split", "=", "test")])["text"]
    corpus = tokenize(texts, params.baselines.preprocess)
    test = Dataset.load(Path("data/processed/test"))
    metrics = {}
    with replacing(BASELINE_PREDICTIONS) as folder:
        folder.mkdir()
        for name in params.baselines.models:
            probabilities = Baseline.load(Path("data/baselines") / name).probabilities(corpus)
            predictions = Predictions(test.review_ids, test.targets, probabilities)
            predictions.save(folder / f"{name}.parquet")
            metrics[name] = evaluate(predictions, params.evaluation)
            print(f"{name}: {metrics[name]['accuracy']:.2%} of the test reviews right")
    write_json(Path("reports/metrics/evaluate_baselines.json"), metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()

"""Test one variant: data/models/<variant>/ and data/processed/test/ to reports/."""

import sys
from collections.abc import Sequence
from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.files import write_json, write_text
from reelvec.base.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.curves import as_csv
from reelvec.evaluation.explain import contributions
from reelvec.evaluation.mistakes import (
    MISTAKES,
    Words,
    explained,
    find_mistakes,
    mistakes_markdown,
    save_mistakes,
)
from reelvec.evaluation.predictions import PREDICTIONS, Predictions
from reelvec.evaluation.scores import calibration_curve, confusion_csv, evaluate, roc_points
from reelvec.models.predictor import Predictor
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import UNKNOWN, limit_ids

REPORTS = Path("reports")
PLOTS = REPORTS / "plots"


def main() -> None:
    """Run the stage for the variant that the command line names."""
    if len(sys.argv) != 2:
        raise ReelvecError("expected one argument, the variant: python stages/evaluate.py scratch")
    variant, params = sys.argv[1], load_params()
    params.variant(variant)
    predictor = Predictor.load(Path("data/models") / variant)
    test = Dataset.load(Path("data") / predictor.params.text / "test")
    probabilities = predictor.probabilities_of(test.reviews)
    predictions = Predictions(test.review_ids, test.targets, probabilities)
    metrics = evaluate(predictions, params.evaluation)
    ids = limit_ids(test.reviews, len(predictor.tokenizer.vocabulary)).ids
    unknown = float((ids == UNKNOWN).mean()) if len(ids) else 0.0
    found = find_mistakes(predictions, Path("data/raw/imdb.parquet"), params.evaluation.mistakes)

    def decide(texts: Sequence[str]) -> list[Words]:
        return [
            tuple((each.words, each.logit) for each in words)
            for words in contributions(predictor, texts)
        ]

    mistakes = explained(found, decide)

    predictions.save(PREDICTIONS / f"{variant}.parquet")
    write_json(
        REPORTS / "metrics" / "evaluate" / f"{variant}.json",
        {**metrics, "out_of_vocabulary": unknown},
    )
    calibration = calibration_curve(predictions, params.evaluation.calibration_bins)
    write_text(PLOTS / "roc" / f"{variant}.csv", as_csv(roc_points(predictions)))
    write_text(PLOTS / "calibration" / f"{variant}.csv", as_csv(calibration))
    write_text(PLOTS / "confusion" / f"{variant}.csv", confusion_csv(predictions))
    save_mistakes(MISTAKES / f"{variant}.json", mistakes)
    write_text(
        REPORTS / "mistakes" / f"{variant}.md", mistakes_markdown(variant, mistakes, data_line())
    )
    print(
        f"{variant}: {metrics['accuracy']:.2%} of {metrics['test_reviews']:,} test reviews right "
        f"({100 * params.evaluation.confidence:g}% interval {metrics['accuracy_low']:.2%} to "
        f"{metrics['accuracy_high']:.2%})"
    )


if __name__ == "__main__":
    with shown_to_people():
        main()

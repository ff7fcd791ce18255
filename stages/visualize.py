"""Draw the pictures: spaces, learning curves and predictions to reports/figures/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.curves import read_curves
from reelvec.evaluation.predictions import PREDICTIONS, check_leftovers, load_predictions
from reelvec.evaluation.scores import area_under_roc, calibration_error
from reelvec.report.figures import (
    CALIBRATION_COLUMNS,
    LEARNING_COLUMNS,
    ROC_COLUMNS,
    draw_calibration,
    draw_confusion,
    draw_learning_curves,
    draw_roc,
    draw_words,
    save_figure,
)
from reelvec.spaces.keyed_vectors import load_space
from reelvec.spaces.word_map import map_words, words_to_label
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary
from reelvec.tracking.runs import record_variant

PROCESSED = Path("data/processed")
PLOTS = Path("reports/plots")
FIGURES = Path("reports/figures")


def main() -> None:
    """Run the stage."""
    params, data = load_params(), data_line()
    check_leftovers(params.variants)
    word_map = map_words(
        {name: load_space(name) for name in params.visualization.spaces},
        Vocabulary.load(PROCESSED / "vocab.tsv"),
        Dataset.load(PROCESSED / "train"),
        params.visualization,
    )
    labelled = words_to_label(word_map, params.visualization.labels)
    predictions = load_predictions({PREDICTIONS: params.variants})
    areas = {name: area_under_roc(each) for name, each in predictions.items()}
    calibration = read_curves(PLOTS / "calibration", params.variants, CALIBRATION_COLUMNS)
    errors = {name: calibration_error(curve) for name, curve in calibration.items()}
    training = read_curves(PLOTS / "training", params.variants, LEARNING_COLUMNS)
    roc = read_curves(PLOTS / "roc", params.variants, ROC_COLUMNS)

    save_figure(draw_words(word_map, labelled, data), FIGURES / "words")
    save_figure(draw_learning_curves(training, data), FIGURES / "learning_curves")
    save_figure(draw_roc(roc, areas, data), FIGURES / "roc")
    save_figure(draw_calibration(calibration, errors, data), FIGURES / "calibration")
    save_figure(draw_confusion(predictions, data), FIGURES / "confusion")
    for name in params.variants:
        record_variant(params, name)
    print(f"wrote {FIGURES}: words, learning_curves, roc, calibration, confusion")


if __name__ == "__main__":
    with shown_to_people():
        main()

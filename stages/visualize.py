"""Draw the pictures: spaces, learning curves and predictions to reports/figures/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import read_json
from reelvec.base.project.params_file import read_entries, read_section
from reelvec.base.project.paths import FIGURES, LENGTHS, PLOTS, PROCESSED, TRAIN, VOCABULARY
from reelvec.base.project.provenance import data_line, label_names
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.visualization import VisualizationParams
from reelvec.evaluation.curves import read_curves
from reelvec.evaluation.predictions import check_leftovers, load_predictions
from reelvec.evaluation.scores import area_under_roc, calibration_error
from reelvec.report.figures.lengths import draw_lengths
from reelvec.report.figures.style import save_figure
from reelvec.report.figures.variants import (
    CALIBRATION_COLUMNS,
    LEARNING_COLUMNS,
    ROC_COLUMNS,
    draw_calibration,
    draw_confusion,
    draw_learning_curves,
    draw_roc,
)
from reelvec.report.figures.words import draw_words
from reelvec.spaces.keyed_vectors import load_space
from reelvec.spaces.word_map import map_words, words_to_label
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary


def main() -> None:
    """Run the stage."""
    params, data, names = read_section(VisualizationParams), data_line(), label_names()
    variants = read_entries(VariantParams)
    check_leftovers(variants)
    word_map = map_words(
        {name: load_space(name) for name in params.spaces},
        Vocabulary.load(PROCESSED / VOCABULARY),
        Dataset.load(PROCESSED / TRAIN),
        params,
    )
    labelled = words_to_label(word_map, params.labels)
    predictions = load_predictions(variants)
    areas = {name: area_under_roc(each) for name, each in predictions.items()}
    calibration = read_curves(PLOTS / "calibration", variants, CALIBRATION_COLUMNS)
    errors = {name: calibration_error(curve) for name, curve in calibration.items()}
    training = read_curves(PLOTS / "training", variants, LEARNING_COLUMNS)
    lengths = read_json(LENGTHS)
    by_length = draw_lengths(lengths["excerpts"], lengths["default"], list(variants), data)
    roc = read_curves(PLOTS / "roc", variants, ROC_COLUMNS)

    save_figure(draw_words(word_map, labelled, data, names), FIGURES / "words")
    save_figure(draw_learning_curves(training, data), FIGURES / "learning_curves")
    save_figure(draw_roc(roc, areas, data), FIGURES / "roc")
    save_figure(draw_calibration(calibration, errors, data, names), FIGURES / "calibration")
    save_figure(draw_confusion(predictions, data, names), FIGURES / "confusion")
    save_figure(by_length, FIGURES / "lengths")
    print(f"wrote {FIGURES}: words, learning_curves, roc, calibration, confusion, lengths")


if __name__ == "__main__":
    with shown_to_people():
        main()

"""How well a variant does on the test reviews: scores, curves, mistakes.

Everything here is a function of labels and probabilities; nothing is read or written.
"""

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.base.statistics import share_interval
from reelvec.evaluation.curves import Curve
from reelvec.evaluation.predictions import Predictions

if TYPE_CHECKING:
    from reelvec.base.schema.evaluation import EvaluationParams

Metrics = dict[str, int | float]
ROC_POINTS = 500


def evaluate(predictions: Predictions, params: "EvaluationParams") -> Metrics:
    """Score the predictions.

    Args:
        predictions: of the test reviews.
        params: the confidence of the interval and the number of calibration bins.

    Returns:
        `test_reviews`, `accuracy` with its Wilson interval `accuracy_low` to `accuracy_high`,
        `precision`, `recall` and `f1` of the positive class (0 where nothing was called
        positive), `roc_auc`, `log_loss` (natural logarithm; a probability of exactly 0 or 1 is
        moved inwards by the smallest step, so that one sure mistake is not infinite),
        `calibration_error`, and the four counts of the confusion matrix.

    Raises:
        ReelvecError: as for `check_predictions`.
    """
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    check_predictions(predictions)
    labels, probabilities = predictions.labels, predictions.probabilities
    right = int(predictions.correct.sum())
    low, high = share_interval(right, len(labels), params.confidence)
    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, predictions.predicted, average="binary", zero_division=0.0
    )
    (true_negatives, false_positives), (false_negatives, true_positives) = confusion_matrix(
        labels, predictions.predicted, labels=[0, 1]
    )
    calibration = calibration_curve(predictions, params.calibration_bins)
    return {
        "test_reviews": len(labels),
        "accuracy": right / len(labels),
        "accuracy_low": float(low),
        "accuracy_high": float(high),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "roc_auc": area_under_roc(predictions),
        "log_loss": float(log_loss(labels, probabilities)),
        "calibration_error": calibration_error(calibration),
        "true_positives": int(true_positives),
        "false_positives": int(false_positives),
        "true_negatives": int(true_negatives),
        "false_negatives": int(false_negatives),
    }


def check_predictions(predictions: Predictions) -> None:
    """See that there is something to score.

    Raises:
        ReelvecError: there are no test reviews, they are all of one class, or a probability is
            not a number from 0 to 1.
    """
    labels, probabilities = predictions.labels, predictions.probabilities
    if len(labels) == 0:
        raise ReelvecError("there are no test reviews: nothing can be evaluated")
    if len(np.unique(labels)) < 2:
        kind = "positive" if labels[0] else "negative"
        raise ReelvecError(
            f"all {len(labels):,} test reviews are {kind}: neither ROC nor precision and recall "
            "mean anything; the test part needs both"
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ReelvecError(
            "a predicted probability is not a number from 0 to 1: the training diverged; lower "
            "the variant's learning_rate"
        )


def roc_points(predictions: Predictions, limit: int = ROC_POINTS) -> Curve:
    """The ROC curve, thinned evenly along its corners so that a file of it stays small.

    Args:
        predictions: of the test reviews, of both classes.
        limit: rows at most, 2 or more.

    Returns:
        `false_positive_rate`, `true_positive_rate`, both rising from 0 to 1, and the
        `threshold` that gives them. The first row, where nothing is called positive, has the
        threshold 1 (in truth anything above the largest probability).
    """
    from sklearn.metrics import roc_curve

    false_positives, true_positives, thresholds = roc_curve(
        predictions.labels, predictions.probabilities
    )
    corners = len(thresholds)
    kept = np.unique(np.linspace(0, corners - 1, min(limit, corners)).round().astype(np.int64))
    return {
        "false_positive_rate": false_positives[kept],
        "true_positive_rate": true_positives[kept],
        "threshold": np.minimum(thresholds[kept], 1.0),
    }


def area_under_roc(predictions: Predictions) -> float:
    """How often a positive review is given a higher probability than a negative one."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(predictions.labels, predictions.probabilities))


def calibration_curve(predictions: Predictions, bins: int) -> Curve:
    """How often reviews of a predicted probability are in truth positive.

    Args:
        predictions: of the test reviews.
        bins: of equal width, each with its upper end: (0, 1/bins], (1/bins, 2/bins], …; a
            probability of exactly 0 falls in the first.

    Returns:
        for each bin that is not empty, by rising probability: `mean_probability`,
        `positive_fraction` and the number of `reviews`.
    """
    probabilities = predictions.probabilities
    bin_of_each = np.clip(np.ceil(probabilities * bins).astype(np.int64) - 1, 0, bins - 1)
    reviews = np.bincount(bin_of_each, minlength=bins)
    kept = reviews > 0
    reviews = reviews[kept]
    positives = np.bincount(bin_of_each, predictions.labels, minlength=bins)[kept]
    mass = np.bincount(bin_of_each, probabilities, minlength=bins)[kept]
    return {
        "mean_probability": mass / reviews,
        "positive_fraction": positives / reviews,
        "reviews": reviews,
    }


def calibration_error(calibration: Curve) -> float:
    """Expected calibration error: how far the calibration curve lies from the diagonal.

    The mean over reviews of |positive fraction − mean probability| of their bin. The definition
    for two classes of Naeini, Cooper and Hauskrecht (2015, "Obtaining Well Calibrated
    Probabilities Using Bayesian Binning"), with bins of equal width as in Guo et al. (2017, "On
    Calibration of Modern Neural Networks"), who apply it to the winning class of many.

    Args:
        calibration: from `calibration_curve`.

    Returns:
        0 (perfect) to 1.
    """
    gaps = np.abs(calibration["positive_fraction"] - calibration["mean_probability"])
    return float(np.average(gaps, weights=calibration["reviews"]))


def confident_mistakes(predictions: Predictions, count: int) -> NDArray[np.int64]:
    """The mistakes that the model was surest of.

    Args:
        predictions: of the test reviews.
        count: how many at most.

    Returns:
        positions of the reviews, surest first; equally sure ones in their order.
    """
    wrong = np.flatnonzero(~predictions.correct)
    sureness = np.abs(predictions.probabilities[wrong] - 0.5)
    return wrong[np.argsort(-sureness, kind="stable")[:count]]


def confusion_csv(predictions: Predictions, names: LabelNames = LABELS) -> str:
    """`actual,predicted`, one row a review: what DVC's confusion template counts."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("actual", "predicted"))
    pairs = zip(predictions.labels.tolist(), predictions.predicted.tolist(), strict=True)
    writer.writerows((names[actual], names[said]) for actual, said in pairs)
    return stream.getvalue()

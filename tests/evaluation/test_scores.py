"""Scores of a variant's predictions, against scikit-learn, closed forms and naive loops."""

import csv
import io
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.evaluation.curves import as_csv, read_curves
from reelvec.evaluation.predictions import Predictions, check_leftovers, load_predictions
from reelvec.evaluation.scores import (
    calibration_curve,
    calibration_error,
    confident_mistakes,
    confusion_csv,
    evaluate,
    roc_points,
)

DEFAULTS = EvaluationParams()


def predictions(labels: object, probabilities: object) -> Predictions:
    labels = np.array(labels, np.int8)
    return Predictions(
        np.arange(len(labels), dtype=np.int32), labels, np.array(probabilities, np.float64)
    )


def random_predictions(reviews: int = 4000, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    labels = np.arange(reviews) % 2
    logits = (generator.normal(labels * 2 - 1, 1.5)).astype(np.float32)
    return predictions(labels, 1 / (1 + np.exp(-logits)))


@st.composite
def some_predictions(draw: st.DrawFn) -> Predictions:
    """Both classes, with ties and with probabilities of exactly 0, 1/2 and 1."""
    probability = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1))
    rows = draw(st.lists(st.tuples(st.integers(0, 1), probability), max_size=40))
    labels, probabilities = zip(
        *[(0, draw(probability)), (1, draw(probability)), *rows], strict=True
    )
    return predictions(labels, probabilities)


@settings(max_examples=60, deadline=None)
@given(some_predictions())
def test_scores_are_those_of_scikit_learn(given_predictions: Predictions) -> None:
    labels, probabilities = given_predictions.labels, given_predictions.probabilities
    said = probabilities > 0.5
    found = evaluate(given_predictions, DEFAULTS)
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(labels, said))
    assert found["precision"] == pytest.approx(
        reference.precision_score(labels, said, zero_division=0)
    )
    assert found["recall"] == pytest.approx(reference.recall_score(labels, said))
    assert found["f1"] == pytest.approx(reference.f1_score(labels, said, zero_division=0))
    assert found["roc_auc"] == pytest.approx(reference.roc_auc_score(labels, probabilities))
    assert found["log_loss"] == pytest.approx(reference.log_loss(labels, probabilities))
    assert found["true_positives"] == (said & (labels == 1)).sum()
    assert found["false_positives"] == (said & (labels == 0)).sum()
    assert found["false_negatives"] == (~said & (labels == 1)).sum()
    assert found["true_negatives"] == (~said & (labels == 0)).sum()


def test_interval_is_wilsons() -> None:
    found = evaluate(predictions([1] * 8 + [0] * 2, [0.9] * 7 + [0.1] * 3), DEFAULTS)
    share, n, z = 0.9, 10, 1.959963984540054
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    assert (found["accuracy_low"], found["accuracy_high"]) == pytest.approx(
        (centre - margin, centre + margin)
    )


def test_interval_widens_with_confidence() -> None:
    wide = evaluate(random_predictions(), EvaluationParams(confidence=0.99))
    usual = evaluate(random_predictions(), EvaluationParams(confidence=0.95))
    assert wide["accuracy_low"] < usual["accuracy_low"] < usual["accuracy"]
    assert usual["accuracy"] < usual["accuracy_high"] < wide["accuracy_high"]


def test_probability_of_exactly_one_half_is_negative() -> None:
    assert predictions([0, 1], [0.5, np.nextafter(0.5, 1)]).predicted.tolist() == [0, 1]


def test_a_sure_mistake_gives_a_finite_log_loss() -> None:
    found = evaluate(predictions([1, 0], [0.0, 1.0]), DEFAULTS)
    assert 10 < found["log_loss"] < 1000
    assert found["accuracy"] == 0
    assert found["precision"] == 0


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([], [], "no test reviews"),
        ([1, 1], [0.4, 0.6], "all 2 test reviews are positive"),
        ([0], [0.4], "all 1 test reviews are negative"),
        ([0, 1], [0.4, math.nan], "diverged"),
        ([0, 1], [0.4, 1.5], "diverged"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    labels: list[int], probabilities: list[float], message: str
) -> None:
    with pytest.raises(ReelvecError, match=message):
        evaluate(predictions(labels, probabilities), DEFAULTS)


@settings(max_examples=60, deadline=None)
@given(some_predictions(), st.integers(2, 20))
def test_calibration_is_that_of_a_naive_loop(given_predictions: Predictions, bins: int) -> None:
    rows: dict[int, list[tuple[float, int]]] = {}
    for probability, label in zip(
        given_predictions.probabilities.tolist(), given_predictions.labels.tolist(), strict=True
    ):
        number = max(math.ceil(probability * bins), 1)
        rows.setdefault(number, []).append((probability, label))
    expected = 0.0
    curve = calibration_curve(given_predictions, bins)
    assert curve["reviews"].tolist() == [len(rows[number]) for number in sorted(rows)]
    for position, number in enumerate(sorted(rows)):
        mean = sum(probability for probability, _ in rows[number]) / len(rows[number])
        positive = sum(label for _, label in rows[number]) / len(rows[number])
        assert curve["mean_probability"][position] == pytest.approx(mean)
        assert curve["positive_fraction"][position] == pytest.approx(positive)
        expected += abs(mean - positive) * len(rows[number]) / len(given_predictions)
    assert calibration_error(curve) == pytest.approx(expected)


def test_calibration_error_is_zero_when_probabilities_are_true() -> None:
    labels = [0, 0, 0, 1, 1, 1, 1, 0]
    curve = calibration_curve(predictions(labels, [0.25] * 4 + [0.75] * 4), 10)
    assert calibration_error(curve) == 0


def test_roc_file_is_small_and_keeps_its_area() -> None:
    given_predictions = random_predictions(25_000)
    curve = roc_points(given_predictions)
    assert len(curve["threshold"]) == 500
    area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
    exact = reference.roc_auc_score(given_predictions.labels, given_predictions.probabilities)
    assert area == pytest.approx(exact, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(some_predictions(), st.integers(2, 10))
def test_roc_rises_from_corner_to_corner(given_predictions: Predictions, limit: int) -> None:
    curve = roc_points(given_predictions, limit)
    assert len(curve["threshold"]) <= limit
    for name in ("false_positive_rate", "true_positive_rate"):
        assert curve[name][0] == 0
        assert curve[name][-1] == 1
        assert (np.diff(curve[name]) >= 0).all()
    assert np.isfinite(curve["threshold"]).all()
    assert (np.diff(curve["threshold"]) <= 0).all()


def test_mistakes_are_the_surest_first_and_ties_keep_their_order() -> None:
    given_predictions = predictions([1, 0, 1, 0, 1, 0], [0.25, 0.75, 0.0, 0.1, 0.9, 0.75])
    assert confident_mistakes(given_predictions, 10).tolist() == [2, 0, 1, 5]
    assert confident_mistakes(given_predictions, 2).tolist() == [2, 0]
    assert confident_mistakes(given_predictions, 0).tolist() == []


def test_csv_is_read_back(tmp_path: Path) -> None:
    curve = calibration_curve(random_predictions(), 15)
    (tmp_path / "one.csv").write_text(as_csv(curve))
    read = read_curves(tmp_path, ["one"], curve)["one"]
    for name, column in curve.items():
        np.testing.assert_allclose(read[name], column, atol=5e-7)
    assert as_csv(curve).splitlines()[1].split(",")[2].isdecimal()


@pytest.mark.parametrize("text", ["", "epoch\n", "epoch\nx\n", "other\n1\n", "epoch,loss\n1\n"])
def test_a_damaged_curve_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.csv").write_text(text)
    with pytest.raises(ReelvecError, match=r"one\.csv"):
        read_curves(tmp_path, ["one"], ["epoch", "loss"])


def test_confusion_csv_has_a_row_for_each_review() -> None:
    rows = list(csv.reader(io.StringIO(confusion_csv(predictions([1, 0], [0.1, 0.2])))))
    assert rows == [["actual", "predicted"], ["positive", "negative"], ["negative", "negative"]]


def test_predictions_come_back_bit_for_bit_and_write_the_same_bytes(tmp_path: Path) -> None:
    original = random_predictions()
    original.save(tmp_path / "one.parquet")
    original.save(tmp_path / "two.parquet")
    read = Predictions.load(tmp_path / "one.parquet")
    np.testing.assert_array_equal(read.probabilities, original.probabilities)
    np.testing.assert_array_equal(read.labels, original.labels)
    np.testing.assert_array_equal(read.review_ids, original.review_ids)
    assert (read.probabilities.dtype, read.labels.dtype) == (np.float64, np.int8)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_missing_and_damaged_predictions_name_the_stage(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"one\.parquet: not there; run `dvc repro evaluate`"):
        Predictions.load(tmp_path / "one.parquet")
    (tmp_path / "two.parquet").write_bytes(b"half-written")
    with pytest.raises(ReelvecError, match=r"two\.parquet: .*; run `dvc repro evaluate`"):
        Predictions.load(tmp_path / "two.parquet")
    pq.write_table(pa.table({"label": [1]}), tmp_path / "three.parquet")
    with pytest.raises(ReelvecError, match="not a file of predictions"):
        Predictions.load(tmp_path / "three.parquet")


def test_predictions_for_other_reviews_are_refused(tmp_path: Path) -> None:
    one = random_predictions(10)
    one.save(tmp_path / "one.parquet")
    Predictions(one.review_ids[::-1].copy(), one.labels, one.probabilities).save(
        tmp_path / "two.parquet"
    )
    random_predictions(12).save(tmp_path / "three.parquet")
    assert list(load_predictions(["one"], tmp_path)) == ["one"]
    for other in ("two", "three"):
        with pytest.raises(ReelvecError, match=f"{other}.parquet: not the test reviews of one"):
            load_predictions(["one", other], tmp_path)


def test_leftovers_are_named_with_the_command_that_deletes_them(tmp_path: Path) -> None:
    for name in ("kept.json", "old.json", ".gitignore", ".old.json.1.tmp"):
        (tmp_path / name).touch()
    (tmp_path / "models" / "old").mkdir(parents=True)
    check_leftovers(["kept", "old"], {tmp_path: ".json"})
    with pytest.raises(ReelvecError) as caught:
        check_leftovers(["kept"], {tmp_path: ".json", tmp_path / "models": ""})
    command = f"rm -r {tmp_path}/old.json {tmp_path}/models/old"
    assert str(caught.value).endswith(command)


def test_evaluation_does_not_import_what_only_other_stages_need() -> None:
    code = "import sys, reelvec.evaluation.scores, reelvec.evaluation.mistakes; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "reelvec.evaluation.mistakes" in modules
    assert not {"torch", "gensim", "mlflow", "matplotlib", "sklearn"} & set(modules)

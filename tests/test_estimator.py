"""The classifier in scikit-learn's hands: its conventions, its searches, its own checks."""

import doctest
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from joblib import parallel_backend
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from reelvec import ReviewClassifier, estimator
from reelvec.base.errors import ReelvecError
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.whole import load_params
from reelvec.estimator import STEPS_OF
from reelvec.models.logits import probabilities_of

ROOT = Path(__file__).parents[1]
QUICK: dict[str, Any] = {"dimension": 8, "learning_rate": 0.05, "batch_size": 16, "min_count": 1}


def reviews(count: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Praise and blame, each with a word of its own among words that mean nothing."""
    generator = np.random.default_rng(seed)
    labels = np.where(np.arange(count) % 2, "pos", "neg")
    texts = [
        " ".join([*(f"word{number}x" for number in generator.integers(0, 30, 3)), telling])
        for telling in np.where(labels == "pos", "wonderful", "dull")
    ]
    return texts, labels


TEXTS, LABELS = reviews(120, seed=1)
NEW, EXPECTED = reviews(40, seed=2)


@pytest.fixture(scope="module")
def fitted() -> ReviewClassifier:
    return ReviewClassifier(**QUICK).fit(TEXTS, LABELS)


class OfNumbers(ReviewClassifier):
    """The classifier over tables of numbers: scikit-learn's checks know no other input.

    A row becomes a text with a word for each column, which tells the column and its value.
    """

    def fit(self, X: Any, y: Any) -> "OfNumbers":  # noqa: N803
        if y is None:
            return super().fit([], y)
        table, labels = validate_data(self, X, y, dtype=float)
        return super().fit(as_words(table), labels)

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803
        check_is_fitted(self)
        table = validate_data(self, X, dtype=float, reset=False)
        return super().decision_function(as_words(table))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = False, True
        tags.input_tags.string = False
        return tags


def as_words(table: np.ndarray) -> list[str]:
    numbers = np.round(2 * table).astype(int).astype(str)
    words = np.char.add([f"c{column}n" for column in range(table.shape[1])], numbers)
    return [" ".join(row).replace("-", "m") for row in words]


@parametrize_with_checks([OfNumbers(**QUICK)])
def test_scikit_learns_own_checks_pass_on_numbers_written_as_words(
    estimator: Any, check: Any
) -> None:
    check(estimator)


@pytest.mark.parametrize(
    "name",
    [
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_get_params_invariance",
        "check_mixin_order",
        "check_no_attributes_set_in_init",
        "check_parameters_default_constructible",
        "check_set_params",
        "check_do_not_raise_errors_in_init_or_set_params",
        "check_valid_tag_types",
    ],
)
def test_scikit_learns_checks_without_data_pass_on_the_class_itself(name: str) -> None:
    getattr(estimator_checks, name)("ReviewClassifier", ReviewClassifier())


@pytest.mark.parametrize(
    "container",
    [
        list,
        tuple,
        np.array,
        lambda texts: np.array(texts, object),
        lambda texts: pd.Series(texts, index=range(100, 100 + len(texts))),
        lambda texts: pd.Series(texts, dtype="string"),
        pa.array,
        lambda texts: pa.chunked_array([texts[:7], texts[7:]]),
    ],
)
def test_texts_may_come_in_any_list_or_column(container: Any, fitted: ReviewClassifier) -> None:
    classifier = ReviewClassifier(**QUICK).fit(container(TEXTS), LABELS)
    expected = fitted.decision_function(NEW)
    assert (classifier.decision_function(container(NEW)) == expected).all()
    assert (classifier.predict(container(NEW)) == EXPECTED).all()


@pytest.mark.parametrize("pair", [("neg", "pos"), (0, 1), (-1, 1), (False, True), (3.0, 7.0)])
def test_any_two_labels_come_back_in_their_own_type(pair: tuple[Any, Any]) -> None:
    labels = np.array(pair)[(LABELS == "pos").astype(int)]
    classifier = ReviewClassifier(**QUICK).fit(TEXTS, labels)
    assert classifier.classes_.tolist() == list(pair)
    predicted = classifier.predict(NEW)
    assert predicted.dtype == labels.dtype
    assert (predicted == np.array(pair)[(EXPECTED == "pos").astype(int)]).all()


def test_log_odds_probabilities_and_labels_agree(fitted: ReviewClassifier) -> None:
    odds, probabilities = fitted.decision_function(NEW), fitted.predict_proba(NEW)
    assert probabilities.dtype == odds.dtype == np.float64
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(np.log(probabilities[:, 1] / probabilities[:, 0]), odds)
    assert (fitted.classes_[probabilities.argmax(axis=1)] == fitted.predict(NEW)).all()
    np.testing.assert_allclose(
        probabilities[:, 1], probabilities_of(fitted.predictor_.logits(NEW)), rtol=1e-5
    )


@pytest.mark.parametrize(
    "knobs",
    [
        {"encoder": "mean_max", "preprocess": "plain"},
        {"encoder": "sqrtn", "ngrams": 2, "distinct": True},
        {"encoder": "sqrtn", "embedding": "naive_bayes", "dimension": 1, "ngrams": 2},
        {"encoder": "attention", "hidden": 4},
        {"encoder": "cnn", "units": 8, "kernels": [2, 3], "max_length": 20},
        {"encoder": "gru", "units": 8, "truncating": "pre"},
        {"encoder": "lstm", "units": 8, "bidirectional": True, "summary": "max"},
        {"preprocess": PreprocessParams(lemmatize=False), "max_size": 20, "min_count": 3},
        {"validation_fraction": 0.2, "refit": True, "dimension": "auto"},
    ],
    ids=str,
)
def test_every_kind_of_variant_can_be_fitted(knobs: dict[str, Any]) -> None:
    classifier = ReviewClassifier(**{**QUICK, **knobs}).fit(TEXTS, LABELS)
    assert classifier.score(NEW, EXPECTED) > 0.9


def test_the_same_seed_gives_the_same_bits_and_torch_is_left_as_it_was() -> None:
    threads, mode = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    try:
        torch.set_num_threads(2)
        torch.manual_seed(5)
        state = torch.get_rng_state()
        first = ReviewClassifier(**QUICK).fit(TEXTS, LABELS).decision_function(NEW)
        assert torch.get_num_threads() == 2
        assert torch.get_deterministic_debug_mode() == mode
        assert (torch.get_rng_state() == state).all()
    finally:
        torch.set_num_threads(threads)
    torch.rand(3)
    again, other = ReviewClassifier(**QUICK), ReviewClassifier(**QUICK, random_state=7)
    assert (again.fit(TEXTS, LABELS).decision_function(NEW) == first).all()
    assert (other.fit(TEXTS, LABELS).decision_function(NEW) != first).any()


def test_threads_that_fit_at_once_do_not_change_each_others_numbers() -> None:
    search = {"dropout": [0.0, 0.2, 0.4, 0.6]}
    grid = GridSearchCV(ReviewClassifier(**QUICK), search, cv=2, scoring="neg_log_loss")
    one_by_one = clone(grid).fit(TEXTS, LABELS).cv_results_["mean_test_score"]
    with parallel_backend("threading", n_jobs=4):
        at_once = clone(grid).fit(TEXTS, LABELS).cv_results_["mean_test_score"]
    assert (at_once == one_by_one).all()


def test_a_random_state_may_be_a_generator_or_none() -> None:
    generators = (np.random.RandomState(3), np.random.RandomState(3))
    first, second = (
        ReviewClassifier(**QUICK, random_state=each).fit(TEXTS, LABELS).decision_function(NEW)
        for each in generators
    )
    assert (first == second).all()
    assert ReviewClassifier(**QUICK, random_state=None).fit(TEXTS, LABELS).score(NEW, EXPECTED) == 1


def test_it_works_in_pipelines_searches_and_cross_validation() -> None:
    upper = FunctionTransformer(lambda texts: [text.upper() for text in texts])
    pipeline = make_pipeline(upper, ReviewClassifier(**QUICK))
    search = GridSearchCV(
        pipeline,
        {"reviewclassifier__dimension": np.arange(2, 4), "reviewclassifier__ngrams": [1, 2]},
        cv=2,
    )
    search.fit(pd.Series(TEXTS), LABELS)
    assert search.best_score_ > 0.9
    assert search.predict(NEW).tolist() == EXPECTED.tolist()
    scores = cross_val_score(ReviewClassifier(**QUICK), TEXTS, LABELS, cv=3, scoring="roc_auc")
    assert scores.min() > 0.9


def test_clones_and_pickles_are_equal(fitted: ReviewClassifier) -> None:
    expected = fitted.decision_function(NEW)
    assert (pickle.loads(pickle.dumps(fitted)).decision_function(NEW) == expected).all()
    copy = clone(fitted)
    with pytest.raises(NotFittedError):
        copy.predict(NEW)
    assert (copy.fit(TEXTS, LABELS).decision_function(NEW) == expected).all()


def test_validation_texts_stop_the_training_and_refit_reads_them_too() -> None:
    knobs = {**QUICK, "epochs": 40, "patience": 2, "validation_fraction": 0.2, "learning_rate": 0.5}
    classifier = ReviewClassifier(**knobs).fit(TEXTS, LABELS)
    losses = [epoch["valid_loss"] for epoch in classifier.history_]
    assert len(losses) < 40
    assert losses.index(min(losses)) == len(losses) - 3
    again = ReviewClassifier(**knobs, refit=True).fit(TEXTS, LABELS)
    assert again.history_ == classifier.history_
    assert (again.decision_function(NEW) != classifier.decision_function(NEW)).any()


def test_without_validation_texts_all_epochs_are_run(fitted: ReviewClassifier) -> None:
    assert [epoch["epoch"] for epoch in fitted.history_] == list(range(1, 11))
    assert fitted.history_[-1]["train_loss"] < fitted.history_[0]["train_loss"]


def test_the_words_have_vectors(fitted: ReviewClassifier) -> None:
    space = fitted.embeddings_
    assert space.vector_size == 8
    assert {"wonderful", "dull"} < set(space.key_to_index)
    assert not {"<pad>", "<unk>"} & set(space.key_to_index)


def test_texts_that_hold_no_known_word_are_judged_too(fitted: ReviewClassifier) -> None:
    assert np.isfinite(fitted.decision_function(["", " ", "🎬", "unheard"])).all()
    assert fitted.predict([]).shape == (0,)
    assert fitted.predict_proba([]).shape == (0, 2)


@pytest.mark.parametrize(
    ("texts", "kind", "message"),
    [
        ("a film", TypeError, r"X: a single text; put it into a list"),
        (["a", None], TypeError, r"X\[1\]: None is of type NoneType; drop it or put ''"),
        (["a", float("nan")], TypeError, r"X\[1\]: nan is of type float; drop it"),
        (
            pd.Series(["a", None], dtype="string"),
            TypeError,
            r"X\[1\]: <NA> is of type NAType",
        ),
        ([b"a", "b"], TypeError, r"X\[0\]: b'a' is of type bytes; expected a text"),
        ([np.zeros(2), "b"], TypeError, r"X\[0\]: array\(\[0., 0.\]\) is of type ndarray"),
        ([["a"], ["b"]], TypeError, r"X\[0\]: \['a'\] is of type list; expected a text"),
        (np.array([["a"], ["b"]]), ValueError, r"X: 2 dimensions, expected one; pick the column"),
        (pd.DataFrame({"text": ["a", "b"]}), ValueError, r"X: 2 dimensions"),
        ({"a": 1, "b": 2}, TypeError, r"X: dict, expected a list"),
        (5, TypeError, r"X: int, expected a list"),
        (["a", "b\ud800"], ValueError, r"X\[1\]: not valid Unicode \(half a surrogate pair at"),
    ],
    ids=str,
)
def test_what_is_no_text_is_named_with_its_position(
    texts: Any, kind: type[Exception], message: str, fitted: ReviewClassifier
) -> None:
    for function in (lambda: ReviewClassifier().fit(texts, [0, 1]), lambda: fitted.predict(texts)):
        with pytest.raises(kind, match=message) as raised:
            function()
        assert isinstance(raised.value, ReelvecError)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"] * 120, r"y has 1 classes \('a'\); ReviewClassifier needs two"),
        (list("abc") * 40, r"Only binary classification is supported\. y has 3 classes"),
        ([0, 1], r"X has 120 texts and y has 2 labels"),
        (np.linspace(0, 1, 120), "Unknown label type: continuous"),
        (None, "requires y to be passed"),
        (["a", "b", None] * 40, r"y\[2\]: no label; drop it together with its text"),
        (pd.Series(["a", pd.NA] * 60, dtype="string"), r"y\[1\]: no label"),
    ],
    ids=str,
)
def test_labels_of_another_kind_are_refused(labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReviewClassifier().fit(TEXTS, labels)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"encoder": "maxx"}, r"encoder='maxx'\): choose .* \(did you mean 'max'\?\)"),
        ({"epochs": 0}, r"epochs=0\): it must be greater than or equal to 1"),
        ({"embedding": "glove"}, r"embedding='glove'\): choose random or naive_bayes"),
        ({"embedding": "naive_bayes", "hidden": 2}, "set `hidden: 0`"),
        ({"encoder": "lstm", "ngrams": 2}, "lstm reads words in order"),
        ({"preprocess": "plane"}, r"preprocess='plane'\): choose processed or plain"),
        ({"max_size": 0}, r"max_size=0\): it must be"),
        ({"validation_fraction": 1.0}, r"validation_fraction=1\.0\): it must be less than 1"),
        ({"random_state": "seven"}, r"random_state='seven'\): give a whole number"),
        (
            {"learning_rate": 1e30, "hidden": 2},
            "no longer a number in epoch",
        ),
    ],
    ids=str,
)
def test_parameters_are_checked_when_fitted_and_the_message_says_what_to_do(
    knobs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReelvecError, match=message):
        ReviewClassifier(**knobs).fit(TEXTS, LABELS)


def test_the_named_steps_are_those_of_the_pipeline() -> None:
    params = load_params(ROOT / "params.yaml")
    assert set(STEPS_OF["processed"].keep) == set(params.preprocess.keep)
    for text, steps in STEPS_OF.items():
        expected = params.preprocess_of(text)
        assert steps.model_copy(update={"keep": expected.keep}) == expected


def test_the_examples_in_the_documentation_run() -> None:
    result = doctest.testmod(estimator)
    assert result.attempted
    assert not result.failed

"""The baselines are what scikit-learn makes of the same tokens, and come back from disk."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.baselines import BaselineParams
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.models import linear
from reelvec.models.linear import SEED, Baseline, train_baseline
from reelvec.models.logistic import logistic_regression
from reelvec.models.logits import probabilities_of
from reelvec.models.word_vectors import WordVectors
from reelvec.text.columns import tokenize
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import build_vocabulary

PLAIN = PreprocessParams(lemmatize=False, stopwords="none")


def encoded(texts: list[str], labels: np.ndarray | None = None) -> tuple[Tokenizer, Dataset]:
    """Texts as a training part: all their words have ids."""
    corpus = tokenize(pa.array(texts, pa.string()), PLAIN)
    counted = VocabularyParams(min_count=1, max_size=None)
    vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews, counted)
    reviews = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    numbers = np.arange(len(texts), dtype=np.int32)
    return Tokenizer(PLAIN, vocabulary.tokens), Dataset(reviews, labels, numbers)


PRAISE, BLAME = ["good fine film", "not bad at all"], ["bad poor film", "not good at all"]


def reviews(count: int, seed: int) -> tuple[list[str], np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count).astype(np.int8)
    noise = np.array(["the", "a", "plot", "actor", "scene"])
    texts = [
        " ".join([*generator.choice(noise, 4), generator.choice(PRAISE if label else BLAME)])
        for label in labels
    ]
    return texts, labels


TRAINING, LABELS = reviews(200, 1)
TESTING, TEST_LABELS = reviews(100, 2)


def trained(**params: object) -> Baseline:
    checked = BaselineParams(**params)  # type: ignore[arg-type]
    return train_baseline("one", checked, *encoded(TRAINING, LABELS), None)


def regression(strength: float) -> LogisticRegression:
    return LogisticRegression(
        C=strength, solver="liblinear", dual=True, max_iter=1000, random_state=SEED
    )


def test_tfidf_gives_the_probabilities_of_scikit_learns_vectorizer() -> None:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+")
    reference = regression(3.0).fit(vectorizer.fit_transform(TRAINING), LABELS)
    expected = reference.predict_proba(vectorizer.transform(TESTING))[:, 1]
    found = trained(weighting="tfidf", ngrams=2, min_count=1, strength=3.0)
    np.testing.assert_allclose(probabilities_of(found.logits(TESTING)), expected, atol=2e-3)


def test_one_hot_gives_the_probabilities_of_scikit_learns_vectorizer() -> None:
    vectorizer = CountVectorizer(binary=True, token_pattern=r"\S+", ngram_range=(1, 3))
    reference = regression(0.5).fit(vectorizer.fit_transform(TRAINING).astype(float), LABELS)
    expected = reference.predict_proba(vectorizer.transform(TESTING))[:, 1]
    found = trained(weighting="binary", ngrams=3, min_count=1, strength=0.5)
    np.testing.assert_allclose(probabilities_of(found.logits(TESTING)), expected, atol=2e-3)


def test_naive_bayes_weights_are_log_count_ratios() -> None:
    found = trained(weighting="naive_bayes", min_count=1)
    column = {word: id_ for id_, word in enumerate(found.tokenizer.vocabulary) if id_ > 1}
    texts = [set(text.split()) for text in TRAINING]
    positive = {w: 1 + sum(w in t for t, y in zip(texts, LABELS, strict=True) if y) for w in column}
    negative = {
        w: 1 + sum(w in t for t, y in zip(texts, LABELS, strict=True) if not y) for w in column
    }
    total = sum(positive.values()) / sum(negative.values())
    for word, place in column.items():
        expected = np.log(positive[word] / negative[word] / total)
        assert found.scale[place] == pytest.approx(expected, abs=1e-5)


def test_bigrams_tell_apart_what_words_cannot() -> None:
    texts = ["not good but bad", "not bad but good"] * 20
    labels = np.array([0, 1] * 20, np.int8)
    for ngrams, right in ((1, 0.5), (2, 1.0)):
        params = BaselineParams(weighting="naive_bayes", ngrams=ngrams)
        found = train_baseline("one", params, *encoded(texts, labels), None)
        assert ((probabilities_of(found.logits(texts)) > 0.5) == labels).mean() == right


def test_averages_are_means_of_the_words_that_have_vectors() -> None:
    words = ["good", "bad", "film", "plot", "unused"]
    glove = WordVectors(words, np.random.default_rng(3).normal(size=(5, 3)).astype(np.float32))
    params = BaselineParams(weighting="average", embedding="glove", min_count=1, strength=5.0)
    found = train_baseline("one", params, *encoded(TRAINING, LABELS), glove)

    def mean(text: str) -> np.ndarray:
        rows = [words.index(word) for word in text.split() if word in words[:4]]
        return glove.vectors[rows].mean(axis=0) if rows else np.zeros(3)

    reference = regression(5.0).fit([mean(text) for text in TRAINING], LABELS)
    texts = [*TESTING, "", "no word of these"]
    expected = reference.predict_proba([mean(text) for text in texts])[:, 1]
    np.testing.assert_allclose(probabilities_of(found.logits(texts)), expected, atol=2e-3)
    nothing = 1 / (1 + np.exp(-found.intercept))
    assert probabilities_of(found.logits(["", "xyz"])).tolist() == pytest.approx([nothing] * 2)


@pytest.mark.parametrize("strength", [0.05, 1.0, 20.0])
def test_lbfgs_finds_the_weights_of_scikit_learn(strength: float) -> None:
    vectorizer = CountVectorizer(token_pattern=r"\S+")
    counts = csr_array(vectorizer.fit_transform(TRAINING).astype(float))
    reference = LogisticRegression(C=strength, tol=1e-8, max_iter=10_000).fit(counts, LABELS)
    weights, intercept = logistic_regression(counts, LABELS, strength, 10_000)
    np.testing.assert_allclose(weights, reference.coef_[0], atol=2e-3)
    assert intercept == pytest.approx(reference.intercept_[0], abs=2e-3)


def test_lbfgs_gives_a_baseline_that_few_iterations_hold_back() -> None:
    asked = {"weighting": "naive_bayes", "ngrams": 2, "solver": "lbfgs"}
    early, whole = (trained(**asked, iterations=steps) for steps in (2, 1000))
    assert early.reader.columns == whole.reader.columns
    assert np.linalg.norm(early.coefficients) < np.linalg.norm(whole.coefficients)
    for found in (early, whole):
        assert ((found.logits(TESTING) > 0) == TEST_LABELS).mean() > 0.7


def test_the_number_of_threads_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"weighting": "naive_bayes", "ngrams": 2}
    alone, texts = trained(**asked), [*TESTING, ""]
    monkeypatch.setattr(linear, "LEAST_FOR_A_THREAD", 1)
    for threads in (2, 7):
        monkeypatch.setattr(linear, "THREADS", threads)
        shared = trained(**asked)
        assert shared.coefficients.tobytes() == alone.coefficients.tobytes()
        assert shared.scale.tobytes() == alone.scale.tobytes()
        assert shared.logits(texts).tobytes() == alone.logits(texts).tobytes()


def test_no_texts_have_no_logits() -> None:
    assert trained(weighting="binary").logits([]).tolist() == []


def test_no_vector_for_any_word_is_refused() -> None:
    params = BaselineParams(weighting="average", embedding="glove")
    none = WordVectors(["elsewhere"], np.ones((1, 2), np.float32))
    with pytest.raises(ReelvecError, match="no word of the training reviews has a vector"):
        train_baseline("one", params, *encoded(TRAINING, LABELS), none)


@pytest.mark.parametrize(
    "params",
    [
        {"weighting": "tfidf", "ngrams": 2},
        {"weighting": "naive_bayes", "ngrams": 3},
        {"weighting": "binary"},
    ],
)
def test_a_baseline_is_the_same_again_and_comes_back_from_disk(
    params: dict[str, object], tmp_path: Path
) -> None:
    first, second = trained(**params), trained(**params)
    assert first.coefficients.tobytes() == second.coefficients.tobytes()
    first.save(tmp_path / "model", np.zeros(len(TESTING)), np.zeros(3))
    loaded = Baseline.load(tmp_path / "model")
    texts = [*TESTING, ""]
    assert (
        probabilities_of(loaded.logits(texts)).tolist()
        == probabilities_of(first.logits(texts)).tolist()
    )
    assert ((probabilities_of(loaded.logits(TESTING)) > 0.5) == TEST_LABELS).mean() > 0.7


def test_a_damaged_baseline_says_which_stage_makes_it(tmp_path: Path) -> None:
    trained(weighting="binary").save(tmp_path / "model", np.zeros(len(TESTING)), np.zeros(3))
    (tmp_path / "model/model.safetensors").write_bytes(b"\x08")
    for folder in (tmp_path / "model", tmp_path / "nowhere"):
        with pytest.raises(ReelvecError, match="dvc repro train_baselines"):
            Baseline.load(folder)

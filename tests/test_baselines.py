"""The baselines are what scikit-learn makes of the same tokens, and come back from disk."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from reelvec.baselines import SEED, Baseline, train_baseline
from reelvec.comparison import TESTED, baseline_rows
from reelvec.errors import ReelvecError
from reelvec.files import write_json
from reelvec.ngrams import find_ngrams
from reelvec.params import BaselineParams, PreprocessParams
from reelvec.pretrained import Glove
from reelvec.text import Corpus, tokenize

PLAIN = PreprocessParams(lemmatize=False, stopwords="none")
TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=7).map(" ".join), min_size=1)
NO_GLOVE = Glove([], np.zeros((0, 2), np.float32))


def corpus_of(texts: list[str]) -> Corpus:
    return tokenize(pa.array(texts, pa.string()), PLAIN)


def name_of_column(corpus_words: list[str], keys: tuple[np.ndarray, ...]) -> list[str]:
    """The n-gram of each column, written out."""
    names = list(corpus_words)
    for length, group in enumerate(keys, 2):
        for key in group.tolist():
            places = [key // len(corpus_words) ** n % len(corpus_words) for n in range(length)]
            names.append(" ".join(corpus_words[place] for place in reversed(places)))
    return names


@given(TEXTS, st.integers(1, 3), st.integers(1, 3))
def test_columns_and_counts_are_those_of_a_plain_loop(
    texts: list[str], longest: int, minimum: int
) -> None:
    corpus = corpus_of(texts)
    words = Counter(word for text in texts for word in text.split())
    frequent = {word for word in words if words[word] >= minimum}

    def grams(text: str) -> list[str]:
        tokens = text.split()
        return [
            " ".join(tokens[at : at + length])
            for length in range(1, longest + 1)
            for at in range(len(tokens) - length + 1)
            if set(tokens[at : at + length]) <= frequent
        ]

    totals = Counter(gram for text in texts for gram in grams(text))
    expected = {gram for gram, count in totals.items() if count >= minimum}
    ngrams = find_ngrams(corpus, longest, minimum)
    names = name_of_column(ngrams.words, ngrams.keys)
    assert set(names) == expected
    assert len(names) == len(expected) == len(ngrams)
    counted = ngrams.count(corpus).toarray()
    for row, text in zip(counted, texts, strict=True):
        found = {name: int(count) for name, count in zip(names, row, strict=True) if count}
        assert found == {gram: n for gram, n in Counter(grams(text)).items() if gram in expected}


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
    return train_baseline(BaselineParams(**params), corpus_of(TRAINING), LABELS, NO_GLOVE)  # type: ignore[arg-type]


def regression(strength: float) -> LogisticRegression:
    return LogisticRegression(
        C=strength, solver="liblinear", dual=True, max_iter=1000, random_state=SEED
    )


def test_tfidf_gives_the_probabilities_of_scikit_learns_vectorizer() -> None:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+")
    reference = regression(3.0).fit(vectorizer.fit_transform(TRAINING), LABELS)
    expected = reference.predict_proba(vectorizer.transform(TESTING))[:, 1]
    found = trained(weighting="tfidf", ngrams=2, min_count=1, strength=3.0)
    np.testing.assert_allclose(found.probabilities(corpus_of(TESTING)), expected, atol=2e-3)


def test_one_hot_gives_the_probabilities_of_scikit_learns_vectorizer() -> None:
    vectorizer = CountVectorizer(binary=True, token_pattern=r"\S+", ngram_range=(1, 3))
    reference = regression(0.5).fit(vectorizer.fit_transform(TRAINING).astype(float), LABELS)
    expected = reference.predict_proba(vectorizer.transform(TESTING))[:, 1]
    found = trained(weighting="binary", ngrams=3, min_count=1, strength=0.5)
    np.testing.assert_allclose(found.probabilities(corpus_of(TESTING)), expected, atol=2e-3)


def test_naive_bayes_weights_are_log_count_ratios() -> None:
    found = trained(weighting="naive_bayes", min_count=1)
    column = {word: place for place, word in enumerate(found.ngrams.words)}
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
        found = train_baseline(params, corpus_of(texts), labels, NO_GLOVE)
        assert ((found.probabilities(corpus_of(texts)) > 0.5) == labels).mean() == right


def test_averages_are_means_of_the_words_that_have_vectors() -> None:
    words = ["good", "bad", "film", "plot", "unused"]
    glove = Glove(words, np.random.default_rng(3).normal(size=(5, 3)).astype(np.float32))
    params = BaselineParams(weighting="average", min_count=1, strength=5.0)
    found = train_baseline(params, corpus_of(TRAINING), LABELS, glove)

    def mean(text: str) -> np.ndarray:
        rows = [words.index(word) for word in text.split() if word in words[:4]]
        return glove.vectors[rows].mean(axis=0) if rows else np.zeros(3)

    reference = regression(5.0).fit([mean(text) for text in TRAINING], LABELS)
    texts = [*TESTING, "", "no word of these"]
    expected = reference.predict_proba([mean(text) for text in texts])[:, 1]
    np.testing.assert_allclose(found.probabilities(corpus_of(texts)), expected, atol=2e-3)
    nothing = 1 / (1 + np.exp(-found.intercept))
    assert found.probabilities(corpus_of(["", "xyz"])).tolist() == pytest.approx([nothing] * 2)


def test_no_vector_for_any_word_is_refused() -> None:
    with pytest.raises(ReelvecError, match="no word of the training reviews has a GloVe vector"):
        trained(weighting="average")


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
    first.save(tmp_path / "model")
    loaded = Baseline.load(tmp_path / "model")
    corpus = corpus_of([*TESTING, ""])
    assert loaded.probabilities(corpus).tolist() == first.probabilities(corpus).tolist()
    assert ((loaded.probabilities(corpus_of(TESTING)) > 0.5) == TEST_LABELS).mean() > 0.7


def test_a_damaged_baseline_says_which_stage_makes_it(tmp_path: Path) -> None:
    trained(weighting="binary").save(tmp_path / "model")
    (tmp_path / "model/model.safetensors").write_bytes(b"\x08")
    for folder in (tmp_path / "model", tmp_path / "nowhere"):
        with pytest.raises(ReelvecError, match="dvc repro train_baselines"):
            Baseline.load(folder)


def test_rows_for_the_comparison_name_the_stage_that_is_missing(tmp_path: Path) -> None:
    write_json(tmp_path / "evaluate_baselines.json", {"one": dict.fromkeys(TESTED, 0.5)})
    with pytest.raises(ReelvecError, match="dvc repro train_baselines"):
        baseline_rows(tmp_path, ["one"])
    trained_row = {"valid_accuracy": 0.7, "trainable_parameters": 9, "train_accuracy": 1}
    write_json(tmp_path / "train_baselines.json", {"one": trained_row})
    row = baseline_rows(tmp_path, ["one"])["one"]
    assert row["valid_accuracy"] == 0.7
    assert set(TESTED) <= set(row)
    with pytest.raises(ReelvecError, match="'two' is missing"):
        baseline_rows(tmp_path, ["two"])

"""One classifier from raw text to test predictions: a process of its own for each.

`python -m benchmarks.frontier_worker NAME` prints a line of JSON: the seconds from texts in memory
to a trained model, and the accuracy on the 25,000 test reviews.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

TABLE = Path("data/raw/imdb.parquet")
PARTS = ("train", "test")
Outcome = tuple[float, float]
"""Seconds from texts in memory to a trained model, accuracy."""


def texts_and_labels(split: str) -> tuple[list[str], NDArray[np.int8]]:
    """Raw texts and labels of one split."""
    table = pq.read_table(TABLE, columns=["label", "text"], filters=[("split", "=", split)])
    texts = [text.replace("<br />", " ").lower() for text in table["text"].to_pylist()]
    return texts, _labels(table)


def tfidf_bigrams() -> Outcome:
    """scikit-learn: TF-IDF of words and bigrams, logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    (train, labels), (test, truth) = texts_and_labels("train"), texts_and_labels("test")
    start = time.perf_counter()
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=10, solver="liblinear", dual=True)
    model.fit(vectorizer.fit_transform(train), labels)
    seconds = time.perf_counter() - start
    return seconds, float((model.predict(vectorizer.transform(test)) == truth).mean())


def nbsvm_bigrams() -> Outcome:
    """scikit-learn: naive Bayes ratios times binary bigrams, linear SVM (Wang and Manning 2012)."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.svm import LinearSVC

    (train, labels), (test, truth) = texts_and_labels("train"), texts_and_labels("test")
    start = time.perf_counter()
    vectorizer = CountVectorizer(ngram_range=(1, 2), min_df=2, binary=True)
    counts = vectorizer.fit_transform(train).astype(np.float32)
    positive, negative = (1 + np.asarray(counts[labels == each].sum(0))[0] for each in (1, 0))
    ratio = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    model = LinearSVC(C=0.01).fit(counts.multiply(ratio).tocsr(), labels)
    seconds = time.perf_counter() - start
    predicted = model.predict(vectorizer.transform(test).multiply(ratio).tocsr())
    return seconds, float((predicted == truth).mean())


def word2vec_average() -> Outcome:
    """gensim's Word2Vec on the training reviews, averages, logistic regression."""
    import re

    from gensim.models import Word2Vec
    from sklearn.linear_model import LogisticRegression

    (train, labels), (test, truth) = texts_and_labels("train"), texts_and_labels("test")
    words = re.compile(r"[a-z']+")
    start = time.perf_counter()
    sentences = [words.findall(text) for text in train]
    vectors = Word2Vec(sentences, vector_size=100, min_count=5, workers=2, epochs=5).wv

    def mean(sentence: list[str]) -> np.ndarray:
        known = [word for word in sentence if word in vectors.key_to_index]
        return vectors[known].mean(axis=0) if known else np.zeros(100, np.float32)

    model = LogisticRegression(max_iter=1000).fit([mean(each) for each in sentences], labels)
    seconds = time.perf_counter() - start
    return seconds, float(
        (model.predict([mean(words.findall(text)) for text in test]) == truth).mean()
    )


def reelvec_bigrams() -> Outcome:
    """A baseline: log-count ratios times binary bigrams, L-BFGS stopped early; no torch."""
    from reelvec.base.schema.baselines import BaselineParams
    from reelvec.base.schema.vocabulary import VocabularyParams
    from reelvec.base.schema.whole import load_params
    from reelvec.models.linear import train_baseline
    from reelvec.text.columns import tokenize
    from reelvec.text.dataset import Dataset
    from reelvec.text.tokenizer import Tokenizer
    from reelvec.text.vocabulary import build_vocabulary

    # Strength and iterations by cross-validation on the training reviews, divided by film.
    params = BaselineParams(
        weighting="naive_bayes", ngrams=2, min_count=3, strength=0.1, solver="lbfgs", iterations=12
    )
    preprocess = load_params().plain.preprocess
    train, test = (pq.read_table(TABLE, filters=[("split", "=", each)]) for each in PARTS)
    start = time.perf_counter()
    corpus = tokenize(train["text"], preprocess)
    limits = VocabularyParams(max_size=None, min_count=params.min_count)
    vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews, limits)
    reviews = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    data = Dataset(reviews, _labels(train), train["review_id"].to_numpy())
    tokenizer = Tokenizer(preprocess, vocabulary.tokens)
    model = train_baseline("bigrams", params, tokenizer, data, None)
    seconds = time.perf_counter() - start
    positive = model.logits(test["text"].to_pylist()) > 0
    return seconds, float((positive == _labels(test)).mean())


def reelvec_ngrams() -> Outcome:
    """The variant `ngrams` of params.yaml: trigrams, self-training, a last fit on all."""
    import torch

    from reelvec.base.schema.vocabulary import VocabularyParams
    from reelvec.base.schema.whole import load_params
    from reelvec.models.inference import predict_logits
    from reelvec.models.rounds import TrainingParts, fit
    from reelvec.text.columns import tokenize
    from reelvec.text.parts import encode_parts, split_reviews
    from reelvec.text.vocabulary import build_vocabulary

    params, cpu = load_params(), torch.device("cpu")
    limits = VocabularyParams(max_size=params.plain.max_size, min_count=params.plain.min_count)
    table = pq.read_table(TABLE)
    start = time.perf_counter()
    rows = split_reviews(table, params.vocabulary)
    corpus = tokenize(table["text"], params.plain.preprocess)
    vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews.take(rows["train"]), limits)
    parts = encode_parts(corpus, table, rows, vocabulary)
    learned = TrainingParts(parts["train"], parts["valid"], parts["unsup"])
    fitted = fit(params.variant("ngrams"), vocabulary.tokens, learned, None, cpu, threads=2)
    seconds = time.perf_counter() - start
    logits = predict_logits(fitted.model, parts["test"].reviews, cpu).numpy()
    return seconds, float(((logits > 0) == parts["test"].targets).mean())


def _labels(table: pa.Table) -> NDArray[np.int8]:
    labels: NDArray[np.int8] = table["label"].to_numpy().astype(np.int8)
    return labels


CLASSIFIERS: dict[str, Callable[[], Outcome]] = {
    function.__name__: function
    for function in (
        reelvec_bigrams,
        reelvec_ngrams,
        tfidf_bigrams,
        nbsvm_bigrams,
        word2vec_average,
    )
}

if __name__ == "__main__":
    trained, accuracy = CLASSIFIERS[sys.argv[1]]()
    print(json.dumps({"train_seconds": trained, "accuracy": accuracy}))

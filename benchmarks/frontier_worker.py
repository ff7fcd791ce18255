"""One classifier from raw text to test predictions: a process of its own for each.

`python -m benchmarks.frontier_worker NAME` prints a line of JSON: the seconds of the training
alone, and the accuracy on the 25,000 test reviews.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams
    from reelvec.models.classifier import Classifier
    from reelvec.text.dataset import Dataset

TABLE = Path("data/raw/imdb.parquet")
Outcome = tuple[float, float]
"""Seconds of training, accuracy."""


def texts_and_labels(split: str) -> tuple[list[str], np.ndarray]:
    """Raw texts and labels of one split."""
    table = pq.read_table(TABLE, columns=["label", "text"], filters=[("split", "=", split)])
    texts = [text.replace("<br />", " ").lower() for text in table["text"].to_pylist()]
    return texts, table["label"].to_numpy().astype(np.int8)


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
    sentences, others = ([words.findall(text) for text in texts] for texts in (train, test))
    start = time.perf_counter()
    vectors = Word2Vec(sentences, vector_size=100, min_count=5, workers=2, epochs=5).wv

    def mean(sentence: list[str]) -> np.ndarray:
        known = [word for word in sentence if word in vectors.key_to_index]
        return vectors[known].mean(axis=0) if known else np.zeros(100, np.float32)

    model = LogisticRegression(max_iter=1000).fit([mean(each) for each in sentences], labels)
    seconds = time.perf_counter() - start
    return seconds, float((model.predict([mean(each) for each in others]) == truth).mean())


def reelvec_bigrams() -> Outcome:
    """Our bag of bigrams on the labelled reviews alone, trained on all of them."""
    import torch

    from reelvec.base.schema.variants import VariantParams
    from reelvec.base.schema.whole import load_params
    from reelvec.models.rounds import fit_on_all

    params = VariantParams(
        text="plain",
        embedding="naive_bayes",
        dimension=1,
        initial_deviation=0.5,
        encoder="sqrtn",
        ngrams=2,
        distinct=True,
        hidden=0,
        learning_rate=0.04,
        batch_size=512,
        epochs=2,
    )
    tokens, (train, test) = _encoded(("train", "test"), load_params().plain.preprocess)
    start = time.perf_counter()
    model = fit_on_all(params, tokens, train, None, torch.device("cpu"), threads=2)
    return time.perf_counter() - start, _accuracy(model, test)


def reelvec_ngrams() -> Outcome:
    """The variant `ngrams` of params.yaml: trigrams, self-training, a last fit on all."""
    import torch

    from reelvec.base.schema.whole import load_params
    from reelvec.models.rounds import TrainingParts, fit
    from reelvec.text.parts import stratified_split

    params = load_params()
    tokens, (train, unlabelled, test) = _encoded(
        ("train", "unsup", "test"), params.plain.preprocess
    )
    rows = stratified_split(train.targets, 0.2, 123)
    parts = TrainingParts(train.take(rows[0]), train.take(rows[1]), unlabelled)
    start = time.perf_counter()
    fitted = fit(params.variant("ngrams"), tokens, parts, None, torch.device("cpu"), threads=2)
    return time.perf_counter() - start, _accuracy(fitted.model, test)


def _encoded(
    splits: tuple[str, ...], preprocess: "PreprocessParams"
) -> tuple[list[str], list["Dataset"]]:
    """A vocabulary of the training reviews, and each split as ids into it."""
    from reelvec.base.schema.vocabulary import VocabularyParams
    from reelvec.text.columns import tokenize
    from reelvec.text.dataset import Dataset
    from reelvec.text.vocabulary import build_vocabulary

    table = pq.read_table(TABLE, filters=[("split", "in", list(splits))])
    corpus = tokenize(table["text"], preprocess)
    split = table["split"].to_numpy(zero_copy_only=False)
    rows = {name: np.flatnonzero(split == name) for name in splits}
    training = corpus.reviews.take(rows["train"])
    vocabulary = build_vocabulary(corpus.lexicon, training, VocabularyParams(max_size=None))
    encoded = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    labels = table["label"].fill_null(0).to_numpy().astype(np.int8)
    ids = table["review_id"].to_numpy()
    parts = [
        Dataset(encoded.take(each), None if name == "unsup" else labels[each], ids[each])
        for name, each in rows.items()
    ]
    return vocabulary.tokens, parts


def _accuracy(model: "Classifier", test: "Dataset") -> float:
    import torch

    from reelvec.models.inference import predict_logits

    logits = predict_logits(model, test.reviews, torch.device("cpu")).numpy()
    return float(((logits > 0) == test.targets).mean())


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

"""Linear classifiers on few reviews: n-grams, averages of word vectors, or both side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from reelvec.base.project.section import Text
from reelvec.base.schema.baselines import BaselineParams
from reelvec.models.linear import train_baseline
from reelvec.models.naive_bayes import count_ids
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged
from reelvec.text.tokenizer import Tokenizer

NGRAMS = BaselineParams(weighting="tfidf", ngrams=2, min_count=1)
STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0)
"""Inverse regularisations; which is best is found by cross-validation within the reviews."""

FOLDS = 5
SEED = 123

MODELS: dict[str, tuple[str, ...]] = {
    "tfidf": ("tfidf",),
    "average_glove": ("glove",),
    "average_word2vec": ("word2vec",),
    "tfidf_and_glove": ("tfidf", "glove"),
    "tfidf_and_word2vec": ("tfidf", "word2vec"),
}
"""By name, what stands side by side in a review's features."""

Floats = NDArray[np.float64]
Correct = NDArray[np.float64]
"""1 for each review that is right, 0 for each that is wrong, 0.5 where there is no verdict."""


@dataclass(frozen=True)
class LinearModels:
    """What all cells share.

    Attributes:
        parts: by text and part, the reviews.
        tokenizers: by text.
        vectors: by name, those that are averaged, over the words of `processed`.
    """

    parts: Mapping[tuple[Text, str], Dataset]
    tokenizers: Mapping[Text, Tokenizer]
    vectors: Mapping[str, WordVectors]
    _averages: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def correct(self, name: str, rows: NDArray[np.int64]) -> Correct:
        """Which test reviews a model has right that learned from some training reviews."""
        from sklearn.linear_model import LogisticRegressionCV
        from sklearn.model_selection import StratifiedKFold

        labels = self.parts["processed", "train"].targets[rows]
        columns = [self._features(kind, rows) for kind in MODELS[name]]
        training, testing = (hstack(each, "csr") for each in zip(*columns, strict=True))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
        model = LogisticRegressionCV(
            Cs=list(STRENGTHS),
            cv=folds,
            l1_ratios=(0.0,),
            scoring="neg_log_loss",
            solver="liblinear",
            # The dual problem is the smaller one where there are more columns than reviews.
            dual=training.shape[1] > training.shape[0],
            max_iter=2000,
            random_state=SEED,
            use_legacy_attributes=False,
        )
        model.fit(training, labels)
        right: NDArray[np.bool_] = np.equal(
            model.predict(testing), self.parts["processed", "test"].targets
        )
        return right.astype(np.float64)

    def correct_without_labels(self, name: str, praise: list[str], blame: list[str]) -> Correct:
        """Which test reviews are right by words of praise and blame alone, no label seen.

        A review's score is how far the average of its vectors lies towards the words of praise
        and away from those of blame, or, without vectors, how many more of them it holds. It is
        positive above the median of the unlabelled reviews.
        """
        (kind, *_) = MODELS[name]
        tokens = self.tokenizers["processed"].vocabulary
        if kind == "tfidf":
            signs = np.array([(token in praise) - float(token in blame) for token in tokens])
            scores = {part: self._counts(part) @ signs for part in ("unsup", "test")}
        else:
            towards, away = (self._direction(kind, words) for words in (praise, blame))
            scores = {
                part: self._average(kind, part) @ (towards - away) for part in ("unsup", "test")
            }
        verdict: Floats = np.sign(scores["test"] - np.median(scores["unsup"]))
        signs_of_labels = 2.0 * self.parts["processed", "test"].targets - 1
        return np.asarray(0.5 + 0.5 * verdict * signs_of_labels)

    def _features(self, kind: str, rows: NDArray[np.int64]) -> tuple[csr_array, csr_array]:
        """Columns for the chosen training reviews and for all test reviews."""
        if kind == "tfidf":
            training = self.parts["plain", "train"].take(rows)
            model = train_baseline("tfidf", NGRAMS, self.tokenizers["plain"], training, None)
            texts = training.reviews, self.parts["plain", "test"].reviews
            learned, tested = (model.features(model.reader.read(each)) for each in texts)
            return learned, tested
        from sklearn.preprocessing import StandardScaler

        averages = self._average(kind, "train")[rows], self._average(kind, "test")
        scaler = StandardScaler().fit(averages[0])
        # As long as a row of tf-idf, so that neither of the two drowns the other.
        length = np.sqrt(averages[0].shape[1])
        learned, tested = (csr_array(scaler.transform(each) / length) for each in averages)
        return learned, tested

    def _direction(self, vectors: str, words: list[str]) -> Floats:
        """The mean of some words' vectors, each of length one: float64 (dimension,)."""
        found = self.vectors[vectors]
        rows = [row for row, word in enumerate(found.words) if word in words]
        chosen = found.vectors[rows].astype(np.float64)
        mean: Floats = (chosen / np.linalg.norm(chosen, axis=1, keepdims=True)).mean(axis=0)
        return mean

    def _average(self, vectors: str, part: str) -> Floats:
        """The mean vector of each review's words that have one, float64 (reviews, dimension)."""
        if (vectors, part) not in self._averages:
            found = self.vectors[vectors]
            row_of = {word: row for row, word in enumerate(found.words)}
            tokens = self.tokenizers["processed"].vocabulary
            rows = np.array([row_of.get(token, -1) for token in tokens])
            rows[:2] = -1
            counts = self._counts(part)[:, rows >= 0]
            known = np.maximum(counts.sum(axis=1), 1)
            table = found.vectors[rows[rows >= 0]].astype(np.float64)
            self._averages[vectors, part] = (counts @ table) / known[:, None]
        return self._averages[vectors, part]

    def _counts(self, part: str) -> csr_array:
        reviews: Ragged = self.parts["processed", part].reviews
        return count_ids(reviews, len(self.tokenizers["processed"].vocabulary))

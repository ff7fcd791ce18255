"""Linear classifiers over words and n-grams, by scikit-learn: what embeddings have to beat.

All four are one model: counts, a weight for each column, a scale for each review, and a logistic
regression. An average of word vectors is one too, for a mean of vectors times a weight for each
dimension is a mean of one number a word.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.sparse import csr_array

from reelvec.errors import ReelvecError
from reelvec.files import read_json, replacing, write_json
from reelvec.ngrams import Ngrams, find_ngrams
from reelvec.params import BaselineParams, Weighting
from reelvec.pretrained import Glove
from reelvec.text import Corpus

SEED = 123
"""Of the order in which liblinear visits the reviews."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A trained linear classifier.

    Attributes:
        weighting: what a review's counts become.
        ngrams: the columns.
        scale: float32 (columns,), what each column is multiplied by.
        coefficients: float32 (columns,), of the logistic regression.
        intercept: of the logistic regression.
    """

    weighting: Weighting
    ngrams: Ngrams
    scale: Vector
    coefficients: Vector
    intercept: float

    def probabilities(self, corpus: Corpus) -> NDArray[np.float64]:
        """P(positive) of each review, float64 (reviews,)."""
        features = _weigh(self.ngrams.count(corpus), self.weighting, self.scale)
        logits = features @ self.coefficients.astype(np.float64) + self.intercept
        return np.asarray(1 / (1 + np.exp(-logits)), np.float64)

    def save(self, folder: Path) -> None:
        """Write `model.safetensors` and `config.json`, replacing the folder."""
        with replacing(folder) as temporary:
            temporary.mkdir()
            arrays: dict[str, NDArray[Any]] = {
                "scale": self.scale,
                "coefficients": self.coefficients,
                "intercept": np.array([self.intercept]),
                **{f"keys_{length}": keys for length, keys in enumerate(self.ngrams.keys, 2)},
            }
            (temporary / "model.safetensors").write_bytes(save(arrays))
            write_json(
                temporary / "config.json",
                {
                    "weighting": self.weighting,
                    "ngrams": len(self.ngrams.keys) + 1,
                    "words": self.ngrams.words,
                },
            )

    @classmethod
    def load(cls, folder: Path) -> "Baseline":
        """Read what `save` wrote.

        Raises:
            ReelvecError: a file is missing or damaged.
        """
        try:
            config = read_json(folder / "config.json")
            arrays = load_file(folder / "model.safetensors")
            keys = tuple(arrays[f"keys_{n}"] for n in range(2, config["ngrams"] + 1))
            return cls(
                config["weighting"],
                Ngrams(config["words"], keys),
                arrays["scale"],
                arrays["coefficients"],
                float(arrays["intercept"][0]),
            )
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ReelvecError(
                f"{folder}: no baseline of this version ({type(error).__name__}); run "
                "`dvc repro train_baselines`"
            ) from None


def train_baseline(
    params: BaselineParams, corpus: Corpus, labels: NDArray[np.int8], glove: Glove
) -> Baseline:
    """Fit a baseline.

    Args:
        params: which one.
        corpus: the reviews of the training part.
        labels: int8 (reviews,).
        glove: the vectors to average, where the baseline does.
    """
    from sklearn.linear_model import LogisticRegression

    ngrams = find_ngrams(corpus, params.ngrams, params.min_count)
    model = LogisticRegression(
        C=params.strength,
        solver="liblinear",
        dual=True,
        max_iter=params.iterations,
        random_state=SEED,
    )
    if params.weighting == "average":
        ngrams, vectors = _with_vectors(ngrams, glove)
        scale = np.ones(len(ngrams), np.float32)
        means = _weigh(ngrams.count(corpus), "average", scale) @ vectors.astype(np.float64)
        model.fit(means, labels)
        coefficients = vectors.astype(np.float64) @ model.coef_[0]
    else:
        counts = ngrams.count(corpus)
        scale = _scale_of(counts, labels, params.weighting)
        model.fit(_weigh(counts, params.weighting, scale), labels)
        coefficients = model.coef_[0]
    return Baseline(
        params.weighting,
        ngrams,
        scale,
        coefficients.astype(np.float32),
        float(model.intercept_[0]),
    )


def _scale_of(counts: csr_array, labels: NDArray[np.int8], weighting: Weighting) -> Vector:
    """What each column is multiplied by."""
    reviews_with = (counts > 0).astype(np.float64)
    if weighting == "tfidf":
        documents = reviews_with.sum(axis=0)
        return np.asarray(np.log((1 + len(labels)) / (1 + documents)) + 1, np.float32)
    if weighting == "naive_bayes":
        # Log-count ratios of Wang and Manning (2012), each column counted once a review.
        positive = 1 + reviews_with[labels == 1].sum(axis=0)
        negative = 1 + reviews_with[labels == 0].sum(axis=0)
        ratio = (positive / positive.sum()) / (negative / negative.sum())
        return np.asarray(np.log(ratio), np.float32)
    return np.ones(counts.shape[1], np.float32)


def _weigh(counts: csr_array, weighting: Weighting, scale: Vector) -> csr_array:
    """Counts as the logistic regression sees them, float64."""
    features = counts.astype(np.float64)
    if weighting in ("binary", "naive_bayes"):
        features.data[:] = 1
    features.data *= scale[features.indices]
    if weighting in ("tfidf", "average"):
        rows = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
        powers = features.data**2 if weighting == "tfidf" else features.data
        sums = np.bincount(rows, powers, features.shape[0])
        lengths = np.sqrt(sums) if weighting == "tfidf" else sums
        features.data /= lengths[rows]
    return features


def _with_vectors(ngrams: Ngrams, glove: Glove) -> tuple[Ngrams, Vector]:
    """The words that have vectors, and those: float32 (words, dimension)."""
    row_of_word = {word: row for row, word in enumerate(glove.words)}
    words = [word for word in ngrams.words if word in row_of_word]
    if not words:
        raise ReelvecError("no word of the training reviews has a GloVe vector")
    return Ngrams(words, ()), np.asarray(glove.vectors[[row_of_word[word] for word in words]])

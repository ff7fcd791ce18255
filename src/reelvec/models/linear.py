"""Linear classifiers over words and n-grams, by scikit-learn: what embeddings have to beat.

All are one model: counts, a weight for each column, a scale for each review, and a logistic
regression. An average of word vectors is one too, for a mean of vectors times a weight for each
dimension is a mean of one number a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.sparse import csr_array

from reelvec.base.errors import ReelvecError
from reelvec.base.files import read_json, replacing, save_array, write_json
from reelvec.base.schema.baselines import BaselineParams, Weighting
from reelvec.models.ensemble import VALIDATION, logits_of
from reelvec.models.naive_bayes import count_ids, log_count_ratios
from reelvec.models.ngrams import find_ngrams
from reelvec.models.reader import Reader
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import UNKNOWN, limit_ids

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

SEED = 123
"""Of the order in which liblinear visits the reviews."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A trained linear classifier.

    Attributes:
        weighting: what a review's counts become.
        tokenizer: how its reviews became ids.
        reader: the words and n-grams that have a column.
        scale: float32 (columns,), what each column is multiplied by; a column an id.
        coefficients: float32 (columns,), of the logistic regression.
        intercept: of the logistic regression.
    """

    weighting: Weighting
    tokenizer: Tokenizer
    reader: Reader
    scale: Vector
    coefficients: Vector
    intercept: float

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """P(positive) of each text, float64 (texts,)."""
        return self.probabilities_of(self.tokenizer.encode(texts))

    def probabilities_of(self, reviews: Ragged) -> NDArray[np.float64]:
        """P(positive) of reviews that are vocabulary ids already, float64 (reviews,)."""
        features = _weigh(_count(self.reader, reviews), self.weighting, self.scale)
        logits = features @ self.coefficients.astype(np.float64) + self.intercept
        return np.asarray(1 / (1 + np.exp(-logits)), np.float64)

    def save(self, folder: Path, validation: Ragged) -> None:
        """Write `model.safetensors` and `config.json`, replacing the folder.

        Args:
            folder: where to.
            validation: the validation reviews, whose logits ensembles choose by.
        """
        with replacing(folder) as temporary:
            temporary.mkdir()
            logits = logits_of(self.probabilities_of(validation))
            save_array(temporary / VALIDATION, logits.astype(np.float32))
            arrays: dict[str, NDArray[Any]] = {
                "scale": self.scale,
                "coefficients": self.coefficients,
                "intercept": np.array([self.intercept]),
                **self.reader.arrays(),
            }
            (temporary / "model.safetensors").write_bytes(save(arrays))
            write_json(
                temporary / "config.json",
                {
                    "weighting": self.weighting,
                    "words": self.reader.words,
                    **self.tokenizer.as_json(),
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
            return cls(
                config["weighting"],
                Tokenizer.from_json(config),
                Reader.with_arrays(config["words"], arrays),
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
    params: BaselineParams, tokenizer: Tokenizer, training: Dataset, vectors: WordVectors | None
) -> Baseline:
    """Fit a baseline.

    Args:
        params: which one.
        tokenizer: how the reviews became ids.
        training: the labelled reviews of the training part.
        vectors: those to average, where the baseline does.
    """
    reader = _reader(params, tokenizer, training.reviews, vectors)
    counts = _count(reader, training.reviews)
    model = _regression(params)
    if vectors is not None:
        rows = _vectors_of(tokenizer.vocabulary[: reader.words], vectors)
        scale = np.ones(reader.words, np.float32)
        model.fit(_weigh(counts, "average", scale) @ rows, training.targets)
        coefficients = rows @ model.coef_[0]
    else:
        scale = _scale_of(counts, params.weighting)
        if params.weighting == "naive_bayes":
            seen = reader.read(training.reviews)
            scale = log_count_ratios(seen, reader.columns, training.targets)
        model.fit(_weigh(counts, params.weighting, scale), training.targets)
        coefficients = model.coef_[0]
    return Baseline(
        params.weighting,
        tokenizer,
        reader,
        scale,
        coefficients.astype(np.float32),
        float(model.intercept_[0]),
    )


def _regression(params: BaselineParams) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=params.strength,
        solver="liblinear",
        # The dual problem is the smaller one where there are more columns than reviews.
        dual=params.weighting != "average",
        max_iter=params.iterations,
        random_state=SEED,
    )


def _reader(
    params: BaselineParams, tokenizer: Tokenizer, reviews: Ragged, vectors: WordVectors | None
) -> Reader:
    """The words, and n-grams of those, that occur often enough to have a column."""
    counts = np.bincount(reviews.ids, minlength=len(tokenizer.vocabulary))
    # A vocabulary goes by falling count, so that the frequent words are its first ones.
    words = int((counts[UNKNOWN + 1 :] >= params.min_count).sum()) + UNKNOWN + 1
    if vectors is not None:
        known = np.any(_vectors_of(tokenizer.vocabulary[:words], vectors), axis=1)
        if not known.any():
            raise ReelvecError("no word of the training reviews has a vector to average")
        return Reader(words, ignored=np.logical_not(known))
    if params.ngrams == 1:
        return Reader(words)
    seen = limit_ids(reviews, words)
    return Reader(words, find_ngrams(seen, words, params.ngrams, params.min_count))


def _count(reader: Reader, reviews: Ragged) -> csr_array:
    """How often each id occurs in each review, float64 (reviews, columns)."""
    seen = reader.read(reviews)
    return count_ids(seen.keep(seen.ids > UNKNOWN), reader.columns)


def _scale_of(counts: csr_array, weighting: Weighting) -> Vector:
    """What each column is multiplied by, as far as the labels have no say."""
    if weighting == "tfidf":
        reviews = (counts > 0).sum(axis=0)
        return np.asarray(np.log((1 + counts.shape[0]) / (1 + reviews)) + 1, np.float32)
    return np.ones(counts.shape[1], np.float32)


def _weigh(counts: csr_array, weighting: Weighting, scale: Vector) -> csr_array:
    """Counts as the logistic regression sees them, float64."""
    features = counts.copy()
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


def _vectors_of(tokens: list[str], vectors: WordVectors) -> NDArray[np.float64]:
    """The vector of each token, zeros for one that has none: float64 (tokens, dimension)."""
    row_of_word = {word: row for row, word in enumerate(vectors.words)}
    rows = np.array([row_of_word.get(token, -1) for token in tokens])
    rows[: UNKNOWN + 1] = -1
    found = np.zeros((len(tokens), vectors.vectors.shape[1]))
    found[rows >= 0] = vectors.vectors[rows[rows >= 0]]
    return found

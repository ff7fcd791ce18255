"""Linear classifiers over words and n-grams, by scikit-learn: what embeddings have to beat.

All are one model: counts, a weight for each column, a scale for each review, and a logistic
regression. An average of word vectors is one too, for a mean of vectors times a weight for each
dimension is a mean of one number a word.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.sparse import csr_array, issparse, vstack

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import read_json, replacing, save_array, write_json
from reelvec.base.project.paths import CONFIG, WEIGHTS
from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.base.project.section import Text
from reelvec.base.schema.baselines import BaselineParams, Weighting
from reelvec.models.logits import (
    UNLABELLED,
    VALIDATION,
    Logits,
    labels_as_json,
    labels_from_json,
)
from reelvec.models.naive_bayes import count_ids, ratios_of_counts
from reelvec.models.negation import negations_among
from reelvec.models.reader import Reader
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import LARGEST_INT32, Ragged
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import UNKNOWN

SEED = 123
"""Of the order in which liblinear visits the reviews."""

THREADS, LEAST_FOR_A_THREAD = 2, 1_000
"""Reviews are divided among so many threads, if each gets so many."""

Vector = NDArray[np.float32]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A trained linear classifier.

    Attributes:
        name: its entry in `params.yaml`.
        text: the kind of text that it reads.
        weighting: what a review's counts become.
        tokenizer: how its reviews became ids.
        reader: the words and n-grams that have a column.
        scale: float32 (columns,), what each column is multiplied by; a column an id.
        coefficients: float32 (columns,), of the logistic regression.
        intercept: of the logistic regression.
        labels: what its data calls negative and positive reviews.
    """

    name: str
    text: Text
    weighting: Weighting
    tokenizer: Tokenizer
    reader: Reader
    scale: Vector
    coefficients: Vector
    intercept: float
    labels: LabelNames = LABELS

    @property
    def texts(self) -> frozenset[Text]:
        """The one kind of text that it reads."""
        return frozenset({self.text})

    @property
    def words(self) -> int:
        """How many ids of words it knows, padding and unknown among them."""
        return self.reader.words

    def logits(self, texts: Sequence[str]) -> Logits:
        """Log odds of `positive` of raw texts, float64 (texts,)."""
        return self._logits(self.tokenizer.encode(texts))

    def logits_of(self, reviews: Mapping[Text, Ragged]) -> Logits:
        """The same of reviews that are vocabulary ids already, by kind of text."""
        return self._logits(reviews[self.text])

    def features(self, seen: Ragged) -> csr_array:
        """What reviews that its reader has read bring to the sum, float64 (reviews, columns)."""
        return _weigh(_count(seen, self.reader.columns), self.weighting, self.scale)

    def _logits(self, reviews: Ragged) -> Logits:
        def weighted(some: Ragged) -> Logits:
            features = self.features(self.reader.read(some))
            # One review has a handful of a million columns.
            coefficients = self.coefficients[features.indices].astype(np.float64)
            columns = np.arange(features.nnz, dtype=features.indices.dtype)
            shape = (features.shape[0], features.nnz)
            alone = csr_array((features.data, columns, features.indptr), shape=shape)
            return np.asarray(alone @ coefficients, np.float64)

        return np.concatenate(_side_by_side(weighted, reviews)) + self.intercept

    def save(
        self, folder: Path, validation_logits: Logits, unlabelled_logits: Logits | None = None
    ) -> None:
        """Write `model.safetensors` and `config.json`, replacing the folder.

        Args:
            folder: where to.
            validation_logits: what the validation reviews were given, for ensembles to choose by.
            unlabelled_logits: what the unlabelled reviews were given, for students to learn.
        """
        with replacing(folder) as temporary:
            temporary.mkdir()
            save_array(temporary / VALIDATION, validation_logits.astype(np.float32))
            if unlabelled_logits is not None:
                save_array(temporary / UNLABELLED, unlabelled_logits.astype(np.float32))
            arrays: dict[str, NDArray[Any]] = {
                "scale": self.scale,
                "coefficients": self.coefficients,
                "intercept": np.array([self.intercept]),
                **self.reader.arrays(),
            }
            (temporary / WEIGHTS).write_bytes(save(arrays))
            write_json(
                temporary / CONFIG,
                {
                    "baseline": self.name,
                    "text": self.text,
                    "weighting": self.weighting,
                    "words": self.reader.words,
                    "negation_scope": self.reader.negation_scope,
                    **labels_as_json(self.labels),
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
            config = read_json(folder / CONFIG)
            arrays = load_file(folder / WEIGHTS)
            return cls(
                config["baseline"],
                config["text"],
                config["weighting"],
                Tokenizer.from_json(config),
                Reader.with_arrays(
                    config["words"], arrays, negation_scope=config["negation_scope"]
                ),
                arrays["scale"],
                arrays["coefficients"],
                float(arrays["intercept"][0]),
                labels_from_json(config),
            )
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ReelvecError(
                f"{folder}: no baseline of this version ({type(error).__name__}); "
                f"{run_again('train_baselines')}"
            ) from None


def train_baseline(
    name: str,
    params: BaselineParams,
    tokenizer: Tokenizer,
    training: Dataset,
    vectors: WordVectors | None,
) -> Baseline:
    """Fit a baseline.

    Args:
        name: what to call it.
        params: which one.
        tokenizer: how the reviews became ids.
        training: the labelled reviews of the training part.
        vectors: those to average, where the baseline does.
    """
    reader = _reader(params, tokenizer, training.reviews, vectors)
    counts = _counts_of(training.reviews, reader)
    if vectors is not None:
        rows = _vectors_of(tokenizer.vocabulary[: reader.words], vectors)
        scale = np.ones(reader.words, np.float32)
        averages = _weigh(counts, "average", scale) @ rows
        weights, intercept = _learn(params, averages, training.targets)
        coefficients = rows @ weights
    else:
        scale = _scale_of(counts, params.weighting)
        if params.weighting == "naive_bayes":
            scale = ratios_of_counts(counts, training.targets)
        features = _weigh(counts, params.weighting, scale)
        coefficients, intercept = _learn(params, features, training.targets)
    return Baseline(
        name,
        params.text,
        params.weighting,
        tokenizer,
        reader,
        scale,
        coefficients.astype(np.float32),
        intercept,
    )


def _counts_of(reviews: Ragged, reader: Reader) -> csr_array:
    """How often each id that a reader knows occurs in each review."""
    return vstack(
        _side_by_side(lambda some: _count(reader.read(some), reader.columns), reviews), "csr"
    )


def _side_by_side(work: Callable[[Ragged], Result], reviews: Ragged) -> list[Result]:
    """What threads make of the reviews, a share for each, in order."""
    share = max(-(-len(reviews) // THREADS), LEAST_FOR_A_THREAD)
    starts = range(0, max(len(reviews), 1), share)
    shares = [reviews.slice(start, min(start + share, len(reviews))) for start in starts]
    if len(shares) == 1:
        return [work(reviews)]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, shares))


def _learn(
    params: BaselineParams, features: Any, labels: NDArray[np.int8]
) -> tuple[NDArray[np.float64], float]:
    """A weight for each column of the features, float64 (reviews, columns), and the intercept.

    Raises:
        ReelvecError: the features are too many for the solver.
    """
    if params.solver == "lbfgs":
        from reelvec.models.logistic import logistic_regression

        return logistic_regression(features, labels, params.strength, params.iterations)
    if issparse(features) and features.indices.dtype != np.int32:
        raise ReelvecError(
            f"{features.nnz:,} words and n-grams in all reviews, and `solver: liblinear` takes no "
            f"more than {LARGEST_INT32:,}: choose `solver: lbfgs`, or a higher `min_count`"
        )
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=params.strength,
        solver="liblinear",
        # The dual problem is the smaller one where there are more columns than reviews.
        dual=params.weighting != "average",
        max_iter=params.iterations,
        random_state=SEED,
    ).fit(features, labels)
    return model.coef_[0], float(model.intercept_[0])


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
    reader = Reader(words)
    if params.negation_scope:
        negations = negations_among(tokenizer.vocabulary[:words])
        reader = replace(reader, negations=negations, negation_scope=params.negation_scope)
    if params.ngrams > 1:
        reader = reader.with_ngrams_of(reviews, params.ngrams, params.min_count)
    return reader


def _count(seen: Ragged, columns: int) -> csr_array:
    """How often each id of a known word occurs in each review, float64 (reviews, columns)."""
    return count_ids(seen.keep(seen.ids > UNKNOWN), columns)


def _scale_of(counts: csr_array, weighting: Weighting) -> Vector:
    """What each column is multiplied by, as far as the labels have no say."""
    if weighting == "tfidf":
        from sklearn.feature_extraction.text import TfidfTransformer

        return np.asarray(TfidfTransformer().fit(counts).idf_, np.float32)
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

"""What a training begins with: what is read of the reviews, and the first layer's weights.

These are random, log-count ratios (naive Bayes), or looked up in word vectors.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.variants import NAIVE_BAYES, MissingPolicy, VariantParams
from reelvec.models.naive_bayes import log_count_ratios
from reelvec.models.negation import negations_among
from reelvec.models.reader import Reader
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import PADDING, RESERVED, UNKNOWN

RANDOM_DEVIATION = 0.1
"""Less than torch's 1: rare words, hardly ever trained, would keep their noise for ever."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a training begins with.

    Attributes:
        reader: what the model reads of a review.
        training: the labelled reviews to learn from, as the reader has read them.
        weight: float32 (reader.columns, dimension), the first layer; the padding row is zero.
        missing: bool (reader.words,), words that had no pretrained vector (all False when the
            weights are random; padding and unknown are no words and never count).
    """

    reader: Reader
    training: Dataset
    weight: NDArray[np.float32]
    missing: NDArray[np.bool_]


def start_of(
    params: VariantParams, tokens: list[str], training: Dataset, vectors: WordVectors | None
) -> Start:
    """What a variant's training begins with.

    Args:
        params: the variant.
        tokens: the vocabulary by id; its first `params.vocabulary_size` words are taken.
        training: the labelled reviews to learn from, and to find n-grams in.
        vectors: those that the variant names, where it names any.

    Raises:
        ReelvecError: as for `pretrained_embedding`.
    """
    if params.vocabulary_size is not None:
        tokens = tokens[: len(RESERVED) + params.vocabulary_size]
    words, weight, missing = len(tokens), None, np.zeros(len(tokens), bool)
    if vectors is not None:
        weight, missing = pretrained_embedding(
            tokens, vectors, params.missing, params.seed, params.initial_deviation
        )
    reader = Reader(
        words,
        ignored=missing if params.missing == "ignore" else None,
        max_length=params.max_length,
        truncating=params.truncating,
        distinct=params.distinct,
        negations=negations_among(tokens) if params.negation_scope else None,
        negation_scope=params.negation_scope,
    )
    if params.ngrams > 1:
        reader = reader.with_ngrams_of(training.reviews, params.ngrams, params.min_ngram_count)
    read = reader.read_part(training)
    if weight is None:
        weight = random_embedding(
            reader.columns,
            dimension_of(params, words),
            params.seed,
            params.initial_deviation or RANDOM_DEVIATION,
        )
    if params.embedding == NAIVE_BAYES:
        weight[:, 0] = _scaled_ratios(read, reader.columns, params.initial_deviation)
    return Start(reader, read, weight, missing)


def _scaled_ratios(read: Dataset, columns: int, deviation: float | None) -> NDArray[np.float32]:
    """Log-count ratios of the ids that a reader gave, float32 (columns,)."""
    ratios = log_count_ratios(read.reviews, columns, read.targets)
    if deviation is not None and ratios.any():
        ratios *= deviation / ratios.std()
    return ratios


def dimension_of(params: VariantParams, words: int) -> int:
    """The dimension of a variant without pretrained vectors.

    `auto` is the fourth root of the number of words, TensorFlow's old rule of thumb.
    """
    assert params.dimension is not None
    return round(words**0.25) if params.dimension == "auto" else params.dimension


def random_embedding(
    size: int, dimension: int, seed: int, deviation: float = RANDOM_DEVIATION
) -> NDArray[np.float32]:
    """Independent normal weights with mean 0, float32 (size, dimension).

    Args:
        size: tokens in the vocabulary.
        dimension: of a token's vector.
        seed: of the generator.
        deviation: their standard deviation.
    """
    generator = np.random.default_rng(seed)
    weight = generator.normal(0.0, deviation, (size, dimension)).astype(np.float32)
    weight[PADDING] = 0
    return weight


def pretrained_embedding(
    tokens: list[str],
    pretrained: WordVectors,
    policy: MissingPolicy,
    seed: int,
    deviation: float | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Look up each token of the vocabulary in pretrained vectors.

    Args:
        tokens: the vocabulary by id, padding and unknown first.
        pretrained: the words that have vectors, and those.
        policy: what a token without a vector starts from: `zero` (also for `ignore`, which
            leaves it out of the reviews), the `mean` of the vectors found, `random` with the
            mean and deviation of each column of those, or the mean of its `subword` vectors.
        seed: of the random policy.
        deviation: scale all vectors alike, so that this is the standard deviation of the numbers
            in those found; cosines stay as they are. None leaves the vectors as published.

    Returns:
        float32 (tokens, dimension), the weights; the unknown token is treated like a missing
        word. bool (tokens,), the words that have no vector; padding and unknown are none.

    Raises:
        ReelvecError: `subword` is asked of vectors that have none.
    """
    vectors = pretrained.vectors
    row_of_word = {word: row for row, word in enumerate(pretrained.words)}
    rows = np.fromiter((row_of_word.get(token, -1) for token in tokens), np.int64, len(tokens))
    rows[[PADDING, UNKNOWN]] = -1
    found = rows >= 0
    weight = np.zeros((len(tokens), vectors.shape[1]), np.float32)
    weight[found] = vectors[rows[found]]
    if policy == "subword":
        _compose(weight, tokens, found, pretrained)
    if deviation is not None and weight[found].any():
        weight *= deviation / weight[found].std()
    if policy in ("mean", "random") and found.any():
        mean = weight[found].mean(axis=0)
        if policy == "mean":
            weight[~found] = mean
        else:
            deviations = weight[found].std(axis=0)
            noise = np.random.default_rng(seed).normal(size=((~found).sum(), weight.shape[1]))
            weight[~found] = mean + deviations * noise
        weight[PADDING] = 0
    missing = ~found
    missing[[PADDING, UNKNOWN]] = False
    return weight, missing


def _compose(
    weight: NDArray[np.float32], tokens: list[str], found: NDArray[np.bool_], words: WordVectors
) -> None:
    """Give the words without a vector the mean of their letter n-grams' vectors."""
    if words.subwords is None:
        raise ReelvecError(
            "params.yaml: `missing: subword` needs vectors with subwords: set `algorithm: "
            "fasttext` in the `word_vectors` that the variant's `embedding` names"
        )
    for id_ in np.flatnonzero(~found).tolist():
        if id_ not in (PADDING, UNKNOWN):
            weight[id_] = words.subwords.of(tokens[id_])

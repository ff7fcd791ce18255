"""The first layer's initial weights: random, naive Bayes, or looked up in word vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.variants import NAIVE_BAYES, MissingPolicy, VariantParams
from reelvec.models.naive_bayes import log_count_ratios
from reelvec.models.ngrams import Ngrams, find_ngrams
from reelvec.models.reader import Reader
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import PADDING, RESERVED, UNKNOWN, limit_ids

RANDOM_DEVIATION = 0.1
"""Less than torch's 1: rare words, hardly ever trained, would keep their noise for ever."""


@dataclass(frozen=True, slots=True)
class InitialEmbedding:
    """Weights to start from.

    Attributes:
        weight: float32 (vocabulary and n-grams, dimension); the padding row is zero.
        missing: bool (vocabulary,), words that had no pretrained vector (all False when the
            weights are random; padding and unknown are no words and never count).
        ngrams: those with rows behind the vocabulary's.
    """

    weight: NDArray[np.float32]
    missing: NDArray[np.bool_]
    ngrams: Ngrams | None = None


def initial_embedding(
    params: VariantParams, tokens: list[str], training: Dataset, vectors: WordVectors | None
) -> InitialEmbedding:
    """The first layer that a variant starts from.

    Args:
        params: the variant.
        tokens: the vocabulary by id; its first `params.vocabulary_size` words are taken.
        training: the labelled reviews of the training part, to find n-grams in.
        vectors: those that the variant names, where it names any.
    """
    if params.vocabulary_size is not None:
        tokens = tokens[: len(RESERVED) + params.vocabulary_size]
    if vectors is not None:
        return pretrained_embedding(
            tokens, vectors, params.missing, params.seed, params.initial_deviation
        )
    words, ngrams = len(tokens), None
    if params.ngrams > 1:
        reviews = limit_ids(training.reviews, words)
        ngrams = find_ngrams(reviews, words, params.ngrams, params.min_ngram_count)
    size = words + (0 if ngrams is None else len(ngrams))
    weight = random_embedding(
        size, dimension_of(params, words), params.seed, params.initial_deviation or RANDOM_DEVIATION
    ).weight
    if params.embedding == NAIVE_BAYES:
        reader = Reader(words, ngrams)
        ratios = log_count_ratios(reader.read(training.reviews), size, training.targets)
        if params.initial_deviation is not None and ratios.any():
            ratios *= params.initial_deviation / ratios.std()
        weight[:, 0] = ratios
    return InitialEmbedding(weight, np.zeros(words, bool), ngrams)


def dimension_of(params: VariantParams, words: int) -> int:
    """The dimension of a variant without pretrained vectors.

    `auto` is the fourth root of the number of words, TensorFlow's old rule of thumb.
    """
    assert params.dimension is not None
    return round(words**0.25) if params.dimension == "auto" else params.dimension


def random_embedding(
    size: int, dimension: int, seed: int, deviation: float = RANDOM_DEVIATION
) -> InitialEmbedding:
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
    return InitialEmbedding(weight, np.zeros(size, bool))


def pretrained_embedding(
    tokens: list[str],
    pretrained: WordVectors,
    policy: MissingPolicy,
    seed: int,
    deviation: float | None = None,
) -> InitialEmbedding:
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
        the weights; the unknown token is treated like a missing word.

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
    return InitialEmbedding(weight, missing)


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

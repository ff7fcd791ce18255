"""The first layer's initial weights: random, or looked up in pretrained vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelvec.params import MissingPolicy
from reelvec.vocabulary import PADDING, UNKNOWN

RANDOM_DEVIATION = 0.1
"""Less than torch's 1: rare words, hardly ever trained, would keep their noise for ever."""


@dataclass(frozen=True, slots=True)
class InitialEmbedding:
    """Weights to start from.

    Attributes:
        weight: float32 (vocabulary, dimension); the padding row is zero.
        missing: bool (vocabulary,), words that had no pretrained vector (all False when the
            weights are random; padding and unknown are no words and never count).
    """

    weight: NDArray[np.float32]
    missing: NDArray[np.bool_]


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
    words: list[str],
    vectors: NDArray[np.float32],
    policy: MissingPolicy,
    seed: int,
    deviation: float | None = None,
) -> InitialEmbedding:
    """Look up each token of the vocabulary in pretrained vectors.

    Args:
        tokens: the vocabulary by id, padding and unknown first.
        words: the words that have vectors.
        vectors: float32 (words, dimension), may be memory-mapped.
        policy: what a token without a vector starts from: `zero`, the `mean` of the vectors
            found, or `random` with the mean and deviation of each column of those.
        seed: of the random policy.
        deviation: scale all vectors alike, so that this is the standard deviation of the numbers
            in those found; cosines stay as they are. None leaves the vectors as published.

    Returns:
        the weights; the unknown token is treated like a missing word.
    """
    row_of_word = {word: row for row, word in enumerate(words)}
    rows = np.fromiter((row_of_word.get(token, -1) for token in tokens), np.int64, len(tokens))
    rows[[PADDING, UNKNOWN]] = -1
    found = rows >= 0
    weight = np.zeros((len(tokens), vectors.shape[1]), np.float32)
    weight[found] = vectors[rows[found]]
    if deviation is not None and weight[found].any():
        weight *= deviation / weight[found].std()
    if policy != "zero" and found.any():
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

"""Measures of word vectors that need no words: polarity, and neighbourhoods in two spaces."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

SENTIMENT_SCORES = (
    "sentiment_within",
    "sentiment_across",
    "sentiment_separation",
    "sentiment_silhouette",
    "sentiment_nearest",
    "sentiment_neighbors",
)
"""What `sentiment_scores` returns, in this order."""


def jaccard(first: Iterable[str], second: Iterable[str]) -> float:
    """Size of the intersection over size of the union; 0 for two empty sets."""
    one, two = set(first), set(second)
    return len(one & two) / max(1, len(one | two))


def sentiment_scores(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> dict[str, float | None]:
    """How well a space keeps words of praise apart from words of blame.

    Args:
        positive: unit vectors of words of praise, (positives, dimension).
        negative: unit vectors of words of blame, (negatives, dimension).

    Returns:
        sentiment_within: mean cosine of two words of the same polarity (mean over the two).
        sentiment_across: mean cosine of a word of praise and one of blame.
        sentiment_separation: the first less the second; 0 when polarity means nothing.
        sentiment_silhouette: from -1 to 1, with the cosine distance.
        sentiment_nearest: share of the words whose nearest other word has their polarity.
        sentiment_neighbors: of the n nearest other words, n being all that share a word's
            polarity, the share that do; the mean over the words. By chance a little under half,
            when there are as many words of praise as of blame.
        Each None when a polarity has fewer than two words.
    """
    if min(len(positive), len(negative)) < 2:
        return dict.fromkeys(SENTIMENT_SCORES)
    from sklearn.metrics import silhouette_score

    polarity = np.repeat([True, False], [len(positive), len(negative)])
    vectors = np.concatenate([positive, negative])
    same = polarity[:, None] == polarity
    np.fill_diagonal(same, False)
    cosines = np.clip(vectors @ vectors.T, -1, 1)
    means = [cosines[side][same[side]].mean() for side in (polarity, ~polarity)]
    within, across = sum(means) / 2, cosines[polarity][:, ~polarity].mean()
    distances = 1 - cosines
    np.fill_diagonal(distances, 0)
    # By rising distance; the 4 puts the word itself last, for cosine distances end at 2.
    order = np.argsort(distances + 4 * np.eye(len(vectors)), axis=1, kind="stable")
    agrees = np.take_along_axis(same, order, axis=1)
    peers = same.sum(axis=1)
    found = (agrees & (np.arange(len(vectors)) < peers[:, None])).sum(axis=1)
    silhouette = silhouette_score(distances, polarity, metric="precomputed")
    values = (
        within,
        across,
        within - across,
        silhouette,
        agrees[:, 0].mean(),
        (found / peers).mean(),
    )
    return dict(zip(SENTIMENT_SCORES, map(float, values), strict=True))


def neighborhood_overlap(
    first: NDArray[np.float64], second: NDArray[np.float64], neighbors: int
) -> float | None:
    """Mean Jaccard overlap of each word's nearest words in two spaces.

    Args:
        first: unit vectors, (words, dimension of the first space).
        second: unit vectors of the same words, (words, dimension of the second space).
        neighbors: how many nearest words are compared; fewer when there are not so many.

    Returns:
        from 0 (no neighbour in common) to 1; None for fewer than two words.
    """
    count = min(neighbors, len(first) - 1)
    if count < 1:
        return None
    both = (_nearest(first, count) & _nearest(second, count)).sum(axis=1)
    return float((both / (2 * count - both)).mean())


def _nearest(unit: NDArray[np.float64], count: int) -> NDArray[np.bool_]:
    """Which words are among each word's nearest, bool (words, words)."""
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argpartition(cosines, -count, axis=1)[:, -count:]
    mask = np.zeros(cosines.shape, bool)
    np.put_along_axis(mask, nearest, True, axis=1)
    return mask

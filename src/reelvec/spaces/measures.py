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

DIVISIONS = 9_999
SEED = 123


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


def separation_p_value(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> float | None:
    """How often words divided at random would lie as far apart as praise and blame do.

    A permutation test of `sentiment_separation` over 9,999 random divisions of the same words.

    Args:
        positive: unit vectors of words of praise, (positives, dimension).
        negative: unit vectors of words of blame, (negatives, dimension).

    Returns:
        None when a polarity has fewer than two words.
    """
    counts = np.array([len(positive), len(negative)], np.float64)
    if counts.min() < 2:
        return None
    from scipy.stats import permutation_test

    vectors = np.concatenate([positive, negative])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, 0)
    total = cosines.sum()

    def separation(praised: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        """Mean cosine within less across; `praised` is 1 or 0, (..., words)."""
        assert axis == -1
        sums = [
            np.einsum("...i,ij,...j->...", side, cosines, side) for side in (praised, 1 - praised)
        ]
        within = sum(each / (count * (count - 1)) for each, count in zip(sums, counts, strict=True))
        return np.asarray(within / 2 - (total - sum(sums)) / (2 * counts.prod()), np.float64)

    found = permutation_test(
        (np.repeat([1.0, 0.0], counts.astype(np.int64)),),
        separation,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=DIVISIONS,
        alternative="greater",
        rng=np.random.default_rng(SEED),
    )
    return float(found.pvalue)


def neighborhood_overlap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float | None:
    """Mean Jaccard overlap of each word's nearest words in two spaces.

    Args:
        first: `nearest_words` in the first space.
        second: those of the same words, as many, in the second.

    Returns:
        from 0 (no neighbour in common) to 1; None for fewer than two words.
    """
    if not first.any():
        return None
    both, either = (each.sum(axis=1) for each in (first & second, first | second))
    return float((both / either).mean())


def nearest_words(unit: NDArray[np.float64], neighbors: int) -> NDArray[np.bool_]:
    """Which words are among each word's nearest, bool (words, words).

    Args:
        unit: unit vectors, (words, dimension).
        neighbors: how many are; fewer when there are not so many.
    """
    count = min(neighbors, len(unit) - 1)
    if count < 1:
        return np.zeros((len(unit), len(unit)), bool)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argpartition(cosines, -count, axis=1)[:, -count:]
    mask = np.zeros(cosines.shape, bool)
    np.put_along_axis(mask, nearest, True, axis=1)
    return mask

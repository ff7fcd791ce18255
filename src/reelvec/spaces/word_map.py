"""Where frequent words lie in an embedding space, and the sentiment of their reviews: numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import RESERVED, Vocabulary, document_counts

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

    from reelvec.base.schema.visualization import VisualizationParams

DECIMALS = 4
"""Of a position, as a share of the map's size: hides in which order threads added up."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A space seen from its two widest sides.

    Attributes:
        positions: float64 (words, 2), the largest coordinate being 1 or −1.
        explained: share of the words' variance along each axis, (2,).
        sentiment: correlation of each axis with the words' share of positive reviews, (2,).
    """

    positions: NDArray[np.float64]
    explained: NDArray[np.float64]
    sentiment: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordMap:
    """The same words in several spaces.

    Attributes:
        words: by falling frequency in the training reviews.
        positive_shares: for each word, how many of the training reviews that hold it are
            positive, float64 (words,).
        documents: how many training reviews hold it, int64 (words,).
        planes: by space.
    """

    words: list[str]
    positive_shares: NDArray[np.float64]
    documents: NDArray[np.int64]
    planes: dict[str, Plane]


def map_words(
    spaces: Mapping[str, "KeyedVectors"],
    vocabulary: Vocabulary,
    train: Dataset,
    params: "VisualizationParams",
) -> WordMap:
    """Project the most frequent words that all spaces share.

    Args:
        spaces: by name, in the order of the panels.
        vocabulary: of the training reviews.
        train: the training reviews.
        params: how many words, and in how many reviews each must be.

    Raises:
        ReelvecError: fewer than three words are frequent enough and in all spaces.
    """
    documents, positive = review_counts(train, len(vocabulary))
    ids = [
        id_
        for id_ in range(len(RESERVED), len(vocabulary))
        if documents[id_] >= params.min_document_count
        and all(vocabulary.tokens[id_] in space.key_to_index for space in spaces.values())
    ][: params.words]
    if len(ids) < 3:
        raise ReelvecError(
            f"only {len(ids)} words are in {params.min_document_count} training reviews and in "
            f"{', '.join(spaces)}: too few for a picture; lower visualization.min_document_count"
        )
    words = [vocabulary.tokens[id_] for id_ in ids]
    shares = positive[ids] / documents[ids]
    planes = {
        name: project(np.stack([space[word] for word in words]), shares)
        for name, space in spaces.items()
    }
    return WordMap(words, shares, documents[ids], planes)


def review_counts(train: Dataset, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many reviews, and how many positive ones, hold each id: int64 (size,) both."""
    positive = np.flatnonzero(train.targets == 1)
    return document_counts(train.reviews, size), document_counts(train.reviews, size, positive)


def project(vectors: NDArray[np.floating], shares: NDArray[np.float64]) -> Plane:
    """Principal components of words.

    PCA leaves the signs of its axes open, and two pictures of one space could be mirror images:
    here words with a larger share of positive reviews lie to the right and further up, as far
    as they lie to one side at all.

    Args:
        vectors: (words, dimension).
        shares: of positive reviews, float64 (words,).

    Returns:
        the plane of the first two components; a space of one dimension lies on a line.
    """
    from sklearn.decomposition import PCA

    components = min(2, *vectors.shape)
    pca = PCA(n_components=components, svd_solver="full")
    positions = np.zeros((len(vectors), 2))
    explained = np.zeros(2)
    with np.errstate(invalid="ignore"):  # words that all have one vector have no variance
        positions[:, :components] = pca.fit_transform(vectors.astype(np.float64))
    explained[:components] = np.nan_to_num(pca.explained_variance_ratio_)
    leaning = np.array([_correlation(column, shares) for column in positions.T])
    positions *= np.where(leaning < 0, -1.0, 1.0)
    largest = np.abs(positions).max() or 1.0
    rounded = np.round(positions / largest, DECIMALS) + 0.0  # no -0.0
    return Plane(rounded.astype(np.float64), explained, np.abs(leaning))


def words_to_label(word_map: WordMap, count: int) -> NDArray[np.int64]:
    """Which words to name in the picture.

    Two of three are the words that say most about a review's sentiment: those whose share of
    positive reviews lies furthest from one half, in standard errors, so that both polarity and
    frequency count. The others are the most frequent that remain.

    Args:
        word_map: words by falling frequency.
        count: how many at most.

    Returns:
        positions in `word_map.words`, most telling first.
    """
    telling = np.abs(word_map.positive_shares - 0.5) * np.sqrt(word_map.documents)
    polar = np.argsort(-telling, kind="stable")[: count - count // 3]
    frequent = np.setdiff1d(np.arange(len(word_map.words)), polar)[: count // 3]
    return np.concatenate([polar, frequent])


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's r, 0 where one side is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])

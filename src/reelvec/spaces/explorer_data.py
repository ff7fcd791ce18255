"""What the embedding explorer of the report needs: words, vectors and maps, as JSON."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.spaces.word_map import project, review_counts
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import RESERVED, Vocabulary

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

    from reelvec.base.schema.explorer import ExplorerParams, Projection

SCALE = 32767
"""Coordinates of unit vectors, from -1 to 1, become whole numbers of 16 bits: a cosine is then
right to about 0.0001, and a file of four spaces stays small enough to be mailed."""

MAX_BYTES = 11_000_000
"""Of all vectors as text; the rarest words are left out beyond it."""

SHARE_DECIMALS = 3
LEAST_FOR_MAP = 3


def explorer_data(
    spaces: Mapping[str, "KeyedVectors"],
    vocabulary: Vocabulary,
    training: Dataset,
    params: "ExplorerParams",
) -> dict[str, Any]:
    """Everything that the explorer's page shows or computes with.

    Args:
        spaces: by name, in the order of the menus.
        vocabulary: of the training reviews.
        training: the training reviews, whose labels colour the words.
        params: how many words, and which maps.

    Returns:
        `words` by falling frequency; for each `documents` (training reviews that hold it) and
        `positive` (share of those that are positive, None for a word in none); and `spaces`: for
        each its `dimension`, the positions of the words it is `missing`, `vectors` of unit
        length and `maps` (x and y), both base64 of little-endian int16, row by row, the
        coordinates times 32,767.

    Raises:
        ReelvecError: a space has fewer than three of the words.
    """
    count = min(params.words, _words_that_fit(spaces))
    ids = [
        id_
        for id_, token in enumerate(vocabulary.tokens[: len(RESERVED) + count])
        if id_ >= len(RESERVED) and any(token in space.key_to_index for space in spaces.values())
    ]
    words = [vocabulary.tokens[id_] for id_ in ids]
    documents, positive = (counts[ids] for counts in review_counts(training, len(vocabulary)))
    shares = positive / np.maximum(documents, 1)
    return {
        "words": words,
        "documents": documents.tolist(),
        "positive": [
            round(share, SHARE_DECIMALS) if among else None
            for share, among in zip(shares.tolist(), documents.tolist(), strict=True)
        ],
        "spaces": {
            name: _space_data(name, space, words, shares, params) for name, space in spaces.items()
        },
    }


def _words_that_fit(spaces: Mapping[str, "KeyedVectors"]) -> int:
    dimensions = sum(space.vector_size for space in spaces.values())
    return int(MAX_BYTES / (dimensions * 2 * 4 / 3))


def _space_data(
    name: str,
    space: "KeyedVectors",
    words: Sequence[str],
    shares: NDArray[np.float64],
    params: "ExplorerParams",
) -> dict[str, Any]:
    there = np.array([word in space.key_to_index for word in words])
    if there.sum() < LEAST_FOR_MAP:
        raise ReelvecError(
            f"explorer.spaces: {name} has {there.sum()} of the {len(words)} most frequent words, "
            f"and a map needs {LEAST_FOR_MAP}; leave it out, or set explorer.words higher"
        )
    rows = [space.key_to_index[word] for word, kept in zip(words, there, strict=True) if kept]
    vectors = space.vectors[rows].astype(np.float64)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    maps = {
        projection: _encoded(_positions(projection, unit, vectors, shares[there], params.seed))
        for projection in params.projections
    }
    return {
        "dimension": space.vector_size,
        "missing": np.flatnonzero(~there).tolist(),
        "vectors": _encoded(unit),
        "maps": maps,
    }


def _positions(
    projection: "Projection",
    unit: NDArray[np.float64],
    vectors: NDArray[np.float64],
    shares: NDArray[np.float64],
    seed: int,
) -> NDArray[np.float64]:
    """A point for each word, float64 (words, 2), on each axis the largest being 1 or -1.

    Each axis is stretched: a space that sentiment alone has spread out would be a line else.
    Principal components of the vectors as they are; t-SNE (van der Maaten and Hinton 2008) of
    the unit vectors, whose Euclidean neighbours are those by cosine.
    """
    if projection == "pca":
        return _stretched(project(vectors, shares).positions)
    from sklearn.manifold import TSNE

    # One thread: sums of several would differ in the last digits, and t-SNE magnifies them.
    perplexity = min(30.0, (len(unit) - 1) / 3)
    tsne = TSNE(init="pca", perplexity=perplexity, random_state=seed, n_jobs=1)
    positions = tsne.fit_transform(unit.astype(np.float32)).astype(np.float64)
    return _stretched(positions - positions.mean(axis=0))


def _stretched(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    largest = np.abs(positions).max(axis=0)
    largest[largest == 0] = 1
    return np.asarray(positions / largest, np.float64)


def _encoded(values: NDArray[np.float64]) -> str:
    """Numbers from -1 to 1 as text."""
    return base64.b64encode(np.round(values * SCALE).astype("<i2").tobytes()).decode("ascii")

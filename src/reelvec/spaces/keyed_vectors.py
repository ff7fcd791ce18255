"""Embedding spaces as gensim `KeyedVectors`: words, their vectors, nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.models.word_vectors import load_word_vectors, vectors_of_space, words_with_vectors


def load_space(name: str, project: Path = Path()) -> KeyedVectors:
    """Load the vectors of a variant, or those that variants start from: GloVe's, word2vec's.

    Padding, the unknown word and every word whose vector is all zeros are left out: a word
    without a vector is not in the space.

    Args:
        name: a variant, `glove`, or an entry of `word_vectors`.
        project: the folder that holds `data`.

    Returns:
        words by falling frequency in what the vectors were trained on; float32 vectors, norms
        filled in. N-grams have vectors too, but are no words.

    Raises:
        ReelvecError: there is no such model, or its files do not fit together.
    """
    found = vectors_of_space(name, project)
    return keyed_vectors(found.words, found.vectors, where=name)


def load_space_in(folder: Path) -> KeyedVectors:
    """Load the vectors of a folder that `WordVectors.save` wrote.

    Raises:
        ReelvecError: a file is missing, or the files do not fit together.
    """
    found = load_word_vectors(folder)
    return keyed_vectors(found.words, found.vectors, where=str(folder))


def keyed_vectors(
    words: Sequence[str], vectors: NDArray[np.floating], where: str = "vectors"
) -> KeyedVectors:
    """Make `KeyedVectors` at once; gensim's own `add_vectors` takes a step for each word.

    Args:
        words: distinct words.
        vectors: float32 or float64 (words, dimension); rows of zeros are left out.
        where: what to name in an error.

    Returns:
        the words in the given order, sharing the memory of `vectors` when nothing is left out.

    Raises:
        ReelvecError: a word occurs twice, or a vector is not finite.
    """
    words, vectors, norms = words_with_vectors(words, np.asarray(vectors), where)
    space = KeyedVectors(vectors.shape[1], dtype=vectors.dtype)
    space.index_to_key = list(words)
    space.key_to_index = {word: row for row, word in enumerate(words)}
    if len(space.key_to_index) != len(words):
        raise ReelvecError(f"{where}: a word occurs twice")
    space.vectors, space.norms, space.next_index = vectors, norms, len(words)
    return space


def unit_subspace(space: KeyedVectors, words: Sequence[str]) -> KeyedVectors:
    """The given words of a space, with vectors of length one in double precision.

    In double precision no published digit depends on how many threads multiplied. And the
    vectors have length one because gensim's `similarity` scales float64 vectors in place.

    Args:
        space: any space.
        words: some of its words, in the order wanted.

    Returns:
        float64 vectors (len(words), dimension).
    """
    rows = np.fromiter((space.key_to_index[word] for word in words), np.int64, count=len(words))
    vectors = space.vectors[rows].astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return keyed_vectors(words, vectors)

"""Embedding spaces as gensim `KeyedVectors`: words, their vectors, nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.project.section import GLOVE
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.text.vocabulary import RESERVED

EMBEDDING = "embedding.weight"


def load_space(name: str, models: Path = Path("data/models")) -> KeyedVectors:
    """Load the vectors of a variant, or those that variants start from: GloVe's, word2vec's.

    Padding, the unknown word and every word whose vector is all zeros are left out: a word
    without a vector is not in the space.

    Args:
        name: a variant, `glove`, or an entry of `word_vectors`.
        models: folder with one folder a variant.

    Returns:
        words by falling frequency in what the vectors were trained on; float32 vectors, norms
        filled in. N-grams have vectors too, but are no words.

    Raises:
        ReelvecError: there is no such model, or its files do not fit together.
    """
    folder = folder_of_vectors(name)
    if name == GLOVE or folder.exists():
        pretrained = load_word_vectors(folder)
        return keyed_vectors(pretrained.words, pretrained.vectors, where=str(folder))
    words, vectors = _read_embedding(models / name)
    first = len(RESERVED)
    return keyed_vectors(words[first:], vectors[first:], where=str(models / name))


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
    vectors = np.asarray(vectors)
    norms = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(norms).all():
        word = words[int(np.isfinite(norms).argmin())]
        raise ReelvecError(
            f"{where}: the vector of {word!r} is not finite; if it was trained, the training "
            "diverged: lower the learning rate"
        )
    if not norms.all():
        kept = np.flatnonzero(norms)
        words = [words[row] for row in kept.tolist()]
        vectors, norms = vectors[kept], norms[kept]
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


def _read_embedding(folder: Path) -> tuple[list[str], NDArray[np.float32]]:
    """A model's vocabulary and the matrix whose row is the token's id."""
    try:
        vocabulary: list[str] = read_json(folder / "config.json")["vocabulary"]
        with safe_open(folder / "model.safetensors", framework="numpy") as tensors:
            vectors: NDArray[np.float32] = tensors.get_tensor(EMBEDDING)
    except FileNotFoundError as error:
        missing = error.filename or folder / "model.safetensors"
        raise ReelvecError(
            f"{missing}: not there; run `dvc repro train@{folder.name}` to train it"
        ) from None
    except (KeyError, ValueError, SafetensorError) as error:
        raise ReelvecError(
            f"{folder}: not a model of this project ({error}); delete it and run "
            f"`dvc repro train@{folder.name}`"
        ) from None
    vectors = vectors[: len(vocabulary)]
    if len(vocabulary) != len(vectors) or tuple(vocabulary[: len(RESERVED)]) != RESERVED:
        raise ReelvecError(
            f"{folder}: {len(vocabulary):,} words but {len(vectors):,} vectors, or no "
            f"{' and '.join(RESERVED)} in front; run `dvc repro train@{folder.name}` again"
        )
    return vocabulary, vectors

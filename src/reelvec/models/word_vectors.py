"""Word vectors as the pipeline keeps them: a list of words and a matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import read_json, replacing, save_array, write_json, write_text
from reelvec.base.project.paths import CONFIG, GLOVE_VECTORS, MODELS, WEIGHTS, WORD_VECTORS
from reelvec.base.project.section import GLOVE
from reelvec.text.vocabulary import RESERVED

SUBWORDS = "subwords.npy"

EMBEDDING = "embedding.weight"
"""The tensor of a variant whose row is the token's id; its n-grams' rows come after its words'."""


@dataclass(frozen=True, slots=True)
class Subwords:
    """fastText's vectors of letter n-grams (Bojanowski et al. 2017), by the n-grams' hash.

    Attributes:
        vectors: float32 (buckets, dimension).
        min_letters: of the shortest n-gram, the word's boundaries counted as letters.
        max_letters: of the longest.
    """

    vectors: NDArray[np.float32]
    min_letters: int
    max_letters: int

    def of(self, word: str) -> NDArray[np.float32]:
        """A vector for any word: the mean of its n-grams' vectors, float32 (dimension,)."""
        from gensim.models.fasttext import ft_ngram_hashes

        hashes = ft_ngram_hashes(word, self.min_letters, self.max_letters, len(self.vectors))
        if not len(hashes):
            return np.zeros(self.vectors.shape[1], np.float32)
        mean: NDArray[np.float32] = self.vectors[np.asarray(hashes, np.int64)].mean(axis=0)
        return mean


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Vectors that exist before a variant is trained.

    Attributes:
        words: the most frequent first.
        vectors: float32 (words, dimension), memory-mapped.
        subwords: what vectors of other words are made of, where there is such a thing.
    """

    words: list[str]
    vectors: NDArray[np.float32]
    subwords: Subwords | None = None

    def save(self, folder: Path) -> None:
        """Write `words.txt` and `vectors.npy`, replacing the folder."""
        with replacing(folder) as temporary:
            temporary.mkdir()
            write_text(temporary / "words.txt", "".join(f"{word}\n" for word in self.words))
            save_array(temporary / "vectors.npy", self.vectors)
            if self.subwords is not None:
                save_array(temporary / SUBWORDS, self.subwords.vectors)
                letters = {"min": self.subwords.min_letters, "max": self.subwords.max_letters}
                write_json(temporary / "subwords.json", letters)


def folder_of_vectors(embedding: str) -> Path:
    """Where the vectors of an entry of `word_vectors`, or GloVe's, are kept."""
    return GLOVE_VECTORS if embedding == GLOVE else WORD_VECTORS / embedding


def vectors_of_space(name: str, project: Path = Path()) -> WordVectors:
    """Read the vectors of a variant, or those that variants start from: GloVe's, word2vec's.

    Args:
        name: a variant, `glove`, or an entry of `word_vectors`.
        project: the folder that holds `data`.

    Returns:
        words by falling frequency in what the vectors were trained on, and float32 vectors; of a
        variant without padding, the unknown word and n-grams, which have vectors but are no words.

    Raises:
        ReelvecError: there is no such model, or its files do not fit together.
    """
    folder = project / folder_of_vectors(name)
    if name == GLOVE or folder.exists():
        return load_word_vectors(folder)
    return _of_variant(project / MODELS / name)


def load_word_vectors(folder: Path) -> WordVectors:
    """Read what `fetch_glove` or `WordVectors.save` wrote.

    Raises:
        ReelvecError: a file is missing, or the files do not fit together.
    """
    try:
        # Only a line feed ends a word: some hold U+0085 or U+2028, which other readers split at.
        words = (folder / "words.txt").read_bytes().decode().split("\n")[:-1]
        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        subwords = None
        if (folder / SUBWORDS).exists():
            letters = read_json(folder / "subwords.json")
            matrix = np.load(folder / SUBWORDS, mmap_mode="r")
            subwords = Subwords(matrix, letters["min"], letters["max"])
    except (FileNotFoundError, ValueError, KeyError) as error:
        raise ReelvecError(f"{folder}: {error}; {run_again()}") from None
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ReelvecError(f"{folder}: words and vectors do not fit; {run_again()}")
    return WordVectors(words, vectors, subwords)


def words_with_vectors(
    words: Sequence[str], vectors: NDArray[np.floating], where: str
) -> tuple[Sequence[str], NDArray[np.floating], NDArray[np.floating]]:
    """Leave out the words whose vector is all zeros: a word without a vector is in no space.

    Args:
        words: of a space.
        vectors: float32 or float64 (words, dimension).
        where: what to name in an error.

    Returns:
        the words left, their vectors (the same array where all are left) and the vectors' lengths.

    Raises:
        ReelvecError: a vector is not finite.
    """
    norms = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(norms).all():
        word = words[int(np.isfinite(norms).argmin())]
        raise ReelvecError(
            f"{where}: the vector of {word!r} is not finite; if it was trained, the training "
            "diverged: lower the learning rate"
        )
    if norms.all():
        return words, vectors, norms
    kept = np.flatnonzero(norms)
    return [words[row] for row in kept.tolist()], vectors[kept], norms[kept]


def _of_variant(folder: Path) -> WordVectors:
    again = run_again(f"train@{folder.name}")
    try:
        vocabulary: list[str] = read_json(folder / CONFIG)["vocabulary"]
        with safe_open(folder / WEIGHTS, framework="numpy") as tensors:
            vectors: NDArray[np.float32] = tensors.get_tensor(EMBEDDING)
    except FileNotFoundError as error:
        missing = error.filename or folder / WEIGHTS
        raise ReelvecError(f"{missing}: not there; {again}") from None
    except (KeyError, ValueError, SafetensorError) as error:
        raise ReelvecError(f"{folder}: not a model of this project ({error}); {again}") from None
    first, size = len(RESERVED), len(vocabulary)
    if size > len(vectors) or tuple(vocabulary[:first]) != RESERVED:
        raise ReelvecError(
            f"{folder}: {size:,} words but {len(vectors):,} vectors, or no "
            f"{' and '.join(RESERVED)} in front; {again}"
        )
    return WordVectors(vocabulary[first:], vectors[first:size])

"""Word vectors as the pipeline keeps them: a list of words and a matrix."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json, replacing, save_array, write_json, write_text
from reelvec.base.project.section import GLOVE

SUBWORDS = "subwords.npy"


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
    if embedding == GLOVE:
        return Path("data/raw/glove")
    return Path("data/word_vectors") / embedding


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
        raise ReelvecError(f"{folder}: {error}; run `dvc repro` to make it again") from None
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ReelvecError(f"{folder}: words and vectors do not fit; run `dvc repro` again")
    return WordVectors(words, vectors, subwords)

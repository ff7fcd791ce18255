"""Pretrained word vectors as the pipeline keeps them: a list of words and a matrix."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.errors import ReelvecError


@dataclass(frozen=True, slots=True)
class Glove:
    """Pretrained vectors.

    Attributes:
        words: in the order of the file, the most frequent first.
        vectors: float32 (words, dimension), memory-mapped.
    """

    words: list[str]
    vectors: NDArray[np.float32]


def load_glove(folder: Path) -> Glove:
    """Read what `fetch_glove` wrote.

    Raises:
        ReelvecError: a file is missing, or the two do not fit together.
    """
    try:
        # Only a line feed ends a word: some hold U+0085 or U+2028, which other readers split at.
        words = (folder / "words.txt").read_bytes().decode().split("\n")[:-1]
        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    except (FileNotFoundError, ValueError) as error:
        raise ReelvecError(f"{folder}: {error}; run `dvc repro` to make it again") from None
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ReelvecError(f"{folder}: words and vectors do not fit; run `dvc repro` again")
    return Glove(words, vectors)

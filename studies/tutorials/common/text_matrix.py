"""Words as numbers and texts as rows of a matrix, by the rules of Keras' text tools."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Mode = Literal["binary", "count", "freq", "tfidf"]
MODES: tuple[Mode, ...] = get_args(Mode)

FIRST = 1
"""The number of the first word: 0 is kept for padding."""


def alphabetical_ids(words: Sequence[str]) -> dict[str, int]:
    """Distinct words numbered in the order of the alphabet, from 1."""
    return {word: number for number, word in enumerate(sorted(set(words)), FIRST)}


def frequency_ids(texts: Sequence[Sequence[str]]) -> dict[str, int]:
    """Distinct words numbered by falling count, equal ones as they first come: Keras' order."""
    counts = Counter(word for text in texts for word in text)
    return {word: number for number, (word, _) in enumerate(counts.most_common(), FIRST)}


def one_hot(ids: Sequence[int], columns: int) -> NDArray[np.float64]:
    """A row for each id, 1 in its column and 0 elsewhere: float64 (ids, columns)."""
    return np.eye(columns)[np.asarray(ids, np.int64)]


def text_matrix(texts: Sequence[Sequence[int]], columns: int, mode: Mode) -> NDArray[np.float64]:
    """Each text as one row, as `texts_to_matrix` of Keras' `Tokenizer` makes it.

    `binary` is 1 where a word occurs, `count` how often, `freq` that as a share of the text's
    words. `tfidf` is (1 + ln count) ln(1 + texts / (1 + texts that hold the word)), which is
    neither scikit-learn's idf nor scaled to a length.

    Args:
        texts: ids of each text's words; a text may be empty.
        columns: of the matrix; all ids are below.
        mode: what stands in a cell.

    Returns:
        float64 (texts, columns).
    """
    counts = np.array(
        [np.bincount(np.asarray(text, np.int64), minlength=columns) for text in texts]
    )
    present = counts > 0
    if mode == "binary":
        return present.astype(np.float64)
    if mode == "count":
        return counts.astype(np.float64)
    if mode == "freq":
        return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), np.float64)
    idf = np.log(1 + len(texts) / (1 + present.sum(axis=0)))
    return np.where(present, (1 + np.log(np.maximum(counts, 1))) * idf, 0.0)


def fourth_root(words: int) -> float:
    """The rule of thumb for an embedding's dimension: the fourth root of the number of words."""
    return float(words**0.25)

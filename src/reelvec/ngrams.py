"""Words and n-grams of reviews as columns of a sparse matrix, without a loop over tokens."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reelvec.ragged import Ragged
from reelvec.text import Corpus

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ngrams:
    """The words and n-grams that have a column.

    An n-gram's key is the number that its words' columns make in base `len(words)`.

    Attributes:
        words: the word of each of the first columns.
        keys: for bigrams, then trigrams and so on, their keys in rising order.
    """

    words: list[str]
    keys: tuple[Keys, ...]

    def __len__(self) -> int:
        return len(self.words) + sum(map(len, self.keys))

    def count(self, corpus: Corpus) -> csr_array:
        """How often each word and n-gram occurs in each review, float32 (reviews, columns)."""
        reviews = _as_columns(corpus, self.words)
        rows_of_each, columns_of_each = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        first = 0
        for length, (keys, rows) in enumerate(_grams(reviews, len(self.words), len(self.keys) + 1)):
            known = np.arange(len(self.words)) if length == 0 else self.keys[length - 1]
            if len(known):
                places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
                found = known[places] == keys
                rows_of_each.append(rows[found])
                columns_of_each.append(places[found] + first)
            first += len(known)
        # 32 bits: scikit-learn takes no wider indices.
        row = np.concatenate(rows_of_each).astype(np.int32)
        column = np.concatenate(columns_of_each).astype(np.int32)
        ones = np.ones(len(row), np.float32)
        # Occurrences of the same n-gram in the same review add up.
        return csr_array((ones, (row, column)), shape=(len(reviews), len(self)))


def find_ngrams(corpus: Corpus, longest: int, min_count: int) -> Ngrams:
    """The words and n-grams that are frequent enough.

    Args:
        corpus: the training part, and no more.
        longest: words in the longest n-gram.
        min_count: how often each must occur; an n-gram with a rarer word has no column.
    """
    counts = np.bincount(corpus.reviews.ids, minlength=len(corpus.lexicon))
    kept = np.flatnonzero(counts >= min_count)
    words = [corpus.lexicon[id_] for id_ in kept.tolist()]
    found = []
    for keys, _ in list(_grams(_as_columns(corpus, words), len(words), longest))[1:]:
        distinct, times = np.unique(keys, return_counts=True)
        found.append(distinct[times >= min_count])
    return Ngrams(words, tuple(found))


def _as_columns(corpus: Corpus, words: list[str]) -> Ragged:
    """The reviews with each token's column, -1 for tokens that have none."""
    column_of = {word: column for column, word in enumerate(words)}
    columns = [column_of.get(token, -1) for token in corpus.lexicon]
    return corpus.reviews.map_ids(np.array(columns, np.int32))


def _grams(reviews: Ragged, base: int, longest: int) -> Iterator[tuple[Keys, Keys]]:
    """For each length from 1, the key and the row of every n-gram of known words."""
    ids, rows = reviews.ids.astype(np.int64), reviews.row_of_each_id()
    keys, known = ids, ids >= 0
    for length in range(1, longest + 1):
        if length > 1:
            # One word more: those of which the next word is known and of the same review.
            following, same = ids[length - 1 :], rows[length - 1 :] == rows[: 1 - length]
            known = known[: len(following)] & (following >= 0) & same
            keys = keys[: len(following)] * base + following
        yield keys[known], rows[: len(keys)][known]

"""N-grams of a review's words as further ids behind those of the words, without a loop."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.text.ragged import Ragged, offsets_from_lengths, ranges
from reelvec.text.vocabulary import UNKNOWN

Keys = NDArray[np.int64]

LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Ngrams:
    """The n-grams that have an id.

    An n-gram's key is the number that its words' ids make in base `words`.

    Attributes:
        words: ids of single words, padding and unknown among them; the n-grams' come behind.
        keys: for bigrams, then trigrams and so on, their keys in rising order.
    """

    words: int
    keys: tuple[Keys, ...]

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def added_to(self, reviews: Ragged) -> Ragged:
        """Each review's word ids, then the ids of its bigrams, of its trigrams and so on."""
        groups = [reviews]
        first = self.words
        for keys, found in zip(
            self.keys, _longer(reviews, self.words, len(self.keys) + 1), strict=True
        ):
            groups.append(_known(found, keys, first))
            first += len(keys)
        return _joined(groups)


def find_ngrams(reviews: Ragged, words: int, longest: int, min_count: int) -> Ngrams:
    """The n-grams of two words and more that are frequent enough.

    Args:
        reviews: word ids of the training part, and no more.
        words: ids of words; no n-gram has the unknown word in it.
        longest: words in the longest n-gram.
        min_count: how often each must occur.

    Raises:
        ReelvecError: so many words have no n-grams of that length in 64 bits.
    """
    if words**longest > LARGEST_KEY:
        raise ReelvecError(
            f"{longest}-grams of {words:,} words are too many to number; lower `ngrams` or "
            "`vocabulary_size`"
        )
    kept = []
    for keys, _ in _longer(reviews, words, longest):
        distinct, times = np.unique(keys, return_counts=True)
        kept.append(distinct[times >= min_count])
    return Ngrams(words, tuple(kept))


def _longer(reviews: Ragged, words: int, longest: int) -> Iterator[tuple[Keys, NDArray[np.int64]]]:
    """For each length from 2, the keys of the n-grams of known words, and each review's number."""
    ids, rows = reviews.ids.astype(np.int64), reviews.row_of_each_id()
    keys, known = ids, ids > UNKNOWN
    single = known
    for length in range(2, longest + 1):
        # One word more: those of which the next word is known and of the same review.
        following, same = ids[length - 1 :], rows[length - 1 :] == rows[: 1 - length]
        known = known[: len(following)] & single[length - 1 :] & same
        keys = keys[: len(following)] * words + following
        lengths = np.bincount(rows[: len(keys)][known], minlength=len(reviews))
        yield keys[known], lengths


def _known(found: tuple[Keys, NDArray[np.int64]], keys: Keys, first: int) -> Ragged:
    """The n-grams that have an id: their ids, which begin at `first`."""
    sought, lengths = found
    places = _places(sought, keys)
    ids = Ragged((places + first).astype(np.int32), offsets_from_lengths(lengths))
    return ids.keep(places >= 0)


def _places(sought: Keys, keys: Keys) -> NDArray[np.integer]:
    """Where each key stands among the rising ones, -1 where it does not: (sought,)."""
    places: NDArray[np.integer]
    if len(sought) < len(keys):
        places = np.searchsorted(keys, sought)
        return np.where(keys[np.minimum(places, len(keys) - 1)] == sought, places, -1)
    # A hash table of the keys is made anew each time, and finds many of them sooner.
    places = pc.index_in(pa.array(sought), pa.array(keys)).fill_null(-1).to_numpy()
    return places


def _joined(groups: list[Ragged]) -> Ragged:
    """Rows side by side: row r of the first, then row r of the second and so on."""
    offsets = offsets_from_lengths(np.sum([group.lengths for group in groups], axis=0))
    ids = np.empty(offsets[-1], np.int32)
    starts = offsets[:-1].copy()
    for group in groups:
        ids[ranges(starts, group.offsets)] = group.ids
        starts += group.lengths
    return Ragged(ids, offsets)

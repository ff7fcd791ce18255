"""N-grams of a review's words as further ids behind those of the words, without a loop."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reelvec.models.sorted_counts import SortedCounts
from reelvec.text.ragged import Ragged, offsets_from_lengths, ranges
from reelvec.text.rows_on_disk import BLOCK
from reelvec.text.vocabulary import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

Keys = NDArray[np.int64]


class _Table:
    """Rising keys in which others are sought: among many, by a hash table that is made once."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._index: pd.Index | None = None

    def places_of(self, sought: Keys) -> NDArray[np.int64]:
        """Where each stands among the keys, -1 where it does not: int64 (sought,)."""
        if 2 * len(sought) < len(self.keys) and self._index is None:
            places = np.searchsorted(self.keys, sought)
            found = self.keys[np.minimum(places, len(self.keys) - 1)] == sought
            return np.where(found, places, -1)
        import pandas as pd

        index = pd.Index(self.keys) if self._index is None else self._index
        places = index.get_indexer(pd.Index(sought)).astype(np.int64, copy=False)
        self._index = index  # filled: a thread must not find it while another fills it
        return places


@dataclass(frozen=True, slots=True)
class Ngrams:
    """The n-grams that have an id.

    An n-gram's key is the number of all its words but the last (a word's id, or the place of a
    shorter n-gram among those of its length), times `words`, plus the id of the last. So a key is
    no larger for a longer n-gram, and what begins with an n-gram that has none is never looked up.

    Attributes:
        words: ids of single words, padding and unknown among them; the n-grams' come behind.
        keys: for bigrams, then trigrams and so on, their keys in rising order.
    """

    words: int
    keys: tuple[Keys, ...]
    _tables: tuple[_Table, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tables", tuple(map(_Table, self.keys)))

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def added_to(self, reviews: Ragged) -> Ragged:
        """Each review's word ids, then the ids of its bigrams, of its trigrams and so on."""
        groups, first, found = [reviews], self.words, _Occurrences.of_words(reviews)
        for table in self._tables:
            found = found.one_word_longer(self.words).known_among(table)
            groups.append(found.as_ids(first))
            first += len(table.keys)
        return _joined(groups)

    def words_of(self, place: int, length: int) -> list[int]:
        """The ids of the words of an n-gram, by its place among those of its length."""
        if length == 1:
            return [place]
        beginning, last = divmod(int(self.keys[length - 2][place]), self.words)
        return [*self.words_of(beginning, length - 1), last]


def find_ngrams(reviews: Ragged, words: int, longest: int, min_count: int) -> Ngrams:
    """The n-grams of two words and more that are frequent enough.

    Args:
        reviews: word ids of the training part, and no more.
        words: ids of words; no n-gram has the unknown word in it.
        longest: words in the longest n-gram.
        min_count: how often each must occur (and so, at least, the shorter ones in it).
    """
    kept: list[_Table] = []
    while len(kept) < longest - 1:
        with SortedCounts() as counts:
            for block in reviews.blocks(tokens=BLOCK):
                found = _Occurrences.of_words(block)
                for table in kept:
                    found = found.one_word_longer(words).known_among(table)
                counts.add(found.one_word_longer(words).numbers)
            kept.append(_Table(counts.at_least(min_count)))
    return Ngrams(words, tuple(table.keys for table in kept))


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """Where n-grams of one length stand in reviews, in their order.

    Attributes:
        reviews: word ids.
        followed: bool (tokens,), where a known word of the same review follows.
        ends: int64 (occurrences,), the position of each one's last word.
        numbers: int64 (occurrences,), the key or the place of each.
    """

    reviews: Ragged
    followed: NDArray[np.bool_]
    ends: NDArray[np.int64]
    numbers: NDArray[np.int64]

    @classmethod
    def of_words(cls, reviews: Ragged) -> "_Occurrences":
        """The known words; the place of a word is its id."""
        known = reviews.ids > UNKNOWN
        followed = np.zeros(len(known), bool)
        followed[:-1] = known[1:]
        begins = reviews.offsets[1:-1]
        followed[begins[begins > 0] - 1] = False
        ends = np.flatnonzero(known)
        return cls(reviews, followed, ends, reviews.ids[ends].astype(np.int64))

    def one_word_longer(self, words: int) -> "_Occurrences":
        """These, each with the next word, where a known one of the same review follows: keys."""
        kept = self.followed[self.ends]
        ends = self.ends[kept] + 1
        numbers = self.numbers[kept] * words + self.reviews.ids[ends]
        return _Occurrences(self.reviews, self.followed, ends, numbers)

    def known_among(self, table: "_Table") -> "_Occurrences":
        """Those whose key is in a table, with its place there."""
        places = table.places_of(self.numbers)
        known = places >= 0
        return _Occurrences(self.reviews, self.followed, self.ends[known], places[known])

    def as_ids(self, first: int) -> Ragged:
        """A row of ids for each review; that of the place 0 is `first`."""
        offsets = np.searchsorted(self.ends, self.reviews.offsets)
        return Ragged((self.numbers + first).astype(np.int32), offsets)


def _joined(groups: list[Ragged]) -> Ragged:
    """Rows side by side: row r of the first, then row r of the second and so on."""
    offsets = offsets_from_lengths(np.sum([group.lengths for group in groups], axis=0))
    ids = np.empty(offsets[-1], np.int32)
    starts = offsets[:-1].copy()
    for group in groups:
        ids[ranges(starts, group.offsets)] = group.ids
        starts += group.lengths
    return Ragged(ids, offsets)

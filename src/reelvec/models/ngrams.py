"""N-grams of a review's words as further ids behind those of the words, without a loop."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reelvec.models.sorted_counts import SortedCounts
from reelvec.text.ragged import Ragged, offsets_from_lengths, ranges
from reelvec.text.rows_on_disk import BLOCK
from reelvec.text.vocabulary import UNKNOWN

Keys = NDArray[np.int64]


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

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def added_to(self, reviews: Ragged) -> Ragged:
        """Each review's word ids, then the ids of its bigrams, of its trigrams and so on."""
        groups, first, found = [reviews], self.words, _Occurrences.of_words(reviews)
        for keys in self.keys:
            longer = found.one_word_longer(self.words)
            found = longer.known_among(keys)
            groups.append(found.as_ids(first))
            first += len(keys)
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
    kept: list[Keys] = []
    while len(kept) < longest - 1:
        with SortedCounts() as counts:
            for block in reviews.blocks(tokens=BLOCK):
                found = _Occurrences.of_words(block)
                for keys in kept:
                    found = found.one_word_longer(words).known_among(keys)
                counts.add(found.one_word_longer(words).numbers)
            kept.append(counts.at_least(min_count))
    return Ngrams(words, tuple(kept))


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

    def known_among(self, keys: Keys) -> "_Occurrences":
        """Those that have one of these rising keys, with its place among them."""
        places = _places(self.numbers, keys)
        known = places >= 0
        numbers = places[known].astype(np.int64)
        return _Occurrences(self.reviews, self.followed, self.ends[known], numbers)

    def as_ids(self, first: int) -> Ragged:
        """A row of ids for each review; that of the place 0 is `first`."""
        offsets = np.searchsorted(self.ends, self.reviews.offsets)
        return Ragged((self.numbers + first).astype(np.int32), offsets)


def _places(sought: Keys, keys: Keys) -> NDArray[np.integer]:
    """Where each key stands among the rising ones, -1 where it does not: (sought,)."""
    places: NDArray[np.integer]
    if 2 * len(sought) < len(keys):
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

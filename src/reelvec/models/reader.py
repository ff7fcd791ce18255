"""What of a review a model reads: its known words, their n-grams, and how much of a long one."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.models.negation import mark_negated
from reelvec.models.ngrams import Ngrams, find_ngrams
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import LARGEST_INT32, Ragged
from reelvec.text.rows_on_disk import BLOCK, row_by_row
from reelvec.text.vocabulary import limit_ids

if TYPE_CHECKING:
    from reelvec.base.schema.variants import Side

Arrays = dict[str, NDArray[Any]]

PREFIX = "reader."


@dataclass(frozen=True, slots=True)
class Reader:
    """From vocabulary ids to the ids that have a row in a model's embedding.

    Attributes:
        words: rarer ids count as unknown.
        ngrams: those that have rows of their own, behind the words'.
        ignored: bool (words,), words that are left out; None leaves out none.
        max_length: words at most; None reads all.
        truncating: whether longer reviews lose their beginning or their end.
        distinct: whether each id is read once a review, in rising order.
        negations: bool (words,), words that negate what follows; None marks nothing.
        negation_scope: how many words behind a negation are words of their own.

    Raises:
        ReelvecError: there are more words and n-grams than ids.
    """

    words: int
    ngrams: Ngrams | None = None
    ignored: NDArray[np.bool_] | None = None
    max_length: int | None = None
    truncating: "Side" = "post"
    distinct: bool = False
    negations: NDArray[np.bool_] | None = None
    negation_scope: int = 0

    def __post_init__(self) -> None:
        if self.columns > LARGEST_INT32:
            raise ReelvecError(
                f"{self.columns:,} words and n-grams, and there are {LARGEST_INT32:,} ids at most: "
                "set a higher `min_ngram_count` (of baselines `min_count`), or fewer `ngrams`"
            )

    @property
    def single_words(self) -> int:
        """How many ids single words have: where negations are marked, each has two."""
        return self.words * (1 if self.negations is None else 2)

    @property
    def columns(self) -> int:
        """How many ids a model of this reader needs rows for."""
        return self.single_words + (len(self.ngrams) if self.ngrams else 0)

    def read(self, reviews: Ragged) -> Ragged:
        """Reviews as the model sees them: (reviews,) rows of other ids and lengths."""
        if len(reviews.ids) > BLOCK and self._sees_all(reviews):
            return reviews
        return row_by_row(self._read_block, reviews)

    def _sees_all(self, reviews: Ragged) -> bool:
        """Whether the model sees just what is there, so that nothing need be copied."""
        if self.columns != self.words or self.distinct:
            return False
        if self.ignored is not None or self.max_length is not None:
            return False
        return all(block.ids.max(initial=0) < self.words for block in reviews.blocks())

    def _read_block(self, reviews: Ragged) -> Ragged:
        seen = self._read_words(reviews)
        if self.ngrams is not None:
            seen = self.ngrams.added_to(seen)
        return seen.distinct(self.columns) if self.distinct else seen

    def _read_words(self, reviews: Ragged) -> Ragged:
        seen = limit_ids(reviews, self.words)
        if self.ignored is not None:
            seen = seen.keep(~self.ignored[seen.ids])
        if self.max_length is not None:
            seen = seen.cut(self.max_length, from_end=self.truncating == "pre")
        if self.negations is not None:
            seen = mark_negated(seen, self.negations, self.negation_scope)
        return seen

    def with_ngrams_of(self, reviews: Ragged, longest: int, min_count: int) -> "Reader":
        """The same with the n-grams that are frequent enough in reviews: `find_ngrams`."""
        words = row_by_row(self._read_words, reviews)
        ngrams = find_ngrams(words, self.single_words, longest, min_count)
        return replace(self, ngrams=ngrams)

    def read_part(self, part: Dataset) -> Dataset:
        """A part of the data with its reviews as the model sees them."""
        return replace(part, reviews=self.read(part.reviews))

    def arrays(self) -> Arrays:
        """What `with_arrays` needs to make the same reader again."""
        words = {"ignored": self.ignored, "negations": self.negations}
        arrays: Arrays = {f"{PREFIX}{name}": of for name, of in words.items() if of is not None}
        for length, keys in enumerate(self.ngrams.keys if self.ngrams else (), 2):
            arrays[f"{PREFIX}ngrams.{length}"] = keys
        return arrays

    @classmethod
    def with_arrays(
        cls,
        words: int,
        arrays: Arrays,
        max_length: int | None = None,
        truncating: "Side" = "post",
        distinct: bool = False,
        negation_scope: int = 0,
    ) -> "Reader":
        """A reader from what `arrays` gave; other arrays may be among them."""
        lengths = range(2, 2 + sum(name.startswith(f"{PREFIX}ngrams.") for name in arrays))
        keys = tuple(arrays[f"{PREFIX}ngrams.{length}"].astype(np.int64) for length in lengths)
        ignored, negations = (arrays.get(f"{PREFIX}{name}") for name in ("ignored", "negations"))
        return cls(
            words,
            Ngrams(words * (1 if negations is None else 2), keys) if keys else None,
            None if ignored is None else ignored.astype(bool),
            max_length,
            truncating,
            distinct,
            None if negations is None else negations.astype(bool),
            negation_scope,
        )


def is_array(name: str) -> bool:
    """Whether an array of this name is a reader's, and not a weight of its model."""
    return name.startswith(PREFIX)

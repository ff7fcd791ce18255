"""Words in the scope of a negation as words of their own: `not bad` has a bad that is no blame.

Das and Chen (2001), and Pang, Lee and Vaithyanathan (2002), who mark all words up to the next
comma or stop. The texts here have no punctuation left, so that the scope is a number of words.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import UNKNOWN

NEGATIONS = frozenset(
    {"not", "no", "never", "nothing", "nobody", "none", "neither", "nor", "without", "hardly"}
    | {"cannot", "cant", "dont", "doesnt", "didnt", "isnt", "wasnt", "wont", "wouldnt", "couldnt"}
)
"""Beside all that ends in n't."""


def negations_among(vocabulary: Sequence[str]) -> NDArray[np.bool_]:
    """Which words negate what follows: bool (words,)."""
    return np.array([word in NEGATIONS or word.endswith("n't") for word in vocabulary])


def mark_negated(reviews: Ragged, negations: NDArray[np.bool_], scope: int) -> Ragged:
    """Add the number of words to the ids of those that follow a negation.

    Args:
        reviews: word ids, below len(negations).
        negations: bool (words,), which ids negate.
        scope: how many words after a negation are marked; negations among them are not, nor is
            the unknown word.
    """
    ids = reviews.ids
    negates = negations[ids]
    positions = np.arange(len(ids))
    # The latest negation before each token, or one so far away that it reaches none.
    latest = np.maximum.accumulate(np.where(negates, positions, -scope - 1))
    before = np.concatenate([[-scope - 1], latest[:-1]])[: len(ids)]
    starts = np.repeat(reviews.offsets[:-1], reviews.lengths)
    marked = (before >= starts) & (positions - before <= scope) & ~negates & (ids > UNKNOWN)
    return Ragged(np.where(marked, ids + len(negations), ids).astype(np.int32), reviews.offsets)

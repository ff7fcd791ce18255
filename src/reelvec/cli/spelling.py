"""Which known words somebody may have meant: fast enough for hundreds of thousands of them."""

import difflib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Distances = NDArray[np.int8]

LONGEST = 50
"""Letters of the longest word that is compared: distances stay far below what int8 holds."""


def closest_spellings(word: str, words: Sequence[str], most: int = 5) -> list[str]:
    """The words that differ from a word by the fewest typing errors.

    An error is a letter too many, too few, another one, or two neighbours swapped. A word of up
    to 4 letters may have one, of up to 8 two, a longer one three.

    Args:
        word: what was written.
        words: those that are known; of equally close ones the earlier comes first.
        most: how many to return.
    """
    allowed = 1 + (len(word) > 4) + (len(word) > 8)
    shortest, longest = max(1, len(word) - allowed), len(word) + allowed
    if not word or longest > LONGEST:
        return []
    rows = [row for row, other in enumerate(words) if shortest <= len(other) <= longest]
    if not rows:
        return []
    distances = _edit_distances(word, [words[row] for row in rows])
    order = np.argsort(distances, kind="stable")[:most]
    return [words[rows[at]] for at in order.tolist() if distances[at] <= allowed]


def did_you_mean(given: str, choices: Sequence[str]) -> str:
    """` (did you mean 'scratch'?)` where a choice is close, else nothing."""
    close = difflib.get_close_matches(given, choices, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _edit_distances(word: str, others: list[str]) -> Distances:
    """Edits between a word and each other one (optimal string alignment), int8 (others,).

    The usual table of prefixes, one column a letter of the other words, for all of them at once.
    """
    codes = np.array(others, str).view(np.uint32).reshape(len(others), -1)  # (W, L)
    lengths = np.array([len(other) for other in others])
    letters = [ord(letter) for letter in word]
    prefixes = np.arange(len(word) + 1, dtype=np.int8)
    column: Distances = np.repeat(prefixes[:, None], len(codes), axis=1)
    before = column
    distances: Distances = column[-1]
    for at in range(codes.shape[1]):
        column, before = _next_column(column, before, codes, at, letters), column
        distances = np.where(lengths > at, column[-1], distances)
    return distances


def _next_column(
    last: Distances, before: Distances, codes: Codes, at: int, letters: list[int]
) -> Distances:
    """Distances of the word's prefixes, int8 (letters + 1, words), to those one letter longer."""
    column = np.empty_like(last)
    column[0] = at + 1
    for row, letter in enumerate(letters, 1):
        same = codes[:, at] == letter
        edited = np.minimum(last[row], column[row - 1]) + np.int8(1)
        column[row] = np.minimum(edited, last[row - 1] + ~same)
        if row > 1 and at:
            swapped = (codes[:, at - 1] == letter) & (codes[:, at] == letters[row - 2])
            swap = np.minimum(column[row], before[row - 2] + np.int8(1))
            column[row] = np.where(swapped, swap, column[row])
    return column

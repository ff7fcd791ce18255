"""What people said about pairs of words: WordSim-353 and SimLex-999."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from gensim.test.utils import datapath
from numpy.typing import NDArray
from scipy.stats import spearmanr

from reelvec.spaces.intervals import spearman_interval

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

JUDGEMENTS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}
"""Pairs of words and how alike people found them, in files that gensim ships."""


@dataclass(frozen=True, slots=True)
class JudgedPairs:
    """The pairs of words that a space knows.

    Attributes:
        people: how alike people found each, float64 (pairs,).
        cosines: of the two vectors, float64 (pairs,).
    """

    people: NDArray[np.float64]
    cosines: NDArray[np.float64]


def judged_pairs(space: "KeyedVectors", judgement: str) -> JudgedPairs:
    """The pairs of a name in `JUDGEMENTS`, as gensim finds them: in any case, of several case
    variants the most frequent.

    Args:
        space: vectors of length one; all its words may be asked about.
        judgement: which pairs.
    """
    rows = range(len(space) - 1, -1, -1)
    row_of = {space.index_to_key[row].upper(): row for row in rows}
    known = [
        (row_of[first], row_of[second], value)
        for first, second, value in _file_of(judgement)
        if first in row_of and second in row_of
    ]
    first, second, people = np.array(known, np.float64).reshape(-1, 3).T
    one, two = (space.vectors[side.astype(np.int64)] for side in (first, second))
    return JudgedPairs(people, np.einsum("ij,ij->i", one, two, dtype=np.float64))


def judgement_scores(space: "KeyedVectors", confidence: float) -> dict[str, float | int | None]:
    """Spearman correlation of the cosines with people's judgements.

    Args:
        space: vectors of length one; all its words may be asked about, in any case.
        confidence: of the intervals.

    Returns:
        `wordsim353_spearman` with its interval `_low` to `_high`, and `wordsim353_pairs`, how
        many pairs are known; the same for `simlex999`. A correlation of fewer than three pairs,
        or of equal cosines, is None.
    """
    scores: dict[str, float | int | None] = {}
    for name in JUDGEMENTS:
        known = judged_pairs(space, name)
        pairs = len(known.people)
        spearman, low, high = None, None, None
        if pairs > 2 and np.ptp(known.cosines) > 0 and np.ptp(known.people) > 0:
            spearman = float(spearmanr(known.people, known.cosines).statistic)
            low, high = spearman_interval(spearman, pairs, confidence)
        scores[f"{name}_spearman"] = spearman
        scores[f"{name}_spearman_low"] = low
        scores[f"{name}_spearman_high"] = high
        scores[f"{name}_pairs"] = pairs
    return scores


@cache
def judged_words() -> list[str]:
    """All words of the pairs, as a lower-cased vocabulary writes them."""
    pairs = [pair[:2] for name in JUDGEMENTS for pair in _file_of(name)]
    return [word.lower() for pair in pairs for word in pair]


@cache
def _file_of(judgement: str) -> list[tuple[str, str, float]]:
    """The pairs that gensim would read, in upper case as gensim compares them."""
    text = Path(datapath(JUDGEMENTS[judgement])).read_text(encoding="utf-8")
    rows = [line.upper().split("\t") for line in text.splitlines() if not line.startswith("#")]
    return [(row[0], row[1], float(row[2])) for row in rows if len(row) == 3 and _is_number(row[2])]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

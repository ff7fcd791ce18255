"""What people said about pairs of words: WordSim-353 and SimLex-999."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from gensim.test.utils import datapath

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

JUDGEMENTS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}
"""Pairs of words and how alike people found them, in files that gensim ships."""


def judgement_scores(space: "KeyedVectors") -> dict[str, float | int | None]:
    """Spearman correlation of the cosines with people's judgements, through gensim.

    Args:
        space: all its words may be asked about, in any case.

    Returns:
        `wordsim353_spearman` and `wordsim353_pairs`, how many pairs are known; the same for
        `simlex999`. A correlation of fewer than three pairs, or of equal cosines, is None.
    """
    scores: dict[str, float | int | None] = {}
    known = {word.upper() for word in space.key_to_index}
    for name, file in JUDGEMENTS.items():
        pairs = sum(first in known and second in known for first, second in _judged_pairs(file))
        spearman = None
        if pairs > 2:
            _, (value, _), _ = space.evaluate_word_pairs(datapath(file), restrict_vocab=None)
            spearman = float(value) if np.isfinite(value) else None
        scores[f"{name}_spearman"] = spearman
        scores[f"{name}_pairs"] = pairs
    return scores


@cache
def judged_words() -> list[str]:
    """All words of the pairs, as a lower-cased vocabulary writes them."""
    pairs = [pair for file in JUDGEMENTS.values() for pair in _judged_pairs(file)]
    return [word.lower() for pair in pairs for word in pair]


@cache
def _judged_pairs(file: str) -> list[tuple[str, str]]:
    """The pairs of a file that gensim would read, in upper case as gensim compares them."""
    lines = Path(datapath(file)).read_text(encoding="utf-8").splitlines()
    rows = [line.upper().split("\t") for line in lines if not line.startswith("#")]
    return [(row[0], row[1]) for row in rows if len(row) == 3 and _is_number(row[2])]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

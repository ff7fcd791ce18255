"""Which known words somebody may have meant: fast enough for hundreds of thousands of them."""

from collections.abc import Sequence


def closest_spellings(word: str, words: Sequence[str], most: int = 5) -> list[str]:
    """The words that differ from a word by the fewest typing errors.

    An error is a letter too many, too few, another one, or two neighbours swapped. A word of up
    to 4 letters may have one, of up to 8 two, a longer one three.

    Args:
        word: what was written.
        words: those that are known; of equally close ones the earlier comes first.
        most: how many to return.
    """
    if not word:
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    allowed = 1 + (len(word) > 4) + (len(word) > 8)
    found = process.extract(word, words, scorer=OSA.distance, score_cutoff=allowed, limit=most)
    return [close for close, _, _ in found]

"""Texts a block at a time, so that memory goes with the block and not with all of them."""

from collections.abc import Iterator, Sequence

CHARACTERS_AT_ONCE = 1 << 20
"""Some 800 reviews: enough for the columns to be fast. What models make of a text takes many times
its own memory."""


def blocks_of(texts: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Consecutive texts, so many at most and no more characters than CHARACTERS_AT_ONCE.

    A text that is longer than that is a block by itself.
    """
    start, characters = 0, 0
    for place, text in enumerate(texts):
        characters += len(text)
        if place > start and (place - start == most or characters > CHARACTERS_AT_ONCE):
            yield texts[start:place]
            start, characters = place, len(text)
    if start < len(texts):
        yield texts[start:]

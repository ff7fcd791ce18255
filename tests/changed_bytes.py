"""Bytes that are much like those that a program expects."""

from collections.abc import Sequence

from hypothesis import strategies as st

CUTS = st.tuples(st.integers(0, 1 << 12), st.integers(0, 40), st.binary(max_size=40))
"""Where bytes are cut out, how many, and what is put there."""


def changed(seed: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, instead in cuts:
        start = place % (len(seed) + 1)
        seed = seed[:start] + instead + seed[start + length :]
    return seed


def bytes_like(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Any bytes, and the seeds with a few of their bytes changed."""
    alike = st.builds(changed, st.sampled_from(seeds), st.lists(CUTS, max_size=3))
    return st.one_of(alike, st.binary(max_size=200))

"""Blocks hold all texts in order, and none of them too much."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.text import blocks
from reelvec.text.blocks import blocks_of


@given(st.lists(st.text("a", max_size=9), max_size=12), st.integers(1, 5))
def test_a_block_is_no_larger_than_it_may_be(texts: list[str], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "CHARACTERS_AT_ONCE", 7)
        found = [list(block) for block in blocks_of(texts, most)]
    assert [text for block in found for text in block] == texts
    assert all(0 < len(block) <= most for block in found)
    assert all(len(block) == 1 or sum(map(len, block)) <= 7 for block in found)
    for one, other in pairwise(found):
        assert len(one) == most or sum(map(len, one)) + len(other[0]) > 7, "it could be larger"

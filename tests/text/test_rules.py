"""The rules mean the same to RE2 and to Python's re, wherever both are asked."""

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.text import rules

ASCII = "".join(map(chr, range(128)))
PATTERNS = {
    "line break": (rules.LINE_BREAK, rules.LINE_BREAK),
    "tag": (rules.TAG, rules.TAG),
    "address": (rules.ADDRESS, rules.ADDRESS),
    "folded": (rules.FOLDED, rules.FOLDED),
    "no word": (rules.NOT_A_WORD, rules.NOT_AN_ASCII_WORD),
    "outer apostrophe": (rules.OUTER_APOSTROPHE, rules.OUTER_APOSTROPHE),
    "punctuation": (rules.ASCII_PUNCTUATION, rules.ASCII_PUNCTUATION),
    "contracted": (rules.CONTRACTED, rules.CONTRACTED),
    **{pattern: (pattern, pattern) for pattern, _ in rules.CONTRACTIONS},
}
PIECES = "don't dont CAN'T cannot won't shan't aint let's they're i've we'll she'd i'm dog's nt"
TEXTS = st.one_of(
    st.text(ASCII),
    st.text("ab'<>/ \t\n\x0b\x0c\r!-_`$"),
    st.lists(st.sampled_from([*PIECES.split(), "<br", "/>", "http://", "www.", *"' _-\n\x0b"])).map(
        "".join
    ),
)


@pytest.mark.parametrize("name", PATTERNS)
@given(text=TEXTS)
def test_a_pattern_finds_the_same_in_ascii_text_by_both_engines(name: str, text: str) -> None:
    for_arrow, for_python = PATTERNS[name]
    column = pa.array([text])
    found = pc.match_substring_regex(column, for_arrow).to_pylist()
    assert found == [re.search(for_python, text, re.ASCII) is not None]
    replaced = pc.replace_substring_regex(column, for_arrow, "#").to_pylist()
    assert replaced == [re.sub(for_python, "#", text, flags=re.ASCII)]


@given(st.text())
def test_what_folding_and_expanding_would_change_is_found_beforehand(text: str) -> None:
    if not re.search(rules.FOLDED, text):
        assert rules.fold(text) == text
    if not re.search(rules.CONTRACTED, text):
        for pattern, _ in rules.CONTRACTIONS:
            assert not re.search(pattern, text, re.ASCII)

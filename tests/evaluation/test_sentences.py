"""A review's sentences: what ends one, what does not, and that nothing is lost or slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.evaluation.sentences import sentences_of

PIECES = ["Good film", "it ended", "Mr", "A", "etc", ".", "...", "!", "?", '"', ")", " ", "<br />"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("I saw it. I liked it!", ["I saw it.", "I liked it!"]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        (
            '"Never," he said. "No!" (So what?) End',
            ['"Never," he said.', '"No!"', "(So what?)", "End"],
        ),
        ("One<br /><br />Two<BR>Three\nFour", ["One", "Two", "Three", "Four"]),
        ("Mr. Fox met Dr. B. Jones.  Fine.", ["Mr. Fox met Dr. B. Jones.", "Fine."]),
        ("It was... well... good.  but no", ["It was... well... good.  but no"]),
        ("3.5 stars. **** ... !", ["3.5 stars."]),
        ("no full stop", ["no full stop"]),
        ("", []),
        ("<br />. !", []),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_no_letter_is_lost_and_none_comes_twice(text: str) -> None:
    def letters(part: str) -> str:
        return "".join(filter(str.isalnum, part))

    kept = text
    for tag in ("<br />", "<br/>", "<br>"):
        kept = kept.replace(tag, " ").replace(tag.upper(), " ")
    if "<br" not in kept.lower():
        assert letters("".join(sentences_of(text))) == letters(kept)


@pytest.mark.parametrize("piece", [". ", "Mr. ", ".", '."', " ", "<br", "<br  ", ".''", "A. b"])
def test_hostile_texts_take_linear_time(piece: str) -> None:
    def seconds(repeats: int) -> float:
        started = time.process_time()
        sentences_of(piece * repeats)
        return time.process_time() - started

    seconds(1_000)
    # A quadratic rule takes 256 times as long for 16 times the text.
    assert seconds(160_000) < 100 * (seconds(10_000) + 0.01)

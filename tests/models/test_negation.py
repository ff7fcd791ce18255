"""The words that follow a negation are those of a plain loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reelvec.models.negation import mark_negated, negations_among
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import UNKNOWN

WORDS, NEGATION = 6, 3
ROWS = st.lists(st.lists(st.integers(1, WORDS - 1), max_size=9), max_size=5)


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


def marked(row: list[int], scope: int) -> list[int]:
    return [
        id_ + WORDS
        if NEGATION in row[max(0, at - scope) : at] and id_ not in (UNKNOWN, NEGATION)
        else id_
        for at, id_ in enumerate(row)
    ]


@given(ROWS, st.integers(1, 10))
def test_a_word_is_marked_where_a_negation_stands_shortly_before_it(
    rows: list[list[int]], scope: int
) -> None:
    found = mark_negated(ragged(rows), np.arange(WORDS) == NEGATION, scope)
    assert found.ids.dtype == np.int32
    assert [found[row].tolist() for row in range(len(found))] == [
        marked(row, scope) for row in rows
    ]


def test_negations_are_words_that_say_no_and_contractions_of_not() -> None:
    words = ["not", "isn't", "never", "know", "n't", "note", "<unk>"]
    assert negations_among(words).tolist() == [True, True, True, False, True, False, False]

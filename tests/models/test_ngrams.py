"""N-grams are those of a plain loop, and models read them behind the words."""

from collections import Counter
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reelvec.models import ngrams as ngrams_module
from reelvec.models import reader as reader_module
from reelvec.models import sorted_counts
from reelvec.models.ngrams import Ngrams, find_ngrams
from reelvec.models.reader import Reader
from reelvec.text import rows_on_disk
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import UNKNOWN

WORDS = 6
ROWS = st.lists(st.lists(st.integers(1, WORDS - 1), max_size=8), min_size=1, max_size=5)


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows])))


def grams(row: list[int], longest: int) -> list[tuple[int, ...]]:
    """N-grams of two and more known words, the short ones first."""
    return [
        tuple(row[at : at + length])
        for length in range(2, longest + 1)
        for at in range(len(row) - length + 1)
        if UNKNOWN not in row[at : at + length]
    ]


def named(ngrams: Ngrams) -> list[tuple[int, ...]]:
    """The words of each n-gram, in the order of their ids."""
    return [
        tuple(ngrams.words_of(place, length))
        for length, keys in enumerate(ngrams.keys, 2)
        for place in range(len(keys))
    ]


@given(ROWS, st.integers(2, 4), st.integers(1, 3))
def test_ngrams_are_those_of_a_plain_loop(
    rows: list[list[int]], longest: int, minimum: int
) -> None:
    counts = Counter(gram for row in rows for gram in grams(row, longest))
    ngrams = find_ngrams(ragged(rows), WORDS, longest, minimum)
    frequent = {gram for gram in counts if counts[gram] >= minimum}
    assert set(named(ngrams)) == frequent
    assert len(ngrams) == len(frequent)


@given(ROWS, st.integers(2, 4), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9))
def test_blocks_and_runs_on_disk_give_the_same_ngrams_and_reviews(
    rows: list[list[int]], longest: int, minimum: int, block: int, held: int
) -> None:
    reviews, reader = ragged(rows), Reader(WORDS)
    whole = reader.with_ngrams_of(reviews, longest, minimum)
    with (
        patch.object(ngrams_module, "BLOCK", block),
        patch.object(rows_on_disk, "BLOCK", block),
        patch.object(rows_on_disk, "IN_MEMORY", 2 * block),
        patch.object(sorted_counts, "HELD", held),
    ):
        parts = reader.with_ngrams_of(reviews, longest, minimum)
        read = parts.read(reviews)
    assert whole.ngrams is not None
    assert parts.ngrams is not None
    for one, other in zip(whole.ngrams.keys, parts.ngrams.keys, strict=True):
        assert one.tolist() == other.tolist()
    assert read.ids.tolist() == whole.read(reviews).ids.tolist()
    assert read.offsets.tolist() == whole.read(reviews).offsets.tolist()


@given(ROWS, ROWS, st.integers(2, 4))
def test_a_review_is_its_words_then_its_known_ngrams(
    training: list[list[int]], rows: list[list[int]], longest: int
) -> None:
    ngrams = find_ngrams(ragged(training), WORDS, longest, 1)
    id_of = {gram: id_ for id_, gram in enumerate(named(ngrams), WORDS)}
    found = ngrams.added_to(ragged(rows))
    assert len(found) == len(rows)
    for index, row in enumerate(rows):
        expected = row + [id_of[gram] for gram in grams(row, longest) if gram in id_of]
        assert found[index].tolist() == expected


def test_few_ngrams_are_found_as_many_are() -> None:
    generator = np.random.default_rng(1)
    rows = [generator.integers(1, WORDS, length).tolist() for length in (2, 3, 0, 8, 5, 60, 9)]
    ngrams = find_ngrams(ragged(rows[:-1]), WORDS, 3, 2)
    together = ngrams.added_to(ragged(rows * 20))
    for row, ids in enumerate(rows):
        assert ngrams.added_to(ragged([ids]))[0].tolist() == together[row].tolist()
        assert len(ids) < len(ngrams.keys[0]) or row == 5


def test_long_ngrams_of_many_words_have_keys_of_64_bits() -> None:
    words = 2**40
    ngrams = find_ngrams(ragged([[2, 3, 2, 3, 2, 3]]), words, 4, 1)
    assert [ngrams.words_of(place, 4) for place in range(2)] == [[2, 3, 2, 3], [3, 2, 3, 2]]


def test_a_reader_comes_back_from_its_arrays() -> None:
    rows = ragged([[2, 3, 4, 5, 2], [], [5, 4, 5, 4]])
    ignored = np.array([False, False, False, True, False, False])
    reader = Reader(WORDS, find_ngrams(rows, WORDS, 3, 1), ignored, 3, "pre")
    other = {"weight": np.zeros(3), **reader.arrays()}
    again = Reader.with_arrays(WORDS, other, 3, "pre")
    found, expected = again.read(rows), reader.read(rows)
    assert found.ids.tolist() == expected.ids.tolist()
    assert found.offsets.tolist() == expected.offsets.tolist()


def test_ignored_words_are_gone_before_a_review_is_cut() -> None:
    ignored = np.array([False, False, False, True, False, False])
    reader = Reader(WORDS, None, ignored, 2, "post")
    assert reader.read(ragged([[3, 3, 2, 5, 4]]))[0].tolist() == [2, 5]


def test_negated_words_have_ngrams_of_their_own() -> None:
    negations = np.arange(WORDS) == 2
    rows = ragged([[2, 3, 4], [3, 4], []])
    reader = Reader(WORDS, negations=negations, negation_scope=2).with_ngrams_of(rows, 2, 1)
    assert reader.single_words == 2 * WORDS
    found = reader.read(rows)
    assert [ids[ids < 2 * WORDS].tolist() for ids in (found[row] for row in range(3))] == [
        [2, 9, 10],
        [3, 4],
        [],
    ]
    assert len(set(found.ids[found.ids >= 2 * WORDS].tolist())) == reader.columns - 2 * WORDS == 3
    again = Reader.with_arrays(WORDS, reader.arrays(), negation_scope=2).read(rows)
    assert again.ids.tolist() == found.ids.tolist()


def test_of_many_reviews_that_a_model_sees_as_they_are_nothing_is_copied() -> None:
    reviews = ragged([[1, 2, 3], [WORDS - 1]])
    with patch.object(reader_module, "BLOCK", 2):
        assert Reader(WORDS).read(reviews) is reviews
        assert Reader(WORDS - 1).read(reviews).ids.tolist() == [1, 2, 3, UNKNOWN]
        assert Reader(WORDS, max_length=1).read(reviews).ids.tolist() == [1, WORDS - 1]

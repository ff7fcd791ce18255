"""The study of embeddings: GloVe of our own, and what the grid's report says."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies.common.features import changes, effects, features_markdown, values_of
from studies.common.glove import GloveSettings, cooccurrences, train_glove

from reelvec.text.ragged import Ragged, offsets_from_lengths

TOKENS = ["<pad>", "<unk>", "film", "good", "great", "bad", "awful", "plot"]


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


@given(st.lists(st.lists(st.integers(0, 4), max_size=9), min_size=1, max_size=6), st.integers(1, 4))
def test_pairs_are_counted_as_a_loop_over_the_words_counts_them(
    rows: list[list[int]], window: int
) -> None:
    expected = np.zeros((5, 5))
    for row in rows:
        for place, word in enumerate(row):
            for distance in range(1, min(window, len(row) - 1 - place) + 1):
                other = row[place + distance]
                expected[word, other] += 1 / distance
                expected[other, word] += 1 / distance
    found = cooccurrences([ragged(rows)], 5, window).toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def reviews_of_two_kinds() -> Ragged:
    """good and great stand beside the same words, bad and awful beside others."""
    generator = np.random.default_rng(1)
    rows = [[2, int(generator.choice(praise)), 2] for praise in [[3, 4]] * 50]
    rows += [[7, int(generator.choice(blame)), 7] for blame in [[5, 6]] * 50]
    return ragged(rows)


def test_words_in_the_same_company_become_neighbours_and_rare_ones_have_no_vector() -> None:
    settings = GloveSettings(dimension=5, window=2, epochs=30, batch_size=8)
    parts = [reviews_of_two_kinds(), ragged([[1, 1, 1, 1, 1, 1]])]
    found = train_glove(settings, [*TOKENS, "rare"], parts)
    assert set(found.words) == set(TOKENS[2:])
    assert found.vectors.shape == (6, 5)
    assert found.vectors.dtype == np.float32
    unit = dict(zip(found.words, found.vectors, strict=True))
    unit = {word: vector / np.linalg.norm(vector) for word, vector in unit.items()}
    assert unit["good"] @ unit["great"] > unit["good"] @ unit["bad"]
    assert unit["bad"] @ unit["awful"] > unit["great"] @ unit["awful"]
    again = train_glove(settings, [*TOKENS, "rare"], parts)
    assert again.vectors.tobytes() == found.vectors.tobytes()


def grid(**gains: float) -> list[dict[str, Any]]:
    """Cells of a study in which each of these names adds so much."""
    noise = np.random.default_rng(1)
    embeddings = [("glove", 50), ("own_glove", 50), ("cbow", 50), ("random", 50), ("random", 100)]
    return [
        {
            "embedding": name,
            "dimension": size,
            "trainable": trainable,
            "encoder": encoder,
            "seed": seed,
            "accuracy": 0.6
            + sum(gains.get(each, 0.0) for each in (name, encoder, f"d{size}"))
            + gains.get("trainable", 0.0) * trainable
            + float(noise.normal(0, 1e-5)),
            "validation": 0.6,
        }
        for seed, encoder, trainable, (name, size) in product(
            (1, 2, 3), ("mean", "gru"), (False, True), embeddings
        )
        if size == 50 or encoder == "mean"
    ]


@pytest.mark.parametrize(
    ("gain", "thing", "encoder"),
    [
        ("glove", "GloVe for random vectors, frozen", "gru"),
        ("own_glove", "corpus: reviews for GloVe's", "mean"),
        ("cbow", "algorithm: cbow for own_glove", "mean"),
        ("trainable", "fine-tuning cbow", "gru"),
        ("d100", "100 dimensions for 50, random, fine-tuned", "mean"),
        ("gru", "encoder in place of mean, frozen random", "gru"),
    ],
)
def test_an_effect_is_found_where_it_is_and_nowhere_else(
    gain: str, thing: str, encoder: str
) -> None:
    found = {
        (each.change.thing, each.change.after[3]): each
        for each in effects(grid(**{gain: 0.1}), 0.95)
    }
    assert found[thing, encoder].test.difference == pytest.approx(0.1, abs=1e-4)
    assert found[thing, encoder].is_sure
    without = {
        place: each.test.difference
        for place, each in found.items()
        if abs(each.test.difference) < 0.05
    }
    assert without, "a gain of one thing is no gain of all"
    assert all(abs(difference) < 1e-4 for difference in without.values())


def test_every_change_changes_one_thing() -> None:
    for change in changes(list(values_of(grid()))):
        assert sum(a != b for a, b in zip(change.before, change.after, strict=True)) == 1


def test_the_report_has_the_data_first_and_a_row_for_every_cell() -> None:
    report = features_markdown(grid(), 0.95, "Sample of 10 reviews")
    assert report.startswith("Sample of 10 reviews\n")
    assert "3 seeds" in report
    table = [line for line in report.splitlines() if line.startswith("| ")]
    assert sum("fine-tuned |" in line for line in table) == 5

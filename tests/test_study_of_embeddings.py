"""The study of embeddings: GloVe of our own, and what the grid's report says."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies.common.features import (
    Reviews,
    changes,
    draw_features,
    effects,
    features_json,
    features_markdown,
    ladder,
    values_of,
)
from studies.common.glove import GloveSettings, cooccurrences, train_glove
from studies.common.rows import CELL, FEATURES, as_csv, read_csv

from reelvec.base.errors import ReelvecError
from reelvec.text.ragged import Ragged, offsets_from_lengths

PROJECT = Path(__file__).parents[1]
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


REVIEWS = Reviews(training=6, validation=2, read=10)


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
    report = features_markdown(grid(), REVIEWS, 0.95, "Sample of 10 reviews")
    assert report.startswith("Sample of 10 reviews\n")
    assert "3 seeds" in report
    table = [line for line in report.splitlines() if line.startswith("| ")]
    assert sum("fine-tuned |" in line for line in table) == 5


def test_every_sentence_has_its_figure_and_is_sure_only_after_all_tests() -> None:
    told = features_json(grid(own_glove=0.1), REVIEWS, 0.95, "Sample")
    (corpus,) = [line for line in told["sentences"] if line.startswith("Corpus:")]
    assert corpus.count("+10.0 (+10.0 to +10.0)") == 2
    assert corpus.endswith("surely under mean and gru.")
    (tuned,) = [line for line in told["sentences"] if line.startswith("Fine-tuning own_glove")]
    assert tuned.endswith("under none surely.")
    for effect in told["effects"]:
        assert effect["low"] <= effect["difference"] <= effect["high"]
    assert "Fine-tuned on 6 labels, all 4 embeddings reach 60.0% to 70.0%" in told["short"][1]


def test_the_ladder_takes_the_algorithm_that_validation_prefers() -> None:
    rows = [row | {"validation": 0.7 if row["embedding"] == "cbow" else 0.6} for row in grid()]
    better_on_test = [
        row | {"accuracy": row["accuracy"] + 0.1 * (row["embedding"] == "own_glove")}
        for row in rows
    ]
    told = ladder(better_on_test)
    assert "GloVe's algorithm on these reviews 70.0% (+10.0); cbow on these reviews 60.0%" in told
    assert "3 seeds" in told


def test_one_seed_has_no_interval_and_no_certainty() -> None:
    rows = [row for row in grid(glove=0.1) if row["seed"] == 1]
    told = features_json(rows, REVIEWS, 0.95, "Sample")
    assert "(" not in told["sentences"][2]
    assert not any("; surely under" in line for line in told["sentences"])
    assert "to" not in features_markdown(rows, REVIEWS, 0.95, "Sample").split("| glove ")[1][:90]


def test_the_picture_has_a_panel_for_each_encoder_and_a_row_for_each_embedding() -> None:
    mean, gru = draw_features(grid(cbow=0.1), 0.95, "Sample").axes
    assert [axes.get_title("left") for axes in (mean, gru)] == ["mean", "gru"]
    labels = [label.get_text() for label in mean.get_yticklabels()]
    assert sorted(labels) == ["cbow, 50", "glove, 50", "own_glove, 50", "random, 100", "random, 50"]
    assert labels[-1] == "cbow, 50"
    dots = [line for line in gru.lines if line.get_marker() == "o"]
    assert len(dots) == 2 * 4, "random vectors of 100 dimensions are not read by the GRU"


def test_cells_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    rows = [
        row | {"accuracy": round(row["accuracy"], 6), CELL: f"{number:032x}"}
        for number, row in enumerate(grid(cbow=0.1))
    ]
    (tmp_path / "features.csv").write_text(as_csv(rows, FEATURES), encoding="utf-8")
    assert read_csv(tmp_path / "features.csv", FEATURES) == rows
    (tmp_path / "features.csv").write_text("embedding\nglove\n", encoding="utf-8")
    with pytest.raises(ReelvecError, match="make studies"):
        read_csv(tmp_path / "features.csv", FEATURES)


def test_what_the_committed_report_says_is_what_its_cells_say() -> None:
    reports = PROJECT / "studies/embeddings/reports"
    rows = read_csv(reports / "features.csv", FEATURES)
    assert as_csv(rows, FEATURES) == (reports / "features.csv").read_text(encoding="utf-8")
    told = json.loads((reports / "features.json").read_text(encoding="utf-8"))
    assert told["short"][0] == ladder(rows)

"""Figures by length against sklearn, a loop and the bootstrap of films; excerpts and their draw."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score, log_loss

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.evaluation.film_bootstrap import draw_films
from reelvec.evaluation.lengths import (
    EDGES,
    EXCERPTS,
    RESAMPLES,
    SEED,
    Figure,
    Scored,
    Texts,
    bin_of_words,
    drawn_sample,
    excerpts_of,
    lengths_json,
    measured,
    scored,
    texts_of,
    word_counts,
)
from reelvec.evaluation.lengths_report import answer, lengths_markdown
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.scores import calibration_curve, calibration_error
from reelvec.models.logits import probabilities_of
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths

PARAMS = EvaluationParams()
GENERATOR = np.random.default_rng(11)
TEXTS = 900
LABELS = GENERATOR.integers(0, 2, TEXTS).astype(np.int8)
FILMS = (80 * GENERATOR.random(TEXTS) ** 2).astype(np.int32) - 1
LOGITS = {
    "good": 2.0 * (2 * LABELS - 1) + 2 * GENERATOR.normal(size=TEXTS),
    "sure": 9.0 * GENERATOR.normal(size=TEXTS),
}
GROUPS = {"short": np.arange(0, TEXTS, 3), "all": np.arange(TEXTS)}
SCORED = scored(LOGITS, Texts(LABELS, FILMS, np.arange(TEXTS) + 1, GROUPS), PARAMS)


def test_figures_are_those_of_sklearn_and_of_whole_reviews() -> None:
    for group, rows in GROUPS.items():
        for model, logits in LOGITS.items():
            found, probabilities = SCORED[group][model], probabilities_of(logits[rows])
            predictions = Predictions(rows.astype(np.int32), LABELS[rows], probabilities)
            curve = calibration_curve(predictions, PARAMS.calibration_bins)
            assert found.texts == len(rows)
            assert found.words == pytest.approx((rows + 1).mean())
            accuracy = accuracy_score(LABELS[rows], probabilities > 0.5)
            assert found.accuracy.value == pytest.approx(accuracy)
            assert found.log_loss.value == pytest.approx(log_loss(LABELS[rows], probabilities))
            assert found.calibration_error.value == pytest.approx(calibration_error(curve))
            confidence = np.mean([max(each, 1 - each) for each in probabilities])
            assert found.confidence == pytest.approx(confidence)
            assert found.excess.value == pytest.approx(confidence - accuracy)


def test_intervals_of_accuracy_are_those_of_the_bootstrap_over_films() -> None:
    correct = {name: (logits > 0) == LABELS for name, logits in LOGITS.items()}
    draws = draw_films(correct, FILMS, RESAMPLES, SEED)
    for name in LOGITS:
        found = SCORED["all"][name].accuracy
        expected = draws.accuracy(name).interval(PARAMS.confidence)
        assert (found.low, found.high) == pytest.approx(expected)


def test_intervals_cover_the_figure_and_stay_where_figures_can_be() -> None:
    for models in SCORED.values():
        for found in models.values():
            for figure in (found.accuracy, found.log_loss, found.calibration_error, found.excess):
                assert figure.low <= figure.value <= figure.high
                assert figure.high - figure.low > 0.001
    perfect = scored(
        {"perfect": 50.0 * (2 * LABELS - 1)},
        Texts(LABELS, FILMS, np.ones(TEXTS, np.int64), {"one": np.array([3])}),
        PARAMS,
    )["one"]["perfect"]
    assert (perfect.accuracy.low, perfect.accuracy.high) == (0.0, 1.0), "of one film: everything"


def test_words_are_those_of_a_reader() -> None:
    texts = ["", "It isn't bad.<br />At all!", "l’été 1984: ★★★ (12 days)", "<i>x</i>"]
    assert word_counts(texts).tolist() == [0, 5, 4, 1]
    plain = ["One, two; three.", "don't -- stop"]
    found = [len(re.findall(r"\w+(?:'\w+)*", text)) for text in plain]
    assert word_counts(plain).tolist() == found


def test_every_review_is_in_the_bin_of_its_words() -> None:
    words = GENERATOR.integers(0, 700, 300)
    bins = bin_of_words(np.append(words, EDGES))
    assert sorted(np.concatenate(list(bins.values()))) == list(range(300 + len(EDGES)))
    assert next(iter(bins)) == "1 to 100"
    assert list(bins)[-1] == "over 500"
    assert words[[row for row in bins["101 to 150"] if row < 300]].min() >= 101
    assert bin_of_words(np.array([100, 101])).keys() == {"1 to 100", "101 to 150"}


def test_excerpts_grow_from_the_last_sentence_to_the_whole_review() -> None:
    long = " ".join(f"Sentence number {n}." for n in range(1, 11)) + "<br />The end"
    found = excerpts_of([long, "Only one.", "?!"])
    assert found.keys() == EXCERPTS.keys()
    assert found["first sentence"] == ["Sentence number 1.", "Only one.", "?!"]
    assert found["last sentence"] == ["The end", "Only one.", "?!"]
    assert found["last 2 sentences"][0] == "Sentence number 10. The end"
    assert found["last 8 sentences"][0].startswith("Sentence number 4. Sentence number 5.")
    assert found["whole review"] == [long, "Only one.", "?!"]
    lasts = [found[name][0] for name in EXCERPTS if name.startswith("last")]
    assert all(longer.endswith(shorter) for shorter, longer in pairwise(lasts))


def part_of(labels: np.ndarray, reviews: Ragged | None = None) -> Dataset:
    size = len(labels)
    empty = Ragged(np.zeros(0, np.int32), np.zeros(size + 1, np.int64))
    return Dataset(reviews or empty, labels.astype(np.int8), np.arange(size, dtype=np.int32))


def test_the_sample_has_the_labels_of_all_and_is_no_slice() -> None:
    part = part_of(np.repeat([0, 1], [600, 400]))
    rows = drawn_sample(part, size=100)
    assert len(set(rows.tolist())) == 100
    assert part.targets[rows].sum() == 40
    assert (np.diff(rows) > 1).any()
    assert rows.tolist() == drawn_sample(part, size=100).tolist()
    assert drawn_sample(part, size=1000).tolist() == list(range(1000))


def test_texts_come_in_the_order_of_the_part(tmp_path: Path) -> None:
    path = tmp_path / "imdb.parquet"
    rows = [("test", 7, 0, "a"), ("test", 7, 1, "b"), ("train", 8, 1, "c"), ("test", 9, 1, "d")]
    names = ("split", "review_id", "label", "text")
    pq.write_table(
        pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path
    )

    def asked(ids: list[int], labels: list[int]) -> list[str]:
        part = part_of(np.array(labels))
        reviews = Dataset(part.reviews, part.labels, np.array(ids, np.int32))
        return texts_of(reviews, path)

    assert asked([9, 7, 7], [1, 1, 0]) == ["d", "b", "a"]
    with pytest.raises(ReelvecError, match="not all test reviews"):
        asked([8], [1])
    with pytest.raises(ReelvecError, match="not there"):
        texts_of(part_of(np.array([1])), tmp_path / "nowhere")


class Counting:
    """A model that thinks well of long texts."""

    name, texts = "counting", frozenset({"plain"})

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        raise NotImplementedError

    def logits_of(self, reviews: Mapping[str, Ragged]) -> np.ndarray:
        return reviews["plain"].lengths - 6.5


def encode(texts: Sequence[str]) -> Ragged:
    offsets = offsets_from_lengths(np.array([len(text.split()) for text in texts]))
    return Ragged(np.zeros(offsets[-1], np.int32), offsets)


def test_models_read_the_excerpts_and_are_judged_by_the_label_of_the_review() -> None:
    texts = ["Bad. Very bad.", "I liked this. I liked it all. It is good.", "Fine film. Go.", "No."]
    part = part_of(np.array([0, 1, 1, 0]), encode(texts))
    model = Counting()
    logits = {"counting": model.logits_of({"plain": part.reviews})}
    found = measured({"counting": model}, logits, part, texts, {"plain": encode}, PARAMS)  # type: ignore[dict-item]
    excerpts = {name: models["counting"] for name, models in found["excerpts"].items()}
    assert [each.texts for each in excerpts.values()] == [4] * len(EXCERPTS)
    assert excerpts["whole review"].accuracy.value == 0.75
    assert excerpts["last sentence"].accuracy.value == 0.5
    assert excerpts["last sentence"].words == (2 + 3 + 1 + 1) / 4
    assert excerpts["last 2 sentences"].accuracy.value == 0.75
    assert found["reviews"]["1 to 100"]["counting"].accuracy.value == 0.75
    assert lengths_json(found, "counting")["default"] == "counting"


def a_score(excess: float, margin: float = 0.01) -> Scored:
    figures = [Figure(value, value - margin, value + margin) for value in (0.7, 0.5, 0.05, excess)]
    return Scored(1234, 20.4, 0.7 + excess, *figures)


def test_the_report_says_how_sure_only_as_far_as_the_interval_does() -> None:
    scores = dict(zip(EXCERPTS, (0.05, 0.005, -0.005, -0.02, 0.012, 0.0), strict=True))
    lengths = {
        "excerpts": {name: {"best": a_score(excess)} for name, excess in scores.items()},
        "reviews": {"1 to 100": {"best": a_score(0.0)}, "over 500": {"best": a_score(0.1)}},
    }
    text = answer(lengths, "best")
    for said in (
        "Of first sentences it is surer than it is right, by 5.0 points.",
        "Of last sentences it is as sure as it is right, as far as these reviews tell.",
        "Of last 2 sentences it is as sure as it is right, as far as these reviews tell.",
        "Of last 4 sentences it is less sure than it is right, by 2.0 points.",
        "Of last 8 sentences it is surer than it is right, by 1.2 points.",
    ):
        assert said in text
    page = lengths_markdown(lengths, "best", "SAMPLE DATA: x", 0.9)
    assert page.splitlines()[0] == "SAMPLE DATA: x"
    assert "All 2,468 test reviews" in page
    assert "90% interval, from drawing whole films anew" in page
    assert "films" not in lengths_markdown(lengths, "best", "OTHER DATA: x", 0.9, by_film=False)
    assert page.count("70.0 ±1.0") == len(EXCERPTS) + 2

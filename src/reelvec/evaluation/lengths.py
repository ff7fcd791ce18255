"""How right and how sure models are of short texts and of long ones.

Two views of the test reviews: whole reviews by their number of words, and the same reviews cut to
their first or last sentences, each with the label of its review. A sentence need not share the
verdict of its review, so that no model can be right about all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import log_expit

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.section import Text
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.evaluation.film_bootstrap import BLOCK, OverFilms, film_counts, film_numbers
from reelvec.evaluation.sentences import sentences_of
from reelvec.evaluation.testing import logits_of_all
from reelvec.models.logits import Logits, probabilities_of
from reelvec.models.model import Model
from reelvec.text.dataset import Dataset
from reelvec.text.parts import stratified_split
from reelvec.text.ragged import Ragged

Encoders = Mapping[Text, Callable[[Sequence[str]], Ragged]]
"""Raw texts to vocabulary ids, for each kind of text."""

Ask = Callable[[Mapping[str, Model], Mapping[Text, Dataset]], dict[str, Logits]]
"""What each model gives texts, by kind of text."""

EXCERPTS: dict[str, slice] = {
    "first sentence": slice(1),
    "last sentence": slice(-1, None),
    "last 2 sentences": slice(-2, None),
    "last 4 sentences": slice(-4, None),
    "last 8 sentences": slice(-8, None),
    "whole review": slice(None),
}
"""What is kept of a review's sentences; one that has fewer is kept whole."""

EDGES = (100, 150, 200, 300, 500)
"""The most words in a review of each bin but the last."""

WORD = r"[\pL\pN]+(?:['’][\pL\pN]+)*"

SAMPLE = 5_000
"""Test reviews that are cut: as many of either label as among all."""

RESAMPLES, SEED = 1_000, 123

BOUNDS = ((0.0, 1.0), (0.0, np.inf), (0.0, 1.0), (-1.0, 1.0))
"""Between these lie accuracy, log loss, calibration error and excess; no interval goes beyond."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval, from drawing whole films anew.

    Attributes:
        value: of the texts as they are.
        low: lower end of the interval.
        high: upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scored:
    """How a model did on texts of one length.

    Attributes:
        texts: how many.
        words: their mean number of words.
        confidence: mean probability that it gave the label it predicted.
        accuracy: share of them that it got right.
        log_loss: mean of -log P(label), natural logarithm.
        calibration_error: expected calibration error, as `scores.calibration_error`.
        excess: confidence less accuracy; above 0 the model is surer than it is right.
    """

    texts: int
    words: float
    confidence: float
    accuracy: Figure
    log_loss: Figure
    calibration_error: Figure
    excess: Figure


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of known label and film, in groups.

    Attributes:
        labels: int8 (texts,).
        films: int32 (texts,), -1 where nobody knows.
        words: int64 (texts,), the number of words of each.
        groups: by name, the rows of the texts in it.
    """

    labels: NDArray[np.int8]
    films: NDArray[np.int32]
    words: NDArray[np.int64]
    groups: dict[str, NDArray[np.int64]]


Lengths = dict[str, dict[str, dict[str, Scored]]]
"""By view (`reviews`, `excerpts`), group and model."""


def texts_of(part: Dataset, reviews: Path) -> list[str]:
    """The raw texts of test reviews, in the order of the part.

    Args:
        part: test reviews.
        reviews: `data/raw/imdb.parquet`.

    Raises:
        ReelvecError: the table is not there, or lacks one of the reviews.
    """
    try:
        table = pq.read_table(
            reviews,
            columns=["review_id", "label", "text"],
            filters=pc.field("split") == "test",
        )
    except FileNotFoundError:
        raise ReelvecError(f"{reviews}: not there; {run_again('fetch_imdb')}") from None
    keys = 2 * table["review_id"].to_numpy().astype(np.int64) + table["label"].to_numpy()
    wanted = 2 * part.review_ids.astype(np.int64) + part.targets
    places = pc.index_in(pa.array(wanted), pa.array(keys))
    if places.null_count:
        raise ReelvecError(
            f"{reviews}: not all test reviews are there that were predicted; run `dvc repro` so "
            "that both come from the same data"
        )
    found: list[str] = table["text"].take(places).to_pylist()
    return found


def word_counts(texts: Sequence[str]) -> NDArray[np.int64]:
    """How many words each text has, int64 (texts,); markup counts as none."""
    column = pc.replace_substring_regex(pa.array(texts, pa.string()), "<[^>]*>", " ")
    counted = pc.count_substring_regex(column, WORD)
    return np.asarray(counted.to_numpy(), np.int64)


def bin_of_words(words: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """The rows of each bin of `EDGES` that is not empty, by the bin's name."""
    bins = np.searchsorted(EDGES, words)
    names = [
        *(f"{low + 1:,} to {high:,}" for low, high in zip((0, *EDGES), EDGES, strict=False)),
        f"over {EDGES[-1]:,}",
    ]
    rows = {name: np.flatnonzero(bins == number) for number, name in enumerate(names)}
    return {name: found for name, found in rows.items() if len(found)}


def drawn_sample(part: Dataset, size: int = SAMPLE, seed: int = SEED) -> NDArray[np.int64]:
    """Rows of so many reviews, rising, both labels in their shares; all where there are fewer.

    Raises:
        ReelvecError: there are too few reviews to be drawn from.
    """
    if len(part) <= size:
        return np.arange(len(part))
    return stratified_split(part.targets, size / len(part), seed)[1]


def excerpts_of(texts: Sequence[str]) -> dict[str, list[str]]:
    """The first or last sentences of each text, by their name in `EXCERPTS`.

    The whole review stands as it was written; a text without a sentence is kept as it is.
    """
    split = [sentences_of(text) or [text] for text in texts]
    found = {
        name: [" ".join(sentences[kept]) for sentences in split] for name, kept in EXCERPTS.items()
    }
    return found | {"whole review": list(texts)}


def measured(
    models: Mapping[str, Model],
    logits: Mapping[str, Logits],
    part: Dataset,
    texts: Sequence[str],
    encoders: Encoders,
    params: EvaluationParams,
    ask: Ask = logits_of_all,
) -> Lengths:
    """Score all models on whole reviews by length, and on excerpts.

    Args:
        models: by name, an ensemble behind its members.
        logits: what each gave the test reviews.
        part: the test reviews.
        texts: their raw texts.
        encoders: for each kind of text that a model reads.
        params: the confidence of intervals and the bins of calibration.
        ask: how models are asked for the excerpts.
    """
    words = word_counts(texts)
    films = np.full(len(part), -1, np.int32) if part.films is None else part.films
    whole = Texts(part.targets, films, words, bin_of_words(words))
    rows = drawn_sample(part)
    excerpts = excerpts_of([texts[row] for row in rows])
    flat = [text for found in excerpts.values() for text in found]
    size, copies = len(rows), len(excerpts)
    cut = Texts(
        np.tile(part.targets[rows], copies),
        np.tile(films[rows], copies),
        word_counts(flat),
        {name: np.arange(size) + size * number for number, name in enumerate(excerpts)},
    )
    ids = np.arange(len(flat), dtype=np.int32)
    encoded = {text: Dataset(encode(flat), None, ids) for text, encode in encoders.items()}
    return {
        "reviews": scored(logits, whole, params),
        "excerpts": scored(ask(models, encoded), cut, params),
    }


def scored(
    logits: Mapping[str, Logits], texts: Texts, params: EvaluationParams
) -> dict[str, dict[str, Scored]]:
    """Score models on each group of texts, with intervals from drawing whole films anew.

    All groups and models see the same draws: counts (draws, films) times what each film adds to
    each figure (films, figures).

    Args:
        logits: by model, float64 (texts,).
        texts: with their groups.
        params: the confidence of intervals and the bins of calibration.

    Returns:
        by group and model.
    """
    numbers = film_numbers(texts.films)
    films = int(numbers.max(initial=-1)) + 1
    parts = {
        (group, model): _parts(found[rows], texts.labels[rows], params.calibration_bins)
        for group, rows in texts.groups.items()
        for model, found in logits.items()
    }
    totals = [
        _by_film(values, numbers[texts.groups[group]], films)
        for (group, _), values in parts.items()
    ]
    generator = np.random.default_rng(SEED)
    drawn = np.concatenate(
        [
            film_counts(generator, min(BLOCK, RESAMPLES - done), films) @ np.hstack(totals)
            for done in range(0, RESAMPLES, BLOCK)
        ]
    )
    drawn_of = dict(zip(parts, np.split(drawn, len(parts), axis=1), strict=True))
    return {
        group: {
            model: _scored(
                texts.words[rows],
                parts[group, model],
                drawn_of[group, model],
                len(np.unique(numbers[rows])),
                params.confidence,
            )
            for model in logits
        }
        for group, rows in texts.groups.items()
    }


def lengths_json(lengths: Lengths, default: str) -> dict[str, Any]:
    """`reports/metrics/lengths.json`: the `default` model; the figures by view, group and model.

    Args:
        lengths: what `measured` gives.
        default: the model that answers where none is named.
    """
    views = {
        view: {
            group: {model: asdict(found) for model, found in models.items()}
            for group, models in groups.items()
        }
        for view, groups in lengths.items()
    }
    return {"default": default, **views}


def _parts(logits: Logits, labels: NDArray[np.int8], bins: int) -> NDArray[np.float64]:
    """What each text adds to the figures, float64 (texts, 4 + bins).

    The columns: 1, whether it is right, its loss, its confidence, and its label less its
    probability in the column of the probability's bin.
    """
    probabilities = probabilities_of(logits)
    bin_of_each = np.clip(np.ceil(probabilities * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.zeros((len(labels), bins))
    gaps[np.arange(len(labels)), bin_of_each] = labels - probabilities
    right = (logits > 0) == labels
    losses = -log_expit(np.where(labels == 1, logits, -logits))
    sureness = np.maximum(probabilities, 1 - probabilities)
    return np.column_stack([np.ones(len(labels)), right, losses, sureness, gaps])


def _by_film(
    values: NDArray[np.float64], numbers: NDArray[np.int64], films: int
) -> NDArray[np.float64]:
    """Sums over the texts of each film: (texts, columns) to (films, columns)."""
    return np.stack([np.bincount(numbers, column, films) for column in values.T], axis=1)


def _figures(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Accuracy, log loss, calibration error and excess of sums of `_parts`: to (draws, 4)."""
    texts, right, losses, sureness = sums[:, :4].T
    errors = np.abs(sums[:, 4:]).sum(axis=1)
    found = np.stack([right, losses, errors, sureness - right], axis=1)
    return np.asarray(found / texts[:, None], np.float64)


def _scored(
    words: NDArray[np.int64],
    values: NDArray[np.float64],
    drawn: NDArray[np.float64],
    films: int,
    confidence: float,
) -> Scored:
    """The figures of some texts, from what each adds and what each draw of films adds up to."""
    sums = values.sum(axis=0, keepdims=True)
    errors = _figures(drawn[drawn[:, 0] > 0]).std(axis=0, ddof=1)
    figures = []
    for value, error, (least, most) in zip(_figures(sums)[0], errors, BOUNDS, strict=True):
        low, high = OverFilms(float(value), float(error), films).interval(confidence)
        figures.append(Figure(float(value), max(low, least), min(high, most)))
    sureness = float(values[:, 3].mean())
    return Scored(len(values), float(words.mean()), sureness, *figures)

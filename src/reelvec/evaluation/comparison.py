"""All variants side by side on the same test reviews: which is better, and is it chance?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import read_json
from reelvec.base.statistics import holm, mcnemar, normal_quantile
from reelvec.evaluation.film_bootstrap import FilmDraws, draw_films
from reelvec.evaluation.origins import Origins
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.results import TRAINED_TOGETHER

TESTED = (
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "precision",
    "recall",
    "f1",
    "roc_auc",
    "log_loss",
    "calibration_error",
)
TRAINED = (
    "valid_accuracy",
    "best_epoch",
    "epochs",
    "parameters",
    "trainable_parameters",
    "words_without_pretrained_vector",
    "labelled_reviews",
    "unlabelled_reviews",
)
"""What the table takes from `evaluate/<model>.json` and from `train/<variant>.json`."""

TRAINED_WITH_OTHERS = (
    "valid_accuracy",
    "trainable_parameters",
    "labelled_reviews",
    "unlabelled_reviews",
)
"""What it takes of a baseline or an ensemble, whose figures stand in a file with others'."""

OVER_FILMS = ("films_low", "films_high")
"""The ends of an accuracy's interval where films are drawn and not reviews."""

Row = dict[str, int | float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two variants on the same reviews.

    Attributes:
        difference: accuracy of the first less that of the second.
        low: lower end of the difference's interval.
        high: its upper end.
        only_first: reviews on which only the first is right.
        only_second: reviews on which only the second is right.
        p_value: of McNemar's exact test.
        p_holm: the same, corrected for the number of pairs.
        films_low: lower end of the interval where films are drawn and not reviews.
        films_high: its upper end.
        films_p: the p-value then.
        films_p_holm: the same, corrected for the number of pairs.
    """

    difference: float
    low: float
    high: float
    only_first: int
    only_second: int
    p_value: float
    p_holm: float = 1.0
    films_low: float = -1.0
    films_high: float = 1.0
    films_p: float = 1.0
    films_p_holm: float = 1.0

    def swapped(self) -> "Pair":
        """The same, with the second variant first."""
        return replace(
            self,
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
            only_first=self.only_second,
            only_second=self.only_first,
            films_low=-self.films_high,
            films_high=-self.films_low,
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `reports/metrics/comparison.json` holds.

    Attributes:
        test_reviews: how many reviews all variants were tested on.
        confidence: of every interval.
        variants: a row for each variant, then each baseline, in the order of `params.yaml`.
        pairs: by the names of the two variants.
        test_films: how many films the reviews are of; 0 where nobody knows.
        copies: reviews whose text stands elsewhere too, letter for letter.
        copies_in_training: how many of them among the training reviews.
        copies_in_unlabelled: how many of them among the unlabelled reviews.
    """

    test_reviews: int
    confidence: float
    variants: dict[str, Row]
    pairs: dict[tuple[str, str], Pair]
    test_films: int = 0
    copies: int = 0
    copies_in_training: int = 0
    copies_in_unlabelled: int = 0

    def pair(self, first: str, second: str) -> Pair:
        """Two variants in this order, whichever way round they are kept."""
        kept = self.pairs.get((first, second))
        return kept if kept is not None else self.pairs[second, first].swapped()

    def ranked(self) -> list[str]:
        """The variants by falling accuracy; equal ones in the order of `params.yaml`."""
        return sorted(self.variants, key=lambda name: -self.variants[name]["accuracy"])

    def as_json(self) -> dict[str, Any]:
        """What `write_json` takes, shaped for `dvc metrics diff`."""
        return {
            "test_reviews": self.test_reviews,
            "test_films": self.test_films,
            "copies": self.copies,
            "copies_in_training": self.copies_in_training,
            "copies_in_unlabelled": self.copies_in_unlabelled,
            "confidence": self.confidence,
            "variants": self.variants,
            "pairs": {f"{a}_vs_{b}": asdict(pair) for (a, b), pair in self.pairs.items()},
        }

    @classmethod
    def load(cls, path: Path) -> "Comparison":
        """Read `as_json` back.

        Raises:
            ReelvecError: the file is missing or is something else.
        """
        try:
            found = read_json(path)
            names = combinations(found["variants"], 2)
            pairs = {(a, b): Pair(**found["pairs"][f"{a}_vs_{b}"]) for a, b in names}
            return cls(**{**found, "pairs": pairs})
        except (FileNotFoundError, KeyError, TypeError, ValueError):
            raise ReelvecError(
                f"{path}: not there or cut off; {run_again('compare_variants')}"
            ) from None


def compare(
    predictions: Mapping[str, Predictions], origins: Origins, metrics: Path, confidence: float
) -> Comparison:
    """Gather the figures of all models, and test each two against each other.

    Args:
        predictions: of the same test reviews, by model.
        origins: of these reviews.
        metrics: folder with `evaluate/<model>.json`, and with `train/<variant>.json`,
            `train_baselines.json` and `train_ensembles.json`.
        confidence: of the intervals of the differences.

    Raises:
        ReelvecError: a file is missing or lacks a figure, or the origins are of other reviews.
    """
    first = next(iter(predictions.values()))
    same_ids = np.array_equal(first.review_ids, origins.review_ids)
    if not (same_ids and np.array_equal(first.labels, origins.labels)):
        raise ReelvecError(
            f"the origins and the predictions are not of the same reviews; {run_again('evaluate')}"
        )
    draws = draw_films({name: each.correct for name, each in predictions.items()}, origins.films)
    rows = {
        name: {
            **_row(name, metrics),
            **_over_films(draws, name, confidence),
            **_without_copies(each, origins),
        }
        for name, each in predictions.items()
    }
    pairs = {
        (a, b): _with_films(
            compare_pair(predictions[a], predictions[b], confidence), draws, (a, b), confidence
        )
        for a, b in combinations(predictions, 2)
    }
    adjusted = holm([pair.p_value for pair in pairs.values()])
    adjusted_films = holm([pair.films_p for pair in pairs.values()])
    pairs = {
        names: replace(pair, p_holm=p, films_p_holm=films_p)
        for (names, pair), p, films_p in zip(pairs.items(), adjusted, adjusted_films, strict=True)
    }
    return Comparison(
        test_reviews=len(first),
        confidence=confidence,
        variants=rows,
        pairs=pairs,
        test_films=origins.known_films,
        copies=int(origins.is_copy.sum()),
        copies_in_training=int(origins.in_training.sum()),
        copies_in_unlabelled=int(origins.in_unlabelled.sum()),
    )


def compare_pair(first: Predictions, second: Predictions, confidence: float) -> Pair:
    """Test whether one variant is right more often than another on the same reviews.

    The p-value is McNemar's exact one: given that exactly one of the two is right, each is as
    likely as the other. The interval is the adjusted Wald interval of Bonett and Price (2012,
    "Adjusted Wald Confidence Interval for a Difference of Binomial Proportions Based on Paired
    Data"), which holds its level in small samples too and is never of width zero.

    Args:
        first: predictions of one variant.
        second: predictions of another for the same reviews, in the same order.
        confidence: of the interval.
    """
    reviews = len(first)
    only_first = int((first.correct & ~second.correct).sum())
    only_second = int((second.correct & ~first.correct).sum())
    one, two = (only_first + 1) / (reviews + 2), (only_second + 1) / (reviews + 2)
    deviation = np.sqrt((one + two - (one - two) ** 2) / (reviews + 2))
    margin = float(normal_quantile(confidence) * deviation)
    return Pair(
        difference=(only_first - only_second) / reviews,
        low=max(one - two - margin, -1.0),
        high=min(one - two + margin, 1.0),
        only_first=only_first,
        only_second=only_second,
        p_value=mcnemar(only_first, only_second),
    )


def _over_films(draws: FilmDraws, name: str, confidence: float) -> Row:
    """The interval of a model's accuracy, within what an accuracy can be."""
    ends = np.clip(draws.accuracy(name).interval(confidence), 0.0, 1.0).tolist()
    return dict(zip(OVER_FILMS, ends, strict=True))


def _with_films(pair: Pair, draws: FilmDraws, names: tuple[str, str], confidence: float) -> Pair:
    found = draws.difference(*names)
    low, high = np.clip(found.interval(confidence), -1.0, 1.0).tolist()
    return replace(pair, films_low=low, films_high=high, films_p=found.p_value)


def _without_copies(predictions: Predictions, origins: Origins) -> Row:
    """The accuracy on the reviews whose text stands nowhere else, where there are any."""
    correct = predictions.correct[~origins.is_copy]
    return {"accuracy_without_copies": float(correct.mean())} if len(correct) else {}


def _row(name: str, metrics: Path) -> Row:
    """What the table says of a model: how it did in the test, and how it was trained."""
    test = metrics / "evaluate" / f"{name}.json"
    return {
        **_figures(_read(test, "evaluate"), TESTED, test, "evaluate"),
        **_training(name, metrics),
    }


def _training(name: str, metrics: Path) -> Row:
    """A variant has a file of its own; a baseline or an ensemble stands in that of its kind."""
    own = metrics / "train" / f"{name}.json"
    if own.is_file():
        stage = f"train@{name}"
        return _figures(_read(own, stage), TRAINED, own, stage)
    for file in TRAINED_TOGETHER.values():
        path, stage = metrics / file.name, file.stem
        if row := _read(path, stage).get(name):
            return _figures(row, TRAINED_WITH_OTHERS, path, stage)
    raise ReelvecError(f"{metrics}: nothing says how {name!r} was trained; {run_again()}")


def _figures(found: Row, keys: Sequence[str], path: Path, stage: str) -> Row:
    try:
        return {key: found[key] for key in keys}
    except KeyError as error:
        raise ReelvecError(f"{path}: {error} is missing; {run_again(stage)}") from None


def _read(path: Path, stage: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read_json(path)
    except (FileNotFoundError, ValueError) as error:
        problem = "not JSON" if isinstance(error, ValueError) else "not there"
        raise ReelvecError(f"{path}: {problem}; {run_again(stage)}") from None
    return found

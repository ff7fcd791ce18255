"""All variants side by side on the same test reviews: which is better, and is it chance?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import read_json
from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.predictions import Predictions

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
)
"""What the table takes from `evaluate/<variant>.json` and from `train/<variant>.json`."""

TRAINED_TOGETHER = ("train_baselines", "train_ensembles")
"""Stages whose one file has the figures of all their models by name."""

Row = dict[str, int | float]

HOW_TO_READ = """\
## How to read it

- The interval beside an accuracy is Wilson's, at {confidence}: where the accuracy over all reviews
  of this kind plausibly lies, given {reviews:,} of them. Two such intervals may overlap although
  the variants do differ: both were tested on the same reviews, and the second table uses that.
- **Difference**: accuracy of the first variant less that of the second, in percentage points, with
  the interval for paired proportions of Bonett and Price (2012).
- **Only the first / second is right**: the reviews on which exactly one of the two is right. The
  others say nothing about which is better.
- **McNemar p**: were the two equally good, how often a split at least this uneven would come about
  by chance (exact, two-sided). **Holm p** is the same, corrected for the {pairs} of models tested
  here, those with baselines and ensembles among them (`reports/metrics/comparison.json`).
- A small p says that a difference is there, not that it is large, and nothing of what another seed
  of the same variant would give: each was trained once.
- **AUC** ranks without a threshold. **Log loss** and **calibration error** ask whether the
  probabilities can be believed; for both, smaller is better."""


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
    """

    difference: float
    low: float
    high: float
    only_first: int
    only_second: int
    p_value: float
    p_holm: float = 1.0

    def swapped(self) -> "Pair":
        """The same, with the second variant first."""
        return replace(
            self,
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
            only_first=self.only_second,
            only_second=self.only_first,
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `reports/metrics/comparison.json` holds.

    Attributes:
        test_reviews: how many reviews all variants were tested on.
        confidence: of every interval.
        variants: a row for each variant, then each baseline, in the order of `params.yaml`.
        pairs: by the names of the two variants.
    """

    test_reviews: int
    confidence: float
    variants: dict[str, Row]
    pairs: dict[tuple[str, str], Pair]

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
            return cls(
                found["test_reviews"],
                found["confidence"],
                found["variants"],
                {(a, b): Pair(**found["pairs"][f"{a}_vs_{b}"]) for a, b in names},
            )
        except (FileNotFoundError, KeyError, TypeError, ValueError):
            raise ReelvecError(
                f"{path}: not there or cut off; run `dvc repro compare_variants` to make it"
            ) from None


def compare(predictions: Mapping[str, Predictions], metrics: Path, confidence: float) -> Comparison:
    """Gather the figures of all models, and test each two against each other.

    Args:
        predictions: of the same test reviews, by model.
        metrics: folder with `evaluate/<model>.json`, and with `train/<variant>.json`,
            `train_baselines.json` and `train_ensembles.json`.
        confidence: of the intervals of the differences.

    Raises:
        ReelvecError: a file is missing or lacks a figure.
    """
    rows = {name: _row(name, metrics) for name in predictions}
    pairs = {
        (a, b): compare_pair(predictions[a], predictions[b], confidence)
        for a, b in combinations(predictions, 2)
    }
    adjusted = holm([pair.p_value for pair in pairs.values()])
    pairs = {
        names: replace(pair, p_holm=p)
        for (names, pair), p in zip(pairs.items(), adjusted, strict=True)
    }
    return Comparison(len(next(iter(predictions.values()))), confidence, rows, pairs)


def _row(name: str, metrics: Path) -> Row:
    """What the table says of a model: how it did in the test, and how it was trained."""
    tested = _figures(metrics / "evaluate" / f"{name}.json", TESTED, "evaluate")
    for stage in TRAINED_TOGETHER:
        path = metrics / f"{stage}.json"
        if path.is_file() and name in read_json(path):
            trained = _figures(path, (name,), stage)[name]
            return tested | {
                key: trained[key] for key in ("valid_accuracy", "trainable_parameters")
            }
    own = metrics / "train" / f"{name}.json"
    return tested | _figures(own, TRAINED, f"train@{name}")


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number by Holm (1979): valid whatever depends on what."""
    from statsmodels.stats.multitest import multipletests

    return multipletests(p_values, method="holm")[1].tolist() if p_values else []


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
    from scipy.stats import norm
    from statsmodels.stats.contingency_tables import mcnemar

    reviews = len(first)
    only_first = int((first.correct & ~second.correct).sum())
    only_second = int((second.correct & ~first.correct).sum())
    agree = reviews - only_first - only_second
    one, two = (only_first + 1) / (reviews + 2), (only_second + 1) / (reviews + 2)
    deviation = np.sqrt((one + two - (one - two) ** 2) / (reviews + 2))
    margin = float(norm.ppf((1 + confidence) / 2) * deviation)
    return Pair(
        difference=(only_first - only_second) / reviews,
        low=max(one - two - margin, -1.0),
        high=min(one - two + margin, 1.0),
        only_first=only_first,
        only_second=only_second,
        p_value=float(mcnemar([[agree, only_first], [only_second, 0]], exact=True).pvalue),
    )


def answer(comparison: Comparison, variants: Mapping[str, VariantParams]) -> str:
    """The project's question answered in a sentence or two: from scratch, or GloVe?

    The first variant with frozen GloVe vectors (or, if there is none, the first with GloVe) is
    held against the first with random ones.

    Args:
        comparison: of all variants.
        variants: their parameters.
    """
    best = comparison.ranked()[0]
    best_accuracy = comparison.variants[best]["accuracy"]
    scratch = next((name for name, each in variants.items() if each.embedding == "random"), None)
    pretrained = sorted(
        (name for name, each in variants.items() if each.embedding == "glove"),
        key=lambda name: variants[name].trainable,
    )
    if scratch is None or not pretrained:
        return f"Best is {best} with {best_accuracy:.1%} of the test reviews right."
    glove = pretrained[0]
    sentence = _verdict(comparison, glove, scratch)
    if best in (glove, scratch):
        return sentence
    return f"{sentence} Best of all is {best} with {best_accuracy:.1%}."


def comparison_markdown(
    comparison: Comparison, variants: Mapping[str, VariantParams], data: str
) -> str:
    """`reports/comparison.md`.

    Args:
        comparison: of all variants.
        variants: their parameters.
        data: the line that says which reviews, put first.
    """
    count = len(comparison.pairs)
    guide = HOW_TO_READ.format(
        confidence=percent(comparison.confidence),
        reviews=comparison.test_reviews,
        pairs="pair" if count == 1 else f"{count} pairs",
    )
    parts = [data, "# The variants compared", answer(comparison, variants), "## Results"]
    parts.append(markdown_table(results_table(comparison)))
    pairs = pairs_table(comparison, variants)
    if len(pairs) > 1:
        parts += ["## Each two variants on the same reviews", markdown_table(pairs)]
    return "\n\n".join([*parts, guide]) + "\n"


def summary_table(metrics: Path) -> str:
    """The results as a small plain-text table for a terminal.

    Args:
        metrics: the folder that holds `comparison.json`.

    Raises:
        ReelvecError: the variants have not been compared yet.
    """
    header, *rows = results_table(Comparison.load(metrics / "comparison.json"))
    small = [row[:5] for row in rows]
    return tabulate(small, header[:5], "simple", disable_numparse=True, colalign=_aligned(5))


Table = list[list[str]]
"""Rows of cells, the header first."""


def results_table(comparison: Comparison) -> Table:
    """A row for each variant, the most accurate first."""
    table = [
        [
            "Variant",
            "Test accuracy",
            f"{percent(comparison.confidence)} interval",
            "F1",
            "AUC",
            "Log loss",
            "Calibration error",
            "Validation accuracy",
            "Best epoch",
            "Trained weights",
            "Words without vector",
        ]
    ]
    for name in comparison.ranked():
        row = comparison.variants[name]
        missing = row.get("words_without_pretrained_vector")
        table.append(
            [
                name,
                f"{row['accuracy']:.2%}",
                f"{row['accuracy_low']:.2%} to {row['accuracy_high']:.2%}",
                f"{row['f1']:.4f}",
                f"{row['roc_auc']:.4f}",
                f"{row['log_loss']:.4f}",
                f"{row['calibration_error']:.4f}",
                f"{row['valid_accuracy']:.2%}",
                f"{row['best_epoch']} of {row['epochs']}" if "epochs" in row else "–",
                f"{row['trainable_parameters']:,}",
                f"{missing:,}" if missing else "–",
            ]
        )
    return table


def pairs_table(comparison: Comparison, names: Iterable[str]) -> Table:
    """A row for each two of the named models, the more accurate one first."""
    table = [
        [
            "First",
            "Second",
            "Difference (points)",
            f"{percent(comparison.confidence)} interval",
            "Only the first is right",
            "Only the second is right",
            "McNemar p",
            "Holm p",
        ]
    ]
    shown = set(names)
    ranked = [name for name in comparison.ranked() if name in shown]
    for first, second in combinations(ranked, 2):
        pair = comparison.pair(first, second)
        table.append(
            [
                first,
                second,
                _points(pair.difference),
                f"{_points(pair.low)} to {_points(pair.high)}",
                f"{pair.only_first:,}",
                f"{pair.only_second:,}",
                shown_p(pair.p_value),
                shown_p(pair.p_holm),
            ]
        )
    return table


def shown_p(p_value: float) -> str:
    """A p-value as people write it."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def percent(confidence: float) -> str:
    """0.95 as 95%, 0.999 as 99.9%."""
    return f"{100 * confidence:.10g}%"


def _verdict(comparison: Comparison, glove: str, scratch: str) -> str:
    """How far the first lies above or below the second, if it does."""
    pair = comparison.pair(glove, scratch)
    told_apart = pair.p_value <= 1 - comparison.confidence
    low, high = _points(pair.low), _points(pair.high)
    if told_apart and pair.difference > 0:
        verdict = f"{glove} is {_distance(pair.difference)} points above {scratch}"
        low, high = _distance(pair.low), _distance(pair.high)
    elif told_apart:
        verdict = f"{glove} is {_distance(-pair.difference)} points below {scratch}"
        low, high = _distance(-pair.high), _distance(-pair.low)
    else:
        verdict = f"{glove} and {scratch} cannot be told apart"
    accuracies = " against ".join(
        f"{comparison.variants[name]['accuracy']:.1%}" for name in (glove, scratch)
    )
    p_value = shown_p(pair.p_value)
    return (
        f"{verdict}: {accuracies} of {comparison.test_reviews:,} test reviews right "
        f"({percent(comparison.confidence)} interval of the difference {low} to {high} points, "
        f"McNemar p {p_value if '<' in p_value else f'= {p_value}'})."
    )


def _figures(path: Path, names: tuple[str, ...], stage: str) -> dict[str, Any]:
    try:
        found = read_json(path)
        return {name: found[name] for name in names}
    except FileNotFoundError:
        problem = "not there"
    except KeyError as error:
        problem = f"{error} is missing"
    except ValueError:
        problem = "not JSON"
    raise ReelvecError(f"{path}: {problem}; {run_again(stage)}")


def _distance(share: float) -> str:
    """A share in percentage points without a plus sign."""
    return _points(share).removeprefix("+")


def _points(share: float) -> str:
    """A share in percentage points with its sign: -10.1, 0.0, +0.4."""
    text = f"{100 * share:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def markdown_table(table: Table) -> str:
    """A table as Markdown, the columns after the first to the right."""
    header, *rows = table
    alignment = _aligned(len(header))
    return tabulate(rows, header, "pipe", disable_numparse=True, colalign=alignment)


def _aligned(columns: int) -> list[str]:
    return ["left", *["right"] * (columns - 1)]

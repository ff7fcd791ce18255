"""The comparison for people: the answer in a sentence, the tables, `reports/comparison.md`."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from tabulate import tabulate

from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.film_bootstrap import RESAMPLES
from reelvec.evaluation.origins_report import copies_told, films_told, origins_table
from reelvec.evaluation.tables import (
    Table,
    aligned,
    distance,
    markdown_table,
    percent,
    points,
    shown_p,
)

if TYPE_CHECKING:
    from reelvec.base.schema.variants import VariantParams

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
{films}- A small p says that a difference is there, not that it is large, and nothing of what
  another seed of the same variant would give: each was trained once.
- **AUC** ranks without a threshold. **Log loss** and **calibration error** ask whether the
  probabilities can be believed; for both, smaller is better.
- **Labels**: how many labelled reviews a model learned from, those that decided when to stop or how
  to weigh included. **Unlabelled reviews**: those that taught it with labels of its own."""


OVER_FILMS = """\
- **Over films**: the same figures when whole films are drawn anew, {resamples:,} times, and not
  single reviews: reviews of one film are alike, and many of them say less than as many of different
  films. The draws give the standard error (Field and Welsh 2007), Student's t the rest; a review
  whose film is not known is a film of its own.
"""


def answer(comparison: Comparison, variants: Mapping[str, "VariantParams"]) -> str:
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
        return f"Most accurate is {best!r}: {best_accuracy:.1%} of the test reviews right."
    glove = pretrained[0]
    sentence = _verdict(comparison, glove, scratch)
    encoders = {variants[name].encoder for name in (glove, scratch)}
    if encoders == {"mean"}:
        sentence += (
            " Both average the vectors of a review's words, so that this says nothing of encoders "
            "which read the words in order."
        )
    if best in (glove, scratch):
        return sentence
    count = len(comparison.variants)
    return f"{sentence} Of all {count} models {best!r} is the most accurate: {best_accuracy:.1%}."


def comparison_markdown(
    comparison: Comparison, variants: Mapping[str, "VariantParams"], data: str
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
        films=OVER_FILMS.format(resamples=RESAMPLES) if comparison.test_films else "",
    )
    parts = [data, "# The variants compared", answer(comparison, variants), "## Results"]
    parts.append(markdown_table(results_table(comparison)))
    pairs = pairs_table(comparison, variants)
    if len(pairs) > 1:
        parts += ["## Variants in pairs, on the same reviews", markdown_table(pairs)]
    if comparison.test_films:
        parts += ["## Films, and texts that stand twice", films_told(comparison)]
    else:
        parts += ["## Texts that stand twice"]
    parts += [copies_told(comparison), markdown_table(origins_table(comparison))]
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
    return tabulate(small, header[:5], "simple", disable_numparse=True, colalign=aligned(5))


def results_table(comparison: Comparison) -> Table:
    """A row for each variant, the most accurate first."""
    table = [
        [
            "Model",
            "Test accuracy",
            f"{percent(comparison.confidence)} interval",
            "F1",
            "AUC",
            "Log loss",
            "Labels",
            "Unlabelled reviews",
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
                f"{row['labelled_reviews']:,}",
                f"{row['unlabelled_reviews']:,}" if row["unlabelled_reviews"] else "–",
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
    if comparison.test_films:
        interval = f"{percent(comparison.confidence)} interval over films"
        table[0] += [interval, "Holm p over films"]
    shown = set(names)
    ranked = [name for name in comparison.ranked() if name in shown]
    for first, second in combinations(ranked, 2):
        pair = comparison.pair(first, second)
        table.append(
            [
                first,
                second,
                points(pair.difference),
                f"{points(pair.low)} to {points(pair.high)}",
                f"{pair.only_first:,}",
                f"{pair.only_second:,}",
                shown_p(pair.p_value),
                shown_p(pair.p_holm),
            ]
        )
        if comparison.test_films:
            interval = f"{points(pair.films_low)} to {points(pair.films_high)}"
            table[-1] += [interval, shown_p(pair.films_p_holm)]
    return table


def _verdict(comparison: Comparison, glove: str, scratch: str) -> str:
    """How far the first lies above or below the second, if it does."""
    pair = comparison.pair(glove, scratch)
    level = 1 - comparison.confidence
    told_apart = max(pair.p_value, pair.films_p) <= level
    low, high = points(pair.low), points(pair.high)
    if told_apart and pair.difference > 0:
        verdict = f"{glove} is {distance(pair.difference)} points above {scratch}"
        low, high = distance(pair.low), distance(pair.high)
    elif told_apart:
        verdict = f"{glove} is {distance(-pair.difference)} points below {scratch}"
        low, high = distance(-pair.high), distance(-pair.low)
    else:
        verdict = f"{glove} and {scratch} cannot be told apart"
    accuracies = " against ".join(
        f"{comparison.variants[name]['accuracy']:.1%}" for name in (glove, scratch)
    )
    doubt = f", over films {_equals(pair.films_p)}" if pair.p_value <= level < pair.films_p else ""
    return (
        f"{verdict}: {accuracies} of {comparison.test_reviews:,} test reviews right "
        f"({percent(comparison.confidence)} interval of the difference {low} to {high} points, "
        f"McNemar {_equals(pair.p_value)}{doubt})."
    )


def _equals(p_value: float) -> str:
    shown = shown_p(p_value)
    return f"p {shown}" if "<" in shown else f"p = {shown}"

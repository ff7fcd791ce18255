"""What self-training and refitting put in, for people: the table, the effects, sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.statistics import holm
from reelvec.evaluation.film_bootstrap import RESAMPLES, OverFilms, draw_films
from reelvec.evaluation.tables import markdown_table, percent, shown_p

Right = NDArray[np.bool_]
Way = tuple[bool, bool]
"""Whether there is self-training, and whether there is a refit."""

WAYS: dict[Way, str] = {
    (False, False): "neither",
    (False, True): "refit",
    (True, False): "self-training",
    (True, True): "both",
}

CHANGES: dict[tuple[Way, Way], str] = {
    ((False, False), (False, True)): "A refit alone adds",
    ((False, False), (True, False)): "Self-training alone adds",
    ((False, False), (True, True)): "Both together add",
    ((False, True), (True, True)): "Self-training adds to the refit",
    ((True, False), (True, True)): "A refit adds to self-training",
}
"""From one way to another, and how a sentence about it begins."""

HOW_TO_READ = """\
`{model}` of `params.yaml`, trained {seeds} times each way; a seed decides the order of the batches.
Labels: those learned from; where there is no refit, the {validation:,} labelled validation reviews
decide when to stop and teach nothing else. Self-training labels the unlabelled reviews by a first
model that stops by the same validation reviews. A difference is the mean over the seeds on the same
{test:,} test reviews, with its {confidence} interval and p where whole films are drawn anew
({films:,} of them; a review whose film is not known is one of its own). Holm's p (1979) is
corrected for the {changes} changes listed."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of the training did.

    Attributes:
        before: the one way.
        after: the other.
        found: the difference in test accuracy, the mean over seeds, and its error over films.
        p_holm: its p-value, corrected for the number of changes.
    """

    before: Way
    after: Way
    found: OverFilms
    p_holm: float


def as_text(right: Right) -> str:
    """Which reviews are right, a bit each, as hexadecimal digits."""
    return np.packbits(right).tobytes().hex()


def from_text(text: str, reviews: int) -> Right:
    """What `as_text` was given."""
    bits = np.frombuffer(bytes.fromhex(text), np.uint8)
    return np.unpackbits(bits, count=reviews).astype(bool)


def effects(
    right: Mapping[Way, Sequence[Right]], films: NDArray[np.int32], resamples: int = RESAMPLES
) -> list[Effect]:
    """Every change over the means of the seeds, tested over films and corrected by Holm.

    Args:
        right: by way, for each seed which test reviews are right.
        films: int32 (reviews,), the film of each.
        resamples: how often films are drawn.
    """
    flat = {(way, n): each for way, seeds in right.items() for n, each in enumerate(seeds)}
    draws = draw_films({str(key): each for key, each in flat.items()}, films, resamples)

    def over_seeds(way: Way) -> tuple[float, NDArray[np.float64]]:
        names = [str(key) for key in flat if key[0] == way]
        accuracies = [draws.accuracies[name] for name in names]
        return float(np.mean(accuracies)), np.mean([draws.drawn[name] for name in names], axis=0)

    found = []
    for before, after in CHANGES:
        (old, drawn_old), (new, drawn_new) = over_seeds(before), over_seeds(after)
        error = float((drawn_new - drawn_old).std(ddof=1))
        found.append(OverFilms(new - old, error, draws.films))
    adjusted = holm([each.p_value for each in found])
    return [
        Effect(*change, each, p_holm)
        for change, each, p_holm in zip(CHANGES, found, adjusted, strict=True)
    ]


def told(effect: Effect, confidence: float) -> str:
    """An effect in a sentence."""
    low, high = effect.found.interval(confidence)
    doubt = "" if effect.p_holm <= 1 - confidence else "; not told apart from 0"
    return (
        f"{CHANGES[effect.before, effect.after]} {_hundredths(effect.found.value)} points "
        f"({percent(confidence)} interval {_hundredths(low)} to {_hundredths(high)}, Holm p "
        f"{shown_p(effect.p_holm)}{doubt})."
    )


def ablation_markdown(
    rows: Sequence[Mapping[str, Any]],
    sizes: Mapping[str, int],
    films: NDArray[np.int32] | None,
    confidence: float,
    data: str,
) -> str:
    """`studies/learning_curves/reports/ablation.md`.

    Args:
        rows: the cells.
        sizes: how many reviews each part has: `train`, `valid`, `test`, `unsup`.
        films: int32 (test reviews,), the film of each; None where nobody knows.
        confidence: of the intervals.
        data: the line that says which reviews, put first.
    """
    films = np.full(sizes["test"], -1, np.int32) if films is None else films
    by_way = {way: [row for row in rows if _way(row) == way] for way in WAYS}
    right = {
        way: [from_text(row["right"], len(films)) for row in found] for way, found in by_way.items()
    }
    found = effects(right, films)
    table = [["Learned with", "Labels", "Unlabelled reviews", "Test accuracy", "From each seed"]]
    for way, cells in by_way.items():
        self_training, refit = way
        accuracies = [row["accuracy"] for row in cells]
        table.append(
            [
                WAYS[way],
                f"{sizes['train'] + sizes['valid'] * refit:,}",
                f"{sizes['unsup']:,}" if self_training else "–",
                f"{float(np.mean(accuracies)):.2%}",
                ", ".join(f"{accuracy:.2%}" for accuracy in accuracies),
            ]
        )
    guide = HOW_TO_READ.format(
        model=rows[0]["model"],
        seeds=len(by_way[True, True]),
        validation=sizes["valid"],
        test=len(films),
        confidence=percent(confidence),
        films=found[0].found.films,
        changes=len(CHANGES),
    )
    sentences = "\n".join(f"- {told(each, confidence)}" for each in found)
    title = "# What self-training and refitting put in"
    return "\n\n".join([data, title, sentences, markdown_table(table), guide]) + "\n"


def _way(row: Mapping[str, Any]) -> Way:
    return row["self_training"], row["refit"]


def _hundredths(share: float) -> str:
    """A share in percentage points: -0.04, +0.12."""
    return f"{100 * share:+.2f}"

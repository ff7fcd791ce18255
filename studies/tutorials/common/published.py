"""A published figure, which one run gave, beside what our seeds gave."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

INSIDE, OUTSIDE = "as ours", "unexplained"


@dataclass(frozen=True, slots=True)
class Held:
    """A published figure held against ours.

    Attributes:
        name: what it is.
        published: as printed.
        ours: mean over our seeds.
        low: lower end of the interval that one more seed would lie in.
        high: its upper end.
        seeds: how many.
        decimals: how many are printed.
    """

    name: str
    published: float
    ours: float
    low: float
    high: float
    seeds: int
    decimals: int

    @property
    def is_inside(self) -> bool:
        """Whether one more seed of ours might have given it, as far as its digits say."""
        half = 0.5 * 10.0**-self.decimals + 1e-12
        return bool(self.low - half <= self.published <= self.high + half)

    @property
    def verdict(self) -> str:
        """What the tables say of it."""
        return INSIDE if self.is_inside else OUTSIDE

    def row(self) -> list[str]:
        """Name, published, ours, the interval, the verdict."""
        published, ours, low, high = (
            f"{value:,.{self.decimals}f}"
            for value in (self.published, self.ours, self.low, self.high)
        )
        return [self.name, published, ours, f"{low} to {high}", self.verdict]

    def as_json(self) -> dict[str, Any]:
        """What `write_json` takes."""
        return {**asdict(self), "verdict": self.verdict}


HEADER = ["Figure", "Published", "Ours", "One more seed", "Verdict"]


def held(
    name: str, published: float, values: Sequence[float], confidence: float, decimals: int = 4
) -> Held:
    """Hold a published figure against what seeds gave.

    The tutorial's run is one draw and our seeds are others: by Student's t, one more draw lies in
    `mean ± t s sqrt(1 + 1 / n)` (the prediction interval), which is wider than the mean's own.

    Args:
        name: what the figure is.
        published: as printed.
        values: one for each seed, two at least.
        confidence: of the interval.
        decimals: how many are printed.
    """
    from scipy.stats import t

    found = np.asarray(values, np.float64)
    mean, count = float(found.mean()), len(found)
    width = float(found.std(ddof=1)) * np.sqrt(1 + 1 / count)
    margin = float(t.ppf((1 + confidence) / 2, count - 1) * width)
    return Held(name, published, mean, mean - margin, mean + margin, count, decimals)


def told(figures: Sequence[Held]) -> str:
    """How many of the figures are as ours, and how far the others are."""
    inside = sum(figure.is_inside for figure in figures)
    farthest = max(figures, key=lambda figure: abs(figure.ours - figure.published))
    return (
        f"{inside} of {len(figures)} published figures lie where one more of our "
        f"{figures[0].seeds} seeds would; the farthest from our mean is {farthest.name}, by "
        f"{abs(farthest.ours - farthest.published):.{farthest.decimals}f}."
    )

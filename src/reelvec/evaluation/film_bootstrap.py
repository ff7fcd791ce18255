"""How sure figures of the test reviews are when whole films are drawn anew, not single reviews.

Reviews of one film are alike, so that many reviews of few films say less than as many of as many
films. The bootstrap of clusters draws films with replacement, each with all of its reviews (Field
and Welsh 2007, "Bootstrapping clustered data"); how much a figure varies from draw to draw is its
standard error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 123
BLOCK = 500
"""Draws at a time: 4,000 films make 16 MB of counts."""


@dataclass(frozen=True, slots=True)
class OverFilms:
    """A figure, and how much it varies where films are drawn anew.

    Attributes:
        value: of the reviews as they are.
        error: its standard error.
        films: how many there are to draw from.
    """

    value: float
    error: float
    films: int

    def interval(self, confidence: float) -> tuple[float, float]:
        """By Student's t with a degree of freedom less than films; of one film, everything."""
        from scipy.stats import t

        if self.films < 2:
            return -np.inf, np.inf
        margin = float(t.ppf((1 + confidence) / 2, self.films - 1)) * self.error
        return self.value - margin, self.value + margin

    @property
    def p_value(self) -> float:
        """How often chance alone would bring the figure at least this far from 0, two-sided."""
        from scipy.stats import t

        if self.films < 2 or self.value == 0:
            return 1.0
        distance = abs(self.value) / self.error if self.error else np.inf
        return float(2 * t.sf(distance, self.films - 1))


@dataclass(frozen=True, slots=True)
class FilmDraws:
    """The accuracies of several models on the same drawn films.

    Attributes:
        accuracies: of each model on the reviews as they are.
        drawn: float64 (resamples,) of each model, draw for draw the same films.
        films: how many there are to draw from.
    """

    accuracies: dict[str, float]
    drawn: dict[str, NDArray[np.float64]]
    films: int

    def accuracy(self, name: str) -> OverFilms:
        """Of one model."""
        error = float(self.drawn[name].std(ddof=1))
        return OverFilms(self.accuracies[name], error, self.films)

    def difference(self, first: str, second: str) -> OverFilms:
        """The accuracy of the first less that of the second."""
        error = float((self.drawn[first] - self.drawn[second]).std(ddof=1))
        return OverFilms(self.accuracies[first] - self.accuracies[second], error, self.films)


def draw_films(
    correct: Mapping[str, NDArray[np.bool_]],
    films: NDArray[np.int32],
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> FilmDraws:
    """Draw films with replacement, as many as there are, again and again.

    A draw is a count for each film, so that many draws are one product of two matrices: counts
    (draws, films) by reviews that are right (films, models). All of it is whole numbers.

    Args:
        correct: by model whether each review is right, bool (reviews,).
        films: int32 (reviews,), the film of each; -1 where nobody knows: a film of its own.
        resamples: how many draws, 2 or more.
        seed: of the draws.
    """
    number = film_numbers(films)
    count = int(number.max(initial=-1)) + 1
    columns = [np.bincount(number, right, count) for right in correct.values()]
    totals = np.stack([*columns, np.bincount(number, minlength=count)], axis=1).astype(np.float64)
    generator = np.random.default_rng(seed)
    sums = np.concatenate(
        [
            film_counts(generator, min(BLOCK, resamples - done), count) @ totals
            for done in range(0, resamples, BLOCK)
        ]
    )  # (resamples, models + 1)
    shares = sums[:, :-1] / sums[:, -1:]
    accuracies = {name: float(right.mean()) for name, right in correct.items()}
    return FilmDraws(accuracies, dict(zip(correct, shares.T, strict=True)), count)


def film_numbers(films: NDArray[np.int32]) -> NDArray[np.int64]:
    """Films numbered from 0, int64 (reviews,); each unknown one (-1) has a number of its own."""
    alone = -1 - np.arange(len(films), dtype=np.int64)
    numbers: NDArray[np.int64] = np.unique(np.where(films < 0, alone, films), return_inverse=True)[
        1
    ]
    return numbers


def film_counts(generator: np.random.Generator, draws: int, films: int) -> NDArray[np.float64]:
    """How often each film is in each draw, float64 (draws, films)."""
    drawn = generator.integers(films, size=(draws, films)) + films * np.arange(draws)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * films)
    return counts.reshape(draws, films).astype(np.float64)

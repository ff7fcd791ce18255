"""Which of two spaces agrees more with people: the same pairs of words, drawn again and again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reelvec.base.statistics import holm
from reelvec.spaces.intervals import SIGNIFICANT
from reelvec.spaces.judgements import JUDGEMENTS, judged_pairs

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

LEAST_PAIRS = 20
"""Of fewer pairs nothing is drawn: two spaces could hardly be told apart."""

DRAWS = 4_999
SEED = 123
DRAWS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Lead:
    """How much more one space agrees with people than another.

    Attributes:
        judgement: a name in `JUDGEMENTS`.
        first: the one space.
        second: the other.
        difference: Spearman correlation of the first less that of the second.
        low: lower end of its interval.
        high: its upper end.
        p_value: that there is none, from the same draws.
        p_holm: the same, corrected for all pairs of spaces and both judgements.
    """

    judgement: str
    first: str
    second: str
    difference: float
    low: float
    high: float
    p_value: float
    p_holm: float

    @property
    def is_sure(self) -> bool:
        """Whether chance over pairs of words is no explanation."""
        return self.p_holm < SIGNIFICANT

    def of(self, name: str) -> "Lead":
        """The same, with this of the two spaces first."""
        if name == self.first:
            return self
        return replace(
            self,
            first=self.second,
            second=self.first,
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
        )


def leads(spaces: Mapping[str, "KeyedVectors"], confidence: float) -> list[Lead]:
    """Compare each two spaces by a paired bootstrap over pairs of words (Efron 1979).

    The interval is between percentiles of the drawn differences. The p-value is twice the share
    of draws on the rarer side of 0, and Holm (1979) corrects it.

    Args:
        spaces: with the same words, and vectors of length one.
        confidence: of the intervals.

    Returns:
        nothing for a judgement with fewer than 20 known pairs.
    """
    found = [lead for name in JUDGEMENTS for lead in _uncorrected(name, spaces, confidence)]
    if not found:
        return []
    corrected = holm([each[-1] for each in found])
    return [Lead(*each, p_holm=p) for each, p in zip(found, corrected, strict=True)]


def correlations(
    drawn: NDArray[np.float64], people: NDArray[np.float64], *cosines: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Spearman correlations of people's judgements with the cosines of each space.

    Args:
        drawn: how often each pair is in each draw, (draws, pairs).
        people: (pairs,).
        cosines: for each space, (pairs,).

    Returns:
        float64 (spaces, draws); 0 where all cosines, or all judgements, of a draw are equal.
    """
    judged, *found = (_ranks(each, drawn) for each in (people, *cosines))
    lengths = [np.sqrt(_products(drawn, each, each)) for each in (judged, *found)]
    return np.stack(
        [
            _products(drawn, judged, each) / np.maximum(lengths[0] * length, 1)
            for each, length in zip(found, lengths[1:], strict=True)
        ]
    )


def _ranks(values: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each value's rank among those drawn, twice, less the mean: whole numbers, (draws, pairs).

    That is how many of those drawn are smaller less how many are larger.
    """
    distinct, places = np.unique(values, return_inverse=True)
    order = np.argsort(values, kind="stable")
    starts = np.searchsorted(values[order], distinct)
    equal = np.add.reduceat(drawn[:, order], starts, axis=1)  # (draws, distinct values)
    ranks: NDArray[np.float64] = 2 * equal.cumsum(axis=1) - equal - len(values)
    return ranks[:, places]


def _products(drawn: NDArray[np.float64], *ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of two ranks' products over those drawn, float64 (draws,)."""
    return np.asarray(np.einsum("dp,dp,dp->d", drawn, *ranks), np.float64)


def _uncorrected(
    judgement: str, spaces: Mapping[str, "KeyedVectors"], confidence: float
) -> list[tuple[str, str, str, float, float, float, float]]:
    """What makes a `Lead`, but for the correction."""
    known = {name: judged_pairs(space, judgement) for name, space in spaces.items()}
    people = next(iter(known.values())).people
    if len(known) < 2 or len(people) < LEAST_PAIRS:
        return []
    samples = (people, *(pairs.cosines for pairs in known.values()))
    generator = np.random.default_rng(SEED)
    blocks = [min(DRAWS_AT_ONCE, DRAWS - done) for done in range(0, DRAWS, DRAWS_AT_ONCE)]
    drawn = np.hstack(
        [correlations(_drawn(generator, draws, len(people)), *samples) for draws in blocks]
    )  # (spaces, draws)
    seen = correlations(np.ones((1, len(people))), *samples)[:, 0]
    tail = (1 - confidence) / 2
    rows = []
    for one, two in combinations(range(len(known)), 2):
        differences = drawn[one] - drawn[two]
        low, high = np.quantile(differences, [tail, 1 - tail]).tolist()
        rarer = min((differences <= 0).sum(), (differences >= 0).sum())
        p_value = min(1.0, 2 * (1 + float(rarer)) / (1 + DRAWS))
        names = list(known)
        difference = float(seen[one] - seen[two])
        rows.append((judgement, names[one], names[two], difference, low, high, p_value))
    return rows


def _drawn(generator: np.random.Generator, draws: int, pairs: int) -> NDArray[np.float64]:
    """How often each of some pairs is in each draw of as many, float64 (draws, pairs)."""
    rows = generator.integers(pairs, size=(draws, pairs))
    return np.stack([np.bincount(row, minlength=pairs) for row in rows]).astype(np.float64)

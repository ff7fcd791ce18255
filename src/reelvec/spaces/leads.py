"""Which of two spaces agrees more with people: the same pairs of words, drawn again and again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap, rankdata

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
    people: NDArray[np.float64], *cosines: NDArray[np.float64], axis: int = -1
) -> NDArray[np.float64]:
    """Spearman correlations of people's judgements with the cosines of each space.

    Args:
        people: (..., pairs).
        cosines: for each space, (..., pairs).
        axis: of the pairs; must be the last.

    Returns:
        (spaces, ...); 0 where all cosines, or all judgements, are equal.
    """
    assert axis == -1, "the pairs must be along the last axis"
    people = _standardized_ranks(people)
    return np.stack([(people * _standardized_ranks(each)).sum(axis=-1) for each in cosines])


def _standardized_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks along the last axis, with mean 0 and length 1."""
    ranks = rankdata(values, axis=-1)
    ranks -= ranks.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(ranks, axis=-1, keepdims=True)
    return np.asarray(ranks / np.where(length == 0, 1, length), np.float64)


def _uncorrected(
    judgement: str, spaces: Mapping[str, "KeyedVectors"], confidence: float
) -> list[tuple[str, str, str, float, float, float, float]]:
    """What makes a `Lead`, but for the correction."""
    known = {name: judged_pairs(space, judgement) for name, space in spaces.items()}
    people = next(iter(known.values())).people
    if len(known) < 2 or len(people) < LEAST_PAIRS:
        return []
    samples = (people, *(pairs.cosines for pairs in known.values()))
    drawn = bootstrap(
        samples,
        correlations,
        paired=True,
        vectorized=True,
        n_resamples=DRAWS,
        batch=DRAWS_AT_ONCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).bootstrap_distribution  # (spaces, draws)
    seen = correlations(*samples)
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

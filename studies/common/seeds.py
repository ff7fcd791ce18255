"""What several seeds of the same experiment say: a mean, its interval, and paired tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from reelvec.base.statistics import holm


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds.

    Attributes:
        value: the mean.
        low: lower end of its interval by Student's t.
        high: its upper end.
        seeds: how many.
    """

    value: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two experiments over the same seeds.

    Attributes:
        first: the name of one.
        second: that of the other.
        difference: mean of the first less the second, seed by seed.
        low: lower end of its interval by Student's t.
        high: its upper end.
        p_value: of the paired t-test.
        p_holm: the same, corrected for the number of pairs.
    """

    first: str
    second: str
    difference: float
    low: float
    high: float
    p_value: float
    p_holm: float


def mean_over_seeds(values: Sequence[float], confidence: float) -> Mean:
    """Mean and interval of what two or more seeds gave; of one seed, no width is known."""
    from scipy.stats import t

    found = np.asarray(values, np.float64)
    mean = float(found.mean())
    if len(found) < 2:
        return Mean(mean, mean, mean, len(found))
    error = float(found.std(ddof=1)) / np.sqrt(len(found))
    margin = float(t.ppf((1 + confidence) / 2, len(found) - 1) * error)
    return Mean(mean, mean - margin, mean + margin, len(found))


def compare_over_seeds(
    values: Mapping[str, Sequence[float]], confidence: float
) -> list[PairedTest]:
    """Test each two experiments seed by seed, corrected by Holm.

    A seed decides both which reviews are drawn and how the weights begin, so that what two models
    make of the same seed belongs together.

    Args:
        values: what each experiment gave, one value a seed, in the same order of seeds.
        confidence: of the intervals.
    """
    pairs = list(combinations(values, 2))
    p_values = [_p_value(values[a], values[b]) for a, b in pairs]
    tests = []
    for (a, b), p_value, adjusted in zip(pairs, p_values, holm(p_values), strict=True):
        differences = np.asarray(values[a], np.float64) - np.asarray(values[b], np.float64)
        mean = mean_over_seeds(differences.tolist(), confidence)
        tests.append(PairedTest(a, b, mean.value, mean.low, mean.high, p_value, adjusted))
    return tests


def _p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Of the paired t-test; 1 where one seed, or no difference at all, says nothing."""
    from scipy.stats import ttest_rel

    if len(first) < 2:
        return 1.0
    return float(np.nan_to_num(ttest_rel(first, second).pvalue, nan=1.0))

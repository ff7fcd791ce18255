"""Intervals and p-values that reports and studies share, from scipy's special functions alone.

The libraries that have them take a second to import, and one sweeps the memory in every call.
"""

from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]


def normal_quantile(confidence: float) -> float:
    """How many standard deviations either side hold this share of a normal distribution."""
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))


def share_interval(right: int, asked: int, confidence: float) -> Interval:
    """Wilson's interval (1927) of a share of one or more questions."""
    z, share = normal_quantile(confidence), right / asked
    middle = (share + z**2 / (2 * asked)) / (1 + z**2 / asked)
    margin = z * np.sqrt(share * (1 - share) / asked + z**2 / (4 * asked**2)) / (1 + z**2 / asked)
    return max(float(middle - margin), 0.0), min(float(middle + margin), 1.0)


def mcnemar(only_first: int, only_second: int) -> float:
    """McNemar's exact p-value (1947): given that one of two is right, each is as likely to be."""
    from scipy.special import bdtr

    fewer, both = min(only_first, only_second), only_first + only_second
    return min(2 * float(bdtr(fewer, both, 0.5)), 1.0)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number by Holm (1979): valid whatever depends on what."""
    found = np.asarray(p_values, np.float64)
    order = np.argsort(found, kind="stable")
    corrected = np.empty_like(found)
    corrected[order] = np.maximum.accumulate(found[order] * np.arange(len(found), 0, -1))
    return [float(p_value) for p_value in np.minimum(corrected, 1.0)]

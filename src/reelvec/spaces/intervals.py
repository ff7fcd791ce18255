"""How far figures of a space can be trusted: intervals, and p-values of several tests at once."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest, norm

CONFIDENCE = 0.95
SIGNIFICANT = 0.05

Interval = tuple[float, float]


def share_interval(right: int, asked: int, confidence: float) -> Interval:
    """Wilson's interval (1927) of a share of one or more questions."""
    found = binomtest(right, asked).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def spearman_interval(correlation: float, pairs: int, confidence: float) -> Interval:
    """Interval of Spearman's rank correlation by Bonett and Wright (2000, "Sample Size
    Requirements for Estimating Pearson, Kendall and Spearman Correlations").

    Args:
        correlation: from -1 to 1.
        pairs: how many it is made of; up to three say nothing, and the interval is -1 to 1.
        confidence: of the interval.
    """
    if pairs <= 3:
        return -1.0, 1.0
    with np.errstate(divide="ignore"):  # a correlation of 1 is infinite, and its interval a point
        middle = np.arctanh(correlation)
    deviation = np.sqrt((1 + correlation**2 / 2) / (pairs - 3))
    margin = norm.ppf((1 + confidence) / 2) * deviation
    return float(np.tanh(middle - margin)), float(np.tanh(middle + margin))


def holm(p_values: Sequence[float]) -> list[float]:
    """One or more p-values, corrected for their number by Holm (1979)."""
    from statsmodels.stats.multitest import multipletests

    corrected: list[float] = multipletests(p_values, method="holm")[1].tolist()
    return corrected

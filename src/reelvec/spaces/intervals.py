"""How far figures of a space can be trusted: intervals."""

import numpy as np

from reelvec.base.statistics import Interval, normal_quantile

CONFIDENCE = 0.95
SIGNIFICANT = 0.05


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
    margin = normal_quantile(confidence) * deviation
    return float(np.tanh(middle - margin)), float(np.tanh(middle + margin))

"""Logistic regression by SciPy's L-BFGS: scikit-learn's takes a second to import."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

Vector = NDArray[np.float64]


def logistic_regression(
    features: csr_array, labels: NDArray[np.int8], strength: float, iterations: int
) -> tuple[Vector, float]:
    """The weights that minimise C times the summed log loss plus half their squares.

    The intercept is not punished: the minimum is that of scikit-learn's `solver="lbfgs"`.

    Args:
        features: float64 (reviews, columns).
        labels: int8 (reviews,), 1 positive and 0 negative.
        strength: C.
        iterations: steps at most; few of them regularise as well.

    Returns:
        float64 (columns,), the weights; the intercept.
    """
    transposed = features.T

    def loss_and_gradient(point: Vector) -> tuple[float, Vector]:
        weights, intercept = point[:-1], point[-1]
        logits = features @ weights + intercept  # (reviews,)
        losses = np.logaddexp(0, logits) - labels * logits
        errors = strength * (expit(logits) - labels)
        gradient = np.append(transposed @ errors + weights, errors.sum())
        return strength * losses.sum() + weights @ weights / 2, gradient

    start = np.zeros(features.shape[1] + 1)
    found = minimize(
        loss_and_gradient, start, jac=True, method="L-BFGS-B", options={"maxiter": iterations}
    )
    return found.x[:-1], float(found.x[-1])

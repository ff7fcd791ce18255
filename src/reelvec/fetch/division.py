"""Dividing labelled reviews into those to learn from and those to be tested on."""

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError


def held_out(
    labels: NDArray[np.int8], groups: NDArray[np.int64], fraction: float, seed: int
) -> NDArray[np.bool_]:
    """Draw test reviews, so that no group has some among them and some not.

    Both labels are drawn from alike: groups are drawn apart by the label that most of their
    reviews have, so that where each review is a group of its own the shares are exact.

    Args:
        labels: int8 (reviews,), 0 or 1.
        groups: int64 (reviews,), any numbers; reviews with the same one stay together.
        fraction: share of the reviews that is drawn.
        seed: of the draw.

    Returns:
        bool (reviews,), whether it is a test review.

    Raises:
        ReelvecError: either part would have reviews of one label only.
    """
    _, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    mostly = 2 * np.bincount(group_of, labels) > sizes
    drawn = np.zeros(len(sizes), bool)
    generator = np.random.default_rng(seed)
    for label in (False, True):
        order = generator.permutation(np.flatnonzero(mostly == label))
        reviews = np.cumsum(sizes[order])
        drawn[order[reviews <= np.round(fraction * reviews[-1:])]] = True
    found: NDArray[np.bool_] = drawn[group_of]
    for part in (labels[found], labels[~found]):
        if len(np.unique(part)) < 2:
            raise ReelvecError(
                f"params.yaml: imdb.tables.test_fraction: {fraction} of {len(labels):,} labelled "
                f"reviews ({len(sizes):,} groups) leave a part without one of the labels; give "
                "more reviews, or a column `split`"
            )
    return found

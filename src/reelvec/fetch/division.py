"""Dividing labelled reviews into those to learn from and those to be tested on."""

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError


def bound_together(texts: NDArray[np.int32], films: NDArray[np.int32]) -> NDArray[np.int64]:
    """Number the reviews so that those of one text, or of one film, have the same number.

    So have those that others link: a text that stands under two films binds these films together.

    Args:
        texts: int32 (reviews,), the number of each review's text, from 0.
        films: int32 (reviews,), the same of its film; -1 where nobody knows.

    Returns:
        int64 (reviews,), the groups that `held_out` takes.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    many = texts.max(initial=-1) + 1
    size = many + films.max(initial=-1) + 1
    one, other = texts[films >= 0], many + films[films >= 0]
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    component = connected_components(graph, directed=False)[1][:many]
    _, first, group = np.unique(component, return_index=True, return_inverse=True)
    # The last text has the lowest number: where no film is known, a seed draws what it ever drew.
    numbers: NDArray[np.int64] = -first[group][texts]
    return numbers


def held_out(
    labels: NDArray[np.int8], groups: NDArray[np.int64], fraction: float, seed: int
) -> NDArray[np.bool_]:
    """Draw test reviews, so that no group has some among them and some not.

    Both labels are drawn from alike: groups are drawn apart by the label that most of their
    reviews have, so that where each review is a group of its own the shares are exact. A group
    that is larger than what is still to be drawn is left out.

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
        room = np.round(fraction * sizes[order].sum())
        for group, size in zip(order, sizes[order].tolist(), strict=True):
            if size <= room:
                drawn[group] = True
                room -= size
    found: NDArray[np.bool_] = drawn[group_of]
    for part in (labels[found], labels[~found]):
        if len(np.unique(part)) < 2:
            raise ReelvecError(
                f"params.yaml: imdb.tables.test_fraction: {fraction} of {len(labels):,} labelled "
                f"reviews ({len(sizes):,} groups) leave a part without one of the labels; give "
                "more reviews, or a column `split`"
            )
    return found

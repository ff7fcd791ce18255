"""Where to write words beside points so that no two words overlap: geometry, in pixels."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

RADII = (7.5, 10.0, 14.0, 20.0, 28.0, 38.0, 50.0, 65.0, 82.0, 100.0)
"""Gaps that are tried between a point and its word, in pixels at 100 pixels an inch."""

DIRECTIONS = 16
LABEL_MARGIN = 1.5
COVERED_POINT = 6.0
"""Covering a point is as bad as being so many pixels further away."""

CROSSED_BOX = 40.0
"""So is a line from the word to its point that passes another word or named point."""

DOT = np.array([6.0, 6.0])
"""What is kept free around each point that has a name."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def place_labels(
    points: NDArray[np.float64],
    labelled: Sequence[int],
    sizes: NDArray[np.float64],
    area: Box,
) -> dict[int, tuple[float, float]]:
    """Find a place for each label, one after the other; each takes the best that is left.

    Nothing is random and nothing iterates to convergence: the same input gives the same picture.

    Args:
        points: all points, labelled or not, (points, 2).
        labelled: positions in `points` to label, the most important first.
        sizes: width and height of each label, (len(labelled), 2).
        area: what the labels must stay inside.

    Returns:
        the centre of each label by position in `points`; a label that finds no free place is
        left out.
    """
    dots = [_box(float(x), float(y), DOT) for x, y in points[list(labelled)]]
    taken = np.array(dots).reshape(-1, 4)
    centres: dict[int, tuple[float, float]] = {}
    for number, (index, size) in enumerate(zip(labelled, sizes, strict=True)):
        others = np.delete(taken, number, axis=0)
        best_cost, best = np.inf, None
        for gap, x, y in _candidates(points[index], size):
            if gap >= best_cost:
                break
            box = _box(x, y, size)
            if not _inside(box, area) or _overlapping(box, others).any():
                continue
            cost = gap + COVERED_POINT * _covered(box, points)
            cost += CROSSED_BOX * _crossed((x, y), points[index], others)
            if cost < best_cost:
                best_cost, best = cost, (x, y)
        if best is not None:
            centres[index] = best
            taken = np.vstack([taken, _box(*best, size)])
    return centres


def _candidates(
    point: NDArray[np.float64], size: NDArray[np.float64]
) -> Iterator[tuple[float, float, float]]:
    """Gap and centre of the places around a point, nearest first, beginning on the right."""
    angles = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    for gap in RADII:
        for angle in angles.tolist():
            x = point[0] + np.cos(angle) * (gap + size[0] / 2)
            y = point[1] + np.sin(angle) * (gap + size[1] / 2)
            yield gap, float(x), float(y)


def _box(x: float, y: float, size: NDArray[np.float64]) -> Box:
    width, height = (size / 2 + LABEL_MARGIN).tolist()
    return x - width, y - height, x + width, y + height


def _inside(box: Box, area: Box) -> bool:
    return box[0] >= area[0] and box[1] >= area[1] and box[2] <= area[2] and box[3] <= area[3]


def _overlapping(box: Box, others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the boxes (boxes, 4) share more than an edge with `box`."""
    left, bottom, right, top = others.T
    overlap: NDArray[np.bool_] = (
        (left < box[2]) & (right > box[0]) & (bottom < box[3]) & (top > box[1])
    )
    return overlap


def _covered(box: Box, points: NDArray[np.float64]) -> int:
    """How many points lie in the box."""
    x, y = points.T
    return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


def _crossed(
    centre: tuple[float, float], point: NDArray[np.float64], others: NDArray[np.float64]
) -> int:
    """How many boxes (boxes, 4) the line from a label to its point passes through."""
    steps = np.linspace(0, 1, 24)
    x = centre[0] + steps * (point[0] - centre[0])
    y = centre[1] + steps * (point[1] - centre[1])
    left, bottom, right, top = (side[:, None] for side in others.T)
    return int(((x > left) & (x < right) & (y > bottom) & (y < top)).any(axis=1).sum())

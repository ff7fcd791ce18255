"""A published training in several ways, each with seeds of its own: what bags of words share."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studies.common.cells import Figures, Inputs, Settings, cores, run_cells

HERE = Path("studies/tutorials")
REVIEWS = Path("data/raw/imdb.parquet")
CODE = (
    HERE / "common/bags.py",
    HERE / "common/epochs.py",
    Path("studies/common/tutorial_reviews.py"),
)
SETTINGS = ("study", "way", "seed")
"""What makes a cell; all else in it are figures."""


def train_ways(
    study: str,
    settings: Mapping[str, Any],
    shared: Sequence[str],
    train: Callable[[Settings], Figures],
) -> list[dict[str, Any]]:
    """Train each way with each of its seeds.

    Args:
        study: its name in params.yaml.
        settings: its section; `seeds` says how many each way has.
        shared: the keys of the section that decide every training.
        train: once.
    """
    cells = [
        {"study": study, "way": way, "seed": seed}
        for way, seeds in settings["seeds"].items()
        for seed in range(1, seeds + 1)
    ]
    context = {key: settings[key] for key in shared}
    return run_cells(cells, train, HERE / "cells", Inputs(context, [*CODE, REVIEWS]), cores())


def values_of(cells: Sequence[Mapping[str, Any]], way: str, figure: str) -> list[float]:
    """What each seed of a way gave."""
    return [cell[figure] for cell in cells if cell["way"] == way]


def figures_of(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of what was measured."""
    return [key for key in cells[0] if key not in SETTINGS]


def counts_table(
    what: str, published: Mapping[str, int], ours: Mapping[str, int]
) -> list[list[str]]:
    """Whole numbers by name, published and ours, which must be equal."""
    rows = [
        [name, f"{count:,}", f"{ours[name]:,}", "equal" if ours[name] == count else "DIFFERENT"]
        for name, count in published.items()
    ]
    return [[what, "Published", "Ours", "Verdict"], *rows]

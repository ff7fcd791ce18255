"""The learning curves drawn: a line for each model, named where it ends."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from reelvec.report.figures.style import COLORS, FAINT, house_style
from studies.common.seeds import Mean

FAMILIES = {"word2vec": COLORS[1], "glove": COLORS[0], "tfidf": COLORS[4], "": COLORS[2]}
"""Colours by the first of these that a model's name holds: the vectors that it knows."""

DASHES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)))
MARKERS = "os^D"

GAP = 0.024
"""Between two names, as a share of the height."""


def draw_curves(
    found: Mapping[str, Mapping[int, Mean]], without: Mapping[str, float], data: str
) -> Figure:
    """Test accuracy by the number of labels, from none.

    Args:
        found: by model and number of labels, the mean over seeds; the bands are its interval.
        without: accuracies of the models that saw no label; they stand at the left end.
        data: the line that says which reviews, put first.
    """
    sizes = sorted({size for by_size in found.values() for size in by_size})
    zero = sizes[0] / 2.2  # A logarithmic axis has no place for 0.
    with house_style():
        figure = Figure(figsize=(9.6, 6.0), layout="constrained")
        axes = figure.add_subplot()
        title = "Test accuracy by the number of labels, with bands over seeds"
        figure.suptitle(f"{data}\n{title}", x=0.01, ha="left", fontsize=10)
        ends = {}
        for name, look in _looks(list(found)).items():
            color, dash, marker = look
            x, means = list(found[name]), list(found[name].values())
            y = [mean.value for mean in means]
            axes.plot(x, y, color=color, linestyle=dash, marker=marker, ms=4, lw=1.6)
            low, high = [mean.low for mean in means], [mean.high for mean in means]
            axes.fill_between(x, low, high, color=color, alpha=0.10, lw=0)
            if name in without:
                axes.plot([zero, x[0]], [without[name], y[0]], color=color, lw=0.8, ls=(0, (1, 3)))
                axes.plot(zero, without[name], marker, color=color, mfc="white", ms=6)
            ends[name] = (x[-1], y[-1], color)
        axes.set_xscale("log")
        axes.set_xlim(zero * 0.85, sizes[-1] * 1.12)
        axes.xaxis.set_major_locator(FixedLocator([zero, *sizes]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda at, _: "none" if at < sizes[0] else f"{at:,.0f}")
        )
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
        axes.set_xlabel("labelled reviews")
        axes.set_ylabel("test accuracy")
        _name_lines(axes, ends, sizes[-1])
    return figure


def _looks(names: list[str]) -> dict[str, tuple[str, Any, str]]:
    """Colour by what a model knows; line and marker tell those of one colour apart."""
    met = dict.fromkeys(FAMILIES, 0)
    looks: dict[str, tuple[str, Any, str]] = {}
    for name in names:
        family = next(each for each in FAMILIES if each in name)
        number = met[family] % len(DASHES)
        met[family] += 1
        looks[name] = (FAMILIES[family], DASHES[number], MARKERS[number])
    return looks


def _name_lines(axes: Axes, ends: Mapping[str, tuple[float, float, str]], last: float) -> None:
    """Names at the right of the frame, pushed apart; beside its last point where a line ends early.

    A thin line leads from each end to its name.
    """
    low, high = axes.get_ylim()
    gap = GAP * (high - low) * 1.35
    whole = {name: end for name, end in ends.items() if end[0] == last}
    for name, at in _apart({name: y for name, (_, y, _) in whole.items()}, gap, high).items():
        x, y, color = whole[name]
        arrow = {"arrowstyle": "-", "color": FAINT, "lw": 0.5, "relpos": (0, 0.5), "shrinkB": 3}
        axes.annotate(
            name,
            (x, y),
            (last * 1.45, at),
            color=color,
            va="center",
            fontsize=8.5,
            annotation_clip=False,
            arrowprops=arrow,
        )
    for name, (x, y, color) in ends.items():
        if name not in whole:
            axes.annotate(
                name, (x, y), (8, -9), textcoords="offset points", color=color, fontsize=8.5
            )


def _apart(heights: Mapping[str, float], gap: float, high: float) -> dict[str, float]:
    """Heights at least a gap apart, in the same order, none above the highest."""
    places: dict[str, float] = {}
    below = -float("inf")
    for name in sorted(heights, key=heights.__getitem__):
        below = places[name] = max(heights[name], below + gap)
    above = high + gap
    for name in reversed(places):
        above = places[name] = min(places[name], above - gap)
    return places

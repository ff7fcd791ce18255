"""Pictures of the studies: a quantity against another, with bands where seeds say how wide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from reelvec.report.figures.style import COLORS, DASHES, FAINT, house_style


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and optionally a band around it.

    Attributes:
        x: places, rising.
        y: values there.
        low: lower edge of the band, or None.
        high: its upper edge, or None.
    """

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


def draw_lines(
    lines: Mapping[str, Line],
    title: str,
    labels: tuple[str, str],
    data: str,
    logarithmic: tuple[bool, bool] = (False, False),
    percent: bool = False,
    dots: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """One panel with a line for each name, named at its right end's height in a legend.

    Args:
        lines: by name.
        title: what the picture shows.
        labels: of the two axes.
        data: the line that says which reviews, put first.
        logarithmic: whether each axis is.
        percent: whether y is a share.
        dots: single points by name.
    """
    with house_style():
        figure = Figure(figsize=(8.2, 5.2), layout="constrained")
        axes = figure.add_subplot()
        figure.suptitle(f"{data}\n{title}", x=0.01, ha="left", fontsize=10)
        for number, (name, line) in enumerate(lines.items()):
            color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
            axes.plot(line.x, line.y, color=color, linestyle=dash, marker="o", ms=3, label=name)
            if line.low is not None and line.high is not None:
                axes.fill_between(line.x, line.low, line.high, color=color, alpha=0.15, lw=0)
        for number, (name, (x, y)) in enumerate((dots or {}).items(), len(lines)):
            axes.plot(x, y, "o", color=COLORS[number % len(COLORS)], ms=6)
            # Above and below in turn: points that lie close would write over each other.
            beside = (6, 4 if number % 2 else -11)
            axes.annotate(name, (x, y), beside, textcoords="offset points", color=FAINT)
        for axis, scale in zip(("x", "y"), logarithmic, strict=True):
            if scale:
                axes.set(**{f"{axis}scale": "log"})
        if logarithmic[0]:
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        if percent:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        if lines:
            axes.legend(loc="best")
    return figure

"""Accuracy and sureness against the length of what a model is given to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from reelvec.report.figures.style import (
    COLORS,
    DASHES,
    INK,
    empty_figure,
    house_style,
    margins,
    write_titles,
)

Groups = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By excerpt and model, the figures in `reports/metrics/lengths.json`."""

LASTS = (
    "last sentence",
    "last 2 sentences",
    "last 4 sentences",
    "last 8 sentences",
    "whole review",
)
"""The excerpts of a line, from the shortest."""

FIRST = "first sentence"

OTHER_COLORS = tuple(color for color in COLORS if color != "#000000")
"""Black is too near the ink of the default model."""


def draw_lengths(excerpts: Groups, default: str, variants: Sequence[str], data: str) -> Figure:
    """Accuracy by length, and confidence against accuracy by length.

    Args:
        excerpts: the figures of models on excerpts of the same reviews.
        default: the model that answers where none is named, drawn boldly.
        variants: the others to draw.
        data: the line that says which reviews, put first.
    """
    words = [_value(excerpts[name], default, "words") for name in LASTS]
    with house_style():
        figure = empty_figure(10.4, 5.75)
        write_titles(
            figure,
            data,
            "From one sentence to whole reviews",
            "Lines: the last 1, 2, 4, 8 sentences, and all; square: the first sentence",
        )
        accuracy, sureness = figure.subplots(1, 2)
        figure.subplots_adjust(**margins(figure, left=0.7), wspace=0.22)
        shown = [default, *(name for name in variants if name != default)]
        for number, name in enumerate(shown):
            right = [_value(excerpts[each], name, "accuracy") for each in LASTS]
            sure = [_value(excerpts[each], name, "confidence") for each in LASTS]
            style = _style(number)
            accuracy.plot(words, right, label=name, **style)
            sureness.plot(right, sure, **style)
            first = excerpts[FIRST]
            square = {**style, "marker": "s", "markersize": 5, "markerfacecolor": "white"}
            at = _value(first, name, "words"), _value(first, name, "accuracy")
            accuracy.plot(*at, **square)
            sureness.plot(at[1], _value(first, name, "confidence"), **square)
        accuracy.set_xscale("log")
        accuracy.xaxis.set_minor_locator(NullLocator())
        accuracy.set_xticks(words, [f"{each:.0f}" for each in words])
        accuracy.set_xlabel("Mean number of words")
        accuracy.set_ylabel("Share right")
        sureness.legend(*accuracy.get_legend_handles_labels(), loc="lower right")
        low = min(sureness.dataLim.x0, sureness.dataLim.y0) - 0.02
        sureness.plot([low, 1], [low, 1], color="#b0b0b0", linewidth=1, linestyle=(0, (2, 3)))
        sureness.set(xlim=(low, 1), ylim=(low, 1))
        sureness.set_xlabel("Share right")
        sureness.set_ylabel("Mean confidence; above the dotted line surer than right")
        for axis in (accuracy.yaxis, sureness.xaxis, sureness.yaxis):
            axis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def _value(models: Mapping[str, Mapping[str, Any]], model: str, key: str) -> float:
    """A figure without its interval."""
    found = models[model][key]
    return float(found["value"] if isinstance(found, Mapping) else found)


def _style(number: int) -> dict[str, Any]:
    """How a line is drawn: the first boldly, in ink."""
    if number == 0:
        return {"color": INK, "linewidth": 2.4, "marker": "o", "markersize": 4, "zorder": 3}
    return {
        "color": OTHER_COLORS[(number - 1) % len(OTHER_COLORS)],
        "linestyle": DASHES[number % len(DASHES)],
        "linewidth": 1.3,
        "marker": "o",
        "markersize": 3,
    }

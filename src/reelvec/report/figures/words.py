"""The words of several spaces side by side, coloured by sentiment, some of them named."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reelvec.base.project.provenance import LABELS, LabelNames, is_other
from reelvec.report.figures.label_placement import place_labels
from reelvec.report.figures.style import FAINT, SCREEN_DPI, empty_figure, house_style, write_titles

if TYPE_CHECKING:
    from reelvec.spaces.word_map import Plane, WordMap

NEGATIVE, NEUTRAL, POSITIVE = "#c2410c", "#d9d9d9", "#1d4ed8"
SENTIMENT = LinearSegmentedColormap.from_list("sentiment", [NEGATIVE, NEUTRAL, POSITIVE])
"""Orange, grey, blue: told apart with any kind of colour blindness."""

STEP = 0.05
"""Share of positive reviews that one colour stands for."""

SIZES = 5
"""Sizes of the points that stand for words, by the number of reviews that hold them."""


def draw_words(
    word_map: "WordMap", labelled: NDArray[np.int64], data: str, names: LabelNames = LABELS
) -> Figure:
    """The same words in each space, side by side, coloured by sentiment.

    Args:
        word_map: words, their sentiment and their places.
        labelled: positions of the words to name, most important first.
        data: the line that says which reviews, put first.
        names: what their labels are called.
    """
    reviews = "these reviews" if is_other(data) else "film reviews"
    panels = len(word_map.planes)
    width, height = 5.9 * panels, 7.0
    scale = _sentiment_scale(word_map.positive_shares)
    with house_style():
        figure = empty_figure(width, height)
        write_titles(
            figure,
            data,
            f"What the two spaces know about words in {reviews}"
            if panels == 2
            else f"Words in {reviews}",
            f"The {len(word_map.words)} most frequent words, each space seen along its two widest "
            "directions (PCA; every axis is stretched to fill its panel)",
        )
        edges = np.linspace(0.42 / width, 1 - 0.85 / width, panels + 1)
        for number, (name, plane) in enumerate(word_map.planes.items()):
            across = edges[number + 1] - edges[number] - 0.35 / width
            place = (edges[number], 0.4 / height, across, 1 - 1.65 / height)
            axes = figure.add_axes(place)
            _draw_plane(axes, name, plane, word_map, scale)
            _write_labels(axes, plane.positions, word_map.words, labelled)
        bar = figure.add_axes((1 - 0.92 / width, 0.2, 0.16 / width, 0.5))
        _draw_colour_bar(figure, bar, scale, names[1])
    return figure


def _draw_plane(
    axes: Axes, name: str, plane: "Plane", word_map: "WordMap", scale: Normalize
) -> None:
    # Points of one size at a time: SVG then draws one circle and refers to it.
    sizes = np.ceil(SIZES * np.sqrt(word_map.documents / word_map.documents.max()))
    for size in range(SIZES, 0, -1):
        chosen = sizes == size
        axes.scatter(
            plane.positions[chosen, 0],
            plane.positions[chosen, 1],
            s=10 + 50 * size / SIZES,
            c=word_map.positive_shares[chosen],
            cmap=_sentiment_colors(scale),
            norm=scale,
            edgecolors="#9a9a9a",
            linewidths=0.4,
            zorder=2,
        )
    axes.set_title(name, loc="left", fontsize=12, fontweight="bold")
    numbers = zip(("First", "Second"), plane.explained, plane.sentiment, strict=True)
    across, up = (
        f"{which} component: {share:.0%} of the variance, r = {sentiment:.2f} with sentiment"
        for which, share, sentiment in numbers
    )
    axes.set(xlabel=across, ylabel=up, xticks=[], yticks=[])
    # Labels are placed in pixels: from here on the scale must not change.
    low, high = plane.positions.min(axis=0), plane.positions.max(axis=0)
    margin = np.maximum(0.06 * (high - low), 0.02)
    axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])


def _write_labels(
    axes: Axes, positions: NDArray[np.float64], words: list[str], labelled: NDArray[np.int64]
) -> None:
    """Name some of the points, with a thin line to the point where the word stands apart."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    pixels = axes.transData.transform(positions)
    texts = [axes.text(0, 0, words[index], fontsize=9) for index in labelled.tolist()]
    extents = [text.get_window_extent() for text in texts]
    for text in texts:
        text.remove()
    sizes = np.array([[extent.width, extent.height] for extent in extents]).reshape(-1, 2)
    box = axes.get_window_extent()
    area = (box.x0 + 2, box.y0 + 2, box.x1 - 2, box.y1 - 2)
    ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.4}
    for index, (x, y) in place_labels(pixels, labelled.tolist(), sizes, area).items():
        offset = (np.array([x, y]) - pixels[index]) * 72 / SCREEN_DPI
        axes.annotate(
            words[index],
            positions[index],
            xytext=offset.tolist(),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=9,
            bbox=ground,
            arrowprops={
                "arrowstyle": "-",
                "color": "#7a7a7a",
                "linewidth": 0.6,
                "shrinkA": 0,
                "shrinkB": 2,
            },
            zorder=3,
        )


def _sentiment_scale(shares: NDArray[np.float64]) -> Normalize:
    """Centred on one half, and as wide, in steps of 5%, as 19 of 20 words need."""
    deviation = float(np.quantile(np.abs(shares - 0.5), 0.95))
    deviation = min(max(np.ceil(deviation / STEP), 2) * STEP, 0.5)
    return Normalize(0.5 - deviation, 0.5 + deviation)


def _sentiment_colors(scale: Normalize) -> Colormap:
    """One colour for each step of 5%: fewer are easier to find again in the bar."""
    assert scale.vmin is not None
    assert scale.vmax is not None
    return SENTIMENT.resampled(round((scale.vmax - scale.vmin) / STEP))


def _draw_colour_bar(figure: Figure, axes: Axes, scale: Normalize, positive: str) -> None:
    bar = figure.colorbar(ScalarMappable(scale, _sentiment_colors(scale)), cax=axes, extend="both")
    bar.outline.set_visible(False)
    assert scale.vmax is not None
    steps = int((scale.vmax - 0.5 + 1e-9) / 0.1)
    ticks = 0.5 + 0.1 * np.arange(-steps, steps + 1)
    bar.set_ticks(ticks.tolist(), labels=[f"{tick:.0%}" for tick in ticks])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    title = f"{positive[:1].upper()}{positive[1:]}\nreviews"
    axes.set_title(title, fontsize=9, color=FAINT, loc="left", pad=8)

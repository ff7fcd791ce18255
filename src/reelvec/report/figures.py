"""The pictures, drawn so that the same data gives the same bytes on every machine."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image

from reelvec.base.project.files import replacing
from reelvec.evaluation.curves import Curve
from reelvec.evaluation.predictions import Predictions
from reelvec.report.label_placement import place_labels

if TYPE_CHECKING:
    from reelvec.spaces.word_map import Plane, WordMap

PNG_DPI = 150
SCREEN_DPI = 100  # pixels that label placement counts in

INK, FAINT = "#222222", "#6b6b6b"
NEGATIVE, NEUTRAL, POSITIVE = "#c2410c", "#d9d9d9", "#1d4ed8"
SENTIMENT = LinearSegmentedColormap.from_list("sentiment", [NEGATIVE, NEUTRAL, POSITIVE])
"""Orange, grey, blue: told apart with any kind of colour blindness."""

# Okabe and Ito's palette, without the yellow that white swallows.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
DASHES = ("-", (0, (4, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1.2)), (0, (8, 1, 1, 1, 1, 1)))

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#b0b0b0",
    "axes.grid": True,
    "axes.labelcolor": FAINT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "grid.color": "#ececec",
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "reelvec",
    "text.color": INK,
    # A word is data: a dollar sign in it begins no formula.
    "text.parse_math": False,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
}

STEP = 0.05
"""Share of positive reviews that one colour stands for."""

SIZES = 5
"""Sizes of the points that stand for words, by the number of reviews that hold them."""

LEARNING_COLUMNS = ("epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
CALIBRATION_COLUMNS = ("mean_probability", "positive_fraction", "reviews")
ROC_COLUMNS = ("false_positive_rate", "true_positive_rate")


@contextmanager
def house_style() -> Iterator[None]:
    """Draw and save inside this: nothing of the user's own matplotlib settings counts."""
    with mpl.rc_context(), style.context(["default", STYLE]):
        yield


def save_figure(figure: Figure, path: Path) -> None:
    """Write `path` with `.png` and with `.svg`; neither holds a date or a version."""
    pixels = BytesIO()
    with replacing(path.with_suffix(".svg")) as temporary:
        temporary.write_bytes(as_svg(figure))
    with house_style():
        figure.savefig(pixels, format="png", dpi=PNG_DPI)
    # 256 colours are as good as all of them here, and make the file half as large.
    image = Image.open(pixels).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    with replacing(path.with_suffix(".png")) as temporary:
        image.save(temporary, format="png", optimize=True)


def as_svg(figure: Figure) -> bytes:
    """The picture as SVG, without a date or a version."""
    content = BytesIO()
    with house_style():
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def draw_words(word_map: "WordMap", labelled: NDArray[np.int64], data: str) -> Figure:
    """The same words in each space, side by side, coloured by sentiment.

    Args:
        word_map: words, their sentiment and their places.
        labelled: positions of the words to name, most important first.
        data: the line that says which reviews, put first.
    """
    panels = len(word_map.planes)
    width, height = 5.9 * panels, 7.0
    scale = _sentiment_scale(word_map.positive_shares)
    with house_style():
        figure = _figure(width, height)
        _titles(
            figure,
            data,
            "What the two spaces know about words in film reviews"
            if panels == 2
            else "Words in film reviews",
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
        _draw_colour_bar(figure, bar, scale)
    return figure


def draw_learning_curves(curves: Mapping[str, Curve], data: str) -> Figure:
    """Loss and accuracy over the epochs, a column for each variant.

    Args:
        curves: by variant, the columns of `reports/plots/training/<variant>.csv`.
        data: the line that says which reviews, put first.
    """
    columns = min(len(curves), 5)
    blocks = -(-len(curves) // columns)
    with house_style():
        figure = _figure(max(2.5 * columns + 0.6, 7.0), 4.6 * blocks + 1.0)
        _titles(
            figure,
            data,
            "How the variants learned",
            "Training (dashed) and validation (solid); the dot is the epoch whose weights are kept",
        )
        grid = figure.subplots(2 * blocks, columns, squeeze=False)
        figure.subplots_adjust(**_margins(figure, left=0.6), hspace=0.28, wspace=0.12)
        for number in range(blocks * columns):
            block, column = divmod(number, columns)
            pair = grid[2 * block : 2 * block + 2, column]
            if number < len(curves):
                name = list(curves)[number]
                _draw_learning(pair[0], pair[1], name, curves[name], COLORS[number % len(COLORS)])
            else:
                for axes in pair:
                    axes.set_visible(False)
        _share_scale(grid[0::2].ravel()[: len(curves)], columns, "Loss")
        _share_scale(grid[1::2].ravel()[: len(curves)], columns, "Accuracy")
    return figure


def draw_roc(curves: Mapping[str, Curve], areas: Mapping[str, float], data: str) -> Figure:
    """The ROC curves of all variants, and the corner where they differ once more, enlarged.

    Args:
        curves: by variant, the columns of `reports/plots/roc/<variant>.csv`.
        areas: area under each curve.
        data: the line that says which reviews, put first.
    """
    with house_style():
        figure = _figure(9.6, 5.75)
        _titles(
            figure,
            data,
            "Sensitivity against false alarms",
            "Each curve runs through all thresholds; on the right the upper left corner, enlarged",
        )
        whole, corner = figure.subplots(1, 2)
        figure.subplots_adjust(**_margins(figure, left=0.7), wspace=0.2)
        for axes in (whole, corner):
            for number, name in enumerate(curves):
                axes.plot(
                    curves[name]["false_positive_rate"],
                    curves[name]["true_positive_rate"],
                    color=COLORS[number % len(COLORS)],
                    linestyle=DASHES[number % len(DASHES)],
                    linewidth=1.6,
                    label=f"{name} ({areas[name]:.4f})",
                )
            axes.set_xlabel("False positive rate")
            axes.set_aspect("equal", anchor="N")
        whole.plot([0, 1], [0, 1], color="#b0b0b0", linewidth=1, linestyle=(0, (2, 3)))
        whole.set(xlim=(0, 1), ylim=(0, 1), ylabel="True positive rate")
        corner.set(xlim=(0, 0.4), ylim=(0.6, 1))
        handles, names = whole.get_legend_handles_labels()
        order = sorted(range(len(names)), key=lambda index: -areas[list(curves)[index]])
        whole.legend(
            [handles[index] for index in order],
            [names[index] for index in order],
            title="Variant (area under the curve)",
            alignment="left",
            loc="lower right",
        )
    return figure


def draw_calibration(curves: Mapping[str, Curve], errors: Mapping[str, float], data: str) -> Figure:
    """How often reviews are positive that were given the same probability of being so.

    Args:
        curves: by variant, the columns of `reports/plots/calibration/<variant>.csv`.
        errors: expected calibration error of each variant.
        data: the line that says which reviews, put first.
    """
    with house_style():
        figure = _figure(7.4, 5.75)
        _titles(
            figure,
            data,
            "Is 80% sure right in 80% of the cases?",
            "Above the dotted line reviews are positive more often than the variant believes",
        )
        axes = figure.subplots()
        figure.subplots_adjust(**_margins(figure, left=0.7))
        axes.plot([0, 1], [0, 1], color="#b0b0b0", linewidth=1, linestyle=(0, (2, 3)))
        for number, name in enumerate(sorted(curves, key=lambda name: errors[name])):
            axes.plot(
                curves[name]["mean_probability"],
                curves[name]["positive_fraction"],
                color=COLORS[number % len(COLORS)],
                linestyle=DASHES[number % len(DASHES)],
                marker="o",
                markersize=3,
                linewidth=1.4,
                label=f"{name} ({errors[name]:.3f})",
            )
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.set_xlabel("Mean P(positive) of the reviews in a bin")
        axes.set_ylabel("Share of them that are positive")
        axes.legend(title="Variant (calibration error)", alignment="left", loc="upper left")
    return figure


def draw_confusion(predictions: Mapping[str, Predictions], data: str) -> Figure:
    """What each variant took the positive and the negative reviews for.

    Args:
        predictions: by variant.
        data: the line that says which reviews, put first.
    """
    columns = min(len(predictions), 5)
    rows = -(-len(predictions) // columns)
    with house_style():
        figure = _figure(max(2.3 * columns + 0.9, 7.0), 2.75 * rows + 0.9)
        _titles(
            figure,
            data,
            "What the variants took the reviews for",
            "Number of test reviews, and share of the reviews that are in truth of that kind (row)",
        )
        grid = figure.subplots(rows, columns, squeeze=False)
        figure.subplots_adjust(**_margins(figure, left=0.95, bottom=0.6), hspace=0.5, wspace=0.12)
        for number, axes in enumerate(grid.ravel()):
            if number < len(predictions):
                name = list(predictions)[number]
                _draw_confusion(axes, name, predictions[name], first=number % columns == 0)
            else:
                axes.set_visible(False)
    return figure


def draw_pipeline(layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> Figure:
    """The stages from top to bottom, an arrow for each that feeds another.

    Args:
        layers: names of stages, each layer below those that feed it.
        edges: (from, to).
    """
    places = _stage_places(layers, edges)
    with house_style():
        figure = _figure(9.6, 0.75 * len(layers) + 0.2)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(len(layers) - 0.4, -0.6))
        axes.axis("off")
        boxes = {
            name: axes.text(
                *place,
                name,
                ha="center",
                va="center",
                zorder=4,  # an arrow that passes a stage by runs beneath it
                bbox={"boxstyle": "round,pad=0.45", "facecolor": "#f6f8fa", "edgecolor": "#b0b0b0"},
            )
            for name, place in places.items()
        }
        for one, other in edges:
            axes.annotate(
                "",
                xy=places[other],
                xytext=places[one],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": "#9a9a9a",
                    "patchA": boxes[one].get_bbox_patch(),
                    "patchB": boxes[other].get_bbox_patch(),
                    "shrinkA": 2,
                    "shrinkB": 2,
                },
            )
    return figure


def _stage_places(
    layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    """x from 0 to 1 and y (the layer): in each layer ordered by where what feeds it stands."""
    places: dict[str, tuple[float, float]] = {}
    for depth, layer in enumerate(layers):

        def above(name: str) -> float:
            feeding = [places[one][0] for one, other in edges if other == name]
            return float(np.mean(feeding)) if feeding else 0.5

        ordered = sorted(layer, key=above)
        for number, name in enumerate(ordered):
            places[name] = ((number + 0.5) / len(ordered), float(depth))
    return places


def _figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches; no window, no global state."""
    figure = Figure(figsize=(width, height), dpi=SCREEN_DPI)
    FigureCanvasAgg(figure)
    return figure


def _titles(figure: Figure, data: str, title: str, subtitle: str) -> None:
    """Three lines at the top left: which data, what this is, how to look at it."""
    height = figure.get_figheight()
    left = 0.15 / figure.get_figwidth()
    figure.text(left, 1 - 0.12 / height, data, fontsize=8, color=FAINT, va="top")
    figure.text(left, 1 - 0.34 / height, title, fontsize=14, fontweight="bold", va="top")
    figure.text(left, 1 - 0.63 / height, subtitle, fontsize=9.5, color=FAINT, va="top")


def _margins(figure: Figure, left: float, bottom: float = 0.55) -> dict[str, float]:
    """Room for titles and axis labels, given in inches, as shares of the figure."""
    width, height = figure.get_figwidth(), figure.get_figheight()
    return {
        "left": left / width,
        "right": 1 - 0.25 / width,
        "bottom": bottom / height,
        "top": 1 - 1.15 / height,
    }


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


def _draw_colour_bar(figure: Figure, axes: Axes, scale: Normalize) -> None:
    bar = figure.colorbar(ScalarMappable(scale, _sentiment_colors(scale)), cax=axes, extend="both")
    bar.outline.set_visible(False)
    assert scale.vmax is not None
    steps = int((scale.vmax - 0.5 + 1e-9) / 0.1)
    ticks = 0.5 + 0.1 * np.arange(-steps, steps + 1)
    bar.set_ticks(ticks.tolist(), labels=[f"{tick:.0%}" for tick in ticks])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_title("Positive\nreviews", fontsize=9, color=FAINT, loc="left", pad=8)


def _draw_learning(loss: Axes, accuracy: Axes, name: str, curves: Curve, color: str) -> None:
    epochs = curves["epoch"]
    best = int(np.argmin(curves["valid_loss"]))
    for axes, quantity in ((loss, "loss"), (accuracy, "accuracy")):
        axes.plot(epochs, curves[f"train_{quantity}"], "--", color=FAINT, linewidth=1.2)
        axes.plot(epochs, curves[f"valid_{quantity}"], "-", color=color, linewidth=1.8)
        axes.plot(epochs[best], curves[f"valid_{quantity}"][best], "o", color=color, markersize=5.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    loss.set_title(name, loc="left", fontsize=9.5, fontweight="bold")
    accuracy.set_xlabel(f"Epoch (best: {epochs[best]:.0f} of {epochs[-1]:.0f})")


def _share_scale(panels: NDArray[np.object_], columns: int, label: str) -> None:
    """Give all panels of one quantity one scale, and write it at the left of each row."""
    low = min(axes.dataLim.y0 for axes in panels)
    high = max(axes.dataLim.y1 for axes in panels)
    margin = 0.05 * (high - low) or 0.01
    for number, axes in enumerate(panels):
        axes.set_ylim(low - margin, high + margin)
        if number % columns == 0:
            axes.set_ylabel(label)
        else:
            axes.tick_params(left=False, labelleft=False)


def _draw_confusion(axes: Axes, name: str, predictions: Predictions, first: bool) -> None:
    counts = np.zeros((2, 2), np.int64)
    np.add.at(counts, (predictions.labels, predictions.predicted), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
    axes.invert_yaxis()
    axes.set_aspect("equal")
    for actual, said in np.ndindex(2, 2):
        dark = shares[actual, said] > 0.55
        axes.text(
            said + 0.5,
            actual + 0.5,
            f"{counts[actual, said]:,}\n{shares[actual, said]:.1%}",
            ha="center",
            va="center",
            color="white" if dark else INK,
        )
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(name, loc="left", fontsize=9.5, fontweight="bold")
    axes.set_xticks([0.5, 1.5], ["negative", "positive"])
    axes.set_yticks([0.5, 1.5], ["negative", "positive"] if first else ["", ""])
    axes.set_xlabel(f"Predicted ({predictions.correct.mean():.1%} right)")
    if first:
        axes.set_ylabel("In truth")

"""Pictures of the variants, side by side or in one frame: how they learned, how they judge."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.evaluation.curves import Curve
from reelvec.evaluation.predictions import Predictions
from reelvec.report.figures.style import (
    COLORS,
    DASHES,
    FAINT,
    INK,
    empty_figure,
    house_style,
    margins,
    write_titles,
)

LEARNING_COLUMNS = ("epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
CALIBRATION_COLUMNS = ("mean_probability", "positive_fraction", "reviews")
ROC_COLUMNS = ("false_positive_rate", "true_positive_rate")


def draw_learning_curves(curves: Mapping[str, Curve], data: str) -> Figure:
    """Loss and accuracy over the epochs, a column for each variant.

    Args:
        curves: by variant, the columns of `reports/plots/training/<variant>.csv`.
        data: the line that says which reviews, put first.
    """
    columns = min(len(curves), 5)
    blocks = -(-len(curves) // columns)
    with house_style():
        figure = empty_figure(max(2.5 * columns + 0.6, 7.0), 4.6 * blocks + 1.0)
        write_titles(
            figure,
            data,
            "How the variants learned",
            "Training (dashed) and validation (solid); the dot is the epoch whose weights are kept",
        )
        grid = figure.subplots(2 * blocks, columns, squeeze=False)
        # Below a block stand its labels, and right under them the names of the next.
        apart = 0.28 if blocks == 1 else 0.55
        figure.subplots_adjust(**margins(figure, left=0.6), hspace=apart, wspace=0.12)
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
        figure = empty_figure(9.6, 5.75)
        write_titles(
            figure,
            data,
            "Sensitivity against false alarms",
            "Each curve runs through all thresholds; on the right the upper left corner, enlarged",
        )
        whole, corner = figure.subplots(1, 2)
        figure.subplots_adjust(**margins(figure, left=0.7), wspace=0.2)
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


def draw_calibration(
    curves: Mapping[str, Curve],
    errors: Mapping[str, float],
    data: str,
    names: LabelNames = LABELS,
) -> Figure:
    """How often reviews are positive that were given the same probability of being so.

    Args:
        curves: by variant, the columns of `reports/plots/calibration/<variant>.csv`.
        errors: expected calibration error of each variant.
        data: the line that says which reviews, put first.
        names: what their labels are called.
    """
    with house_style():
        figure = empty_figure(7.4, 5.75)
        write_titles(
            figure,
            data,
            "Is 80% sure right in 80% of the cases?",
            f"Above the dotted line reviews are {names[1]} more often than the variant believes",
        )
        axes = figure.subplots()
        figure.subplots_adjust(**margins(figure, left=0.7))
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
        axes.set_xlabel(f"Mean P({names[1]}) of the reviews in a bin")
        axes.set_ylabel(f"Share of them that are {names[1]}")
        axes.legend(title="Variant (calibration error)", alignment="left", loc="upper left")
    return figure


def draw_confusion(
    predictions: Mapping[str, Predictions], data: str, names: LabelNames = LABELS
) -> Figure:
    """What each variant took the positive and the negative reviews for.

    Args:
        predictions: by variant.
        data: the line that says which reviews, put first.
        names: what their labels are called.
    """
    columns = min(len(predictions), 5)
    rows = -(-len(predictions) // columns)
    with house_style():
        figure = empty_figure(max(2.3 * columns + 0.9, 7.0), 2.75 * rows + 0.9)
        write_titles(
            figure,
            data,
            "What the variants took the reviews for",
            "Number of test reviews, and share of the reviews that are in truth of that kind (row)",
        )
        grid = figure.subplots(rows, columns, squeeze=False)
        figure.subplots_adjust(**margins(figure, left=0.95, bottom=0.6), hspace=0.5, wspace=0.12)
        for number, axes in enumerate(grid.ravel()):
            if number < len(predictions):
                name = list(predictions)[number]
                first = number % columns == 0
                _draw_confusion(axes, name, predictions[name], names, first)
            else:
                axes.set_visible(False)
    return figure


def _draw_learning(loss: Axes, accuracy: Axes, name: str, curves: Curve, color: str) -> None:
    epochs = curves["epoch"]
    best = int(np.argmin(curves["valid_loss"]))
    for axes, quantity in ((loss, "loss"), (accuracy, "accuracy")):
        dash = "_" if len(epochs) == 1 else None  # there is no line of one point
        axes.plot(
            epochs, curves[f"train_{quantity}"], "--", color=FAINT, linewidth=1.2, marker=dash
        )
        axes.plot(epochs, curves[f"valid_{quantity}"], "-", color=color, linewidth=1.8)
        axes.plot(epochs[best], curves[f"valid_{quantity}"][best], "o", color=color, markersize=5.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
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


def _draw_confusion(
    axes: Axes, name: str, predictions: Predictions, names: LabelNames, first: bool
) -> None:
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
    axes.set_xticks([0.5, 1.5], names)
    axes.set_yticks([0.5, 1.5], names if first else ["", ""])
    axes.set_xlabel(f"Predicted ({predictions.correct.mean():.1%} right)")
    if first:
        axes.set_ylabel("In truth")

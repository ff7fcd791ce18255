"""How all pictures look, and how they are written: the same bytes from the same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from reelvec.base.project.files import replacing

PNG_DPI = 150
SCREEN_DPI = 100
"""Pixels that label placement counts in."""

INK, FAINT = "#222222", "#6b6b6b"

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


def empty_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches; no window, no global state."""
    figure = Figure(figsize=(width, height), dpi=SCREEN_DPI)
    FigureCanvasAgg(figure)
    return figure


def write_titles(figure: Figure, data: str, title: str, subtitle: str) -> None:
    """Three lines at the top left: which data, what this is, how to look at it."""
    height = figure.get_figheight()
    left = 0.15 / figure.get_figwidth()
    figure.text(left, 1 - 0.12 / height, data, fontsize=8, color=FAINT, va="top")
    figure.text(left, 1 - 0.34 / height, title, fontsize=14, fontweight="bold", va="top")
    figure.text(left, 1 - 0.63 / height, subtitle, fontsize=9.5, color=FAINT, va="top")


def margins(figure: Figure, left: float, bottom: float = 0.55) -> dict[str, float]:
    """Room for titles and axis labels, given in inches, as shares of the figure."""
    width, height = figure.get_figwidth(), figure.get_figheight()
    return {
        "left": left / width,
        "right": 1 - 0.25 / width,
        "bottom": bottom / height,
        "top": 1 - 1.15 / height,
    }

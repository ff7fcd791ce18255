"""Words as numbers: one-hot rows, Keras' text matrices, and an embedding that is their product."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator
from numpy.typing import NDArray
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study
from studies.tutorials.common.text_matrix import (
    FIRST,
    MODES,
    alphabetical_ids,
    fourth_root,
    frequency_ids,
    one_hot,
    text_matrix,
)

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.evaluation.tables import Table, markdown_table
from reelvec.report.figures.style import empty_figure, house_style, save_figure, write_titles

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
NOTHING_READ = "No reviews are read: the sentences are our own, token ids are drawn at random"
MEBIBYTE = 2**20

MODES_SAY = """\
Rows as `texts_to_matrix` of Keras' text tools makes them: `binary` says whether a word occurs,
`count` how often, `freq` that as a share of the text's words, and `tfidf` is
(1 + ln count) · ln(1 + texts / (1 + texts with the word)). A text of one word is a one-hot row in
the mode `binary`. Words are numbered by falling count from {first}; 0 is kept for padding, and its
column, always zero, is left out here."""

PRODUCT = """\
A token as a one-hot row has a one at its id and zeros elsewhere; times the embedding matrix it
gives one of the matrix's rows. The lookup takes that row without the zeros. Both were computed for
every size here, in single precision; memory is that of the arrays for one review, 4 bytes a
number."""


def main() -> None:
    """Run the study."""
    settings = load_study(HERE)["one_hot"]
    words = settings["sentence"].lower().split()
    ids = alphabetical_ids(words)
    encoded = [ids[word] for word in words]
    rows, memory = products(settings["sizes"], settings["tokens"], settings["dimension"])
    found = shapes(settings["small"])
    texts = [text.lower().split() for text in settings["texts"]]
    zeros = 1 - one_hot([0], settings["large"]).mean()
    same = encoded == settings["published_ids"]
    equal = sum(row[-1] == "yes" for row in rows[1:])
    parts = [
        NOTHING_READ,
        "# Words as numbers",
        "## A number and a one-hot row for each word",
        markdown_table(sentence_table(words, ids)),
        f"The sentence is our own; its numbers, {encoded}, are "
        f"{'those' if same else 'NOT those'} that two tutorials give theirs, "
        f"{settings['published_ids']}. Its rows end to end are a vector of "
        f"{len(words) * len(ids)} numbers, {len(words)} of them ones. With {settings['large']:,} "
        f"words a row is {zeros:.2%} zeros.",
        "![One-hot rows and an embedding](one_hot_rows.png)",
        "## Texts as rows of a matrix",
        *(part for mode in MODES for part in (f"### {mode}", modes_table(texts, mode))),
        MODES_SAY.format(first=FIRST),
        "## The dimension of an embedding",
        markdown_table(dimensions_table(settings["vocabularies"])),
        "The rule that one tutorial gives: the fourth root of the number of words.",
        "## A lookup is a product",
        markdown_table(shapes_table(found)),
        markdown_table(rows),
        PRODUCT,
        f"The vectors are equal to the last bit in {equal} of {len(rows) - 1} sizes.",
        "![Memory](one_hot.png)",
    ]
    write_text(REPORTS / "one_hot.md", "\n\n".join(parts) + "\n")
    figure = draw_lines(
        {name: Line(settings["sizes"], values) for name, values in memory.items()},
        f"Memory that a review of {settings['tokens']} tokens takes before its vectors",
        ("words in the vocabulary", "MiB"),
        NOTHING_READ,
        logarithmic=(True, True),
    )
    for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_major_locator(LogLocator())
    save_figure(figure, REPORTS / "one_hot")
    save_figure(draw_rows(words, ids, settings["picture_dimension"]), REPORTS / "one_hot_rows")
    sizes = [str(size) for size in settings["sizes"]]
    write_json(
        REPORTS / "one_hot.json",
        {
            "ids": encoded,
            "published_ids": settings["published_ids"],
            "zeros": zeros,
            "shapes": {name: f"{shape}" for name, shape in found.items()},
            "one_hot_mib": dict(zip(sizes, memory["one-hot rows"], strict=True)),
            "equal_sizes": equal,
        },
    )
    print(f"the same vectors in {equal} of {len(rows) - 1} sizes")


def sentence_table(words: Sequence[str], ids: dict[str, int]) -> Table:
    """Each word of a sentence with its number and its one-hot row."""
    rows = one_hot([ids[word] - FIRST for word in words], len(ids))
    return [
        ["Word", "Number", *ids],
        *(
            [word, f"{ids[word]}", *(f"{value:.0f}" for value in row)]
            for word, row in zip(words, rows, strict=True)
        ),
    ]


def modes_table(texts: Sequence[Sequence[str]], mode: Any) -> str:
    """Texts as rows in one of the modes, as Markdown."""
    ids = frequency_ids(texts)
    matrix = text_matrix([[ids[word] for word in text] for text in texts], len(ids) + FIRST, mode)
    digits = 0 if mode in ("binary", "count") else 3
    rows = [
        [" ".join(text), *(f"{value:.{digits}f}" for value in row[FIRST:])]
        for text, row in zip(texts, matrix, strict=True)
    ]
    return markdown_table([["Text", *ids], *rows])


def dimensions_table(vocabularies: dict[str, int]) -> Table:
    """The rule of thumb for some vocabularies."""
    rows = [
        [name, f"{size:,}", f"{fourth_root(size):.1f}", f"{round(fourth_root(size))}"]
        for name, size in vocabularies.items()
    ]
    return [["Vocabulary", "Words", "Fourth root", "Dimension"], *rows]


def shapes(small: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """What lookups in a small embedding look like: of no, one and two axes of ids."""
    matrix = np.zeros((small["words"], small["dimension"]))
    return {
        "the matrix": matrix.shape,
        "three ids": matrix[[1, 2, 3]].shape,
        "two rows of three ids": matrix[[[0, 1, 2], [3, 4, 5]]].shape,
    }


def shapes_table(found: dict[str, tuple[int, ...]]) -> Table:
    """The same as a table."""
    return [["Looked up", "Shape"], *([name, f"{shape}"] for name, shape in found.items())]


def products(
    sizes: Sequence[int], tokens: int, dimension: int
) -> tuple[Table, dict[str, list[float]]]:
    """One-hot products against lookups for vocabularies of several sizes.

    Returns:
        a table, and the memory in MiB of one-hot rows and of ids by size.
    """
    generator = np.random.default_rng(1)
    header = ["Words", "One-hot rows (MiB)", "Ids (MiB)", "Embedding (MiB)", "Same vectors"]
    rows: Table = [header]
    memory: dict[str, list[float]] = {"one-hot rows": [], "ids to look up": []}
    for size in sizes:
        matrix = generator.normal(size=(size, dimension)).astype(np.float32)
        ids = generator.integers(0, size, tokens, dtype=np.int32)
        hot: NDArray[np.float32] = np.zeros((tokens, size), np.float32)
        hot[np.arange(tokens), ids] = 1
        equal = bool((hot @ matrix == matrix[ids]).all())
        memory["one-hot rows"].append(hot.nbytes / MEBIBYTE)
        memory["ids to look up"].append(ids.nbytes / MEBIBYTE)
        shown = [f"{hot.nbytes / MEBIBYTE:,.1f}", f"{ids.nbytes / MEBIBYTE:.4f}"]
        size_of_matrix = f"{matrix.nbytes / MEBIBYTE:,.1f}"
        rows.append([f"{size:,}", *shown, size_of_matrix, "yes" if equal else "NO"])
    return rows, memory


def draw_rows(words: Sequence[str], ids: dict[str, int], dimension: int) -> Figure:
    """A sentence as one-hot rows, and as vectors that are drawn at random."""
    hot = one_hot([ids[word] - FIRST for word in words], len(ids))
    table = np.random.default_rng(1).normal(size=(len(ids), dimension))
    with house_style():
        figure = empty_figure(8.2, 4.4)
        write_titles(
            figure,
            NOTHING_READ,
            "A sentence as one-hot rows, and as rows of an embedding",
            f"Each row a word. Left: a column for each of {len(ids)} words. Right: {dimension} "
            "numbers, at random until trained",
        )
        numbers = [f"{number}" for number in range(1, dimension + 1)]
        for left, values, columns, digits in (
            (0.11, hot, list(ids), 0),
            (0.6, hot @ table, numbers, 2),
        ):
            axes = figure.add_axes((left, 0.09, 0.37, 0.68))
            # Pale at twice the largest number: dark ink stays readable in every cell.
            limit = 2 * float(np.abs(values).max())
            axes.imshow(values, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
            axes.set_xticks(range(len(columns)), columns)
            axes.set_yticks(range(len(words)), words)
            axes.grid(visible=False)
            for (row, column), value in np.ndenumerate(values):
                axes.text(column, row, f"{value:.{digits}f}", ha="center", va="center")
    return figure


if __name__ == "__main__":
    with shown_to_people():
        main()

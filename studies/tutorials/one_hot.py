"""An embedding lookup is a product with one-hot rows: the same numbers, another memory."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.evaluation.tables import markdown_table
from reelvec.report.figures.style import save_figure

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
NOTHING_READ = "No reviews are read: token ids are drawn at random"
MEBIBYTE = 2**20

HOW_TO_READ = """\
A token as a one-hot row has a one at its id and zeros elsewhere; times the embedding matrix it
gives one of the matrix's rows. The lookup takes that row without the zeros. Both were computed for
every size here, in single precision, and are equal to the last bit; memory is that of the arrays
for one review, 4 bytes a number."""


def main() -> None:
    """Run the study."""
    settings = load_study(HERE)["one_hot"]
    tokens, dimension = settings["tokens"], settings["dimension"]
    generator = np.random.default_rng(1)
    rows, one_hot_bytes, lookup_bytes = [], [], []
    for size in settings["sizes"]:
        matrix = generator.normal(size=(size, dimension)).astype(np.float32)
        ids = generator.integers(0, size, tokens, dtype=np.int32)
        one_hot = np.zeros((tokens, size), np.float32)
        one_hot[np.arange(tokens), ids] = 1
        looked_up = matrix[ids]
        equal = bool((one_hot @ matrix == looked_up).all())
        one_hot_bytes.append(one_hot.nbytes / MEBIBYTE)
        lookup_bytes.append(ids.nbytes / MEBIBYTE)
        rows.append(
            [
                f"{size:,}",
                f"{one_hot_bytes[-1]:,.1f}",
                f"{lookup_bytes[-1]:.4f}",
                f"{matrix.nbytes / MEBIBYTE:,.1f}",
                "yes" if equal else "NO",
            ]
        )
    header = ["Words", "One-hot rows (MiB)", "Ids (MiB)", "Embedding (MiB)", "Same vectors"]
    title = f"# One-hot against embedding: a review of {tokens} tokens"
    parts = [NOTHING_READ, title, markdown_table([header, *rows]), HOW_TO_READ]
    write_text(REPORTS / "one_hot.md", "\n\n".join([*parts, "![Memory](one_hot.png)"]) + "\n")
    figure = draw_lines(
        {
            "one-hot rows": Line(settings["sizes"], one_hot_bytes),
            "ids to look up": Line(settings["sizes"], lookup_bytes),
        },
        f"Memory that a review of {tokens} tokens takes before its vectors",
        ("words in the vocabulary", "MiB"),
        NOTHING_READ,
        logarithmic=(True, True),
    )
    save_figure(figure, REPORTS / "one_hot")
    sizes = [str(size) for size in settings["sizes"]]
    write_json(
        REPORTS / "one_hot.json",
        {"one_hot_mib": dict(zip(sizes, one_hot_bytes, strict=True))},
    )
    print(f"the same vectors in {sum(row[-1] == 'yes' for row in rows)} of {len(rows)} sizes")


if __name__ == "__main__":
    with shown_to_people():
        main()

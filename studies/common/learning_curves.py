"""How accuracy grows with the number of training reviews: tables, lines, and a sentence."""

from collections.abc import Sequence
from typing import Any

from reelvec.evaluation.tables import markdown_table, percent, shown_p, signed
from studies.common.lines import Line
from studies.common.seeds import Mean, compare_over_seeds, mean_over_seeds

Rows = Sequence[dict[str, Any]]
"""One a cell: `model`, `reviews`, `seed`, `accuracy`."""

PRETRAINED, SCRATCH = ("glove_frozen", "word2vec_frozen"), "scratch"

HOW_TO_READ = """\
Each cell is a mean over {seeds} seeds with its {confidence} interval (Student's t). A seed decides
which reviews are drawn, as many positive as negative, and how the weights begin; all models see the
same reviews of a seed. Training stops by the same validation reviews, whatever the number of
training reviews. The vocabulary is that of all training reviews, so that frozen vectors have words
that few reviews would not hold; words that occur in no training review keep their first vector.
With as many reviews as there are, all seeds draw the same ones."""


def curves_csv(rows: Rows) -> str:
    """One row a cell, as it was computed."""
    lines = [f"{row['model']},{row['reviews']},{row['seed']},{row['accuracy']:.6f}" for row in rows]
    return "\n".join(["model,reviews,seed,accuracy", *lines]) + "\n"


def means(rows: Rows, confidence: float) -> dict[str, dict[int, Mean]]:
    """By model and number of reviews, the mean over seeds."""
    found: dict[str, dict[int, Mean]] = {}
    for row in rows:
        found.setdefault(row["model"], {})[row["reviews"]] = mean_over_seeds(
            _values(rows, row["model"], row["reviews"]), confidence
        )
    return found


def curves_lines(rows: Rows, confidence: float) -> dict[str, Line]:
    """What `draw_lines` takes: a line with a band for each model."""
    return {
        model: Line(
            list(by_size),
            [mean.value for mean in by_size.values()],
            [mean.low for mean in by_size.values()],
            [mean.high for mean in by_size.values()],
        )
        for model, by_size in means(rows, confidence).items()
    }


def turning_point(rows: Rows, one: str, other: str, confidence: float) -> str:
    """One sentence: with how many reviews one model beats another, and by how much at most.

    Args:
        rows: of all cells.
        one: the model that is asked about.
        other: the one it is held against.
        confidence: differences whose interval over seeds holds 0 count as none.
    """
    differences = leads(rows, one, other, confidence)
    largest = max(differences)
    last = differences[largest]
    end = f"with {largest:,} the difference is {signed(last.value)} points"
    wins = [size for size in differences if differences[size].low > 0]
    if not wins:
        return f"{one} is surely better than {other} with no number of reviews; {end}."
    most = max(wins, key=lambda size: differences[size].value)
    where = ", ".join(f"{size:,}" for size in wins)
    return (
        f"{one} surely beats {other} with {where} training reviews, most with {most:,} "
        f"({signed(differences[most].value)} points, {percent(confidence)} interval "
        f"{signed(differences[most].low)} to {signed(differences[most].high)}); {end}."
    )


def leads(rows: Rows, one: str, other: str, confidence: float) -> dict[int, Mean]:
    """By number of reviews, rising: by how much one model is better than another, seed by seed."""
    return {
        size: mean_over_seeds(
            [
                a - b
                for a, b in zip(_values(rows, one, size), _values(rows, other, size), strict=True)
            ],
            confidence,
        )
        for size in sorted({row["reviews"] for row in rows})
    }


def curves_markdown(rows: Rows, confidence: float, data: str) -> str:
    """`studies/learning_curves/reports/curves.md`."""
    found = means(rows, confidence)
    sizes = sorted({row["reviews"] for row in rows})
    table = [["Training reviews", *found]]
    table += [
        [f"{size:,}", *(_shown(by_size[size]) for by_size in found.values())] for size in sizes
    ]
    guide = HOW_TO_READ.format(
        seeds=len({row["seed"] for row in rows}), confidence=percent(confidence)
    )
    sentences = [
        turning_point(rows, one, SCRATCH, confidence)
        for one in found
        if one != SCRATCH and SCRATCH in found
    ]
    parts = [
        data,
        "# How many reviews does it take?",
        "\n".join(f"- {sentence}" for sentence in sentences),
        "![Learning curves](curves.png)",
        markdown_table(table),
        guide,
        f"## Over seeds, with {sizes[-1]:,} reviews",
        markdown_table(seeds_table(rows, sizes[-1], confidence)),
        "Paired t-tests over the seeds, corrected for their number by Holm (1979).",
    ]
    return "\n\n".join(parts) + "\n"


def told(rows: Rows, confidence: float, data: str) -> dict[str, Any]:
    """`studies/learning_curves/reports/curves.json`: what the project's page says of the study."""
    models = {row["model"] for row in rows}
    known = [name for name in PRETRAINED if {name, SCRATCH} <= models]
    return {
        "data": data,
        "turn": "; ".join(_turn(rows, name, confidence) for name in known),
        "sentences": [turning_point(rows, name, SCRATCH, confidence) for name in known],
    }


def _turn(rows: Rows, name: str, confidence: float) -> str:
    """Up to how many reviews pretrained vectors beat those from scratch."""
    found = leads(rows, name, SCRATCH, confidence)
    wins = [size for size, lead in found.items() if lead.low > 0]
    if not wins:
        return f"{name} beats {SCRATCH} with no number of training reviews"
    most = max(wins, key=lambda size: found[size].value)
    gain = f"{100 * found[most].value:+.1f} points with {most:,}"
    smaller = [size for size in found if size <= max(wins)]
    sizes = f"up to {max(wins):,}" if smaller == wins else ", ".join(f"{size:,}" for size in wins)
    return f"{name} beats {SCRATCH} with {sizes} training reviews ({gain})"


def seeds_table(rows: Rows, size: int, confidence: float) -> list[list[str]]:
    """A row for each two models, seed by seed."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    tests = compare_over_seeds({name: _values(rows, name, size) for name in models}, confidence)
    header = ["First", "Second", "Difference (points)", f"{percent(confidence)} interval"]
    table = [[*header, "p", "Holm p"]]
    for test in tests:
        interval = f"{signed(test.low)} to {signed(test.high)}"
        cells = [test.first, test.second, signed(test.difference), interval]
        table.append([*cells, shown_p(test.p_value), shown_p(test.p_holm)])
    return table


def _values(rows: Rows, model: str, size: int) -> list[float]:
    """Accuracies in the order of the seeds."""
    chosen = [row for row in rows if row["model"] == model and row["reviews"] == size]
    return [row["accuracy"] for row in sorted(chosen, key=lambda row: row["seed"])]


def _shown(mean: Mean) -> str:
    return f"{mean.value:.1%} ({mean.low:.1%} to {mean.high:.1%})"

"""What it changes that reviews are of few films, and that some texts stand twice."""

from collections.abc import Iterable

from reelvec.evaluation.comparison import Comparison, Pair
from reelvec.evaluation.tables import Table, percent, shown_p


def origins_table(comparison: Comparison) -> Table:
    """A row for each model: its accuracy over films, where any are known, and without copies."""
    interval = f"{percent(comparison.confidence)} interval"
    over_films = [f"{interval} over films"] if comparison.test_films else []
    table = [["Model", "Test accuracy", interval, *over_films, "Without copies"]]
    for name in comparison.ranked():
        row = comparison.variants[name]
        without = row.get("accuracy_without_copies")
        ends = ["accuracy", "films"] if over_films else ["accuracy"]
        table.append(
            [
                name,
                f"{row['accuracy']:.2%}",
                *(f"{row[f'{end}_low']:.2%} to {row[f'{end}_high']:.2%}" for end in ends),
                "–" if without is None else f"{without:.2%}",
            ]
        )
    return table


def films_told(comparison: Comparison) -> str:
    """How much wider the intervals are over the films that are known, and which verdicts change."""
    reviews = f"{comparison.test_reviews:,} test reviews"
    films = f"{comparison.test_films:,} film{'s' if comparison.test_films > 1 else ''}"
    widths = _range(
        (row["films_high"] - row["films_low"]) / (row["accuracy_high"] - row["accuracy_low"])
        for row in comparison.variants.values()
    )
    sentence = (
        f"The {reviews} are of {films}. Where films are drawn in place of reviews, the interval of "
        f"a model's accuracy, and so its standard error, is {widths} times as large"
    )
    if not comparison.pairs:
        return f"{sentence}."
    widths = _range(
        (pair.films_high - pair.films_low) / (pair.high - pair.low)
        for pair in comparison.pairs.values()
    )
    return (
        f"{sentence}; that of the difference of two models {widths} times. {_verdicts(comparison)}"
    )


def copies_told(comparison: Comparison) -> str:
    """How many test texts stand elsewhere too, and what they change."""
    sentence = (
        f"Of the {comparison.test_reviews:,} test reviews {comparison.copies:,} have a text that "
        f"stands elsewhere too, letter for letter: {comparison.copies_in_training:,} among the "
        f"training reviews (those for validation included), {comparison.copies_in_unlabelled:,} "
        "among the unlabelled ones"
    )
    if not comparison.copies:
        return f"{sentence}."
    changes = {
        name: row["accuracy_without_copies"] - row["accuracy"]
        for name, row in comparison.variants.items()
        if "accuracy_without_copies" in row
    }
    if not changes:
        return f"{sentence}. Without them no test review is left."
    most = max(changes, key=lambda name: abs(changes[name]))
    return (
        f"{sentence}. Of all accuracies that of {most} changes most without them: by "
        f"{100 * changes[most]:+.2f} points."
    )


def _verdicts(comparison: Comparison) -> str:
    """Of how many pairs the two tests say the same."""
    level = 1 - comparison.confidence
    told_apart = sum(pair.p_holm <= level for pair in comparison.pairs.values())
    changed = {
        names: pair
        for names, pair in comparison.pairs.items()
        if (pair.p_holm <= level) != (pair.films_p_holm <= level)
    }
    pairs = f"{len(comparison.pairs):,} pair{'' if len(comparison.pairs) == 1 else 's'}"
    sentence = (
        f"By McNemar's test {told_apart:,} of {pairs} of models can be told apart (Holm p of at "
        f"most {level:.10g}); over films"
    )
    if not changed:
        return f"{sentence} no verdict changes."
    listed = "; ".join(f"{a} and {b} ({_both(pair)})" for (a, b), pair in changed.items())
    return f"{sentence} the verdict changes for {listed}."


def _both(pair: Pair) -> str:
    return f"Holm p {shown_p(pair.p_holm)}, over films {shown_p(pair.films_p_holm)}"


def _range(values: Iterable[float]) -> str:
    """From the smallest to the largest: 1.2 to 1.5, or one figure where they round to one."""
    found = sorted(values)
    ends = dict.fromkeys(f"{value:.2f}" for value in (found[0], found[-1]))
    return " to ".join(ends)

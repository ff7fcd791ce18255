"""What it changes that reviews are of few films, and that some texts stand twice."""

from collections.abc import Iterable

from reelvec.evaluation.comparison import Comparison, Pair
from reelvec.evaluation.tables import Table, percent, shown_p


def films_table(comparison: Comparison) -> Table:
    """A row for each model: what becomes of its accuracy over films, and without copies."""
    interval = f"{percent(comparison.confidence)} interval"
    header = ["Model", "Test accuracy", interval, f"{interval} over films", "Without copies"]
    table = [header]
    for name in comparison.ranked():
        row = comparison.variants[name]
        without = row.get("accuracy_without_copies")
        table.append(
            [
                name,
                f"{row['accuracy']:.2%}",
                f"{row['accuracy_low']:.2%} to {row['accuracy_high']:.2%}",
                f"{row['films_low']:.2%} to {row['films_high']:.2%}",
                "–" if without is None else f"{without:.2%}",
            ]
        )
    return table


def films_told(comparison: Comparison) -> str:
    """How much wider the intervals are over films, and which verdicts change."""
    reviews = f"{comparison.test_reviews:,} test reviews"
    if not comparison.test_films:
        return f"The film of none of the {reviews} is known, so that each is drawn by itself."
    films = f"{comparison.test_films:,} film{'s' if comparison.test_films > 1 else ''}"
    widths = _range(
        (row["films_high"] - row["films_low"]) / (row["accuracy_high"] - row["accuracy_low"])
        for row in comparison.variants.values()
    )
    sentence = (
        f"The {reviews} are of {films}. Where films are drawn and not reviews, the interval of a "
        f"model's accuracy is {widths} times as wide, and its standard error as large"
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
        f"{sentence}. Without them no accuracy changes by more than "
        f"{100 * abs(changes[most]):.2f} points ({most}: {100 * changes[most]:+.2f})."
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
        return f"{sentence} no verdict is another."
    listed = "; ".join(f"{a} and {b} ({_both(pair)})" for (a, b), pair in changed.items())
    return f"{sentence} the verdict is another for {listed}."


def _both(pair: Pair) -> str:
    return f"Holm p {shown_p(pair.p_holm)}, over films {shown_p(pair.films_p_holm)}"


def _range(values: Iterable[float]) -> str:
    """From the smallest to the largest: 1.2 to 1.5, or one figure where they round to one."""
    found = sorted(values)
    ends = dict.fromkeys(f"{value:.2f}" for value in (found[0], found[-1]))
    return " to ".join(ends)

"""How accuracy grows with the number of training reviews: tables, lines, and a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from reelvec.evaluation.comparison import holm
from reelvec.evaluation.tables import markdown_table, percent, signed
from studies.common.lines import Line
from studies.common.seeds import Mean, compare_over_seeds, mean_over_seeds

Rows = Sequence[dict[str, Any]]
"""One a cell: `model`, `reviews`, `seed`, `accuracy`."""

PRETRAINED, SCRATCH = ("average_glove", "average_word2vec"), "scratch"

HOW_TO_READ = """\
Each cell is a mean over seeds with its {confidence} interval by Student's t ({seeds}).
A seed decides which reviews are drawn, as many positive as negative, and how the weights
begin; all models see the same reviews of a seed. Nothing else is
known: a network stops by a fifth of the drawn reviews (below 1,000 by the median of three fifths in
turn) and then learns from all of them for as many epochs; the strength of a linear model's penalty
is chosen by cross-validation within them. The vocabulary is that of all training reviews, so that
frozen vectors have words that few reviews would not hold; words that occur in no training review
keep their first vector. `word2vec` was trained on the 75,000 reviews that are no test reviews,
without their labels."""

WITHOUT_LABELS = """\
## Without any label

A review's score is how far the average of its word vectors lies towards words of praise and away
from words of blame, both listed in `params.yaml`; for `tfidf`, how many more of them it holds. It
is positive above the median of the unlabelled reviews; a review on the median counts half."""

SIGNIFICANT = 0.05
"""Of Holm's p: what is called sure."""


@dataclass(frozen=True, slots=True)
class Lead:
    """How much better one model is than another with some number of reviews.

    Attributes:
        mean: of the difference in accuracy, seed by seed.
        p_holm: of a paired t-test, corrected for the number of all such tests of the study.
    """

    mean: Mean
    p_holm: float

    @property
    def is_sure(self) -> bool:
        """Whether chance over seeds is no explanation."""
        return self.p_holm < SIGNIFICANT


Leads = dict[tuple[str, str, int], Lead]
"""By model, the other model, and the number of reviews."""


def curves_csv(rows: Rows) -> str:
    """One row a cell, as it was computed."""
    lines = [f"{row['model']},{row['reviews']},{row['seed']},{row['accuracy']:.6f}" for row in rows]
    return "\n".join(["model,reviews,seed,accuracy", *lines]) + "\n"


def means(rows: Rows, confidence: float) -> dict[str, dict[int, Mean]]:
    """By model and number of reviews, the mean over seeds."""
    found: dict[str, dict[int, Mean]] = {row["model"]: {} for row in rows}
    for (model, size), values in _values(sorted(rows, key=lambda row: row["reviews"])).items():
        found[model][size] = mean_over_seeds(values, confidence)
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


def all_leads(rows: Rows, confidence: float) -> Leads:
    """For each two models and each number of reviews, with p corrected by Holm over all of them."""
    values = _values(rows)
    pairs = list(combinations(dict.fromkeys(row["model"] for row in rows), 2))
    cells = [(*pair, size) for pair in pairs for size in sorted({row["reviews"] for row in rows})]
    tests = [
        compare_over_seeds({name: values[name, size] for name in (one, other)}, confidence)[0]
        for one, other, size in cells
    ]
    found: Leads = {}
    adjusted = holm([test.p_value for test in tests])
    for (one, other, size), test, p_holm in zip(cells, tests, adjusted, strict=True):
        seeds = len(values[one, size])
        mean = Mean(test.difference, test.low, test.high, seeds)
        found[one, other, size] = Lead(mean, p_holm)
        swapped = Mean(-test.difference, -test.high, -test.low, seeds)
        found[other, one, size] = Lead(swapped, p_holm)
    return found


def _between(leads: Leads, one: str, other: str) -> dict[int, Lead]:
    return {size: lead for (a, b, size), lead in leads.items() if (a, b) == (one, other)}


def turning_point(every: Leads, one: str, other: str, confidence: float) -> str:
    """One sentence: with how many reviews one model surely beats another, and where it loses.

    Args:
        every: the leads of all cells, so that sure is what Holm's correction over all leaves.
        one: the model that is asked about.
        other: the one it is held against.
        confidence: of the intervals.
    """
    leads = _between(every, one, other)
    wins = [size for size in sorted(leads) if leads[size].is_sure and leads[size].mean.value > 0]
    losses = [size for size in sorted(leads) if leads[size].is_sure and leads[size].mean.value < 0]
    tried = f"of the {len(leads)} sizes from {min(leads):,} to {max(leads):,} reviews"
    parts = [
        f"{verb} with {_listed(sizes)} ({_shown_lead(leads[most], confidence)} with {most:,})"
        for verb, sizes in (("surely ahead", wins), ("surely behind", losses))
        if sizes
        for most in [max(sizes, key=lambda size: abs(leads[size].mean.value))]
    ]
    return f"{one} against {other}, {tried}: {'; '.join(parts) or 'nowhere surely apart'}."


def advice(found: Mapping[str, Mapping[int, Mean]], leads: Leads) -> list[str]:
    """For each number of reviews, the best model and those that may be as good."""
    lines = []
    for size in sorted({size for by_size in found.values() for size in by_size}):
        ranked = sorted(found, key=lambda name: -found[name][size].value)
        best = ranked[0]
        equal = [name for name in ranked[1:] if not leads[best, name, size].is_sure]
        line = f"With {size:,} reviews: {best}, {found[best][size].value:.1%}"
        if equal:
            shown = ", ".join(f"{name} {found[name][size].value:.1%}" for name in equal)
            line += f"; not surely worse: {shown}"
        lines.append(f"{line}.")
    return lines


def _listed(sizes: Sequence[int]) -> str:
    return ", ".join(f"{size:,}" for size in sizes)


def _shown_lead(lead: Lead, confidence: float) -> str:
    low, high = signed(lead.mean.low), signed(lead.mean.high)
    return f"{signed(lead.mean.value)} points, {percent(confidence)} interval {low} to {high}"


def curves_markdown(rows: Rows, without: Mapping[str, float], confidence: float, data: str) -> str:
    """`studies/learning_curves/reports/curves.md`."""
    found, leads = means(rows, confidence), all_leads(rows, confidence)
    sizes = sorted({row["reviews"] for row in rows})
    table = [["Training reviews", *found]]
    table += [
        [f"{size:,}", *(_shown(by_size[size]) for by_size in found.values())] for size in sizes
    ]
    seeds = {size: next(iter(found.values()))[size].seeds for size in sizes}
    numbers = "; ".join(
        f"{count} seeds with {_listed([size for size in sizes if seeds[size] == count])} reviews"
        for count in dict.fromkeys(seeds.values())
    )
    guide = HOW_TO_READ.format(seeds=numbers, confidence=percent(confidence))
    sentences = [
        turning_point(leads, one, SCRATCH, confidence)
        for one in found
        if one != SCRATCH and SCRATCH in found
    ]
    tests = len(leads) // 2
    parts = [
        data,
        "# How many reviews does it take?",
        "\n".join(f"- {line}" for line in advice(found, leads)),
        "## Against vectors from scratch",
        "\n".join(f"- {sentence}" for sentence in sentences),
        f"Sure is what a paired t-test over the seeds finds with p < {SIGNIFICANT} after Holm's "
        f"correction (1979) for all {tests:,} tests of the study: each two models, each size.",
        "![Learning curves](curves.png)",
        markdown_table(table),
        guide,
        WITHOUT_LABELS,
        markdown_table(
            [["Model", "Test accuracy"], *([name, f"{each:.1%}"] for name, each in without.items())]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def told(rows: Rows, confidence: float, data: str) -> dict[str, Any]:
    """`studies/learning_curves/reports/curves.json`: what the project's page says of the study."""
    models = {row["model"] for row in rows}
    known = [name for name in PRETRAINED if {name, SCRATCH} <= models]
    leads = all_leads(rows, confidence)
    return {
        "data": data,
        "turn": "; ".join(_turn(leads, name) for name in known),
        "sentences": [turning_point(leads, name, SCRATCH, confidence) for name in known],
    }


def _turn(every: Leads, name: str) -> str:
    """Up to how many reviews pretrained vectors beat those from scratch."""
    leads = _between(every, name, SCRATCH)
    wins = [size for size in sorted(leads) if leads[size].is_sure and leads[size].mean.value > 0]
    if not wins:
        return f"{name} is surely ahead of {SCRATCH} with none of {_listed(sorted(leads))}"
    most = max(wins, key=lambda size: leads[size].mean.value)
    gain = f"{signed(leads[most].mean.value)} points with {most:,}"
    return f"{name} is surely ahead of {SCRATCH} with {_listed(wins)} ({gain})"


def _values(rows: Rows) -> dict[tuple[str, int], list[float]]:
    """By model and number of reviews, accuracies in the order of the seeds."""
    found: dict[tuple[str, int], list[float]] = {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        found.setdefault((row["model"], row["reviews"]), []).append(row["accuracy"])
    return found


def _shown(mean: Mean) -> str:
    return f"{mean.value:.1%} ({mean.low:.1%} to {mean.high:.1%})"

"""How accuracy grows with the number of training reviews: tables, lines, and a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

from reelvec.base.statistics import holm
from reelvec.evaluation.tables import markdown_table, percent, signed
from studies.common.rows import Rows
from studies.common.seeds import Mean, compare_over_seeds, mean_over_seeds

PRETRAINED, SCRATCH = ("average_glove", "average_word2vec"), "scratch"

HOW_TO_READ = """\
Each cell is a mean over seeds with its {confidence} interval by Student's t ({seeds}).
A seed decides which reviews are drawn, as many positive as negative, and how the weights
begin; all models see the same reviews of a seed. Nothing else is
known: a network stops by a fifth of the drawn reviews (below 1,000 by the median of three fifths in
turn) and then learns from all of them for as many epochs; the strength of a linear model's penalty
is chosen by cross-validation within them. The vocabulary is that of all training reviews, so that
frozen vectors have words that few reviews would not hold; words that occur in no training review
keep their first vector. `word2vec` was trained on all reviews that are no test reviews, without
their labels. A dash: not computed, for what reads every word of frozen vectors takes long."""

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


def means(rows: Rows, confidence: float) -> dict[str, dict[int, Mean]]:
    """By model and number of reviews, the mean over seeds."""
    found: dict[str, dict[int, Mean]] = {row["model"]: {} for row in rows}
    for (model, size), values in _values(sorted(rows, key=lambda row: row["reviews"])).items():
        found[model][size] = mean_over_seeds(values, confidence)
    return found


def all_leads(rows: Rows, confidence: float) -> Leads:
    """For each two models and each number of reviews, with p corrected by Holm over all of them."""
    values = _values(rows)
    pairs = list(combinations(dict.fromkeys(row["model"] for row in rows), 2))
    sizes = sorted({row["reviews"] for row in rows})
    cells = [
        (one, other, size)
        for one, other in pairs
        for size in sizes
        if (one, size) in values and (other, size) in values
    ]
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


def advice(
    found: Mapping[str, Mapping[int, Mean]], leads: Leads, without: Mapping[str, float]
) -> list[str]:
    """For each number of labels, the best model and those that may be as good.

    Args:
        found: as `means` gives it.
        leads: as `all_leads` gives them.
        without: accuracies of the models that saw no label.
    """
    lines = []
    if without:
        ranked = sorted(without, key=lambda name: -without[name])
        best, *others = [f"{name} {without[name]:.1%}" for name in ranked]
        behind = f"; behind it {', '.join(others)}" if others else ""
        lines = [f"Without labels: {best}, from words of praise and blame{behind}."]
    for size, best in _best(found).items():
        ranked = sorted(_known(found, size), key=lambda name: -found[name][size].value)
        equal = [name for name in ranked[1:] if not leads[best, name, size].is_sure]
        line = f"With {size:,} reviews: {best}, {found[best][size].value:.1%}"
        if equal:
            shown = ", ".join(f"{name} {found[name][size].value:.1%}" for name in equal)
            line += f"; not surely worse: {shown}"
        lines.append(f"{line}.")
    return lines


def advice_in_short(found: Mapping[str, Mapping[int, Mean]], without: Mapping[str, float]) -> str:
    """The best model by its mean, sizes in a row that have the same one told together."""
    best = _best(found)
    groups = [(name, list(sizes)) for name, sizes in groupby(best, key=best.__getitem__)]
    parts = [
        f"with {_span(sizes)} labels {name} ({found[name][sizes[0]].value:.1%}"
        + (f" to {found[name][sizes[-1]].value:.1%})" if len(sizes) > 1 else ")")
        for name, sizes in groups
    ]
    if without:
        name = max(without, key=without.__getitem__)
        start = f"without labels {name} and words of praise and blame ({without[name]:.1%})"
        parts = [start, *parts]
    counts = sorted({each.seeds for by_size in found.values() for each in by_size.values()})
    seeds = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    return f"Best on average over {seeds} seeds: {'; '.join(parts)}."


def _best(found: Mapping[str, Mapping[int, Mean]]) -> dict[int, str]:
    """By number of reviews, the model with the highest mean."""
    sizes = sorted({size for by_size in found.values() for size in by_size})
    return {
        size: max(_known(found, size), key=lambda name: found[name][size].value) for size in sizes
    }


def _known(found: Mapping[str, Mapping[int, Mean]], size: int) -> list[str]:
    return [name for name, by_size in found.items() if size in by_size]


def _span(sizes: Sequence[int]) -> str:
    return f"{sizes[0]:,} to {sizes[-1]:,}" if len(sizes) > 1 else f"{sizes[0]:,}"


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
        [
            f"{size:,}",
            *(_shown(by_size[size]) if size in by_size else "–" for by_size in found.values()),
        ]
        for size in sizes
    ]
    seeds = {size: found[_known(found, size)[0]][size].seeds for size in sizes}
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
        "\n".join(f"- {line}" for line in advice(found, leads, without)),
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


def told(rows: Rows, without: Mapping[str, float], confidence: float, data: str) -> dict[str, Any]:
    """`studies/learning_curves/reports/curves.json`: what page and README say of the study."""
    models = {row["model"] for row in rows}
    known = [name for name in PRETRAINED if {name, SCRATCH} <= models]
    found, leads = means(rows, confidence), all_leads(rows, confidence)
    turns = [_turn(leads, name) for name in known]
    return {
        "data": data,
        "short": [advice_in_short(found, without), *(f"{turn}." for turn in turns)],
        "advice": advice(found, leads, without),
        "turn": "; ".join(turns),
        "sentences": [turning_point(leads, name, SCRATCH, confidence) for name in known],
    }


def _turn(every: Leads, name: str) -> str:
    """Up to how many reviews pretrained vectors beat those from scratch."""
    leads = _between(every, name, SCRATCH)
    wins = [size for size in sorted(leads) if leads[size].is_sure and leads[size].mean.value > 0]
    if not wins:
        sizes = sorted(leads)
        return (
            f"{name} is surely ahead of {SCRATCH} with none of the {len(sizes)} sizes from "
            f"{sizes[0]:,} to {sizes[-1]:,} labels"
        )
    most = max(wins, key=lambda size: leads[size].mean.value)
    gain = f"{signed(leads[most].mean.value)} points with {most:,}"
    return f"{name} is surely ahead of {SCRATCH} with {_listed(wins)} labels ({gain})"


def _values(rows: Rows) -> dict[tuple[str, int], list[float]]:
    """By model and number of reviews, accuracies in the order of the seeds."""
    found: dict[tuple[str, int], list[float]] = {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        found.setdefault((row["model"], row["reviews"]), []).append(row["accuracy"])
    return found


def _shown(mean: Mean) -> str:
    interval = f" ({mean.low:.1%} to {mean.high:.1%})" if mean.seeds > 1 else ""
    return f"{mean.value:.1%}{interval}"

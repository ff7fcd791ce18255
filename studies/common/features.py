"""What the grid of `studies/embeddings` found: table, effects, picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from reelvec.evaluation.comparison import holm
from reelvec.evaluation.tables import markdown_table, percent, signed
from reelvec.report.figures.style import COLORS, house_style
from studies.common.seeds import Mean, PairedTest, compare_over_seeds, mean_over_seeds

Rows = Sequence[dict[str, Any]]
Key = tuple[str, int, bool, str]
"""Embedding, dimension, whether it is trained on, encoder."""

SIGNIFICANT = 0.05
COMPARED = ("random", "glove", "own_glove")
COLUMNS = ("embedding", "dimension", "trainable", "encoder", "seed", "accuracy", "validation")

HOW_TO_READ = """\
Every model learns from the same 20,000 reviews, stops by the same 5,000 reviews of other films, and
reads at most the last 200 words of a review, so that nothing but what the table names differs.
A cell is the mean over {seeds} seeds with its {confidence} interval by Student's t. Seeds decide
how the weights begin and the order of the batches, not the vectors, which were trained once each.
The interval says nothing of other reviews: that of one accuracy over the test reviews is about 0.4
points to either side. Frozen and fine-tuned models have heads and scales of their own, the same
for all embeddings and encoders, and each algorithm has a window of its own: `params.yaml` lists
them."""

EFFECTS = """\
## Where the points lie

Points of test accuracy that one change brings while the rest stays as it is, with the
{confidence} interval of the difference over {seeds} seeds, seed by seed. A star: surely not 0, by
a paired t-test with p < {significant} after Holm's correction (1979) for all {tests} changes of
the table."""


@dataclass(frozen=True, slots=True)
class Change:
    """Two cells of the grid that differ in one thing.

    Attributes:
        thing: what differs.
        before: the one.
        after: the other.
    """

    thing: str
    before: Key
    after: Key


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did.

    Attributes:
        change: from one cell to the other.
        test: after less before, over the seeds.
        p_holm: its p, corrected for all changes.
    """

    change: Change
    test: PairedTest
    p_holm: float

    @property
    def is_sure(self) -> bool:
        """Whether chance over seeds is no explanation."""
        return self.p_holm < SIGNIFICANT


def values_of(rows: Rows) -> dict[Key, list[float]]:
    """Accuracies of each cell in the order of the seeds."""
    found: dict[Key, list[float]] = {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        key = (row["embedding"], row["dimension"], row["trainable"], row["encoder"])
        found.setdefault(key, []).append(row["accuracy"])
    return found


def changes(keys: Sequence[Key]) -> list[Change]:
    """All changes of one thing that answer a question; keys in the order of the study."""
    encoders = list(dict.fromkeys(key[3] for key in keys))
    names = list(dict.fromkeys(key[0] for key in keys))
    size, *sizes = sorted({key[1] for key in keys})
    found = []
    for encoder in encoders:
        frozen, tuned = (
            {name: (name, size, trainable, encoder) for name in {*names, *COMPARED}}
            for trainable in (False, True)
        )
        pairs = [
            ("GloVe for random vectors, frozen", frozen["random"], frozen["glove"]),
            ("GloVe for random vectors, fine-tuned", tuned["random"], tuned["glove"]),
            ("corpus: reviews for GloVe's", frozen["glove"], frozen["own_glove"]),
        ]
        pairs += [
            (f"algorithm: {name} for own_glove", frozen["own_glove"], frozen[name])
            for name in names
            if name not in ("glove", "own_glove", "random")
        ]
        pairs += [(f"fine-tuning {name}", frozen[name], tuned[name]) for name in names]
        pairs += [
            (
                f"encoder in place of {encoders[0]}, frozen {name}",
                (name, size, False, encoders[0]),
                frozen[name],
            )
            for name in names
            if encoder != encoders[0]
        ]
        for kind, trainable in (("frozen", False), ("fine-tuned", True)):
            small = ("random", size, trainable, encoder)
            pairs += [
                (
                    f"{more} dimensions for {size}, random, {kind}",
                    small,
                    ("random", more, trainable, encoder),
                )
                for more in sizes
            ]
        found += [
            Change(thing, before, after)
            for thing, before, after in pairs
            if before in keys and after in keys
        ]
    return found


def effects(rows: Rows, confidence: float) -> list[Effect]:
    """Every change, tested over the seeds and corrected by Holm."""
    values = values_of(rows)
    asked = changes(list(values))
    tests = [
        compare_over_seeds(
            {"after": values[each.after], "before": values[each.before]}, confidence
        )[0]
        for each in asked
    ]
    adjusted = holm([test.p_value for test in tests])
    return [Effect(*each) for each in zip(asked, tests, adjusted, strict=True)]


def features_csv(rows: Rows) -> str:
    """One row a cell, as it was computed."""
    lines = [",".join(str(row[name]) for name in COLUMNS) for row in rows]
    return "\n".join([",".join(COLUMNS), *lines]) + "\n"


def features_markdown(rows: Rows, confidence: float, data: str) -> str:
    """`studies/embeddings/reports/features.md`."""
    values, found = values_of(rows), effects(rows, confidence)
    seeds = len(next(iter(values.values())))
    shown = {"confidence": percent(confidence), "seeds": seeds}
    guide = EFFECTS.format(**shown, tests=len(found), significant=SIGNIFICANT)
    parts = [
        data,
        "# Word vectors as features",
        "\n".join(f"- {line}" for line in answers(rows)),
        "![Accuracy by encoder and embedding](features.png)",
        markdown_table(_accuracies(values, confidence)),
        HOW_TO_READ.format(**shown),
        guide,
        markdown_table(_effect_table(found)),
    ]
    return "\n\n".join(parts) + "\n"


def answers(rows: Rows) -> list[str]:
    """The best cell of each embedding frozen, and of all fine-tuned, in a sentence each."""
    means = {key: mean_over_seeds(each, 0.95).value for key, each in values_of(rows).items()}
    size = min(key[1] for key in means)
    lines = []
    for name in dict.fromkeys(key[0] for key in means):
        best = {}
        for kind, trainable in (("frozen", False), ("fine-tuned", True)):
            keys = [key for key in means if key[:3] == (name, size, trainable)]
            if keys:
                top, low = max(keys, key=means.__getitem__), min(keys, key=means.__getitem__)
                best[kind] = f"{kind} {means[low]:.1%} ({low[3]}) to {means[top]:.1%} ({top[3]})"
        lines.append(f"{name}, {size} dimensions: {', '.join(best.values())}.")
    return lines


def features_json(rows: Rows, confidence: float, data: str) -> dict[str, Any]:
    """`studies/embeddings/reports/features.json`: what the project's page says of the study."""
    found = [
        {
            "change": each.change.thing,
            "encoder": each.change.after[3],
            "difference": each.test.difference,
            "low": each.test.low,
            "high": each.test.high,
            "p_holm": each.p_holm,
        }
        for each in effects(rows, confidence)
    ]
    return {"data": data, "answers": answers(rows), "effects": found}


def draw_features(rows: Rows, confidence: float, data: str) -> Figure:
    """Two panels, frozen and fine-tuned: accuracy by encoder, a colour for each embedding."""
    values = values_of(rows)
    encoders = list(dict.fromkeys(key[3] for key in values))
    names = list(dict.fromkeys(key[:2] for key in values))
    with house_style():
        figure = Figure(figsize=(9.6, 5.2), layout="constrained")
        title = "Test accuracy by encoder and embedding, with intervals over seeds"
        figure.suptitle(f"{data}\n{title}", x=0.01, ha="left", fontsize=10)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, trainable in zip(panels, (False, True), strict=True):
            for number, (name, size) in enumerate(names):
                keys = [(name, size, trainable, encoder) for encoder in encoders]
                known = [(place, values[key]) for place, key in enumerate(keys) if key in values]
                means = [mean_over_seeds(each, confidence) for _, each in known]
                axes.errorbar(
                    [place + (number - len(names) / 2) * 0.09 for place, _ in known],
                    [mean.value for mean in means],
                    [
                        [mean.value - mean.low for mean in means],
                        [mean.high - mean.value for mean in means],
                    ],
                    fmt="os^Dv*PX"[number % 8],
                    color=COLORS[number % len(COLORS)],
                    ms=5,
                    lw=1,
                    label=f"{name} {size}",
                )
            axes.set_xticks(range(len(encoders)), encoders)
            axes.set_title("fine-tuned" if trainable else "frozen")
            axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _accuracies(values: Mapping[Key, Sequence[float]], confidence: float) -> list[list[str]]:
    encoders = list(dict.fromkeys(key[3] for key in values))
    table = [["Embedding", "Dimensions", "Training", *encoders]]
    for name, size, trainable in dict.fromkeys(key[:3] for key in values):
        cells = [values.get((name, size, trainable, encoder)) for encoder in encoders]
        shown = [
            "–" if each is None else _shown(mean_over_seeds(each, confidence)) for each in cells
        ]
        table.append([name, str(size), "fine-tuned" if trainable else "frozen", *shown])
    return table


def _effect_table(found: Sequence[Effect]) -> list[list[str]]:
    encoders = list(dict.fromkeys(each.change.after[3] for each in found))
    by_place = {(each.change.thing, each.change.after[3]): each for each in found}
    table = [["Change", *encoders]]
    for thing in dict.fromkeys(each.change.thing for each in found):
        cells = [by_place.get((thing, encoder)) for encoder in encoders]
        table.append([thing, *("–" if each is None else _shown_effect(each) for each in cells)])
    return table


def _shown(mean: Mean) -> str:
    return f"{mean.value:.1%} ({mean.low:.1%} to {mean.high:.1%})"


def _shown_effect(effect: Effect) -> str:
    test = effect.test
    star = " *" if effect.is_sure else ""
    return f"{signed(test.difference)} ({signed(test.low)} to {signed(test.high)}){star}"

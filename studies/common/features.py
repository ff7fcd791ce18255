"""What the grid of `studies/embeddings` found: table, effects, sentences, picture."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from reelvec.base.statistics import holm
from reelvec.evaluation.tables import Table, markdown_table, percent, signed
from reelvec.report.figures.style import COLORS, FAINT, house_style
from studies.common.rows import Rows
from studies.common.seeds import Mean, PairedTest, compare_over_seeds, mean_over_seeds

Key = tuple[str, int, bool, str]
"""Embedding, dimension, whether it is trained on, encoder."""

SIGNIFICANT = 0.05
COMPARED = ("random", "glove", "own_glove")

RANDOM_TO_GLOVE, CORPUS = "GloVe for random vectors", "corpus: reviews for GloVe's"

HOW_TO_READ = """\
Every model learns from the same {training:,} reviews, stops by the same {validation:,} reviews of
other films, and reads at most the last 200 words of a review. A cell is the mean over {seeds} seeds
with its {confidence} interval by Student's t. Seeds decide how the weights begin and the order of
the batches, not the vectors, which were trained once each. The interval says nothing of other
reviews: that of one accuracy over the test reviews is about 0.4 points to either side. Frozen and
fine-tuned models have heads and scales of their own, the same for all embeddings and encoders.

`own_glove` is trained on the {read:,} reviews that are no test reviews, by our own implementation;
`glove` is what its authors published. Beside the corpus they differ in epochs, vocabulary and code,
and each of our own algorithms has a window and a number of epochs of its own (`params.yaml` lists
what is no default): what the table calls corpus and algorithm holds these too."""

EFFECTS = """\
## Where the points lie

Points of test accuracy that one change brings while the rest stays as it is, with the
{confidence} interval of the difference over {seeds} seeds, seed by seed. A star: surely not 0, by
a paired t-test with p < {significant} after Holm's correction (1979) for all {tests} changes of
the table. With few seeds a change may be large and yet not sure."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """How many reviews the models of the study had.

    Attributes:
        training: labelled, to learn from.
        validation: labelled, to stop by.
        read: without labels, by our own word vectors: all that are no test reviews.
    """

    training: int
    validation: int
    read: int


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
            (f"{RANDOM_TO_GLOVE}, frozen", frozen["random"], frozen["glove"]),
            (f"{RANDOM_TO_GLOVE}, fine-tuned", tuned["random"], tuned["glove"]),
            (CORPUS, frozen["glove"], frozen["own_glove"]),
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


def features_markdown(rows: Rows, reviews: Reviews, confidence: float, data: str) -> str:
    """`studies/embeddings/reports/features.md`."""
    values, found = values_of(rows), effects(rows, confidence)
    shown = {"confidence": percent(confidence), "seeds": _seeds(rows)}
    guide = EFFECTS.format(**shown, tests=len(found), significant=SIGNIFICANT)
    parts = [
        data,
        "# Word vectors as features",
        "\n".join(f"- {line}" for line in sentences(rows, found, reviews, confidence)),
        "![Accuracy by encoder and embedding](features.png)",
        markdown_table(_accuracies(values, confidence)),
        HOW_TO_READ.format(**shown, **asdict(reviews)),
        guide,
        markdown_table(_effect_table(found)),
    ]
    return "\n\n".join(parts) + "\n"


def features_json(rows: Rows, reviews: Reviews, confidence: float, data: str) -> dict[str, Any]:
    """`studies/embeddings/reports/features.json`: what page and README say of the study."""
    found = effects(rows, confidence)
    told = [
        {
            "change": each.change.thing,
            "encoder": each.change.after[3],
            "difference": each.test.difference,
            "low": each.test.low,
            "high": each.test.high,
            "p_holm": each.p_holm,
        }
        for each in found
    ]
    return {
        "data": data,
        "short": [ladder(rows), fine_tuned(rows, found, reviews)],
        "sentences": sentences(rows, found, reviews, confidence),
        "effects": told,
    }


def sentences(
    rows: Rows, found: Sequence[Effect], reviews: Reviews, confidence: float
) -> list[str]:
    """What the grid says, a line for each thing that was changed."""
    names = list(dict.fromkeys(row["embedding"] for row in rows))
    algorithms = [name for name in names if name not in COMPARED]
    size, *sizes = sorted({row["dimension"] for row in rows})
    first = rows[0]["encoder"]
    told = [
        (f"{RANDOM_TO_GLOVE}, frozen", "GloVe's vectors in place of random ones, frozen"),
        (f"{RANDOM_TO_GLOVE}, fine-tuned", "GloVe's vectors in place of random ones, fine-tuned"),
        (CORPUS, "Corpus: GloVe of these reviews (own_glove) in place of the published one"),
    ]
    told += [
        (f"algorithm: {name} for own_glove", f"Algorithm: {name} in place of own_glove, frozen")
        for name in algorithms
    ]
    told += [
        (f"{more} dimensions for {size}, random, frozen", f"{more} random dimensions for {size}")
        for more in sizes
    ]
    told += [
        (f"encoder in place of {first}, frozen {name}", f"Pooling: in place of {first}, {name}")
        for name in names
    ]
    told += [(f"fine-tuning {name}", f"Fine-tuning {name}") for name in names]
    lines = [
        _sentence(title, [e for e in found if e.change.thing == thing]) for thing, title in told
    ]
    seeds = f"{_seeds(rows)} seeds" if _seeds(rows) > 1 else "One seed, and so no interval"
    return [
        ladder(rows),
        fine_tuned(rows, found, reviews),
        *filter(None, lines),
        f"{seeds}; points of test accuracy with {percent(confidence)} intervals over seeds. Surely "
        f"is p < {SIGNIFICANT} after Holm's correction for all {len(found)} changes.",
    ]


def ladder(rows: Rows) -> str:
    """From random vectors to fine-tuned ones under the first encoder, step by step.

    The algorithm of the last steps is that which is best on the validation reviews.
    """
    accuracy, validation = _means(rows, "accuracy"), _means(rows, "validation")
    size, encoder = min(key[1] for key in accuracy), rows[0]["encoder"]

    def key(name: str, trainable: bool = False) -> Key:
        return name, size, trainable, encoder

    own = [each for each in accuracy if each == key(each[0]) and each[0] not in ("random", "glove")]
    best = max(own, key=validation.__getitem__)[0]
    steps = [
        (key("random"), "frozen random vectors"),
        (key("glove"), "GloVe's in their place"),
        (key("own_glove"), "GloVe's algorithm on these reviews"),
        (key(best), f"{best} on these reviews"),
        (key(best, trainable=True), "fine-tuned"),
    ]
    known = [(accuracy[at], label) for at, label in dict(steps).items() if at in accuracy]
    shown = [f"{label} {value:.1%}" for value, label in known[:1]]
    shown += [
        f"{label} {value:.1%} ({signed(value - before)})"
        for (before, _), (value, label) in pairwise(known)
    ]
    seeds = _seeds(rows)
    return (
        f"Under {encoder}, {size} dimensions, {seeds} {'seeds' if seeds > 1 else 'seed'}: "
        f"{'; '.join(shown)}."
    )


def fine_tuned(rows: Rows, found: Sequence[Effect], reviews: Reviews) -> str:
    """How far fine-tuned embeddings lie apart under the first encoder, and what GloVe adds."""
    encoder, size = rows[0]["encoder"], min(row["dimension"] for row in rows)
    means = {
        key[0]: value
        for key, value in _means(rows, "accuracy").items()
        if key[1:] == (size, True, encoder)
    }
    gain = [each for each in found if each.change.thing == f"{RANDOM_TO_GLOVE}, fine-tuned"]
    low, high = min(means.values()), max(means.values())
    line = (
        f"Fine-tuned on {reviews.training:,} labels, all {len(means)} embeddings reach {low:.1%} "
        f"to {high:.1%} under {encoder}"
    )
    if not gain:
        return f"{line}."
    sure = [each.change.after[3] for each in gain if each.is_sure]
    surely = f"surely under {_listed(sure)}" if sure else "under no encoder surely"
    differences = [each.test.difference for each in gain]
    return (
        f"{line}; GloVe in place of random vectors then adds {signed(min(differences))} to "
        f"{signed(max(differences))} points, {surely}, over {_seeds(rows)} seeds."
    )


def _effect_table(found: Sequence[Effect]) -> Table:
    """A row for each change, a column for each encoder, the header first."""
    encoders = list(dict.fromkeys(each.change.after[3] for each in found))
    by_place = {(each.change.thing, each.change.after[3]): each for each in found}
    table = [["Change", *encoders]]
    for thing in dict.fromkeys(each.change.thing for each in found):
        cells = [by_place.get((thing, encoder)) for encoder in encoders]
        table.append([thing, *("–" if each is None else _shown_effect(each) for each in cells)])
    return table


def draw_features(rows: Rows, confidence: float, data: str) -> Figure:
    """A panel for each encoder, a row for each embedding: a dot for frozen, one for fine-tuned.

    The rows rise with the accuracy of frozen vectors under the first encoder; the grey line between
    the dots is what fine-tuning brings.
    """
    values = values_of(rows)
    encoders = list(dict.fromkeys(key[3] for key in values))
    means = {key: mean_over_seeds(each, confidence) for key, each in values.items()}
    frozen = [key for key in means if not key[2] and key[3] == encoders[0]]
    ranked = sorted(frozen, key=lambda key: means[key].value)
    named = [(name, size) for name, size, *_ in ranked]
    with house_style():
        figure = Figure(figsize=(11.0, 0.34 * len(named) + 1.9), layout="constrained")
        title = "Test accuracy of each embedding under each encoder: frozen ○ and fine-tuned ●"
        figure.suptitle(f"{data}\n{title}", x=0.01, ha="left", fontsize=10)
        panels = figure.subplots(1, len(encoders), sharex=True, sharey=True, squeeze=False)[0]
        for axes, encoder in zip(panels, encoders, strict=True):
            for place, (name, size) in enumerate(named):
                pair = [means.get((name, size, trained, encoder)) for trained in (False, True)]
                _draw_pair(axes, place, pair[0], pair[1])
            axes.set_title(encoder, fontsize=10, loc="left", fontweight="bold")
            axes.xaxis.set_major_formatter(PercentFormatter(1, 0))
            axes.set_yticks(range(len(named)), [f"{name}, {size}" for name, size in named])
        shown = [value for mean in means.values() for value in (mean.value, mean.low, mean.high)]
        panels[0].set_xlim(max(0, min(shown) - 0.01), min(1, max(shown) + 0.02))
        panels[0].set_ylabel("embedding, dimensions")
    return figure


def _draw_pair(axes: Axes, place: int, frozen: Mean | None, tuned: Mean | None) -> None:
    """One embedding under one encoder; the interval over seeds is a bar through the dot."""
    if frozen and tuned:
        axes.plot([frozen.value, tuned.value], [place, place], color="#d0d0d0", lw=4, zorder=1)
    for mean, shift, color, face in (
        (frozen, 0.0, COLORS[1], "white"),
        (tuned, 0.0, COLORS[0], COLORS[0]),
    ):
        if mean is None:
            continue
        axes.plot([mean.low, mean.high], [place + shift] * 2, color=color, lw=1.2, zorder=2)
        axes.plot(mean.value, place + shift, "o", color=color, mfc=face, ms=5.5, zorder=3)
    if frozen:
        axes.annotate(
            f"{100 * frozen.value:.1f}",
            (frozen.value, place),
            (0, 3.5),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=FAINT,
            fontsize=7,
        )


def _sentence(title: str, found: Sequence[Effect]) -> str | None:
    """A change under every encoder, and under which it is sure."""
    if not found:
        return None
    shown = [
        f"{signed(each.test.difference)}{_interval(each.test)} under {each.change.after[3]}"
        for each in found
    ]
    sure = [each.change.after[3] for each in found if each.is_sure]
    surely = f"surely under {_listed(sure)}" if sure else "under none surely"
    return f"{title}: {', '.join(shown)}; {surely}."


def _accuracies(values: Mapping[Key, Sequence[float]], confidence: float) -> Table:
    encoders = list(dict.fromkeys(key[3] for key in values))
    table = [["Embedding", "Dimensions", "Training", *encoders]]
    for name, size, trainable in dict.fromkeys(key[:3] for key in values):
        cells = [values.get((name, size, trainable, encoder)) for encoder in encoders]
        shown = [
            "–" if each is None else _shown(mean_over_seeds(each, confidence)) for each in cells
        ]
        table.append([name, str(size), "fine-tuned" if trainable else "frozen", *shown])
    return table


def _means(rows: Rows, figure: str) -> dict[Key, float]:
    swapped = [{**row, "accuracy": row[figure]} for row in rows]
    return {key: mean_over_seeds(each, 0.95).value for key, each in values_of(swapped).items()}


def _seeds(rows: Rows) -> int:
    return len({row["seed"] for row in rows})


def _listed(names: Sequence[str]) -> str:
    """a, b and c."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _shown(mean: Mean) -> str:
    interval = f" ({mean.low:.1%} to {mean.high:.1%})" if mean.seeds > 1 else ""
    return f"{mean.value:.1%}{interval}"


def _shown_effect(effect: Effect) -> str:
    star = " *" if effect.is_sure else ""
    return f"{signed(effect.test.difference)}{_interval(effect.test)}{star}"


def _interval(test: PairedTest) -> str:
    """Nothing where one seed leaves no width to tell of."""
    return f" ({signed(test.low)} to {signed(test.high)})" if test.low < test.high else ""

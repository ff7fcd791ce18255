"""How models do on short texts and long ones, for people: `reports/lengths.md`."""

from collections.abc import Callable, Mapping

from reelvec.evaluation.lengths import EXCERPTS, Figure, Lengths, Scored
from reelvec.evaluation.tables import Table, markdown_table, percent, points

Shown = Callable[[Scored], str]

HOW_TO_READ = """\
A cell is a figure and half the width of its {confidence} interval, from drawing {drawn} anew.

- **accuracy**: share right, in percent.
- **log loss**: mean of -log P(label), natural logarithm; 0.693 is a coin's.
- **calibration error**: how far P(positive) lies from the share that is positive, in points.
- **confidence less accuracy**: the mean probability of the label it predicted, less the share
  right, in points. Above 0 a model is surer than it is right, below 0 less sure."""

OF_EXCERPTS = """\
The same {texts:,} test reviews, cut to their first or last sentences; a review that has fewer is
kept whole. The label is the review's, and a sentence need not share its verdict: some are neutral,
so that nobody can be right about all of them."""

OF_REVIEWS = "All {texts:,} test reviews, by their number of words."


def lengths_markdown(
    lengths: Lengths, default: str, data: str, confidence: float, by_film: bool = True
) -> str:
    """`reports/lengths.md`.

    Args:
        lengths: what `lengths.measured` gives.
        default: the model that answers where none is named.
        data: the line that says which reviews, put first.
        confidence: of the intervals.
        by_film: whether it is known which texts are of one film.
    """
    drawn = "whole films" if by_film else "texts"
    excerpts, reviews = lengths["excerpts"], lengths["reviews"]
    parts = [
        data,
        "# Short texts and long ones",
        answer(lengths, default),
        HOW_TO_READ.format(confidence=percent(confidence), drawn=drawn),
        "## By sentences",
        OF_EXCERPTS.format(texts=_number(next(iter(excerpts.values())))),
        *_tables(excerpts),
        "## By words",
        OF_REVIEWS.format(texts=sum(map(_number, reviews.values()))),
        *_tables(reviews),
    ]
    return "\n\n".join(parts) + "\n"


def answer(lengths: Lengths, default: str) -> str:
    """What the default model makes of short texts and long ones, in a few sentences."""
    excerpts = {name: lengths["excerpts"][name][default] for name in EXCERPTS}
    last, whole = excerpts["last sentence"], excerpts["whole review"]
    lines = [
        f"`{default}`, the model that answers where none is named, is right about "
        f"{last.accuracy.value:.1%} of reviews from their last sentence "
        f"({last.words:.0f} words on average) and about {whole.accuracy.value:.1%} from all of "
        f"them ({whole.words:.0f} words); {whole.texts:,} test reviews."
    ]
    lines += [f"Of {_these(name)} it is {_sureness(found)}." for name, found in excerpts.items()]
    models = lengths["excerpts"]["last sentence"]
    best = min(models, key=lambda name: models[name].log_loss.value)
    lines.append(
        f"`{best}` has the lowest log loss on last sentences, "
        f"{models[best].log_loss.value:.3f}; that of `{default}` is {last.log_loss.value:.3f}."
    )
    return " ".join(lines)


def _these(excerpt: str) -> str:
    return excerpt if excerpt.endswith("sentences") else f"{excerpt}s"


def _sureness(found: Scored) -> str:
    """How its confidence and its accuracy lie, as far as the interval lets anybody say."""
    excess = found.excess
    if excess.low > 0:
        return f"surer than it is right, by {points(excess.value).lstrip('+')} points"
    if excess.high < 0:
        return f"less sure than it is right, by {points(-excess.value).lstrip('+')} points"
    return "as sure as it is right, as far as these reviews tell"


def _number(models: Mapping[str, Scored]) -> int:
    return next(iter(models.values())).texts


def _tables(groups: Mapping[str, Mapping[str, Scored]]) -> list[str]:
    """A table for each figure, a row for each model and a column for each group."""
    shown: dict[str, Shown] = {
        "accuracy": lambda found: _share(found.accuracy),
        "log loss": lambda found: _loss(found.log_loss),
        "calibration error": lambda found: _share(found.calibration_error),
        "confidence less accuracy": lambda found: _share(found.excess),
    }
    parts = []
    for title, cell in shown.items():
        parts += [f"### {title.capitalize()}", markdown_table(_table(groups, cell))]
    return parts


def _table(groups: Mapping[str, Mapping[str, Scored]], cell: Shown) -> Table:
    models = list(next(iter(groups.values())))
    words = [_words(found) for found in groups.values()]
    return [
        ["Model", *groups],
        ["*texts; words*", *words],
        *([model, *(cell(found[model]) for found in groups.values())] for model in models),
    ]


def _words(models: Mapping[str, Scored]) -> str:
    found = next(iter(models.values()))
    return f"*{found.texts:,}; {found.words:.0f}*"


def _share(figure: Figure) -> str:
    return f"{100 * figure.value:.1f} ±{100 * _margin(figure):.1f}"


def _loss(figure: Figure) -> str:
    return f"{figure.value:.3f} ±{_margin(figure):.3f}"


def _margin(figure: Figure) -> float:
    """The wider of the two sides: the other may be cut off where a figure cannot go."""
    return max(figure.high - figure.value, figure.value - figure.low)

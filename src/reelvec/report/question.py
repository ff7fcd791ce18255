"""The project's question in four answers, each from what was measured, with its picture.

What embeddings know and what GloVe adds is asked as features, with few labels, as spaces and on
short texts. Studies and stages wrote the figures; an answer whose figures are not there is left
out. No sentence is made here that they do not bear out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import FIGURES, METRICS, REPORTS, SIMILARITIES

FEATURES = Path("studies/embeddings/reports/features")
SPACES = Path("studies/embeddings/reports/spaces")
CURVES = Path("studies/learning_curves/reports/curves")
LENGTHS, SHORT_JUDGEMENTS = METRICS / "lengths.json", METRICS / "short_judgements.json"

OF_SPACES = ("analogy questions", "WordSim-353")
"""By these the two findings on spaces are known that stand for all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers.

    Attributes:
        name: for links.
        title: in what respect the question is asked.
        short: sentences, made of figures.
        picture: path in the project's folder, without `.svg` or `.png`.
        alternative: what the picture shows.
        source: the report that has all of it.
        more: sentences for those who want them.
        data: which reviews, where they need not be those of the pipeline.
    """

    name: str
    title: str
    short: Sequence[str]
    picture: Path
    alternative: str
    source: Path
    more: Sequence[str] = ()
    data: str | None = field(default=None)


def answers(root: Path, studied: bool = True) -> list[Answer]:
    """Those answers whose figures are there.

    Args:
        root: the project's folder.
        studied: whether those of the studies count too.

    Raises:
        ReelvecError: a file is damaged, or its picture is missing.
    """
    found = [
        _read(root, path, make)
        for path, make in (
            (FEATURES.with_suffix(".json"), _as_features),
            (CURVES.with_suffix(".json"), _with_few_labels),
            (SPACES.with_suffix(".json"), _as_spaces_of_the_study),
            (SIMILARITIES, _as_spaces),
            (LENGTHS, _short_texts),
        )
        if studied or path.parts[0] != "studies"
    ]
    # The study asks more spaces than the pipeline has.
    by_name: dict[str, Answer] = {}
    for each in found:
        if each is not None and (root / each.picture.with_suffix(".svg")).is_file():
            by_name.setdefault(each.name, each)
    return list(by_name.values())


def question_markdown(found: Sequence[Answer]) -> str:
    """The answers for the README: sentences, picture, where to read on."""
    return "\n\n".join(
        f"### {each.title}\n\n{' '.join(each.short)} ([more]({each.source.as_posix()}))\n\n"
        f"![{each.alternative}]({each.picture.with_suffix('.png').as_posix()})"
        for each in found
    )


def _read(
    root: Path, path: Path, make: Callable[[Path, Mapping[str, Any]], Answer | None]
) -> Answer | None:
    if not (root / path).is_file():
        return None
    try:
        return make(root, read_json(root / path))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReelvecError(
            f"{root / path}: damaged ({error!r}); take it from git, or make it again with `make "
            "studies` or `make repro`"
        ) from None


def _as_features(_: Path, told: Mapping[str, Any]) -> Answer:
    short = list(told["short"])
    return Answer(
        "features",
        "As features",
        short,
        FEATURES,
        "Test accuracy of each embedding under each encoder, frozen and fine-tuned",
        FEATURES.with_suffix(".md"),
        [line for line in told["sentences"] if line not in short],
        told["data"],
    )


def _with_few_labels(_: Path, told: Mapping[str, Any]) -> Answer:
    return Answer(
        "labels",
        "With few labels",
        list(told["short"]),
        CURVES,
        "Test accuracy by the number of labelled reviews, from none",
        CURVES.with_suffix(".md"),
        list(told["advice"]),
        told["data"],
    )


def _as_spaces_of_the_study(_: Path, told: Mapping[str, Any]) -> Answer:
    return _spaces(told["answers"], SPACES, SPACES.with_suffix(".md"), told["data"])


def _as_spaces(_: Path, told: Mapping[str, Any]) -> Answer | None:
    found = told.get("findings")
    if not found:
        return None
    return _spaces(found, FIGURES / "words", REPORTS / "similarities.md", None)


def _spaces(found: Sequence[str], picture: Path, source: Path, data: str | None) -> Answer:
    short = [line for line in found if any(each in line for each in OF_SPACES)] or found[:2]
    return Answer(
        "spaces",
        "As spaces",
        short,
        picture,
        "What the embedding spaces know",
        source,
        [line for line in found if line not in short],
        data,
    )


def _short_texts(root: Path, told: Mapping[str, Any]) -> Answer:
    """The default model on cut reviews, and on plain judgements that no choice was made on."""
    model = told["default"]
    parts = [
        f"{_right(group[model])} of {name if name.endswith('s') else f'{name}s'} "
        f"({group[model]['words']:.0f} words on average)"
        for name, group in told["excerpts"].items()
    ]
    (texts, *_) = (group[model]["texts"] for group in told["excerpts"].values())
    short = [f"{model} is right about {', '.join(parts)}: {texts:,} test reviews, cut."]
    if (root / SHORT_JUDGEMENTS).is_file():
        counts = read_json(root / SHORT_JUDGEMENTS)[model]["unseen"]["all"]
        short.append(
            f"Of {counts['cases']} short plain judgements that were written before any model was "
            f"asked, it is right about {counts['passed']}."
        )
    return Answer(
        "short",
        "Short and odd texts",
        short,
        FIGURES / "lengths",
        "Accuracy by the length of the text",
        REPORTS / "lengths.md",
    )


def _right(found: Mapping[str, Any]) -> str:
    accuracy = found["accuracy"]
    return f"{accuracy['value']:.1%} ({accuracy['low']:.1%} to {accuracy['high']:.1%})"

"""What `reelvec predict` prints: a label and a probability for each review, and why."""

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import printable
from reelvec.base.project.provenance import LabelNames
from reelvec.cli.terminal import print_json
from reelvec.evaluation.results import Results
from reelvec.models.logits import label_of, probabilities_of
from reelvec.text.blocks import blocks_of

if TYPE_CHECKING:
    from reelvec.evaluation.explain import Contribution

REVIEWS_AT_ONCE, EXPLAINED_AT_ONCE = 5_000, 100
"""Reviews in a block: enough for the columns to be fast, few enough to see the first soon."""

SHORTEST_TEXT = 20
INTERRUPTED = 130
"""The status of a program that Ctrl-C ended."""


@dataclass(frozen=True, slots=True)
class Style:
    """How predictions are printed.

    Attributes:
        words: how many words that decided are named; None names none.
        as_json: one object a line, not a table.
    """

    words: int | None = None
    as_json: bool = False


def show_predictions(
    project: Path, variant: str | None, given: Iterable[Sequence[str]], style: Style
) -> None:
    """Predict reviews in blocks and print each block as soon as it is done; Ctrl-C ends it.

    Args:
        project: the project's folder.
        variant: which model; None takes the best one.
        given: reviews, as many at a time as there are: a list where all are there.
        style: how to print.

    Raises:
        ReelvecError: there is no such model.
    """
    try:
        _predict(project, variant, given, style)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _predict(
    project: Path, variant: str | None, given: Iterable[Sequence[str]], style: Style
) -> None:
    name = Results(project).choose_model(variant)
    # Not before the name is known to be right: torch takes a second to load.
    from reelvec.models.load import load_model

    model = load_model(name, project)
    if variant is None and not style.as_json:
        print(f"{name}, the best model on the validation reviews:", file=sys.stderr)
    for block in _blocks(given, REVIEWS_AT_ONCE if style.words is None else EXPLAINED_AT_ONCE):
        probabilities = probabilities_of(model.logits(block)).tolist()
        reasons: list[list[Contribution]] | None = None
        if style.words is not None:
            from reelvec.evaluation.explain import contributions

            reasons = [found[: style.words] for found in contributions(model, block)]
        _print_block(block, probabilities, reasons, style.as_json, model.labels)
        # Who writes a line into a pipe may wait for its answer before the next one.
        sys.stdout.flush()


def read_texts(
    arguments: Sequence[str], file: Path | None, column: str | None
) -> Iterable[list[str]]:
    """The reviews to predict: the arguments, a file's, or those of standard input.

    Returns:
        a list of them all in one list; those of standard input as they come.

    Raises:
        ReelvecError: there are none, or two sources of them, or they cannot be read.
    """
    from reelvec.cli.piped_reviews import reviews_as_they_come
    from reelvec.cli.review_files import read_review_file

    if file is not None and arguments:
        raise ReelvecError("either TEXT or --file: the one or the other")
    if file is not None:
        return [read_review_file(file, column)]
    if column is not None:
        raise ReelvecError("--column belongs to --file")
    if list(arguments) == ["-"] or (not arguments and not sys.stdin.isatty()):
        return reviews_as_they_come(sys.stdin.buffer, "standard input")
    if not arguments:
        raise ReelvecError("nothing to predict: give a TEXT, a --file, or pipe reviews in")
    if len(arguments) == 1 and _is_file(arguments[0]):
        raise ReelvecError(f"{arguments[0]} is a file: `--file {arguments[0]}` reads it")
    # What a terminal sent in another encoding is no text: a mark stands for it.
    return [[text.encode("utf-8", "replace").decode() for text in arguments]]


def _blocks(given: Iterable[Sequence[str]], size: int) -> Iterator[Sequence[str]]:
    """Blocks of texts, with a bar on a terminal while the answers go elsewhere."""
    from tqdm import tqdm

    total = sum(map(len, given)) if isinstance(given, list) else None
    few = total is not None and total <= size
    hidden = few or not sys.stderr.isatty() or sys.stdout.isatty()
    with tqdm(total=total, unit=" reviews", disable=hidden) as bar:
        for texts in given:
            for block in blocks_of(texts, size):
                yield block
                bar.update(len(block))


def _print_block(
    texts: Sequence[str],
    probabilities: list[float],
    reasons: "list[list[Contribution]] | None",
    as_json: bool,
    names: LabelNames,
) -> None:
    longest = max(map(len, names))
    width = max(SHORTEST_TEXT, shutil.get_terminal_size().columns - longest - len("  0.000  "))
    for row, (text, probability) in enumerate(zip(texts, probabilities, strict=True)):
        label = label_of(probability, names)
        why = None if reasons is None else reasons[row]
        if as_json:
            answer = {"label": label, "probability": probability, "text": text}
            print_json(answer if why is None else {**answer, "words": [asdict(one) for one in why]})
            continue
        print(f"{label:<{longest}}  {probability:.3f}  {_start(text, width)}")
        if why is not None:
            print(f"    {', '.join(map(_reason, why)) or 'no word that the model knows'}")


def _start(text: str, width: int) -> str:
    """The beginning of a text in one line."""
    line = printable(" ".join(text[: 2 * width].split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _reason(word: "Contribution") -> str:
    times = f" ×{word.count}" if word.count > 1 else ""
    return f"{word.words}{times} {word.logit:+.2f}"


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):  # A review is longer than a file's name may be.
        return False

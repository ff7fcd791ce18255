"""What `reelvec predict` prints: a label and a probability for each review, and why."""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from reelvec.base.errors import INTERRUPTED, ReelvecError
from reelvec.base.executor import SCHEDULER
from reelvec.base.messages import printable
from reelvec.base.project.provenance import LabelNames
from reelvec.cli.answers import (
    Answer,
    answer_to,
    answers_of_workers,
    answers_side_by_side,
    blocks_in,
    most_at_once,
)
from reelvec.cli.review_files import ParquetReviews
from reelvec.cli.terminal import print_json
from reelvec.evaluation.results import Results
from reelvec.models.folders import folder_of_model
from reelvec.models.logits import label_of

if TYPE_CHECKING:
    from tqdm import tqdm

    from reelvec.evaluation.explain import Contribution

SHORTEST_TEXT = 20


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
        given: reviews, as many at a time as there are: a list where all are there. Those of a
            Parquet file are predicted on the Dask cluster that the environment names, if it does.
        style: how to print.

    Raises:
        ReelvecError: there is no such model, or no such cluster.
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
    blocks = blocks_in(given, style.words)
    if isinstance(given, ParquetReviews) and os.environ.get(SCHEDULER):
        answers = answers_of_workers(folder_of_model(name, project), given, style.words)
    else:
        blocks, asked = tee(blocks)
        if _number_of(given) is None:  # nobody knows when the next one comes
            answers = (answer_to(model, block, style.words) for block in asked)
        else:
            answers = answers_side_by_side(model, asked, style.words)
    with _bar(given, style.words) as bar:
        for answer, block in zip(answers, blocks, strict=True):
            _print_block(block, answer, style.as_json, model.labels)
            # Who writes a line into a pipe may wait for its answer before the next one.
            sys.stdout.flush()
            bar.update(len(block))


def read_texts(
    arguments: Sequence[str], file: Path | None, column: str | None
) -> Iterable[list[str]]:
    """The reviews to predict: the arguments, a file's, or those of standard input.

    Returns:
        a list of them all in one list; those of standard input and of Parquet some at a time.

    Raises:
        ReelvecError: there are none, or two sources of them, or they cannot be read.
    """
    from reelvec.cli.piped_reviews import reviews_as_they_come
    from reelvec.cli.review_files import read_review_file

    if file is not None and arguments:
        raise ReelvecError("either TEXT or --file: the one or the other")
    if file is not None:
        return read_review_file(file, column)
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


def _bar(given: Iterable[Sequence[str]], words: int | None) -> "tqdm[NoReturn]":
    """A bar on a terminal while the answers go elsewhere."""
    from tqdm import tqdm

    total = _number_of(given)
    few = total is not None and total <= most_at_once(words)
    hidden = few or not sys.stderr.isatty() or sys.stdout.isatty()
    return tqdm(total=total, unit=" reviews", disable=hidden)


def _number_of(given: Iterable[Sequence[str]]) -> int | None:
    """How many reviews there are, where that is known."""
    if isinstance(given, ParquetReviews):
        return given.rows
    return sum(map(len, given)) if isinstance(given, list) else None


def _print_block(texts: Sequence[str], answer: Answer, as_json: bool, names: LabelNames) -> None:
    longest = max(map(len, names))
    width = max(SHORTEST_TEXT, shutil.get_terminal_size().columns - longest - len("  0.000  "))
    for row, (text, probability) in enumerate(zip(texts, answer.probabilities, strict=True)):
        label = label_of(probability, names)
        why = None if answer.reasons is None else answer.reasons[row]
        if as_json:
            line = {"label": label, "probability": probability, "text": text}
            print_json(line if why is None else {**line, "words": [asdict(one) for one in why]})
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

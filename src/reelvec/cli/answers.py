"""What a model says of reviews: here, or on the workers of a Dask cluster."""

import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from reelvec.base.executor import THREADS, in_order, map_blocks
from reelvec.cli.review_files import ParquetReviews
from reelvec.models.logits import probabilities_of
from reelvec.text.blocks import blocks_of

if TYPE_CHECKING:
    from reelvec.evaluation.explain import Contribution
    from reelvec.models.model import Model

REVIEWS_AT_ONCE, EXPLAINED_AT_ONCE = 5_000, 100
"""Reviews in a block: enough for the columns to be fast, few enough to see the first soon."""

LOADING = Lock()
"""A worker may have several threads, and they share a model."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of a block of reviews.

    Attributes:
        probabilities: of `positive`, one a review.
        reasons: the words that decided, by review; None where nobody asked.
    """

    probabilities: list[float]
    reasons: "list[list[Contribution]] | None"


def answer_to(model: "Model", block: Sequence[str], words: int | None) -> Answer:
    """Ask a model; `words` is how many that decided are named, None for none."""
    probabilities = probabilities_of(model.logits(block)).tolist()
    if words is None:
        return Answer(probabilities, None)
    from reelvec.evaluation.explain import contributions

    return Answer(probabilities, [found[:words] for found in contributions(model, block)])


def answers_side_by_side(
    model: "Model", blocks: Iterable[Sequence[str]], words: int | None
) -> Iterator[Answer]:
    """Answer several blocks at a time, in their order, when all of them are there already.

    Each has one core: how many work on a matrix product shows in the last digits.
    """

    def work(block: Sequence[str]) -> Answer:
        return answer_to(model, block, words)

    with ThreadPoolExecutor(THREADS, initializer=_keep_to_one_core) as pool:
        # No more wait than work: a file may be larger than the memory.
        yield from in_order(pool.submit, work, blocks, THREADS)


def _keep_to_one_core() -> None:
    if torch := sys.modules.get("torch"):  # a linear model has no need of it
        torch.set_num_threads(1)


def most_at_once(words: int | None) -> int:
    """How many reviews are in a block."""
    return REVIEWS_AT_ONCE if words is None else EXPLAINED_AT_ONCE


def blocks_in(given: Iterable[Sequence[str]], words: int | None) -> Iterator[Sequence[str]]:
    """Reviews in the blocks that models are asked about.

    How a network's batches are filled shows in the last digits of its answers: so blocks do not
    depend on who works on them.
    """
    for texts in given:
        yield from blocks_of(texts, most_at_once(words))


def answers_of_workers(
    folder: Path, reviews: ParquetReviews, words: int | None
) -> Iterator[Answer]:
    """Let each row group be read and answered by whoever is free.

    Args:
        folder: of the model; all workers see it, and the file.
        reviews: which.
        words: as for `answer_to`.

    Returns:
        one for each of `blocks_in(reviews, words)`.

    Raises:
        ReelvecError: as for `map_blocks`; a row group cannot be read.
    """
    # A worker outlives the command, and the model may be another by the next one.
    command = secrets.token_hex(8)
    there = replace(reviews, path=reviews.path.resolve())
    work = partial(_answers_to_group, folder.resolve(), command, there, words)
    for answers in map_blocks(work, range(reviews.groups)):
        yield from answers


def _answers_to_group(
    folder: Path, command: str, reviews: ParquetReviews, words: int | None, group: int
) -> list[Answer]:
    with LOADING:
        model = _loaded(folder, command)
    return [answer_to(model, block, words) for block in blocks_in(reviews.of_group(group), words)]


@lru_cache(maxsize=1)
def _loaded(folder: Path, _: str) -> "Model":
    """The model that a command asks; a process loads it once."""
    from reelvec.models.load import read_model

    folder.stat()  # What a worker does not see is no model that was never trained.
    return read_model(folder)

"""The mistakes a model was surest of, with the text of the reviews."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import write_json
from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.scores import confident_mistakes
from reelvec.evaluation.sentences import BREAK

WORDS_SHOWN = 8
"""Of those that decided: as many as fit a line or two."""

Words = tuple[tuple[str, float], ...]

Key = tuple[int, int]
"""The label and the number of a test review: a number is unique together with the label alone."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A test review that was misjudged.

    Attributes:
        review_id: the number in its file name, or of its row.
        label: 1 positive, 0 negative.
        rating: from 1 to 10 stars, which the model never sees; None in a table.
        probability: P(positive) that the model gave.
        text: the review as it was written.
        words: those that decided, and what each added to the logit, the weightiest first.
        name: what a table calls it; nothing in an archive.
    """

    review_id: int
    label: int
    rating: int | None
    probability: float
    text: str
    words: Words = ()
    name: str = ""

    @property
    def path(self) -> str:
        """The review's place in the archive, or its name in the table."""
        place = f"test/{'pos' if self.label else 'neg'}/{self.review_id}_{self.rating}.txt"
        return self.name or place

    def verdict(self, names: LabelNames = LABELS) -> str:
        """What the review is and what the model took it for."""
        said, truth = names[1 - self.label], names[self.label]
        return f"{truth}, taken for {said} (P({names[1]}) = {self.probability:.4f})"

    @property
    def paragraphs(self) -> list[str]:
        """The text, cut where the reviewer broke the line; nothing is escaped."""
        return [part.strip() for part in BREAK.split(self.text) if part.strip()]


def find_mistakes(
    predictions: Mapping[str, Predictions], reviews: Path, count: int
) -> dict[str, list[Mistake]]:
    """Look up the text of the surest mistakes.

    Args:
        predictions: of the test reviews, by model.
        reviews: `data/raw/imdb.parquet`.
        count: how many at most of each model.

    Returns:
        the mistakes of each model, surest first.

    Raises:
        ReelvecError: the reviews are not there, or one of them is not.
    """
    surest = {name: _surest(each, count) for name, each in predictions.items()}
    row_of = _looked_up(reviews, [key for each in surest.values() for key in each])
    return {
        name: [_mistake(row_of[key], probability) for key, probability in found.items()]
        for name, found in surest.items()
    }


def explained(
    mistakes: Sequence[Mistake], decide: Callable[[Sequence[str]], Sequence[Words]]
) -> list[Mistake]:
    """The same mistakes with the words that decided.

    Args:
        mistakes: any.
        decide: for each text the words and what they add to the logit, the weightiest first.
    """
    words = decide([mistake.text for mistake in mistakes])
    return [
        replace(mistake, words=tuple(decided[:WORDS_SHOWN]))
        for mistake, decided in zip(mistakes, words, strict=True)
    ]


def save_mistakes(path: Path, mistakes: Sequence[Mistake]) -> None:
    """Write a JSON file."""
    told = [asdict(mistake) for mistake in mistakes]
    write_json(
        path, [{key: each[key] for key in each if key != "name" or each[key]} for each in told]
    )


def load_mistakes(path: Path) -> list[Mistake]:
    """Read what `save_mistakes` wrote.

    Raises:
        ReelvecError: the file is missing or damaged.
    """
    try:
        return TypeAdapter(list[Mistake]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ReelvecError(
            f"{path}: not there or damaged ({type(error).__name__}); {run_again('evaluate')}"
        ) from None


def mistakes_markdown(
    model: str, mistakes: Sequence[Mistake], data: str, names: LabelNames = LABELS
) -> str:
    """The mistakes for people.

    The reviews stand in HTML blocks without blank lines, where Markdown reads no markup, and
    are escaped: whatever a reviewer wrote is shown, not obeyed.

    Args:
        model: whose mistakes these are.
        mistakes: surest first.
        data: the line that says which reviews, put first.
        names: what their labels are called.
    """
    heading = f"# The mistakes that {model} is surest of"
    if not mistakes:
        return f"{data}\n\n{heading}\n\nThere are none to show.\n"
    parts = [data, heading]
    for number, mistake in enumerate(mistakes, start=1):
        title = f"{number}. {mistake.path}: {mistake.verdict(names)}"
        parts.append(f"## {html.escape(' '.join(title.split()), quote=False)}")
        if mistake.words:
            parts.append(f"<p>{html.escape(_decided(mistake))}</p>")
        paragraphs = (f"<p>{html.escape(text)}</p>" for text in mistake.paragraphs)
        parts.append("\n".join(["<blockquote>", *paragraphs, "</blockquote>"]))
    return "\n\n".join(parts) + "\n"


def _decided(mistake: Mistake) -> str:
    return "Decided by: " + ", ".join(f"{word} {logit:+.2f}" for word, logit in mistake.words)


def _surest(predictions: Predictions, count: int) -> dict[Key, float]:
    """What was said of the reviews that were most surely misjudged."""
    positions = confident_mistakes(predictions, count)
    columns = (predictions.labels, predictions.review_ids, predictions.probabilities)
    chosen = zip(*(column[positions].tolist() for column in columns), strict=True)
    return {(label, id_): probability for label, id_, probability in chosen}


def _looked_up(reviews: Path, keys: Sequence[Key]) -> dict[Key, Mapping[str, Any]]:
    """The rows of test reviews with these labels and ids."""
    ids = pa.array(sorted({id_ for _, id_ in keys}), pa.int32())
    try:
        named = [name for name in pq.read_schema(reviews).names if name == "id"]
        rows = pq.read_table(
            reviews,
            columns=["label", "review_id", "rating", "text", *named],
            filters=(pc.field("split") == "test") & pc.field("review_id").isin(ids),
        ).to_pylist()
    except FileNotFoundError:
        raise ReelvecError(f"{reviews}: not there; {run_again('fetch_imdb')}") from None
    row_of = {(row["label"], row["review_id"]): row for row in rows}
    for label, id_ in keys:
        if (label, id_) not in row_of:
            raise ReelvecError(
                f"{reviews}: no test review with label {label} and id {id_}, which was "
                "predicted; run `dvc repro` so that both come from the same data"
            )
    return row_of


def _mistake(row: Mapping[str, Any], probability: float) -> Mistake:
    text, name = row["text"], _name_of(row)
    return Mistake(row["review_id"], row["label"], row["rating"], probability, text, name=name)


def _name_of(row: Mapping[str, Any]) -> str:
    """What a table calls a review; the name of a file in an archive holds its rating."""
    return "" if row["rating"] else row.get("id") or f"row {row['review_id']:,}"

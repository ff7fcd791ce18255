"""Text to ids: all reviews here, against spaCy and simplemma one token at a time on a slice.

spaCy has one thread and we have two: the two are compared by the seconds of processors.
"""

from importlib.util import find_spec
from statistics import median

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.measure import (
    REPETITIONS,
    Row,
    interleaved,
    processor_seconds,
    seconds,
    yes_or_no,
)
from benchmarks.reviews import TABLE
from reelvec.base.schema.whole import load_params
from reelvec.text.columns import THREADS, split_on_white_space, tokenize

EVERY = 50
"""One review in so many is in the slice."""

TARGET_SPEED, TARGET_RATIO = 3e6, 5


def run() -> list[Row]:
    """Measure; tokens are those of the input, split on white space."""
    texts = pq.read_table(TABLE, columns=["text"])["text"]
    params = load_params().preprocess
    lengths = pc.list_value_length(split_on_white_space(texts)).to_numpy()
    tokens, slice_tokens = int(lengths.sum()), int(lengths[::EVERY].sum())
    tokenize(texts.slice(0, 10), params)  # loads the lemmatiser
    target = f"≥ {TARGET_SPEED / 1e6:g} M tokens/s"
    task = f"preprocess: {len(texts):,} reviews, {tokens / 1e6:.1f} M tokens"

    def ours() -> None:
        tokenize(texts, params)

    speed = tokens / median(seconds(ours) for _ in range(REPETITIONS))
    shown = f"{speed / 1e6:.2f} M tokens/s with {THREADS} threads"
    if not find_spec("spacy"):
        return [Row(task, shown, "not installed", "–", target, yes_or_no(speed >= TARGET_SPEED))]

    import simplemma
    import spacy

    pipeline = spacy.blank("en")
    some = texts.to_pylist()[::EVERY]

    def token_by_token() -> None:
        for text in some:
            _ = [simplemma.lemmatize(token.text, lang="en") for token in pipeline(text)]

    pairs = interleaved(
        lambda: processor_seconds(ours) / tokens,
        lambda: processor_seconds(token_by_token) / slice_tokens,
    )
    return [
        Row(
            task,
            f"{shown}, {1e-6 / pairs.ours:.2f} M a second of processor",
            f"spaCy blank + simplemma, {len(some):,} reviews: "
            f"{1e-6 / pairs.plain:.2f} M a second of processor",
            f"{pairs.ratio:.1f}",
            f"{target}, ≥ {TARGET_RATIO}x by processor",
            yes_or_no(speed >= TARGET_SPEED and pairs.ratio >= TARGET_RATIO),
        )
    ]

"""Text to ids: all reviews here, against spaCy and simplemma one token at a time on a slice."""

from importlib.util import find_spec

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import TABLE
from reelvec.base.schema.whole import load_params
from reelvec.text.columns import split_on_white_space, tokenize

EVERY = 50
"""One review in so many is in the slice."""

TARGET_SPEED, TARGET_RATIO = 3e6, 5


def run() -> list[Row]:
    """Measure; speeds are in tokens of the input, split on white space, a second."""
    texts = pq.read_table(TABLE, columns=["text"])["text"]
    params = load_params().preprocess
    lengths = pc.list_value_length(split_on_white_space(texts)).to_numpy()
    tokens, slice_tokens = int(lengths.sum()), int(lengths[::EVERY].sum())
    tokenize(texts.slice(0, 10), params)  # loads the lemmatiser
    target = f"≥ {TARGET_SPEED / 1e6:g} M tokens/s"
    task = f"preprocess: {len(texts):,} reviews, {tokens / 1e6:.1f} M tokens"

    def ours() -> float:
        return seconds(lambda: tokenize(texts, params)) / tokens

    if not find_spec("spacy"):
        speed = 1 / sorted(ours() for _ in range(3))[1]
        shown = f"{speed / 1e6:.2f} M tokens/s"
        return [Row(task, shown, "not installed", "–", target, yes_or_no(speed >= TARGET_SPEED))]

    import simplemma
    import spacy

    pipeline = spacy.blank("en")
    some = texts.to_pylist()[::EVERY]

    def token_by_token() -> None:
        for text in some:
            _ = [simplemma.lemmatize(token.text, lang="en") for token in pipeline(text)]

    pairs = interleaved(ours, lambda: seconds(token_by_token) / slice_tokens)
    return [
        Row(
            task,
            f"{1e-6 / pairs.ours:.2f} M tokens/s",
            f"spaCy blank + simplemma, {len(some):,} reviews: {1e-6 / pairs.plain:.2f} M tokens/s",
            f"{pairs.ratio:.1f}",
            f"{target}, ≥ {TARGET_RATIO}x",
            yes_or_no(1 / pairs.ours >= TARGET_SPEED and pairs.ratio >= TARGET_RATIO),
        )
    ]

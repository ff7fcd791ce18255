"""Words without a vector: left out of an average, counted as zeros, or made of their letters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from studies.common.tutorial_reviews import OfficialText
from studies.tutorials.common.averaged import classified

from reelvec.base.schema.word_vectors import WordVectorsParams
from reelvec.base.statistics import share_interval
from reelvec.evaluation.comparison import compare_pair
from reelvec.models.word2vec import train_word_vectors
from reelvec.models.word_vectors import WordVectors
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import RESERVED


def train_on_whole_text(settings: Mapping[str, Any], text: OfficialText) -> WordVectors:
    """Word vectors of the training reviews alone, rare words and all.

    Args:
        settings: as for an entry of `word_vectors` in the project's `params.yaml`.
        text: the reviews.
    """
    first = len(RESERVED)
    shifted = Ragged(text.training.reviews.ids + np.int32(first), text.training.reviews.offsets)
    params = WordVectorsParams.model_validate(dict(settings))
    return train_word_vectors(params, [*RESERVED, *text.lexicon], [shifted])


def compare_policies(
    text: OfficialText,
    vectors: WordVectors,
    policies: Sequence[str],
    known_words: Sequence[int | None],
    strength: float,
) -> dict[str, float]:
    """Hold ways with missing words against the first of them, on the same test reviews.

    Returns:
        by how many words are known (`all` or a number): the `missing` share of tokens; and of each
        policy its `accuracy` with Wilson's interval from `from` to `to`, and by how much it is
        `ahead` of the first, from `low` to `high`, with McNemar's `p_value`. Keys are such as
        `accuracy all zero`.
    """
    figures: dict[str, float] = {}
    for words in known_words:
        known = shown_words(words)
        found = {}
        for policy in policies:
            found[policy], missing = classified(text, vectors, policy, words, strength)
            figures[f"missing {known}"] = missing
        for policy, predictions in found.items():
            right, count = int(predictions.correct.sum()), len(predictions)
            start, end = share_interval(right, count, 0.95)
            pair = compare_pair(predictions, found[policies[0]], 0.95)
            own = {
                "accuracy": right / count,
                "from": float(start),
                "to": float(end),
                "ahead": pair.difference,
                "low": pair.low,
                "high": pair.high,
                "p_value": pair.p_value,
            }
            figures |= {f"{name} {known} {policy}": value for name, value in own.items()}
    return figures


def shown_words(words: int | None) -> str:
    """How many words have vectors, as a key."""
    return "all" if words is None else f"{words}"

"""The words that decided a prediction: what each adds to the logit, whatever the model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.model import Model
from reelvec.models.reader import Reader

NEGATED = "NOT_"
"""Before a word in the scope of a negation, as Pang, Lee and Vaithyanathan (2002) write it."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one token or n-gram adds to the logit of P(positive).

    Attributes:
        words: the token, or the n-gram's words with spaces between; unknown words are one token.
        logit: what its occurrences add, together.
        count: how often the model reads it in the review.
    """

    words: str
    logit: float
    count: int


def contributions(model: Model, texts: Sequence[str]) -> list[list[Contribution]]:
    """What each word of each text adds to its logit.

    Those of a linear classifier, and its intercept, sum to the logit. Networks:
    `explain_network`. What a word adds to an ensemble is what it adds to the members, weighed;
    where a member's logit is drawn in, its words are in the same proportion.

    Args:
        model: any trained model.
        texts: raw reviews.

    Returns:
        for each text its distinct tokens and n-grams, the largest absolute logit first; none for
        a text in which the model reads nothing.
    """
    if isinstance(model, Ensemble):
        return _of_ensemble(model, texts)
    if isinstance(model, Baseline):
        return _of_baseline(model, texts)
    # Not before: torch takes a second to load, and the other models need none.
    from reelvec.evaluation.explain_network import network_contributions
    from reelvec.models.predictor import Predictor

    assert isinstance(model, Predictor)
    return network_contributions(model, texts)


def weightiest_first(found: Iterable[Contribution]) -> list[Contribution]:
    """By falling absolute logit; equal ones in their order."""
    return sorted(found, key=lambda each: -abs(each.logit))


def words_of_id(id_: int, reader: Reader, vocabulary: Sequence[str]) -> str:
    """The token or the n-gram that a reader gives an id."""
    return " ".join(
        vocabulary[word] if word < reader.words else f"{NEGATED}{vocabulary[word - reader.words]}"
        for word in _word_ids(id_, reader)
    )


def _word_ids(id_: int, reader: Reader) -> list[int]:
    if id_ < reader.single_words or reader.ngrams is None:
        return [id_]
    place = id_ - reader.single_words
    for length, keys in enumerate(reader.ngrams.keys, 2):
        if place < len(keys):
            return reader.ngrams.words_of(place, length)
        place -= len(keys)
    raise IndexError(f"no n-gram has the id {id_}")


def _of_baseline(model: Baseline, texts: Sequence[str]) -> list[list[Contribution]]:
    """A share of the sum for each column."""
    seen = model.reader.read(model.tokenizer.encode(texts))
    features = model.features(seen)
    explained = []
    for row in range(len(seen)):
        start, end = features.indptr[row : row + 2]
        ids: NDArray[np.int32] = features.indices[start:end]
        logits = features.data[start:end] * model.coefficients[ids].astype(np.float64)
        counts = np.bincount(seen[row], minlength=model.reader.columns)[ids]
        names = (words_of_id(id_, model.reader, model.tokenizer.vocabulary) for id_ in ids.tolist())
        found = map(Contribution, names, logits.tolist(), counts.tolist())
        explained.append(weightiest_first(found))
    return explained


def _of_ensemble(model: Ensemble, texts: Sequence[str]) -> list[list[Contribution]]:
    """What the members say of each text, weighed and added up by word."""
    explained: list[dict[str, Contribution]] = [{} for _ in texts]
    for name, part in model.weighing.members.items():
        member = model.members[name]
        logits = member.logits(texts)
        counted = part.counted(logits)
        drawn_in = np.divide(counted, logits, out=np.ones_like(logits), where=logits != counted)
        for row, words in enumerate(contributions(member, texts)):
            factor = part.weight * float(drawn_in[row])
            for each in words:
                before = explained[row].get(each.words, Contribution(each.words, 0.0, 0))
                explained[row][each.words] = Contribution(
                    each.words, before.logit + factor * each.logit, max(before.count, each.count)
                )
    return [weightiest_first(found.values()) for found in explained]

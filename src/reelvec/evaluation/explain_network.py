"""What each word adds to the logit of a network."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from reelvec.evaluation.explain import Contribution, weightiest_first, words_of_id
from reelvec.models.batches import as_tensors, consecutive
from reelvec.models.classifier import Classifier
from reelvec.models.predictor import Predictor
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import PADDING

Ids = NDArray[np.int32]
Floats = NDArray[np.float64]

TOKENS_AT_ONCE = 200_000
"""Of the shortened copies of a review so many tokens are in one batch, for the memory's sake."""


@dataclass(frozen=True, slots=True)
class _Linear:
    """A head without a hidden layer, as one sum: `features @ weight + bias`."""

    weight: Floats
    bias: float


def network_contributions(predictor: Predictor, texts: Sequence[str]) -> list[list[Contribution]]:
    """What each word of each text adds to its logit.

    Where `adds_up` holds, these and `logit_without_words` sum to the logit that the text has by
    itself: a mean is shared among its tokens, and of a maximum each dimension belongs to the
    token that has it (the first one, should two have it). Every other model is asked again
    without the word, all its occurrences left out of what the model reads, and the difference
    counts.

    Args:
        predictor: a trained model, on the CPU.
        texts: raw reviews.

    Returns:
        for each text its distinct tokens and n-grams, the largest absolute logit first; none for
        a text in which the model reads nothing.
    """
    model = _without_padding(predictor.model)
    head = _linear_head(model)
    reviews = predictor.model.reader.read(predictor.tokenizer.encode(texts))
    explained = []
    for row in range(len(reviews)):
        tokens = _padded(reviews[row], predictor.model)
        distinct, places, counts = np.unique(tokens, return_inverse=True, return_counts=True)
        if head is None:
            logits = _differences(model, tokens, distinct)
        else:
            logits = _shares(model, head, tokens, places, len(distinct))
        reader, vocabulary = predictor.model.reader, predictor.tokenizer.vocabulary
        names = (words_of_id(id_, reader, vocabulary) for id_ in distinct.tolist())
        found = map(Contribution, names, logits.tolist(), counts.tolist())
        explained.append(weightiest_first(found))
    return explained


def adds_up(model: Classifier) -> bool:
    """Whether the words' contributions sum to the logit: a bag of words and a linear head."""
    return _linear_head(model) is not None


def logit_without_words(model: Classifier) -> float:
    """The logit of a review in which a model reads nothing."""
    nothing = Ragged(np.zeros(0, np.int32), np.zeros(2, np.int64))
    return float(_logits(_without_padding(model), nothing)[0])


def _linear_head(model: Classifier) -> _Linear | None:
    """The head of a bag of words as one sum; None where there is no such sum."""
    output = model.head[-1]
    if model.params.reads_in_order or model.params.hidden or not isinstance(output, nn.Linear):
        return None
    weight = output.weight.detach().double().numpy()[0]  # (F,)
    bias = float(output.bias.detach())
    first = model.head[0]
    if isinstance(first, nn.BatchNorm1d):
        seen = {name: buffer.double().numpy() for name, buffer in first.named_buffers()}
        weight = weight / np.sqrt(seen["running_var"] + first.eps)
        bias -= float(weight @ seen["running_mean"])
    return _Linear(weight, bias)


def _shares(
    model: Classifier, head: _Linear, tokens: Ids, places: NDArray[np.int64], distinct: int
) -> Floats:
    """What each distinct token brings into the pooled vector, times the head's weights.

    Args:
        model: with one of the pooling encoders.
        head: its head.
        tokens: of one review, int32 (tokens,).
        places: which of the distinct tokens each is, int64 (tokens,).
        distinct: how many there are.

    Returns:
        float64 (distinct,).
    """
    rows = torch.from_numpy(tokens.astype(np.int64))
    vectors = model.embedding.weight.detach()[rows].double().numpy()  # (L, D)
    dimension = vectors.shape[1]
    shares = np.zeros(distinct)
    if not len(tokens):
        return shares
    encoder = model.params.encoder
    if encoder != "max":
        parts = np.sqrt(len(tokens)) if encoder == "sqrtn" else len(tokens)
        shares += np.bincount(places, vectors @ head.weight[:dimension] / parts, distinct)
    if encoder in ("max", "mean_max"):
        owners = places[vectors.argmax(axis=0)]  # (D,)
        shares += np.bincount(owners, vectors.max(axis=0) * head.weight[-dimension:], distinct)
    return shares


def _differences(model: Classifier, tokens: Ids, distinct: Ids) -> Floats:
    """The logit of a review less its logit without each distinct token, float64 (distinct,)."""
    left_out = np.concatenate([[-1], distinct])  # The first copy is whole: no token has id -1.
    rows_at_once = max(1, TOKENS_AT_ONCE // max(1, len(tokens)))
    logits = []
    for rows in consecutive(np.arange(len(left_out)), rows_at_once):
        kept = tokens != left_out[rows, None]  # (B, L)
        ids = np.broadcast_to(tokens, kept.shape)[kept]
        logits.append(_logits(model, Ragged(ids, offsets_from_lengths(kept.sum(axis=1)))))
    whole, *others = np.concatenate(logits)
    return np.asarray(whole - others, np.float64)


@torch.inference_mode()
def _logits(model: Classifier, rows: Ragged) -> Floats:
    """Logits of rows that a reader has read already, float64 (rows,)."""
    logits: Floats = model(*as_tensors(rows, torch.device("cpu"))).double().numpy()
    return logits


def _without_padding(model: Classifier) -> Classifier:
    """The same model, which takes the padding that counts from the rows: see `_padded`."""
    if not model.params.pool_padding:
        return model
    # Otherwise it would pad a review to the longest one in its company.
    same = copy(model)
    same.params = model.params.model_copy(update={"pool_padding": False})
    return same


def _padded(tokens: Ids, model: Classifier) -> Ids:
    """A review with the padding that its model counts as tokens, as when it comes alone."""
    if not model.params.pool_padding:
        return tokens
    missing = (model.params.max_length or max(1, len(tokens))) - len(tokens)
    before = missing if model.params.padding == "pre" else 0
    return np.pad(tokens, (before, missing - before), constant_values=PADDING)

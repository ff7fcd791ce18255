"""Run a classifier over ragged reviews, without gradients."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from reelvec.models.batches import Rows, as_tensors, consecutive
from reelvec.models.classifier import Classifier
from reelvec.text.ragged import Ragged

POOLED_AT_ONCE, PADDED_AT_ONCE = 4096, 128
"""Reviews in a batch: where padding would be, they are fewer, for the memory's sake."""

PADDED_TOKENS = 1 << 19
"""Tokens in a batch, padding too: one very long review must not make all of a batch as long."""


@torch.inference_mode()
def predict_logits(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """Logits of P(positive), float32 (reviews,) on the CPU."""
    return logits_of_read(model, model.reader.read(reviews), device)


@torch.inference_mode()
def logits_of_read(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """The same for reviews that the model's reader has read already."""
    if model.training:  # to ask costs less than to go through all layers
        model.eval()
    if not len(reviews):
        return torch.zeros(0)
    return _in_batches(model, model, reviews, device).cpu()


@torch.inference_mode()
def features_of_read(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """What the encoder makes of reviews that were read already, float32 (reviews, features)."""
    return _in_batches(model, model.encode, reviews, device)


def _in_batches(
    model: Classifier, function: Callable[..., Tensor], reviews: Ragged, device: torch.device
) -> Tensor:
    """Apply a function to all reviews: the short ones first, and put back in order."""
    if model.params.pool_padding and model.params.max_length is None:
        # The longest of a batch decides how much padding counts: batches as in training.
        order = np.arange(len(reviews))
        batches = consecutive(order, model.params.batch_size)
    elif model.sequence_encoder is None:
        order = np.arange(len(reviews))
        batches = consecutive(order, POOLED_AT_ONCE)
    else:
        order = np.argsort(reviews.lengths, kind="stable")
        batches = _to_pad(order, reviews.lengths)
    parts = [function(*as_tensors(reviews.take(rows), device)) for rows in batches]
    joined = torch.cat(parts)
    result = torch.empty_like(joined)
    result[torch.from_numpy(order).to(device)] = joined
    return result


def _to_pad(order: Rows, lengths: Rows) -> Iterator[Rows]:
    """Batches of reviews in the order of their lengths, smaller ones where these are extreme."""
    for rows in consecutive(order, PADDED_AT_ONCE):
        longest = max(1, int(lengths[rows[-1]]))
        yield from consecutive(rows, max(1, PADDED_TOKENS // longest))

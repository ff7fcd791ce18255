"""Run a classifier over ragged reviews, without gradients."""

from collections.abc import Iterator

import torch
from torch import Tensor

from reelvec.batching import Batch, ragged_batches
from reelvec.models import Classifier
from reelvec.ragged import Ragged
from reelvec.vocabulary import limit_ids

EVALUATION_BATCH = 4096
"""Reviews scored at once outside training."""


@torch.inference_mode()
def pool(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """Encode reviews once, float32 (reviews, features): all that frozen vectors ever give."""
    return torch.cat([model.encode(*batch) for batch in _batches(model, reviews, device)])


@torch.inference_mode()
def predict_logits(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """Logits of P(positive), float32 (reviews,) on the CPU."""
    model.eval()
    if not len(reviews):
        return torch.zeros(0)
    return torch.cat([model(*batch) for batch in _batches(model, reviews, device)]).cpu()


def _batches(model: Classifier, reviews: Ragged, device: torch.device) -> Iterator[Batch]:
    known = limit_ids(reviews, model.config.vocabulary)
    return ragged_batches(known, EVALUATION_BATCH, device)

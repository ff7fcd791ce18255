"""Run a classifier over ragged reviews, without gradients."""

import torch
from torch import Tensor

from reelvec.batching import ragged_batches
from reelvec.models import Classifier
from reelvec.ragged import Ragged

EVALUATION_BATCH = 4096
"""Reviews scored at once outside training."""


@torch.inference_mode()
def pool(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """Encode reviews once, float32 (reviews, features): all that frozen vectors ever give."""
    parts = [model.encode(*batch) for batch in ragged_batches(reviews, EVALUATION_BATCH, device)]
    return torch.cat(parts)


@torch.inference_mode()
def predict_logits(model: Classifier, reviews: Ragged, device: torch.device) -> Tensor:
    """Logits of P(positive), float32 (reviews,) on the CPU."""
    model.eval()
    if not len(reviews):
        return torch.zeros(0)
    batches = ragged_batches(reviews, EVALUATION_BATCH, device)
    return torch.cat([model(*batch) for batch in batches]).cpu()

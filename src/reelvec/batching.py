"""Ragged mini-batches: consecutive slices of a corpus that was shuffled once an epoch."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from reelvec.ragged import Ragged

Batch = tuple[Tensor, Tensor]
"""Token ids int32 (tokens,) and where each review starts in them int32 (reviews,)."""


def as_tensors(reviews: Ragged, device: torch.device) -> Batch:
    """Ids and starts as `torch.nn.functional.embedding_bag` takes them.

    The end of the last review is implied by the length of the ids.
    """
    # A copy: the ids may be memory-mapped read-only, which torch would complain of.
    ids = torch.from_numpy(np.array(reviews.ids))
    starts = torch.from_numpy(reviews.offsets[:-1].astype(np.int32))
    return ids.to(device), starts.to(device)


def ragged_batches(reviews: Ragged, batch_size: int, device: torch.device) -> Iterator[Batch]:
    """Cut reviews into batches in their order; the last one may be smaller."""
    for start in range(0, len(reviews), batch_size):
        stop = min(start + batch_size, len(reviews))
        yield as_tensors(reviews.slice(start, stop), device)

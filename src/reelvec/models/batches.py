"""Mini-batches: which reviews go together, and their ragged ids as tensors."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reelvec.text.ragged import Ragged, narrowed

Batch = tuple[Tensor, Tensor]
"""Token ids int32 (tokens,) and where each review starts in them, int32 or int64 (reviews,)."""

Rows = NDArray[np.int64]

BATCHES_SORTED_TOGETHER = 50


def as_tensors(reviews: Ragged, device: torch.device) -> Batch:
    """Ids and starts as `torch.nn.functional.embedding_bag` takes them.

    The end of the last review is implied by the length of the ids. Starts are int64 where the ids
    are too many for int32.
    """
    # A copy: the ids may be memory-mapped read-only, which torch would complain of.
    ids = torch.from_numpy(np.array(reviews.ids))
    starts = torch.from_numpy(narrowed(reviews.offsets)[:-1])
    return ids.to(device), starts.to(device)


def consecutive(rows: Rows, batch_size: int) -> Iterator[Rows]:
    """Rows in their order, `batch_size` at a time; the last batch may be smaller."""
    for start in range(0, len(rows), batch_size):
        yield rows[start : start + batch_size]


def of_like_length(
    rows: Rows, lengths: NDArray[np.integer], batch_size: int, generator: np.random.Generator
) -> Iterator[Rows]:
    """Batches of reviews that are about as long as each other, so that little is padding.

    Args:
        rows: reviews in random order.
        lengths: tokens in each review of the corpus, (reviews,).
        batch_size: reviews a batch; the last one of the rows' order may be smaller.
        generator: for the order of the batches, which would otherwise go by length.
    """
    for together in consecutive(rows, batch_size * BATCHES_SORTED_TOGETHER):
        by_length = together[np.argsort(lengths[together], kind="stable")]
        batches = list(consecutive(by_length, batch_size))
        for index in generator.permutation(len(batches)):
            yield batches[index]

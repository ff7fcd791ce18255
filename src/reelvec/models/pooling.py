"""Pool each review's token vectors to one vector, straight from the ragged arrays."""

from typing import Any, Literal

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch.nn import functional

from reelvec.models.encoders import largest, pad

Pooling = Literal["mean", "sqrtn", "max"]


def pool_tokens(ids: Tensor, starts: Tensor, weight: Tensor, mode: Pooling) -> Tensor:
    """Element-wise mean, sum over the root of the number, or maximum of each review's vectors.

    Args:
        ids: token ids of all reviews end to end, int32 (tokens,).
        starts: where each review starts in `ids`, int32 or int64 (reviews,).
        weight: the vector of each id, float32 (vocabulary, dimension).
        mode: what to take of a review's vectors.

    Returns:
        float32 (reviews, dimension); a review without tokens gives zeros.
    """
    if mode == "sqrtn":
        lengths = torch.diff(starts, append=starts.new_tensor([len(ids)]))
        return pool_tokens(ids, starts, weight, "mean") * lengths.sqrt().unsqueeze(1)
    if mode == "mean" and weight.device.type == "cpu":
        pooled: Tensor = _Mean.apply(ids, starts, weight)  # type: ignore[no-untyped-call]
        return pooled
    if mode == "max" and weight.device.type == "cuda" and torch.is_grad_enabled():
        # torch has no gradient of this for CUDA that adds in the same order each time.
        padded, mask = pad(ids, starts)
        return largest(functional.embedding(padded, weight), mask)
    return functional.embedding_bag(ids, weight, starts, mode=mode)


class _Mean(torch.autograd.Function):
    """torch's own mean with a backward pass that does not sort the tokens by id.

    The mean of ragged rows is a product with a sparse matrix M (reviews, vocabulary), and its
    gradient one with M transposed. The ragged arrays are M's compressed rows as they stand;
    scipy multiplies by them in the order of the tokens, so that the same bits come out.
    """

    @staticmethod
    def forward(ctx: Any, ids: Tensor, starts: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(ids, starts)
        ctx.vocabulary = len(weight)
        return functional.embedding_bag(ids, weight, starts, mode="mean")

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None, Tensor]:
        ids, starts = (tensor.numpy() for tensor in ctx.saved_tensors)
        offsets = np.append(starts, starts.dtype.type(len(ids)))
        lengths = np.diff(offsets)
        shares = np.repeat(1 / np.maximum(lengths, 1).astype(np.float32), lengths)
        matrix = csr_array((shares, ids, offsets), shape=(len(starts), ctx.vocabulary))
        return None, None, torch.from_numpy(matrix.T @ gradients[0].numpy())

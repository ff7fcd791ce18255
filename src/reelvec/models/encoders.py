"""Encoders that read a review's tokens in order, or weigh them: LSTM, GRU, CNN, attention.

Reviews come ragged, as everywhere, and are padded here, within a batch; whatever stands beyond
the end of a review is masked and never changes what is computed for it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from reelvec.base.schema.variants import Side, Summary, VariantParams
from reelvec.text.vocabulary import PADDING


def pad(
    ids: Tensor, starts: Tensor, length: int | None = None, side: Side = "post"
) -> tuple[Tensor, Tensor]:
    """Ragged rows as a rectangle.

    Args:
        ids: token ids of all reviews end to end, int32 (tokens,).
        starts: where each review starts in `ids`, int32 or int64 (reviews,).
        length: of each row, not less than any review has tokens; None means the longest's.
        side: whether PADDING comes before a review or behind it.

    Returns:
        ids int32 (reviews, length), and a mask of the same shape, True at the tokens; the
        length is 1 or more.
    """
    lengths = torch.diff(starts, append=starts.new_tensor([len(ids)]))
    if length is None:
        length = max(1, int(lengths.max())) if len(lengths) else 1
    mask = torch.arange(length, device=ids.device) < lengths.unsqueeze(1)
    mask = mask.flip(1) if side == "pre" else mask
    padded = ids.new_full(mask.shape, PADDING)
    padded[mask] = ids
    return padded, mask


def largest(vectors: Tensor, mask: Tensor) -> Tensor:
    """Element-wise maximum of each review's tokens, zeros where there are none.

    Args:
        vectors: (B, L, D).
        mask: (B, L), True at the tokens.

    Returns:
        (B, D).
    """
    found = vectors.masked_fill(~mask.unsqueeze(2), -torch.inf).amax(dim=1)
    return found.masked_fill(~mask.any(dim=1, keepdim=True), 0)


class Recurrent(nn.Module):
    """LSTM (Hochreiter and Schmidhuber 1997) or GRU (Cho et al. 2014), one or two directions.

    Padded and masked: packed sequences, which would give the same numbers, take several times
    as long on a CPU. The backward direction reads each review from its own last token.
    """

    def __init__(self, params: VariantParams, dimension: int) -> None:
        super().__init__()
        kind = nn.LSTM if params.encoder == "lstm" else nn.GRU
        directions = 2 if params.bidirectional else 1
        self.summary: Summary = params.summary
        self.features = params.units * directions
        sizes = [dimension, *[self.features] * (params.layers - 1)]
        self.layers = nn.ModuleList(
            nn.ModuleList(kind(size, params.units, batch_first=True) for _ in range(directions))
            for size in sizes
        )

    def forward(self, vectors: Tensor, mask: Tensor) -> Tensor:
        """Vectors (B, L, D) and mask (B, L) to features (B, F)."""
        lengths = mask.sum(dim=1).clamp(min=1)
        outputs: list[Tensor] = []
        for layer in self.layers:
            forward, *backward = layer.children()
            outputs = [forward(vectors)[0]]  # (B, L, U)
            if backward:
                reversed_outputs, _ = backward[0](_reverse(vectors, lengths))
                outputs.append(_reverse(reversed_outputs, lengths))
            vectors = torch.cat(outputs, dim=2)
        if self.summary == "mean":
            return (vectors * mask.unsqueeze(2)).sum(dim=1) / lengths.unsqueeze(1)
        if self.summary == "max":
            return largest(vectors, mask)
        rows = torch.arange(len(vectors), device=vectors.device)
        ends = [outputs[0][rows, lengths - 1], *(output[:, 0] for output in outputs[1:])]
        return torch.cat(ends, dim=1) * mask.any(dim=1, keepdim=True)


class Convolution(nn.Module):
    """Convolutions of several widths and their maximum over time (Kim 2014).

    Only windows within the review count; one that is shorter than a window is filled up with
    zeros to one window.
    """

    def __init__(self, params: VariantParams, dimension: int) -> None:
        super().__init__()
        self.widths = params.kernels
        self.features = params.units * len(self.widths)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(dimension, params.units, width) for width in self.widths
        )

    def forward(self, vectors: Tensor, mask: Tensor) -> Tensor:
        """Vectors (B, L, D) and mask (B, L) to features (B, F)."""
        lengths = mask.sum(dim=1, keepdim=True)  # (B, 1)
        columns = vectors.transpose(1, 2)  # (B, D, L)
        pooled = []
        for width, convolution in zip(self.widths, self.convolutions, strict=True):
            filled = functional.pad(columns, (0, max(0, width - columns.shape[2])))
            found = convolution(filled)  # (B, U, L - width + 1)
            starts = torch.arange(found.shape[2], device=found.device)
            outside = starts > (lengths - width).clamp(min=0)  # (B, L - width + 1)
            pooled.append(found.masked_fill(outside.unsqueeze(1), -torch.inf).amax(dim=2))
        return torch.relu(torch.cat(pooled, dim=1)) * mask.any(dim=1, keepdim=True)


class Attention(nn.Module):
    """A mean weighted by how much each token answers one learned query (Yang et al. 2016)."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.features = dimension
        self.query = nn.Parameter(torch.zeros(dimension))

    def forward(self, vectors: Tensor, mask: Tensor) -> Tensor:
        """Vectors (B, L, D) and mask (B, L) to features (B, D)."""
        scores = vectors @ self.query  # (B, L)
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, dim=1) * mask  # (B, L)
        return (weights.unsqueeze(2) * vectors).sum(dim=1)


def make_sequence_encoder(params: VariantParams, dimension: int) -> nn.Module:
    """The encoder that a variant names; its attribute `features` is the width of its output."""
    if params.encoder == "cnn":
        return Convolution(params, dimension)
    if params.encoder == "attention":
        return Attention(dimension)
    return Recurrent(params, dimension)


def _reverse(vectors: Tensor, lengths: Tensor) -> Tensor:
    """Each review's tokens from its last to its first; what lies beyond stays where it is."""
    steps = torch.arange(vectors.shape[1], device=vectors.device)
    mirrored = lengths.unsqueeze(1) - 1 - steps  # (B, L)
    index = torch.where(mirrored >= 0, mirrored, steps)
    return vectors.gather(1, index.unsqueeze(2).expand_as(vectors))

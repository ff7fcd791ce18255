"""The classifier: an embedding, an encoder that makes a review's tokens one vector, and a head."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from reelvec.params import VariantParams
from reelvec.pooling import pool_tokens
from reelvec.ragged import Ragged
from reelvec.sequences import make_sequence_encoder, pad
from reelvec.vocabulary import PADDING, limit_ids


class Classifier(nn.Module):
    """P(positive) of a review.

    `mean` is the continuous bag of words (Mikolov et al. 2013; the model of the PyTorch and
    Keras tutorials), `max` global max pooling, `mean_max` both, concatenated; the others are in
    `sequences`. Reviews are ragged: there is no padding that an average could count by mistake.
    """

    def __init__(
        self, params: VariantParams, vocabulary: int, dimension: int, weight: Tensor | None = None
    ) -> None:
        """Make a classifier.

        Args:
            params: the variant.
            vocabulary: number of ids.
            dimension: of a token's vector.
            weight: the embedding to start from, float32 (vocabulary, dimension).
        """
        super().__init__()
        self.params = params
        self.embedding = nn.Embedding(vocabulary, dimension, _weight=weight)
        self.embedding.weight.requires_grad_(params.trainable)
        self.sequence_encoder = None
        features = dimension * (2 if params.encoder == "mean_max" else 1)
        if params.reads_in_order:
            self.sequence_encoder = make_sequence_encoder(params, dimension)
            features = self.sequence_encoder.features  # type: ignore[assignment]
        self.head = make_head(features, params)

    @property
    def has_constant_features(self) -> bool:
        """Whether training never changes what `encode` gives."""
        return self.sequence_encoder is None and not self.params.trainable

    def as_seen(self, reviews: Ragged) -> Ragged:
        """Reviews as this model reads them: rarer ids unknown, long ones cut."""
        known = limit_ids(reviews, self.embedding.num_embeddings)
        if self.params.max_length is None:
            return known
        return known.cut(self.params.max_length, from_end=self.params.truncating == "pre")

    def encode(self, ids: Tensor, starts: Tensor) -> Tensor:
        """Make each review's tokens one vector.

        Args:
            ids: token ids of all reviews end to end, int32 (tokens,).
            starts: where each review starts in `ids`, int32 (reviews,).

        Returns:
            float32 (reviews, features); a review without tokens gives zeros.
        """
        weight = self.embedding.weight
        if self.sequence_encoder is not None:
            padded, mask = pad(ids, starts)  # (B, L)
            vectors = functional.embedding(padded, weight, PADDING) * mask.unsqueeze(2)
            encoded: Tensor = self.sequence_encoder(vectors, mask)  # (B, F)
            return encoded
        parts = ("mean", "max") if self.params.encoder == "mean_max" else (self.params.encoder,)
        pooled = [pool_tokens(ids, starts, weight, part) for part in parts]  # type: ignore[arg-type]
        return torch.cat(pooled, dim=1) if len(pooled) > 1 else pooled[0]

    def forward(self, ids: Tensor, starts: Tensor) -> Tensor:
        """Logits of P(positive), float32 (reviews,); arguments as for `encode`."""
        return self.logits(self.encode(ids, starts))

    def logits(self, features: Tensor) -> Tensor:
        """Logits from what `encode` gave: (reviews, features) to (reviews,)."""
        output: Tensor = self.head(features)  # (B, 1)
        return output.squeeze(1)


def make_head(features: int, params: VariantParams) -> nn.Sequential:
    """Features to one logit, through one hidden layer unless `hidden` is 0.

    `normalize` gives each feature mean 0 and variance 1 first (batch normalisation without
    weights): frozen vectors come in the scale that they were published in.
    """
    layers: list[nn.Module] = []
    if params.normalize:
        layers.append(nn.BatchNorm1d(features, affine=False))
    layers.append(nn.Dropout(params.dropout))
    if params.hidden:
        layers += [nn.Linear(features, params.hidden), nn.ReLU(), nn.Dropout(params.dropout)]
    layers.append(nn.Linear(params.hidden or features, 1))
    return nn.Sequential(*layers)


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """All parameters, and those that training changes."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, trained in sizes if trained)

"""The classifier: an embedding, an encoder that pools a review's tokens, and a head."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from reelvec.params import Encoder
from reelvec.pooling import pool_tokens


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The shape of a classifier; the fields are those of `VariantParams`."""

    vocabulary: int
    dimension: int
    encoder: Encoder
    hidden: int
    normalize: bool = False
    dropout: float = 0.0
    trainable: bool = True


class Classifier(nn.Module):
    """P(positive) of a bag of words.

    `mean` is the continuous bag of words (Mikolov et al. 2013; the model of the PyTorch and
    Keras tutorials), `max` global max pooling, `mean_max` both, concatenated. Reviews are
    ragged: there is no padding that an average could count by mistake.
    """

    def __init__(self, config: ModelConfig, weight: Tensor | None = None) -> None:
        """Make a classifier.

        Args:
            config: its shape.
            weight: the embedding to start from, float32 (vocabulary, dimension).
        """
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.dimension, _weight=weight)
        self.embedding.weight.requires_grad_(config.trainable)
        features = config.dimension * (2 if config.encoder == "mean_max" else 1)
        self.head = make_head(features, config)

    def encode(self, ids: Tensor, starts: Tensor) -> Tensor:
        """Pool each review's token vectors.

        Args:
            ids: token ids of all reviews end to end, int32 or int64 (tokens,).
            starts: where each review starts in `ids`, same dtype (reviews,).

        Returns:
            float32 (reviews, features); a review without tokens gives zeros.
        """
        weight = self.embedding.weight
        if self.config.encoder == "mean_max":
            mean = pool_tokens(ids, starts, weight, "mean")  # (B, D)
            largest = pool_tokens(ids, starts, weight, "max")  # (B, D)
            return torch.cat([mean, largest], dim=1)  # (B, 2D)
        return pool_tokens(ids, starts, weight, self.config.encoder)  # (B, D)

    def forward(self, ids: Tensor, starts: Tensor) -> Tensor:
        """Logits of P(positive), float32 (reviews,); arguments as for `encode`."""
        return self.logits(self.encode(ids, starts))

    def logits(self, features: Tensor) -> Tensor:
        """Logits from what `encode` gave: (reviews, features) to (reviews,)."""
        output: Tensor = self.head(features)  # (B, 1)
        return output.squeeze(1)


def make_head(features: int, config: ModelConfig) -> nn.Sequential:
    """Features to one logit, through one hidden layer unless `hidden` is 0.

    `normalize` gives each feature mean 0 and variance 1 first (batch normalisation without
    weights): frozen vectors come in the scale that they were published in.
    """
    layers: list[nn.Module] = []
    if config.normalize:
        layers.append(nn.BatchNorm1d(features, affine=False))
    layers.append(nn.Dropout(config.dropout))
    if config.hidden:
        layers += [nn.Linear(features, config.hidden), nn.ReLU(), nn.Dropout(config.dropout)]
    layers.append(nn.Linear(config.hidden or features, 1))
    return nn.Sequential(*layers)


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """All parameters, and those that training changes."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, trained in sizes if trained)

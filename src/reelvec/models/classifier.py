"""The classifier: an embedding, an encoder that makes a review's tokens one vector, and a head."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from reelvec.base.schema.variants import NAIVE_BAYES, VariantParams
from reelvec.models.encoders import make_sequence_encoder, pad
from reelvec.models.pooling import pool_tokens
from reelvec.models.reader import Reader
from reelvec.text.ragged import LARGEST_INT32


class Classifier(nn.Module):
    """P(positive) of a review.

    `mean` is the continuous bag of words (Mikolov et al. 2013; the model of the PyTorch and
    Keras tutorials), `sqrtn` the sum over the root of the number of tokens (TensorFlow's name),
    `max` global max pooling, `mean_max` both, concatenated; the others are in
    `encoders`. Reviews are ragged: no average counts padding, unless `pool_padding` asks for it.
    """

    def __init__(
        self,
        params: VariantParams,
        rows: int,
        dimension: int,
        weight: Tensor | None = None,
        reader: Reader | None = None,
    ) -> None:
        """Make a classifier.

        Args:
            params: the variant.
            rows: ids that have a vector.
            dimension: of a token's vector.
            weight: the embedding to start from, float32 (rows, dimension).
            reader: what of a review is read; by default all words that have a vector.
        """
        super().__init__()
        self.params = params
        self.reader = reader or Reader(
            rows,
            max_length=params.max_length,
            truncating=params.truncating,
            distinct=params.distinct,
        )
        self.embedding = nn.Embedding(rows, dimension, _weight=weight)
        self.embedding.weight.requires_grad_(params.trainable)
        self.sequence_encoder = None
        features = dimension * (2 if params.encoder == "mean_max" else 1)
        if params.reads_in_order:
            self.sequence_encoder = make_sequence_encoder(params, dimension)
            features = self.sequence_encoder.features  # type: ignore[assignment]
        self.head = make_head(features, params)
        if params.embedding == NAIVE_BAYES:
            self._start_from_first_column()

    @torch.no_grad()
    def _start_from_first_column(self) -> None:
        """Let the logit be the first column of what `encode` gives: the log-count ratios."""
        output = self.head[-1]
        output.weight[:, 0] = 1  # type: ignore[operator]
        output.bias.zero_()  # type: ignore[operator]

    @property
    def has_constant_features(self) -> bool:
        """Whether training never changes what `encode` gives."""
        return self.sequence_encoder is None and not self.params.trainable

    def encode(self, ids: Tensor, starts: Tensor) -> Tensor:
        """Make each review's tokens one vector.

        Args:
            ids: token ids of all reviews end to end, int32 (tokens,).
            starts: where each review starts in `ids`, int32 or int64 (reviews,).

        Returns:
            float32 (reviews, features); a review without tokens gives zeros.
        """
        weight = self.embedding.weight
        if self.params.pool_padding:
            padded, _ = pad(ids, starts, self.params.max_length, self.params.padding)  # (B, L)
            ids = padded.reshape(-1)
            size = torch.int32 if len(ids) <= LARGEST_INT32 else torch.int64
            starts = torch.arange(0, len(ids), padded.shape[1], dtype=size, device=ids.device)
        if self.sequence_encoder is not None:
            padded, mask = pad(ids, starts)  # (B, L)
            vectors = functional.embedding(padded, weight) * mask.unsqueeze(2)
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


class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation; one review alone, which has no variance, as after training."""

    def forward(self, features: Tensor) -> Tensor:
        """Normalise each of the features, float32 (reviews, features)."""
        if self.training and len(features) == 1:
            return self.by_running(features)
        return super().forward(features)

    def by_running(self, features: Tensor) -> Tensor:
        """The same by the mean and variance of the batches before."""
        return functional.batch_norm(features, self.running_mean, self.running_var, eps=self.eps)


def make_head(features: int, params: VariantParams) -> nn.Sequential:
    """Features to one logit, through one hidden layer unless `hidden` is 0.

    `normalize` gives each feature mean 0 and variance 1 first (batch normalisation without
    weights): frozen vectors come in the scale that they were published in.
    """
    layers: list[nn.Module] = []
    if params.normalize:
        layers.append(BatchNorm(features, affine=False))
    layers.append(nn.Dropout(params.dropout))
    if params.hidden:
        layers += [nn.Linear(features, params.hidden), nn.ReLU(), nn.Dropout(params.dropout)]
    layers.append(nn.Linear(params.hidden or features, 1))
    return nn.Sequential(*layers)


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """All parameters, and those that training changes."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, trained in sizes if trained)

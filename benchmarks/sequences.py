"""LSTM, GRU and CNN: batches of like length, against random batches padded to their longest."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import head_of, start_with
from reelvec.base.schema.variants import VariantParams
from reelvec.models.batches import as_tensors
from reelvec.models.encoders import make_sequence_encoder, pad
from reelvec.models.first_layer import random_embedding
from reelvec.models.rounds import reproducible
from reelvec.models.training import train
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

PROCESSED = Path("data/processed")
REVIEWS, BATCH, DIMENSION, THREADS, TARGET = 4_000, 64, 100, 2, 1.5
LIKE_LOSS = 0.02
"""Both begin with the same weights, but have other batches: a loss greater by more is worse."""


class Plain(nn.Module):
    """An embedding, torch's own recurrent layer or three convolutions, and one logit."""

    def __init__(self, params: VariantParams, weight: Tensor) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(weight.clone(), freeze=False)  # type: ignore[no-untyped-call]
        self.encoder = make_sequence_encoder(params, DIMENSION)
        self.output = nn.Linear(int(self.encoder.features), 1)  # type: ignore[arg-type]

    def forward(self, ids: Tensor, starts: Tensor) -> Tensor:
        """Ragged ids to logits (B,)."""
        padded, mask = pad(ids, starts)
        logits: Tensor = self.output(self.encoder(self.embedding(padded), mask))  # (B, 1)
        return logits.squeeze(1)


def plain_epoch(params: VariantParams, data: Dataset, weight: Tensor) -> float:
    """Train for one epoch over random batches and give its mean loss."""
    torch.manual_seed(123)
    torch.set_num_threads(THREADS)
    model = Plain(params, weight)
    optimizer = torch.optim.Adam(model.parameters(), lr=params.learning_rate)
    targets = torch.from_numpy(data.targets.astype(np.float32))
    order, loss_sum = np.random.default_rng(123).permutation(len(data)), 0.0
    for start in range(0, len(data), BATCH):
        rows = order[start : start + BATCH]
        optimizer.zero_grad()
        logits = model(*as_tensors(data.reviews.take(rows), torch.device("cpu")))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, targets[rows])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        loss_sum += loss.item() * len(rows)
    return loss_sum / len(data)


def run() -> list[Row]:
    """Measure one epoch of each encoder over the same reviews."""
    data = head_of(Dataset.load(PROCESSED / "train"), REVIEWS)
    size = len(Vocabulary.load(PROCESSED / "vocab.tsv"))
    return [_row(encoder, data, size) for encoder in ("lstm", "gru", "cnn")]


def _row(encoder: str, data: Dataset, size: int) -> Row:
    params = VariantParams.model_validate(
        {"encoder": encoder, "dimension": DIMENSION, "hidden": 0, "epochs": 1, "batch_size": BATCH}
    )
    weight, device = random_embedding(size, DIMENSION, 123), torch.device("cpu")
    validation, losses = head_of(data, 1), {}

    def ours() -> None:
        with reproducible(THREADS, device):
            trained = train(params, start_with(weight, data), validation, device)
        losses["ours"] = trained.best.train_loss

    def plain() -> None:
        losses["plain"] = plain_epoch(params, data, torch.from_numpy(weight))

    pairs = interleaved(lambda: seconds(ours), lambda: seconds(plain))
    return Row(
        f"{encoder}, 100 units: one epoch, {len(data):,} reviews",
        f"{pairs.ours:.1f} s, loss {losses['ours']:.3f}",
        f"random batches, padded: {pairs.plain:.1f} s, loss {losses['plain']:.3f}",
        f"{pairs.ratio:.1f}",
        f"≥ {TARGET}x, loss at most {LIKE_LOSS} greater",
        yes_or_no(pairs.ratio >= TARGET and losses["ours"] <= losses["plain"] + LIKE_LOSS),
    )

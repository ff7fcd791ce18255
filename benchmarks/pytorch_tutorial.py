"""The PyTorch tutorial's model: its own loop against ragged batches."""

import string

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import encode, head_of, one_epoch, start_with, training_reviews
from reelvec.models.rounds import reproducible
from reelvec.models.training import train
from reelvec.text.vocabulary import PADDING, UNKNOWN

WORDS, BATCH, TARGET = 1_000, 32, 5
PUNCTUATION = str.maketrans("", "", string.punctuation)


class Reviews(TorchDataset[tuple[Tensor, Tensor]]):
    """Reviews that are tokenised each time they are asked for."""

    def __init__(self, texts: list[str], labels: list[int], index: dict[str, int]) -> None:
        self.texts, self.labels, self.index = texts, labels, index

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, position: int) -> tuple[Tensor, Tensor]:
        text = self.texts[position].lower().replace("<br />", " ").translate(PUNCTUATION)
        ids = [self.index.get(token, UNKNOWN) for token in text.split()]
        return torch.tensor(ids), torch.tensor(float(self.labels[position]))


def padded(examples: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Pad each review to the longest of its batch."""
    longest = max(len(ids) for ids, _ in examples)
    rows = [
        torch.cat([ids, torch.full((longest - len(ids),), PADDING)]).unsqueeze(0)
        for ids, _ in examples
    ]
    return torch.cat(rows), torch.stack([label for _, label in examples])


class Model(nn.Module):
    """Mean over the padded review, one hidden layer, a probability."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.embedding = nn.Embedding(weight.shape[0], weight.shape[1], _weight=weight)
        self.hidden = nn.Linear(weight.shape[1], 16)
        self.output = nn.Linear(16, 1)

    def forward(self, ids: Tensor) -> Tensor:
        """Ids (B, L) to probabilities (B,)."""
        features = self.embedding(ids).mean(dim=1)  # (B, D)
        logits: Tensor = self.output(torch.relu(self.hidden(features)))  # (B, 1)
        return torch.sigmoid(logits).squeeze(1)


def plain_epoch(reviews: Reviews, weight: Tensor) -> float:
    """Train for one epoch and give its mean loss."""
    torch.use_deterministic_algorithms(False)
    torch.manual_seed(123)
    model = Model(weight.clone())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_function = nn.BCELoss()
    loader = DataLoader(reviews, BATCH, shuffle=True, collate_fn=padded)
    loss_sum = 0.0
    for ids, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(ids), labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
    return loss_sum / len(reviews)


def run() -> list[Row]:
    """Measure one epoch of each, from the same embedding."""
    texts, labels = training_reviews()
    tokenising = seconds(lambda: encode(texts, labels, WORDS))
    data, vocabulary = encode(texts, labels, WORDS)
    index = {token: id_ for id_, token in enumerate(vocabulary.tokens)}
    reviews = Reviews(texts.to_pylist(), labels.tolist(), index)
    # As torch starts an embedding: N(0, 1).
    weight = np.random.default_rng(123).normal(size=(len(vocabulary), 16)).astype(np.float32)
    params, device = one_epoch(BATCH), torch.device("cpu")
    losses: dict[str, float] = {}

    def ours() -> None:
        start = start_with(weight, data)
        with reproducible(1, device):
            trained = train(params, start, head_of(data, 1), device)
        losses["ours"] = trained.best.train_loss

    def plain() -> None:
        losses["plain"] = plain_epoch(reviews, torch.from_numpy(weight))

    pairs = interleaved(lambda: seconds(ours), lambda: seconds(plain))
    return [
        Row(
            f"PyTorch tutorial's model: one epoch, {len(reviews):,} reviews",
            f"{pairs.ours:.2f} s, loss {losses['ours']:.3f} "
            f"(text to ids before, once: {tokenising:.2f} s)",
            f"its loop: {pairs.plain:.2f} s, loss {losses['plain']:.3f}",
            f"{pairs.ratio:.1f}",
            f"≥ {TARGET}x, same loss",
            yes_or_no(pairs.ratio >= TARGET and losses["ours"] <= losses["plain"] + 0.005),
        )
    ]

"""The PyTorch tutorial's model: its own loop against ragged batches."""

import string
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from studies.common.tutorial_reviews import TUTORIAL_PREPROCESS
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks.measure import Row, interleaved, seconds, yes_or_no
from benchmarks.reviews import (
    SAME_LOSS,
    SEED,
    encode,
    head_of,
    one_epoch,
    order_of,
    same_loss,
    start_with,
    training_reviews,
)
from reelvec.models.rounds import reproducible
from reelvec.models.training import train
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import PADDING, UNKNOWN

WORDS, BATCH, TARGET = 1_000, 32, 5
PUNCTUATION = str.maketrans("", "", string.punctuation)

Example = tuple[Tensor, Tensor]
"""Ids of a review, and its label."""


class Reviews(TorchDataset[Example]):
    """Reviews that are tokenised each time they are asked for."""

    def __init__(self, texts: list[str], labels: list[int], index: dict[str, int]) -> None:
        self.texts, self.labels, self.index = texts, labels, index

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, position: int) -> Example:
        text = self.texts[position].lower().replace("<br />", " ").translate(PUNCTUATION)
        ids = [self.index.get(token, UNKNOWN) for token in text.split()]
        return torch.tensor(ids), torch.tensor(float(self.labels[position]))


def padded(examples: list[Example]) -> tuple[Tensor, Tensor]:
    """Pad each review to the longest of its batch."""
    longest = max(len(ids) for ids, _ in examples)
    rows = [
        torch.cat([ids, torch.full((longest - len(ids),), PADDING)]).unsqueeze(0)
        for ids, _ in examples
    ]
    return torch.cat(rows), torch.stack([label for _, label in examples])


class Model(nn.Module):
    """Mean over the padded review or its words alone, one hidden layer, a probability."""

    def __init__(self, weight: Tensor, pool_padding: bool) -> None:
        super().__init__()
        self.pool_padding = pool_padding
        self.embedding = nn.Embedding(weight.shape[0], weight.shape[1], _weight=weight)
        self.hidden = nn.Linear(weight.shape[1], 16)
        self.output = nn.Linear(16, 1)

    def forward(self, ids: Tensor) -> Tensor:
        """Ids (B, L) to probabilities (B,)."""
        vectors = self.embedding(ids)  # (B, L, D)
        if self.pool_padding:
            features = vectors.mean(dim=1)  # (B, D)
        else:
            mask = (ids != PADDING).unsqueeze(2)  # (B, L, 1)
            features = (vectors * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)  # (B, D)
        logits: Tensor = self.output(torch.relu(self.hidden(features)))  # (B, 1)
        return torch.sigmoid(logits).squeeze(1)


def plain_epoch(examples: Reviews | list[Example], weight: Tensor, pool_padding: bool) -> float:
    """Train for one epoch and give its mean loss."""
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    model = Model(weight.clone(), pool_padding)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_function = nn.BCELoss()
    order = order_of(len(examples)).tolist()
    loader = DataLoader(examples, BATCH, sampler=order, collate_fn=padded)  # type: ignore[arg-type]
    loss_sum = 0.0
    for ids, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(ids), labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
    return loss_sum / len(examples)


class Case(NamedTuple):
    """One comparison: the same weights, batches, thread and padding on both sides."""

    title: str
    from_text: bool
    pool_padding: bool


CASES = (
    Case("from raw text, the mean over padding too", from_text=True, pool_padding=True),
    Case("from ids, the mean over padding too", from_text=False, pool_padding=True),
    Case("from ids, the mean over words alone", from_text=False, pool_padding=False),
)


def run() -> list[Row]:
    """Measure one epoch of each, from the same embedding."""
    texts, labels = training_reviews()
    data, vocabulary = encode(texts, labels, WORDS)
    return [_row(case, texts.to_pylist(), data, vocabulary.tokens) for case in CASES]


def _row(case: Case, texts: list[str], data: Dataset, tokens: list[str]) -> Row:
    index = {token: id_ for id_, token in enumerate(tokens)}
    reading = Reviews(texts, data.targets.tolist(), index)
    examples = reading if case.from_text else [reading[row] for row in range(len(reading))]
    tokenizer = Tokenizer(TUTORIAL_PREPROCESS, tokens)
    # As torch starts an embedding: N(0, 1), padding like any other.
    weight = np.random.default_rng(SEED).normal(size=(len(tokens), 16)).astype(np.float32)
    params, device = one_epoch(BATCH, case.pool_padding), torch.device("cpu")
    losses: dict[str, float] = {}

    def ours() -> None:
        read = replace(data, reviews=tokenizer.encode(texts)) if case.from_text else data
        with reproducible(1, device):
            trained = train(params, start_with(weight, read), head_of(read, 1), device)
        losses["ours"] = trained.best.train_loss

    def plain() -> None:
        losses["plain"] = plain_epoch(examples, torch.from_numpy(weight), case.pool_padding)

    pairs = interleaved(lambda: seconds(ours), lambda: seconds(plain))
    return Row(
        f"PyTorch tutorial's model, {case.title}: one epoch, {len(data):,} reviews",
        f"{pairs.ours:.2f} s, loss {losses['ours']:.4f}",
        f"its loop: {pairs.plain:.2f} s, loss {losses['plain']:.4f}",
        f"{pairs.ratio:.1f}",
        f"≥ {TARGET}x, losses within {SAME_LOSS}",
        yes_or_no(pairs.ratio >= TARGET and same_loss(losses["ours"], losses["plain"])),
    )

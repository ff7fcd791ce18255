"""GloVe (Pennington et al. 2014) trained on reviews of our own, in torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from torch.nn.functional import embedding
from tqdm import tqdm

from reelvec.models.rounds import reproducible
from reelvec.models.word_vectors import WordVectors
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import UNKNOWN

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class GloveSettings:
    """What the paper leaves open; the defaults are its own, but for the window's weights.

    Attributes:
        dimension: of the vectors.
        window: how many words to either side count, a word at distance d as 1 / d.
        epochs: passes over all pairs of words.
        min_count: how often a word must occur.
        largest: co-occurrences from which on a pair weighs 1 (x_max).
        exponent: of the weight below that (alpha).
        learning_rate: of AdaGrad.
        batch_size: pairs a step.
        seed: of the first weights and the order of the pairs.
    """

    dimension: int = 50
    window: int = 10
    epochs: int = 15
    min_count: int = 5
    largest: float = 100.0
    exponent: float = 0.75
    learning_rate: float = 0.05
    batch_size: int = 32_768
    seed: int = 123


def cooccurrences(parts: Sequence[Ragged], words: int, window: int) -> csr_array:
    """How often each two words stand near each other, a pair at distance d counted as 1 / d.

    Args:
        parts: reviews as ids below `words`; no pair reaches from one review into another.
        words: the number of ids.
        window: the largest distance.

    Returns:
        float32 (words, words), symmetric.
    """
    total = csr_array((words, words), dtype=np.float32)
    for part in parts:
        rows = part.row_of_each_id()
        for distance in range(1, window + 1):
            near = rows[:-distance] == rows[distance:]
            pairs = part.ids[:-distance][near], part.ids[distance:][near]
            weights = np.full(len(pairs[0]), 1 / distance, np.float32)
            total = total + coo_array((weights, pairs), (words, words)).tocsr()
    return (total + total.T).tocsr()


def train_glove(settings: GloveSettings, tokens: list[str], parts: Sequence[Ragged]) -> WordVectors:
    """Fit word and context vectors to the logarithms of the co-occurrences, and add the two.

    Args:
        settings: of the training.
        tokens: the vocabulary by id.
        parts: reviews as vocabulary ids; labels play no part.

    Returns:
        words by falling count, and their vectors, float32 (words, settings.dimension).
    """
    counts = sum(np.bincount(part.ids, minlength=len(tokens)) for part in parts)
    frequent = np.asarray(counts >= settings.min_count)
    frequent[: UNKNOWN + 1] = False
    ids = np.flatnonzero(frequent)
    ids = ids[np.argsort(-np.asarray(counts)[ids], kind="stable")]
    place = np.full(len(tokens), -1, np.int32)
    place[ids] = np.arange(len(ids), dtype=np.int32)
    kept = [part.keep(frequent[part.ids]).map_ids(place) for part in parts]
    matrix = cooccurrences(kept, len(ids), settings.window).tocoo()
    with reproducible(1, CPU):
        vectors = _fit(settings, len(ids), matrix)
    return WordVectors([tokens[id_] for id_ in ids.tolist()], vectors)


def _fit(settings: GloveSettings, words: int, matrix: coo_array) -> NDArray[np.float32]:
    """Sums of word and context vectors, float32 (words, dimension)."""
    pairs = torch.from_numpy(np.stack(matrix.coords).astype(np.int64))
    counts = torch.from_numpy(matrix.data)
    weights = (counts / settings.largest).clamp(max=1).pow(settings.exponent)
    logarithms = counts.log()
    generator = torch.Generator().manual_seed(settings.seed)
    columns = settings.dimension + 1  # the last is the bias
    word, context = (
        ((torch.rand(words, columns, generator=generator) - 0.5) / columns).requires_grad_()
        for _ in range(2)
    )
    optimizer = torch.optim.Adagrad([word, context], settings.learning_rate)
    for _ in tqdm(range(settings.epochs), "GloVe", unit="epoch", leave=False, disable=None):
        order = torch.randperm(len(counts), generator=generator)
        for chosen in torch.split(order, settings.batch_size):
            left, right = (
                embedding(ids, table)
                for ids, table in zip(pairs[:, chosen], (word, context), strict=True)
            )
            products = (left[:, :-1] * right[:, :-1]).sum(1) + left[:, -1] + right[:, -1]
            loss = (weights[chosen] * (products - logarithms[chosen]).square()).sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    found: NDArray[np.float32] = (word + context)[:, :-1].detach().numpy().copy()
    return found

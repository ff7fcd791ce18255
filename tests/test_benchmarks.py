"""What `make bench` sets side by side is one model: the same weights, batches and padding."""

from functools import cache

import numpy as np
import pyarrow as pa
import pytest
import torch
from benchmarks.pipeline import makespan
from benchmarks.pytorch_tutorial import BATCH, Reviews, plain_epoch
from benchmarks.reviews import encode, head_of, one_epoch, same_loss, start_with
from networkx import DiGraph

from reelvec.models.rounds import reproducible
from reelvec.models.training import train

WORDS = ["good", "bad", "film", "plot", "actor", "scene", "the", "a"]


@cache
def losses(pool_padding: bool) -> tuple[float, float]:
    """Of our epoch, and of the tutorial's loop over raw texts."""
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 2, 10 * BATCH + 3).astype(np.int8)
    texts = [
        f"{'Good' if label else 'Bad'}, {' '.join(generator.choice(WORDS, length))}.<br />"
        for label, length in zip(labels, generator.integers(0, 40, len(labels)), strict=True)
    ]
    data, vocabulary = encode(pa.chunked_array([texts]), labels, 6)
    weight = generator.normal(size=(len(vocabulary), 16)).astype(np.float32)
    params, device = one_epoch(BATCH, pool_padding), torch.device("cpu")
    with reproducible(1, device):
        trained = train(params, start_with(weight, data), head_of(data, 1), device)
    index = {token: id_ for id_, token in enumerate(vocabulary.tokens)}
    reading = Reviews(texts, labels.tolist(), index)
    found, mode = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    try:
        plain = plain_epoch(reading, torch.from_numpy(weight), pool_padding)
    finally:
        torch.set_num_threads(found)
        torch.set_deterministic_debug_mode(mode)
    return trained.best.train_loss, plain


@pytest.mark.parametrize("pool_padding", [True, False])
def test_the_tutorials_loop_and_ours_have_the_same_loss(pool_padding: bool) -> None:
    ours, plain = losses(pool_padding)
    assert ours == pytest.approx(plain, abs=1e-5)
    assert same_loss(ours, plain)


def test_losses_of_unlike_padding_are_not_the_same() -> None:
    assert not same_loss(losses(True)[0], losses(False)[1])


@pytest.mark.parametrize(("cores", "seconds"), [(1, 12.0), (2, 7.0), (3, 6.0)])
def test_stages_are_scheduled_with_the_longest_way_first(cores: int, seconds: float) -> None:
    graph = DiGraph([("report", "long"), ("report", "short"), ("report", "other")])
    durations = {"long": 5.0, "short": 2.0, "other": 4.0, "report": 1.0}
    assert makespan(graph, durations, cores) == pytest.approx(seconds)

"""The network against plain loops: pooling, its gradient, the first layer, the head."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from reelvec.base.schema.variants import VariantParams
from reelvec.models.batches import as_tensors, consecutive, of_like_length
from reelvec.models.classifier import Classifier, count_parameters
from reelvec.models.encoders import largest, pad
from reelvec.models.first_layer import pretrained_embedding, random_embedding
from reelvec.models.inference import features_of_read, predict_logits
from reelvec.models.optimizer import Adam
from reelvec.models.pooling import pool_tokens
from reelvec.models.word_vectors import WordVectors
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import PADDING, UNKNOWN

CPU = torch.device("cpu")
WORDS = 12
ROWS = st.lists(st.lists(st.integers(0, WORDS - 1), max_size=7), min_size=1, max_size=9)
ENCODERS = ("mean", "max", "mean_max")


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


def classifier(encoder: str, hidden: int = 4, **config: object) -> Classifier:
    torch.manual_seed(5)
    params = VariantParams(dimension=3, encoder=encoder, hidden=hidden, **config)  # type: ignore[arg-type]
    return Classifier(params, WORDS, 3, torch.randn(WORDS, 3)).eval()


def one_by_one(weight: np.ndarray, rows: list[list[int]], encoder: str) -> np.ndarray:
    """Pool each review by itself, in numpy."""
    zeros = np.zeros(weight.shape[1])
    means = [weight[row].mean(axis=0) if row else zeros for row in rows]
    largest = [weight[row].max(axis=0) if row else zeros for row in rows]
    parts = {"mean": (means,), "max": (largest,), "mean_max": (means, largest)}[encoder]
    return np.concatenate([np.array(part) for part in parts], axis=1)


@pytest.mark.parametrize("encoder", ENCODERS)
@given(rows=ROWS)
def test_pooling_equals_a_plain_loop_over_the_reviews(encoder: str, rows: list[list[int]]) -> None:
    model = classifier(encoder)
    expected = one_by_one(model.embedding.weight.detach().numpy(), rows, encoder)
    found = features_of_read(model, model.reader.read(ragged(rows)), CPU).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@given(rows=ROWS)
def test_the_maximum_that_a_gpu_trains_is_the_same_with_the_same_gradient(
    rows: list[list[int]],
) -> None:
    ids, starts = as_tensors(ragged(rows), CPU)
    weights = [torch.randn(WORDS, 3, generator=torch.manual_seed(1)) for _ in range(2)]
    for weight in weights:
        weight.requires_grad_()
    padded, mask = pad(ids, starts)
    found = largest(functional.embedding(padded, weights[0]), mask)
    expected = functional.embedding_bag(ids, weights[1], starts, mode="max")
    torch.testing.assert_close(found, expected)
    for result in (found, expected):
        (result * torch.arange(3)).sum().backward()
    torch.testing.assert_close(weights[0].grad, weights[1].grad)


@pytest.mark.parametrize("encoder", ENCODERS)
@given(rows=ROWS, data=st.data())
def test_a_prediction_does_not_depend_on_the_company_or_the_order(
    encoder: str, rows: list[list[int]], data: st.DataObject
) -> None:
    model = classifier(encoder)
    order = data.draw(st.permutations(range(len(rows))))
    together = predict_logits(model, ragged(rows), CPU).numpy()
    shuffled = predict_logits(model, ragged([rows[row] for row in order]), CPU).numpy()
    np.testing.assert_allclose(shuffled, together[list(order)], rtol=1e-5, atol=1e-6)
    alone = [float(predict_logits(model, ragged([row]), CPU)[0]) for row in rows]
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode", ["mean", "max"])
@given(rows=ROWS)
def test_the_gradient_is_that_of_torchs_own_embedding_bag(mode: str, rows: list[list[int]]) -> None:
    ids, starts = as_tensors(ragged(rows), CPU)
    torch.manual_seed(1)
    weight, upstream = torch.randn(WORDS, 3), torch.randn(len(rows), 3)
    ours, reference = weight.clone().requires_grad_(), weight.clone().requires_grad_()
    pool_tokens(ids, starts, ours, mode).backward(upstream)  # type: ignore[arg-type]
    functional.embedding_bag(ids, reference, starts, mode=mode).backward(upstream)
    torch.testing.assert_close(ours.grad, reference.grad)


def test_ids_beyond_the_models_vocabulary_count_as_unknown() -> None:
    model = classifier("mean")
    known = predict_logits(model, ragged([[2, UNKNOWN], [UNKNOWN]]), CPU)
    beyond = predict_logits(model, ragged([[2, WORDS], [WORDS + 99]]), CPU)
    assert known.tolist() == beyond.tolist()


def test_no_reviews_give_no_predictions() -> None:
    assert predict_logits(classifier("mean"), ragged([]), CPU).shape == (0,)


def test_ten_thousand_tokens_and_none_at_all_in_one_batch() -> None:
    model = classifier("mean_max")
    logits = predict_logits(model, ragged([[2] * 10_000, [], [2]]), CPU)
    assert logits[0].item() == pytest.approx(logits[2].item(), rel=1e-4)
    assert torch.isfinite(logits).all()


def test_batches_are_consecutive_and_the_last_may_be_smaller() -> None:
    batches = [rows.tolist() for rows in consecutive(np.array([4, 2, 0, 1, 3]), 2)]
    assert batches == [[4, 2], [0, 1], [3]]


def test_a_batchs_ids_and_starts_are_those_of_its_reviews() -> None:
    ids, starts = as_tensors(ragged([[1], [2, 3], [], [4]]), CPU)
    assert (ids.tolist(), starts.tolist()) == ([1, 2, 3, 4], [0, 1, 3, 3])


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300), st.integers(1, 9))
def test_batches_of_like_length_hold_each_review_once(lengths: list[int], size: int) -> None:
    order, generator = np.arange(len(lengths))[::-1], np.random.default_rng(1)
    batches = list(of_like_length(order, np.array(lengths), size, generator))
    assert sorted(row for batch in batches for row in batch.tolist()) == sorted(order.tolist())
    assert max(len(batch) for batch in batches) <= size


def test_batches_of_like_length_need_little_padding_and_come_in_no_order_of_length() -> None:
    generator = np.random.default_rng(1)
    lengths = generator.integers(1, 1000, 3_000)
    batches = list(of_like_length(np.arange(3_000), lengths, 20, generator))
    padded = sum(int(lengths[batch].max()) * len(batch) for batch in batches)
    assert padded < 1.1 * lengths.sum()
    first_half = [int(lengths[batch].max()) for batch in batches[:25]]
    assert first_half != sorted(first_half)


def test_the_keras_tutorials_model_has_its_160_289_parameters() -> None:
    model = Classifier(VariantParams(dimension=16, hidden=16), 10_000, 16)
    assert count_parameters(model) == (160_289, 160_289)


def test_frozen_vectors_are_parameters_that_do_not_train() -> None:
    model = Classifier(VariantParams(dimension=10, hidden=0, trainable=False), 100, 10)
    assert count_parameters(model) == (1_011, 11)


def test_normalised_features_have_mean_0_and_variance_1_over_a_batch() -> None:
    model = classifier("mean", hidden=0, normalize=True).train()
    features = torch.randn(500, 3) * 7 + 3
    normal = model.head[0](features)
    torch.testing.assert_close(normal.mean(dim=0), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(normal.var(dim=0, unbiased=False), torch.ones(3), atol=1e-4, rtol=0)


def test_adam_takes_the_steps_of_torchs_own() -> None:
    torch.manual_seed(2)
    start = [torch.randn(4, 3), torch.randn(3)]
    ours = [tensor.clone().requires_grad_() for tensor in start]
    theirs = [tensor.clone().requires_grad_() for tensor in start]
    reference = torch.optim.Adam(theirs, lr=0.01, weight_decay=0.1, fused=True)
    optimizer = Adam(ours, 0.01, weight_decay=0.1)
    for _ in range(5):
        for (matrix, vector), stepper in ((ours, optimizer), (theirs, reference)):
            stepper.zero_grad()
            ((matrix * vector).sum() ** 2).backward()
            stepper.step()
    for mine, expected in zip(ours, theirs, strict=True):
        assert torch.equal(mine, expected)


def test_random_weights_have_their_deviation_and_no_padding() -> None:
    weight = random_embedding(2_000, 50, seed=3, deviation=0.5)
    assert weight.dtype == np.float32
    assert not weight[PADDING].any()
    assert weight[1:].std() == pytest.approx(0.5, rel=0.02)
    again = random_embedding(2_000, 50, seed=3, deviation=0.5)
    assert (weight == again).all()
    assert (weight != random_embedding(2_000, 50, seed=4, deviation=0.5)).any()


TOKENS = ["<pad>", "<unk>", "film", "newword", "good"]
PRETRAINED = ["good", "film", "<unk>", "other"]
VECTORS = np.array([[1, 2], [3, 6], [50, 50], [9, 9]], np.float32)
WORD_VECTORS = WordVectors(PRETRAINED, VECTORS)


@pytest.mark.parametrize(
    ("policy", "missing"), [("zero", [0.0, 0.0]), ("mean", [2.0, 4.0]), ("random", None)]
)
def test_words_are_looked_up_and_missing_ones_follow_the_policy(
    policy: str, missing: list[float] | None
) -> None:
    weight, lacking = pretrained_embedding(TOKENS, WORD_VECTORS, policy, seed=1)  # type: ignore[arg-type]
    assert weight[[2, 4]].tolist() == [[3, 6], [1, 2]]
    assert lacking.tolist() == [False, False, False, True, False]
    assert weight[PADDING].tolist() == [0, 0]
    if missing is not None:
        assert weight[3].tolist() == missing
        assert weight[UNKNOWN].tolist() == missing, "never the vector of the word <unk>"
    else:
        assert weight[3].any()
        assert (weight[3] != weight[UNKNOWN]).any()


def test_scaled_vectors_keep_their_cosines() -> None:
    published, _ = pretrained_embedding(TOKENS, WORD_VECTORS, "mean", 1)
    scaled, _ = pretrained_embedding(TOKENS, WORD_VECTORS, "mean", 1, deviation=0.1)
    assert scaled[[2, 4]].std() == pytest.approx(0.1, rel=1e-5)
    np.testing.assert_allclose(scaled / scaled[2, 0], published / published[2, 0], rtol=1e-5)


def test_a_vocabulary_without_any_pretrained_word_is_all_missing() -> None:
    weight, lacking = pretrained_embedding(["<pad>", "<unk>", "xyz"], WORD_VECTORS, "mean", 1, 0.1)
    assert not weight.any()
    assert lacking.tolist() == [False, False, True]

"""Encoders that read in order: a review's prediction is its own, and equals a plain loop's."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from reelvec.base.schema.variants import VariantParams
from reelvec.models import classifier as classifiers
from reelvec.models import inference
from reelvec.models.classifier import Classifier
from reelvec.models.encoders import pad
from reelvec.models.first_layer import Start, random_embedding
from reelvec.models.inference import features_of_read, predict_logits
from reelvec.models.reader import Reader
from reelvec.models.rounds import reproducible
from reelvec.models.training import train
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths

CPU = torch.device("cpu")
WORDS, DIMENSION, UNITS = 12, 5, 4
ROWS = st.lists(st.lists(st.integers(0, WORDS - 1), max_size=9), min_size=1, max_size=7)
KINDS: dict[str, dict[str, object]] = {
    "attention": {"encoder": "attention"},
    "cnn": {"encoder": "cnn", "kernels": (2, 4)},
    **{
        f"{encoder} {summary} {layers} {'two-way' if bidirectional else 'one-way'}": {
            "encoder": encoder,
            "summary": summary,
            "layers": layers,
            "bidirectional": bidirectional,
        }
        for encoder in ("lstm", "gru")
        for summary in ("last", "mean", "max")
        for layers, bidirectional in ((1, False), (2, True))
    },
}


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


def classifier(**kind: object) -> Classifier:
    torch.manual_seed(5)
    params = VariantParams(dimension=DIMENSION, units=UNITS, hidden=3, **kind)  # type: ignore[arg-type]
    model = Classifier(params, WORDS, DIMENSION, torch.randn(WORDS, DIMENSION)).eval()
    if params.encoder == "attention":
        nn.init.normal_(model.sequence_encoder.query)  # type: ignore[union-attr, arg-type]
    return model


@torch.no_grad()
def one_by_one(model: Classifier, row: list[int]) -> Tensor:
    """One review through torch's own layers, without any padding."""
    encoder, params = model.sequence_encoder, model.params
    assert encoder is not None
    if not row:
        return torch.zeros(encoder.features)  # type: ignore[arg-type]
    vectors = model.embedding.weight[row]  # (L, D)
    if params.encoder == "attention":
        weights = torch.softmax(vectors @ encoder.query, dim=0)  # type: ignore[operator]
        return weights @ vectors
    if params.encoder == "cnn":
        found = []
        for width, layer in zip(params.kernels, encoder.convolutions, strict=True):  # type: ignore[arg-type]
            missing = max(0, width - len(row))
            filled = torch.cat([vectors, torch.zeros(missing, DIMENSION)])
            windows = [filled[at : at + width] for at in range(len(filled) - width + 1)]
            scores = [(layer.weight * window.T).sum(dim=(1, 2)) + layer.bias for window in windows]
            found.append(torch.stack(scores).amax(dim=0))
        return torch.relu(torch.cat(found))
    kind = nn.LSTM if params.encoder == "lstm" else nn.GRU
    reference = kind(
        DIMENSION,
        UNITS,
        params.layers,
        batch_first=True,
        bidirectional=params.bidirectional,
    )
    for number, directions in enumerate(encoder.layers):  # type: ignore[arg-type]
        for direction, suffix in zip(directions, ("", "_reverse"), strict=False):
            for name, weight in direction.named_parameters():
                target = getattr(reference, name.replace("_l0", f"_l{number}{suffix}"))
                target.copy_(weight)
    outputs, state = reference(vectors.unsqueeze(0))
    if params.summary != "last":
        return outputs[0].mean(dim=0) if params.summary == "mean" else outputs[0].amax(dim=0)
    hidden = state[0] if params.encoder == "lstm" else state
    return hidden[-2 if params.bidirectional else -1 :, 0].flatten()


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@settings(max_examples=20)
@given(rows=ROWS)
def test_padding_changes_nothing_for_any_review(
    kind: dict[str, object], rows: list[list[int]]
) -> None:
    model = classifier(**kind)
    expected = torch.stack([one_by_one(model, row) for row in rows])
    found = features_of_read(model, model.reader.read(ragged(rows)), CPU)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_prediction_does_not_depend_on_the_company_or_the_order(kind: dict[str, object]) -> None:
    model, generator = classifier(**kind), np.random.default_rng(3)
    rows = [generator.integers(0, WORDS, length).tolist() for length in [0, 1, 40, *range(300)]]
    together = predict_logits(model, ragged(rows), CPU)
    backwards = predict_logits(model, ragged(rows[::-1]), CPU).flip(0)
    torch.testing.assert_close(backwards, together, rtol=1e-4, atol=1e-5)
    alone = torch.cat([predict_logits(model, ragged([row]), CPU) for row in rows[:20]])
    torch.testing.assert_close(alone, together[:20], rtol=1e-4, atol=1e-5)


def test_one_very_long_review_does_not_make_all_of_a_batch_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, shapes = classifier(encoder="gru"), []
    reviews = ragged([[2, 3]] * 50 + [[4] * 90, [], *[[5] * 30] * 4])
    expected = predict_logits(model, reviews, CPU)
    monkeypatch.setattr(inference, "PADDED_TOKENS", 100)
    monkeypatch.setattr(
        classifiers, "pad", lambda *batch: shapes.append(pad(*batch)[0].shape) or pad(*batch)
    )
    torch.testing.assert_close(predict_logits(model, reviews, CPU), expected)
    assert max(rows * length for rows, length in shapes) <= 100
    assert sum(rows for rows, _ in shapes) == len(reviews)


@given(ROWS)
def test_padding_stands_behind_the_tokens_and_the_mask_tells_them_apart(
    rows: list[list[int]],
) -> None:
    ids = torch.tensor([id_ for row in rows for id_ in row], dtype=torch.int32)
    starts = torch.tensor([0, *np.cumsum([len(row) for row in rows])[:-1]], dtype=torch.int32)
    padded, mask = pad(ids, starts)
    assert [row[keep].tolist() for row, keep in zip(padded, mask, strict=True)] == rows
    assert padded.shape == mask.shape == (len(rows), max(1, *map(len, rows)))
    assert not padded[~mask].any()


@pytest.mark.parametrize(("truncating", "kept"), [("pre", [4, 5]), ("post", [2, 3])])
def test_long_reviews_lose_their_beginning_or_their_end_as_in_keras(
    truncating: str, kept: list[int]
) -> None:
    model = classifier(encoder="lstm", max_length=2, truncating=truncating)
    long = predict_logits(model, ragged([[2, 3, 4, 5], [6]]), CPU)
    short = predict_logits(model, ragged([kept, [6]]), CPU)
    torch.testing.assert_close(long, short)


def in_order(count: int, seed: int) -> Dataset:
    """Reviews with word 2 before word 3 (positive) or after it (negative): equal as bags."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count).astype(np.int8)
    rows = []
    for label in labels:
        row = generator.integers(4, WORDS, 8)
        row[np.sort(generator.choice(8, 2, replace=False))] = (2, 3) if label else (3, 2)
        rows.append(row.tolist())
    return Dataset(ragged(rows), labels, np.arange(count, dtype=np.int32))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "learns"),
    [
        ({"encoder": "lstm", "units": 16}, True),
        ({"encoder": "gru", "units": 16, "trainable": False, "bidirectional": True}, True),
        ({"encoder": "cnn", "units": 16, "kernels": (8,)}, True),
        ({"encoder": "mean"}, False),
        ({"encoder": "attention"}, False),
    ],
)
def test_sequences_learn_what_lies_in_the_order_and_bags_cannot(
    kind: dict[str, object], learns: bool
) -> None:
    params = VariantParams(
        dimension=8,
        hidden=0,
        learning_rate=0.05,
        epochs=12,
        patience=12,
        batch_size=32,
        **kind,  # type: ignore[arg-type]
    )
    weight = random_embedding(WORDS, 8, 1, deviation=1.0)
    start = Start(Reader(WORDS), in_order(600, 1), weight, np.zeros(WORDS, bool))
    with reproducible(1, CPU):
        best = train(params, start, in_order(300, 2), CPU).best
    assert (best.valid_accuracy > 0.9) == learns

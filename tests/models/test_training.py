"""Training learns, stops in time, keeps its best, and gives the same bits again."""

import hashlib
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.variants import VariantParams
from reelvec.models import training
from reelvec.models.first_layer import Start, random_embedding, start_of
from reelvec.models.inference import features_of_read, predict_logits
from reelvec.models.logits import probabilities_of
from reelvec.models.predictor import Predictor
from reelvec.models.reader import Reader
from reelvec.models.rounds import reproducible
from reelvec.models.training import (
    Epoch,
    Fitted,
    learning_curve,
    new_model,
    pick_device,
    train,
)
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.tokenizer import Tokenizer

CPU = torch.device("cpu")
WORDS, DIMENSION = 40, 8
PARAMS = VariantParams(dimension=DIMENSION, hidden=4, learning_rate=0.01, epochs=12, batch_size=16)


def reviews(count: int, seed: int) -> Dataset:
    """Reviews whose words below the middle of the vocabulary mostly blame, the others praise."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count).astype(np.int8)
    lengths = generator.integers(0, 30, count)
    lengths[0] = 0
    middle = (WORDS + 2) // 2
    words = [
        generator.integers(*((middle - 3, WORDS) if label else (2, middle + 3)), length)
        for label, length in zip(labels, lengths, strict=True)
    ]
    ids = np.concatenate(words).astype(np.int32)
    rows = Ragged(ids, offsets_from_lengths(lengths))
    return Dataset(rows, labels, np.arange(count, dtype=np.int32))


TRAINING, VALIDATION = reviews(300, 1), reviews(100, 2)
WEIGHT = random_embedding(WORDS, DIMENSION, 7)


def start_with(weight: NDArray[np.float32], training: Dataset = TRAINING) -> Start:
    reader = Reader(len(weight))
    return Start(reader, reader.read_part(training), weight, np.zeros(len(weight), bool))


START = start_with(WEIGHT)


def trained(threads: int = 1, **changes: object) -> Fitted:
    params = PARAMS.model_copy(update=changes)
    with reproducible(threads, CPU):
        return train(params, START, VALIDATION, CPU)


def digest(result: Fitted) -> str:
    weights = result.model.state_dict().values()
    return hashlib.sha256(b"".join(weight.numpy().tobytes() for weight in weights)).hexdigest()


@pytest.mark.parametrize("encoder", ["mean", "max", "mean_max"])
@pytest.mark.parametrize("trainable", [True, False])
def test_every_kind_of_variant_learns_what_can_be_learned(encoder: str, trainable: bool) -> None:
    result = trained(encoder=encoder, trainable=trainable, normalize=not trainable, epochs=40)
    assert result.best.valid_accuracy > 0.8
    assert result.best.valid_loss < 0.5 * np.log(2)


def test_the_model_kept_is_that_of_the_smallest_validation_loss() -> None:
    result = trained(learning_rate=0.5, epochs=30, patience=4)
    losses = [epoch.valid_loss for epoch in result.history]
    assert result.best.valid_loss == min(losses)
    assert len(losses) < 30, "it stops early"
    assert len(losses) - result.best.epoch == 4, "after as many epochs without gain as allowed"
    logits = predict_logits(result.model, VALIDATION.reviews, CPU).double().numpy()
    expected = np.logaddexp(0, np.where(VALIDATION.targets == 1, -logits, logits)).mean()
    assert expected == pytest.approx(result.best.valid_loss, rel=1e-6)
    accuracy = ((logits > 0) == VALIDATION.targets).mean()
    assert accuracy == pytest.approx(result.best.valid_accuracy)


@pytest.mark.parametrize("changes", [{}, {"trainable": False, "normalize": True, "dropout": 0.2}])
def test_the_same_seed_gives_the_same_bits_whatever_the_machine_was_set_to(
    changes: dict[str, object],
) -> None:
    first = digest(trained(**changes))
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        torch.rand(3)
        assert digest(trained(**changes)) == first
    finally:
        torch.set_num_threads(threads)
    assert digest(trained(**changes, seed=PARAMS.seed + 1)) != first


@pytest.mark.parametrize("decay", ["none", "linear"])
def test_frozen_vectors_stay_and_pooling_them_once_changes_nothing(decay: str) -> None:
    changes = {"trainable": False, "epochs": 5, "patience": 5, "decay": decay}
    result = trained(**changes)
    assert (result.model.embedding.weight.detach().numpy() == START.weight).all()

    params = PARAMS.model_copy(update=changes)
    model = new_model(params, START)
    features = features_of_read(model, TRAINING.reviews, CPU).clone()
    targets = torch.from_numpy(TRAINING.targets.astype(np.float32))
    heads = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(heads, lr=params.learning_rate)
    steps = params.epochs * -(-len(targets) // params.batch_size)
    linear = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0, steps)
    shuffle = np.random.default_rng(params.seed)
    for _ in range(params.epochs):
        order = torch.from_numpy(shuffle.permutation(len(targets)))
        for rows in order.split(params.batch_size):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                model.logits(features[rows]), targets[rows]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if decay == "linear":
                linear.step()
    expected = predict_logits(model, VALIDATION.reviews, CPU)
    assert result.best.epoch == params.epochs, "or the two are not at the same epoch"
    found = predict_logits(result.model, VALIDATION.reviews, CPU)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("changes", [{"trainable": False}, {"encoder": "gru", "units": 3}])
def test_one_review_left_over_is_normalized_as_those_before_it(changes: dict[str, object]) -> None:
    """A batch of one has no variance, and torch's own normalization refuses it."""
    params = PARAMS.model_copy(update={**changes, "normalize": True, "epochs": 3})
    part = reviews(params.batch_size * 4 + 1, 5)
    history = train(params, start_with(WEIGHT, part), VALIDATION, CPU).history
    assert history[-1].train_loss < history[0].train_loss


def test_padding_and_words_never_seen_keep_their_vectors() -> None:
    result = trained()
    weight = result.model.embedding.weight.detach().numpy()
    assert not weight[0].any()
    assert (weight[1] == START.weight[1]).all(), "unknown does not occur in these reviews"
    assert (weight[2:] != START.weight[2:]).any(axis=1).all()


def test_each_epoch_is_told_as_it_ends() -> None:
    told: list[Epoch] = []
    result = train(PARAMS, START, VALIDATION, CPU, told.append)
    assert told == result.history
    assert [epoch.epoch for epoch in told] == list(range(1, len(told) + 1))


def test_a_loss_that_is_no_number_stops_with_advice() -> None:
    broken = start_with(np.full((WORDS, DIMENSION), np.nan, np.float32))
    with pytest.raises(ReelvecError, match=r"no longer a number in epoch 1; lower learning_rate"):
        train(PARAMS, broken, VALIDATION, CPU)


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ReelvecError, match="at least one review"):
        train(PARAMS, START, Dataset(*empty()), CPU)
    unlabelled = Dataset(TRAINING.reviews, None, TRAINING.review_ids)
    with pytest.raises(ReelvecError, match="no labels"):
        train(PARAMS, start_with(WEIGHT, unlabelled), VALIDATION, CPU)


def empty() -> tuple[Ragged, np.ndarray, np.ndarray]:
    rows = Ragged(np.zeros(0, np.int32), np.zeros(1, np.int64))
    return rows, np.zeros(0, np.int8), np.zeros(0, np.int32)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_named() -> None:
    assert pick_device("auto") == pick_device("cpu") == CPU
    with pytest.raises(ReelvecError, match=r"training\.device: cuda is not available"):
        pick_device("cuda")


def test_the_learning_curve_is_what_dvc_plots_reads() -> None:
    text = learning_curve([Epoch(1, 0.5, 0.75, 1 / 3, 1.0)])
    assert text == (
        "epoch,train_loss,train_accuracy,valid_loss,valid_accuracy\n"
        "1,0.500000,0.750000,0.333333,1.000000\n"
    )


def test_a_variants_own_vocabulary_is_its_most_frequent_words() -> None:
    tokens = ["<pad>", "<unk>", "film", "good", "rare"]
    glove = WordVectors(["rare", "film"], np.array([[1, 2], [3, 4]], np.float32))
    params = VariantParams(embedding="glove", vocabulary_size=2)
    found = start_of(params, tokens, TRAINING, glove)
    assert found.weight.tolist() == [[0, 0], [0, 0], [3, 4], [0, 0]]
    assert found.missing.tolist() == [False, False, False, True]
    small = start_with(random_embedding(WORDS - 10, DIMENSION, 7))
    read = small.reader.read_part(VALIDATION)
    assert train(PARAMS, small, read, CPU).best.valid_accuracy > 0.8


PREPROCESS = PreprocessParams(keep=("not",))
VOCABULARY = ["<pad>", "<unk>", *(f"word{number}x" for number in range(2, WORDS - 1)), "not"]
TEXTS = ["word3x word4x", "", "word30x isn't word31x", "🎬 unknown", "word3x " * 10_000]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    model = train(PARAMS, START, VALIDATION, CPU).model
    return Predictor("scratch", PARAMS, Tokenizer(PREPROCESS, VOCABULARY), model)


def test_a_predictor_comes_back_from_disk_with_the_same_answers(
    predictor: Predictor, tmp_path: Path
) -> None:
    predictor.save(tmp_path / "scratch")
    loaded = Predictor.load(tmp_path / "scratch")
    assert (
        probabilities_of(loaded.logits(TEXTS)).tolist()
        == probabilities_of(predictor.logits(TEXTS)).tolist()
    )
    assert (loaded.name, loaded.params, loaded.tokenizer) == (
        predictor.name,
        predictor.params,
        predictor.tokenizer,
    )
    assert sorted(path.name for path in (tmp_path / "scratch").iterdir()) == [
        "config.json",
        "model.safetensors",
    ]


def test_text_takes_the_way_that_the_ids_took(predictor: Predictor) -> None:
    rows = [[3, 4], [], [30, WORDS - 1, 31], [1, 1], [3] * 10_000]
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    encoded = Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows])))
    expected = probabilities_of(predictor.logits_of({predictor.params.text: encoded}))
    # An emoji is no word: one unknown token remains, and its mean is that of two.
    np.testing.assert_allclose(probabilities_of(predictor.logits(TEXTS)), expected, rtol=1e-5)


def test_a_text_is_judged_alike_alone_and_in_any_company(predictor: Predictor) -> None:
    together = probabilities_of(predictor.logits(TEXTS))
    alone = [probabilities_of(predictor.logits([text]))[0] for text in TEXTS]
    np.testing.assert_allclose(together, alone, rtol=1e-5)
    np.testing.assert_allclose(
        probabilities_of(predictor.logits(TEXTS[::-1])), together[::-1], rtol=1e-5
    )
    assert ((together > 0) & (together < 1)).all()
    assert probabilities_of(predictor.logits([])).shape == (0,)


def test_a_missing_or_damaged_model_says_what_to_do(predictor: Predictor, tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    with pytest.raises(ReelvecError, match="no trained model; run `make repro`"):
        Predictor.load(folder)
    predictor.save(folder)
    weights = (folder / "model.safetensors").read_bytes()
    for damage in (weights[: len(weights) // 2], b"", b"\xff" * 100):
        (folder / "model.safetensors").write_bytes(damage)
        with pytest.raises(ReelvecError, match="train again"):
            Predictor.load(folder)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "config.json").write_text("{")
    with pytest.raises(ReelvecError, match="train again"):
        Predictor.load(folder)


def test_losses_counted_in_blocks_are_those_of_an_epoch_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = train(PARAMS, start_with(WEIGHT), VALIDATION, CPU)
    monkeypatch.setattr(training, "REVIEWS_AT_ONCE", 7)
    in_blocks = train(PARAMS, start_with(WEIGHT), VALIDATION, CPU)
    assert len(in_blocks.history) == len(whole.history)
    for one, other in zip(in_blocks.history, whole.history, strict=True):
        assert astuple(one) == pytest.approx(astuple(other), rel=1e-12)

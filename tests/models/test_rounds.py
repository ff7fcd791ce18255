"""Rounds of training: n-grams that start from naive Bayes, self-training, a last fit on all."""

from pathlib import Path

import numpy as np
import pytest
import torch

from reelvec.base.schema.variants import VariantParams
from reelvec.models import naive_bayes, ngrams
from reelvec.models.first_layer import dimension_of, start_of
from reelvec.models.inference import predict_logits
from reelvec.models.naive_bayes import log_count_ratios
from reelvec.models.reader import Reader
from reelvec.models.rounds import TrainingParts, fit, fit_on_all, labelled_by, reproducible
from reelvec.models.training import new_model
from reelvec.models.word_vectors import WordVectors
from reelvec.text import ragged, rows_on_disk
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths

CPU = torch.device("cpu")
WORDS = 30
TOKENS = ["<pad>", "<unk>", *(f"w{id_}" for id_ in range(2, WORDS))]
NGRAMS = VariantParams(
    embedding="naive_bayes",
    dimension=1,
    encoder="sqrtn",
    ngrams=2,
    min_ngram_count=1,
    distinct=True,
    hidden=0,
    learning_rate=0.01,
    epochs=3,
    refit=False,
)


def reviews(count: int, seed: int, labelled: bool = True) -> Dataset:
    """Word 2 before 3 is praise, 3 before 2 is blame; the rest is noise."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count).astype(np.int8)
    rows = [
        [*generator.integers(4, WORDS, 6), *((2, 3) if label else (3, 2)), 5] for label in labels
    ]
    ids = np.array(rows, np.int32)
    offsets = offsets_from_lengths(np.full(count, ids.shape[1]))
    numbers = np.arange(count, dtype=np.int32)
    return Dataset(Ragged(ids.ravel(), offsets), labels if labelled else None, numbers)


ALL = TrainingParts(reviews(60, 1), reviews(40, 2), reviews(200, 3, labelled=False))
TEST = reviews(300, 4)


def accuracy(params: VariantParams, data: TrainingParts = ALL) -> float:
    model = fit(params, TOKENS, data, None, CPU).model
    logits = predict_logits(model, TEST.reviews, CPU).numpy()
    return float(((logits > 0) == TEST.targets).mean())


def test_bigrams_learn_an_order_that_words_do_not_show() -> None:
    assert accuracy(NGRAMS) > 0.95
    assert accuracy(NGRAMS.model_copy(update={"ngrams": 1})) < 0.65


def test_before_training_the_logit_is_naive_bayes() -> None:
    start = start_of(NGRAMS, TOKENS, ALL.training, None)
    model = new_model(NGRAMS, start).eval()
    seen = model.reader.read(TEST.reviews)
    ratios = log_count_ratios(
        model.reader.read(ALL.training.reviews), model.reader.columns, ALL.training.targets
    )
    expected = [ratios[row].sum() / np.sqrt(len(row)) for row in map(seen.__getitem__, range(300))]
    logits = predict_logits(model, TEST.reviews, CPU).numpy()
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)


def test_distinct_words_count_once() -> None:
    rows = Ragged(np.array([4, 2, 4, 4, 9, 2], np.int32), np.array([0, 4, 4, 6]))
    found = rows.distinct(10)
    assert [found[row].tolist() for row in range(3)] == [[2, 4], [], [2, 9]]


def test_self_training_reads_unlabelled_reviews_and_never_their_labels() -> None:
    params = NGRAMS.model_copy(update={"self_training": True})
    once, more = (fit(each, TOKENS, ALL, None, CPU) for each in (NGRAMS, params))
    assert more.model.reader.columns > once.model.reader.columns, "their n-grams have rows too"
    assert accuracy(params) > 0.95
    teacher = once.model
    labelled = labelled_by(teacher, ALL.unlabelled)
    expected = predict_logits(teacher, ALL.unlabelled.reviews, CPU).numpy() > 0
    assert (labelled.targets == expected).all()


def test_a_teacher_judges_the_unlabelled_reviews_before_it_learns_from_validation() -> None:
    once, refit = (
        fit(NGRAMS.model_copy(update={"refit": refit, "teaches": refit}), TOKENS, ALL, None, CPU)
        for refit in (False, True)
    )
    assert once.unlabelled_logits is None, "nobody reads them"
    expected = predict_logits(once.model, ALL.unlabelled.reviews, CPU).numpy()
    assert refit.unlabelled_logits is not None
    np.testing.assert_array_equal(refit.unlabelled_logits, expected)


def test_a_student_comes_to_believe_what_its_teacher_believes() -> None:
    """A believed probability of 0.8 is learned as 0.8, where a label would be learned as 1."""
    taught = TEST.believed(np.where(TEST.targets == 1, 0.8, 0.2))
    assert (taught.targets == TEST.targets).all()
    params = NGRAMS.model_copy(update={"epochs": 60, "initial_deviation": 0.5})
    model = fit_on_all(params, TOKENS, taught, None, CPU)
    given = 1 / (1 + np.exp(-predict_logits(model, TEST.reviews, CPU).numpy()))
    np.testing.assert_allclose(given, taught.learned, atol=0.1)


def test_beliefs_stay_with_their_reviews() -> None:
    taught = reviews(4, 5).believed(np.array([0.9, 0.2, 0.6, 0.4]))
    both = reviews(3, 6).followed_by(taught)
    assert both.learned.dtype == np.float32
    np.testing.assert_allclose(both.learned[3:], [0.9, 0.2, 0.6, 0.4])
    assert (both.learned[:3] == reviews(3, 6).targets).all()
    np.testing.assert_allclose(both.take(np.array([6, 3])).learned, [0.4, 0.9])
    assert reviews(3, 6).followed_by(reviews(2, 7)).beliefs is None


def test_refit_learns_from_the_validation_reviews_but_is_not_judged_by_them() -> None:
    few = TrainingParts(reviews(12, 1), reviews(300, 2), ALL.unlabelled)
    refit = NGRAMS.model_copy(update={"refit": True})
    plain, last = (fit(params, TOKENS, few, None, CPU) for params in (NGRAMS, refit))
    assert accuracy(refit, few) > accuracy(NGRAMS, few)
    assert last.history == plain.history
    assert (last.validation_logits == plain.validation_logits).all()


def test_the_same_reviews_give_the_same_weights_in_all_rounds() -> None:
    params = NGRAMS.model_copy(update={"self_training": True, "refit": True})
    first, second = (fit(params, TOKENS, ALL, None, CPU).model for _ in range(2))
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_training_leaves_torch_as_it_was_found() -> None:
    threads, mode = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit(NGRAMS, TOKENS, ALL, None, CPU, threads=threads + 1)
    fit_on_all(NGRAMS, TOKENS, ALL.training, None, CPU, threads=threads + 1)
    with pytest.raises(RuntimeError, match="in the middle"), reproducible(threads + 1, CPU):
        raise RuntimeError("in the middle")
    assert (torch.get_num_threads(), torch.get_deterministic_debug_mode()) == (threads, mode)
    assert torch.equal(torch.rand(3), expected)


def test_each_part_is_read_once_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(reader: Reader, reviews: Ragged) -> Ragged:
        read.append(len(reviews))
        return once(reader, reviews)

    once = Reader.read
    monkeypatch.setattr(Reader, "read", counted)
    fit(NGRAMS.model_copy(update={"refit": True, "teaches": True}), TOKENS, ALL, None, CPU)
    assert read == [60, 40, 200, 100]


@pytest.mark.parametrize(("words", "dimension"), [(10_000, 10), (1_000, 6), (25_002, 13)])
def test_the_automatic_dimension_is_the_fourth_root(words: int, dimension: int) -> None:
    assert dimension_of(VariantParams(dimension="auto"), words) == dimension


def test_ignored_words_leave_the_average_alone() -> None:
    vectors = WordVectors(["w2", "w3"], np.array([[1, 2], [3, 4]], np.float32))
    params = VariantParams(embedding="glove", missing="ignore", hidden=0)
    start = start_of(params, TOKENS, ALL.training, vectors)
    model = new_model(params, start)
    rows = Ragged(np.array([2, 9, 9, 3], np.int32), np.array([0, 4]))
    seen = model.reader.read(rows)
    pooled = model.encode(torch.from_numpy(seen.ids), torch.tensor([0], dtype=torch.int32))
    assert pooled.tolist() == [[2.0, 3.0]]


@pytest.mark.parametrize(("length", "expected"), [(None, 2.0), (6, 1.0)])
def test_padding_counts_where_a_study_asks_for_it(length: int | None, expected: float) -> None:
    params = VariantParams(dimension=1, pool_padding=True, max_length=length, hidden=0)
    model = new_model(params, start_of(params, TOKENS, ALL.training, None))
    with torch.no_grad():
        model.embedding.weight[:] = 0
        model.embedding.weight[2] = 3
    ids, starts = torch.tensor([2, 2, 2, 2]).int(), torch.tensor([0, 2]).int()
    rows = model.encode(torch.cat([ids, torch.tensor([3]).int()]), starts)
    # The second review is the longest of the batch: two times 3 and once 0, over 3 or over 6.
    assert rows[1].item() == pytest.approx(expected)


@pytest.mark.parametrize(
    "changes", [{}, {"ngrams": 1, "distinct": False, "self_training": True, "refit": True}]
)
def test_what_no_memory_holds_is_learned_from_files_to_the_same_bits(
    changes: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = NGRAMS.model_copy(update=changes)
    expected = fit(params, TOKENS, ALL, None, CPU)
    ALL.training.save(tmp_path / "train")
    ALL.validation.save(tmp_path / "valid")
    ALL.unlabelled.save(tmp_path / "unsup")
    for module in (ragged, rows_on_disk):
        monkeypatch.setattr(module, "IN_MEMORY", 100)
    for module in (ngrams, naive_bayes, rows_on_disk):
        monkeypatch.setattr(module, "BLOCK", 50)
    found = fit(params, TOKENS, TrainingParts.load(tmp_path), None, CPU)
    assert found.history == expected.history
    assert found.validation_logits.tolist() == expected.validation_logits.tolist()
    for one, other in zip(found.model.parameters(), expected.model.parameters(), strict=True):
        assert torch.equal(one, other)

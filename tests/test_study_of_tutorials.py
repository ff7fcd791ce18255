"""The study of tutorials: its formulas, its verdicts, and that no row of its coverage is empty."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from scipy.stats import t
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize
from studies.common.params import load_study, study_variant
from studies.common.tutorial_reviews import OfficialText
from studies.tutorials.common.averaged import averages, classified, in_one_order
from studies.tutorials.common.bags import of_logits, train_keras_bag, train_pytorch_bag
from studies.tutorials.common.coverage import Covered, agreeing, at, counts, numbers, read_coverage
from studies.tutorials.common.epochs import (
    Epoch,
    KerasAdam,
    begin_as_keras,
    cross_entropy,
    epochs,
)
from studies.tutorials.common.frozen import quarters, taken
from studies.tutorials.common.published import held, told
from studies.tutorials.common.text_matrix import (
    MODES,
    alphabetical_ids,
    fourth_root,
    frequency_ids,
    one_hot,
    text_matrix,
)
from studies.tutorials.keras_cbow import threshold
from studies.tutorials.keras_rnn import turning
from studies.tutorials.lab import groups_say, rank_of_answer
from studies.tutorials.word2vec_classifier import sentence_on

from reelvec.base.project.files import read_json
from reelvec.evaluation.predictions import Predictions
from reelvec.models.first_layer import start_of
from reelvec.models.rounds import fit_on_all, reproducible
from reelvec.models.training import new_model
from reelvec.models.word_vectors import Subwords, WordVectors
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import PADDING, RESERVED

PROJECT = Path(__file__).parents[1]
STUDY = PROJECT / "studies/tutorials"
REPORTS = STUDY / "reports"
COVERAGE = read_coverage(STUDY / "coverage.yaml")
ROWS = [(name, row) for name, (_, rows) in COVERAGE.items() for row in rows]
CPU = torch.device("cpu")


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


def labelled(rows: list[list[int]], labels: list[int]) -> Dataset:
    ids = np.arange(len(rows), dtype=np.int32)
    return Dataset(ragged(rows), np.array(labels, np.int8), ids)


# --- words as numbers ---------------------------------------------------------------------------

Texts = st.lists(st.lists(st.sampled_from(["ab", "cd", "ef", "gh"]), max_size=6), min_size=1)


@given(Texts.filter(lambda texts: any(texts)))
def test_text_matrices_are_those_of_scikit_learn_and_of_kerass_formula(
    texts: list[list[str]],
) -> None:
    ids = frequency_ids(texts)
    encoded = [[ids[word] for word in text] for text in texts]
    found = {mode: text_matrix(encoded, len(ids) + 1, mode) for mode in MODES}
    assert all((matrix[:, 0] == 0).all() for matrix in found.values()), "0 is padding's"
    words = sorted(ids, key=ids.__getitem__)
    joined = [" ".join(text) for text in texts]
    counts = CountVectorizer(vocabulary=words).fit_transform(joined)
    np.testing.assert_array_equal(found["count"][:, 1:], counts.toarray())
    binary = CountVectorizer(vocabulary=words, binary=True).fit_transform(joined)
    np.testing.assert_array_equal(found["binary"][:, 1:], binary.toarray())
    shares = normalize(counts.astype(float), "l1")
    np.testing.assert_allclose(found["freq"][:, 1:], shares.toarray())
    # scikit-learn's term frequency is Keras' own; the idf is not, and is told by a loop.
    frequency = TfidfTransformer(norm=None, use_idf=False, sublinear_tf=True)
    weighed = frequency.fit_transform(counts.astype(float)).toarray()
    for column, word in enumerate(words):
        holding = sum(word in text for text in texts)
        weighed[:, column] *= np.log(1 + len(texts) / (1 + holding))
    np.testing.assert_allclose(found["tfidf"][:, 1:], weighed)


def test_words_are_numbered_by_the_alphabet_or_by_their_count() -> None:
    words = ["the", "actor", "plays", "the", "clown"]
    assert alphabetical_ids(words) == {"actor": 1, "clown": 2, "plays": 3, "the": 4}
    assert frequency_ids([["b", "a"], ["a", "c"]]) == {"a": 1, "b": 2, "c": 3}


@given(st.lists(st.integers(0, 5), min_size=1), st.integers(1, 4))
def test_a_one_hot_row_times_a_matrix_is_its_row(ids: list[int], dimension: int) -> None:
    table = np.random.default_rng(1).normal(size=(6, dimension))
    np.testing.assert_array_equal(one_hot(ids, 6) @ table, table[ids])
    assert (one_hot(ids, 6).sum(axis=1) == 1).all()


def test_the_rule_of_the_fourth_root() -> None:
    assert [fourth_root(words) for words in (1, 16, 10_000)] == pytest.approx([1, 2, 10])
    variant = study_variant(load_study(STUDY)["keras_rnn"]["variant"])
    assert variant.dimension == "auto", "the recurrent study keeps to the rule"


# --- figures against figures --------------------------------------------------------------------


def test_a_published_figure_is_held_against_where_one_more_seed_would_lie() -> None:
    found = held("loss", 0.5, [0.40, 0.42, 0.44], 0.95, decimals=2)
    margin = t.ppf(0.975, 2) * 0.02 * np.sqrt(1 + 1 / 3)
    assert (found.low, found.high) == pytest.approx((0.42 - margin, 0.42 + margin))
    assert found.is_inside
    assert held("loss", 0.53, [0.40, 0.42, 0.44], 0.95, 2).verdict == "unexplained"
    # Two digits say no more than that the figure lies from 0.515 to 0.525.
    assert held("loss", 0.52, [0.51501, 0.51502], 0.95, 2).is_inside
    assert not held("loss", 0.5200, [0.51501, 0.51502], 0.95, 4).is_inside


def test_one_more_seed_lies_in_the_interval_as_often_as_it_says() -> None:
    draws = np.random.default_rng(1).normal(size=(4000, 6))
    inside = [held("", draw[0], draw[1:].tolist(), 0.9, decimals=12).is_inside for draw in draws]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.015)


def test_the_sentence_counts_and_names_the_farthest() -> None:
    figures = [held(name, 0.5, values, 0.95) for name, values in FIGURES.items()]
    assert told(figures) == (
        "1 of 2 published figures lie where one more of our 2 seeds would; the farthest from our "
        "mean is far, by 0.2000."
    )


FIGURES = {"near": [0.4, 0.6], "far": [0.3, 0.3]}

# --- training -----------------------------------------------------------------------------------

TOKENS = [*RESERVED, "beautiful", "wonderful", "dull", "bad", "the"]
PRAISE, BLAME = [[2, 6, 3], [3, 2], [6, 3, 6]], [[4, 5], [5, 6, 4], [6, 5]]
TRAINING = labelled(PRAISE * 6 + BLAME * 6, [1] * 18 + [0] * 18)


def test_watched_epochs_train_as_the_project_does() -> None:
    params = study_variant({"dimension": 4, "batch_size": 5, "epochs": 3, "hidden": 3})
    losses: list[float] = []
    expected = fit_on_all(params, TOKENS, TRAINING, None, CPU, lambda loss, _: losses.append(loss))
    start = start_of(params, TOKENS, TRAINING, None)
    with reproducible(1, CPU):
        model = new_model(params, start)
        found = [float(epoch.losses().mean()) for epoch in epochs(model, start.training)]
    assert found == pytest.approx(losses)
    for one, other in zip(expected.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_losses_are_torchs_and_a_small_last_batch_counts_as_much() -> None:
    logits, targets = np.array([0.3, -2.0, 40.0]), np.array([1.0, 0.0, 0.0])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(logits), torch.tensor(targets), reduction="none"
    ).numpy()
    np.testing.assert_allclose(cross_entropy(logits, targets), expected)
    seen = Epoch(logits, targets)
    assert seen.mean_of_batch_means(2) == pytest.approx((expected[:2].mean() + expected[2]) / 2)
    assert seen.mean_of_batch_means(3) == pytest.approx(expected.mean())


def test_accuracy_is_counted_above_a_logit_of_a_half_as_well() -> None:
    found = of_logits(np.array([0.2, 0.6, -1.0, 0.1]), np.array([1, 1, 0, 0]), "valid_")
    assert found["valid_accuracy"] == 0.75
    assert found["valid_accuracy_above_half"] == 0.75
    all_positive = of_logits(np.array([0.2, 0.4]), np.array([1, 1]), "")
    assert (all_positive["accuracy"], all_positive["accuracy_above_half"]) == (1.0, 0.0)


def test_a_model_can_begin_as_keras_does() -> None:
    params = study_variant({"dimension": 16, "hidden": 16})
    model = new_model(params, start_of(params, TOKENS * 40, TRAINING, None))
    begin_as_keras(model, 0.05)
    embedding = model.embedding.weight.detach()
    assert 0.045 < float(embedding.abs().max()) <= 0.05
    assert bool((embedding[PADDING] != 0).all()), "padding begins like any word"
    hidden, output = (layer for layer in model.head if isinstance(layer, torch.nn.Linear))
    for layer, limit in ((hidden, (6 / 32) ** 0.5), (output, (6 / 17) ** 0.5)):
        assert 0.7 * limit < float(layer.weight.detach().abs().max()) <= limit
        assert not layer.bias.detach().any()


def test_kerass_adam_is_the_second_form_of_the_paper_and_close_to_torchs() -> None:
    start = np.array([0.5, -0.2, 0.1])
    gradients = np.random.default_rng(1).normal(size=(5, 3)) * [1.0, 1e-3, 1e-7]
    ours, torchs = (torch.tensor(start, requires_grad=True) for _ in range(2))
    keras_adam, torch_adam = KerasAdam([ours], 0.01), torch.optim.Adam([torchs], 0.01)
    expected, mean, square = start.copy(), np.zeros(3), np.zeros(3)
    for step, gradient in enumerate(gradients, 1):
        for optimizer, parameter in ((keras_adam, ours), (torch_adam, torchs)):
            optimizer.zero_grad()
            parameter.grad = torch.tensor(gradient)
            optimizer.step()
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        size = 0.01 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        expected -= size * mean / (np.sqrt(square) + 1e-7)
    np.testing.assert_allclose(ours.detach().numpy(), expected)
    moved, torch_moved = (np.abs(each.detach().numpy() - start) for each in (ours, torchs))
    assert moved[0] == pytest.approx(torch_moved[0], rel=1e-3)
    assert moved[2] < 0.5 * torch_moved[2], "small gradients move a weight less"


def text_of_two_kinds() -> OfficialText:
    """Reviews as ids into a lexicon; the word `rare` stands in one training review."""
    lexicon = ["the", "beautiful", "wonderful", "dull", "bad", "rare"]
    rows = [[1, 0, 2], [2, 1], [3, 4], [4, 0, 3]] * 5
    training = labelled([*rows[:-1], [5, 5, 5, 5, 5, 5, 3]], [1, 1, 0, 0] * 5)
    return OfficialText(lexicon, training, labelled(rows, [1, 1, 0, 0] * 5))


def test_held_out_reviews_count_for_no_word() -> None:
    text = text_of_two_kinds()
    for seed in range(6):
        reviews = text.divided(10, 0.2, seed)
        assert (len(reviews.training), len(reviews.validation)) == (16, 4)
        held_out = 19 in reviews.validation.review_ids
        assert ("rare" in reviews.vocabulary.tokens) != held_out
        together = [*reviews.training.review_ids, *reviews.validation.review_ids]
        assert sorted(together) == list(range(20))
        known = reviews.vocabulary.counts[len(RESERVED) :].sum()
        assert known == len(reviews.training.reviews.ids)
    everything = text.divided(2)
    assert len(everything.validation) == 0
    assert len(everything.vocabulary) == 4


SMALL = {
    "words": 10,
    "validation": 0.2,
    "variant": {"dimension": 4, "batch_size": 5, "epochs": 2, "hidden": 3, "max_length": 4},
}


def test_the_padding_row_begins_as_asked_and_is_trained() -> None:
    ways = {
        "normal": {"pool_padding": True, "padding_row": "normal"},
        "zero": {"pool_padding": True, "padding_row": "zero"},
        "without": {"pool_padding": False, "padding_row": "zero"},
    }
    reviews = text_of_two_kinds().divided(10)
    found = {
        way: train_pytorch_bag(reviews, {**SMALL, "ways": ways}, {"way": way, "seed": 1})
        for way in ways
    }
    assert found["normal"]["start"] > 0.1
    assert found["zero"]["start"] == 0
    assert found["zero"]["end"] > 0, "trained though it began at zero"
    assert found["without"]["end"] == 0, "never read"
    assert found["normal"]["train_loss 1"] != found["zero"]["train_loss 1"]
    assert found["zero"]["train_loss 2"] < found["zero"]["train_loss 1"]
    assert 1 <= found["zero"]["rank"] <= 5


def test_the_keras_cell_has_all_figures_of_the_tutorials_log() -> None:
    ways = {"published": {"pool_padding": True, "keras_weights": True, "keras_adam": True}}
    cell = {"way": "published", "seed": 1}
    found = train_keras_bag(text_of_two_kinds(), {**SMALL, "ways": ways}, cell)
    for name in ("train_loss", "train_accuracy_above_half", "valid_loss", "valid_accuracy"):
        assert {f"{name} 1", f"{name} 2"} <= set(found)
    assert found["parameters dense"] == 4 * 3 + 3
    assert found["parameters dense_1"] == 3 + 1
    assert found == train_keras_bag(text_of_two_kinds(), {**SMALL, "ways": ways}, cell)


# --- missing words ------------------------------------------------------------------------------


def test_missing_words_are_left_out_counted_or_made_of_letters() -> None:
    lexicon = ["good", "bad", "goodish", "badly"]
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    reviews = ragged([[0, 2], [1, 1, 3], [2], []])
    known = np.array([True, True, False, False])
    table = np.concatenate([vectors, np.zeros((2, 2), np.float32)])
    ignore = averages(reviews, table, known)
    np.testing.assert_allclose(ignore, [[1, 0], [0, 1], [0, 0], [0, 0]])
    zero = averages(reviews, table, np.ones(4, bool))
    np.testing.assert_allclose(zero, [[0.5, 0], [0, 2 / 3], [0, 0], [0, 0]])
    every = [[0, 2], [1, 1, 3], [2], [3], [0], [1]]
    labels = [1, 0, 1, 0, 1, 0]
    text = OfficialText(lexicon, labelled(every, labels), labelled(every, labels))
    letters = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    words = WordVectors(["good", "bad"], vectors, Subwords(letters, 2, 3))
    found = {
        policy: classified(text, words, policy, None, 1.0)
        for policy in ("ignore", "zero", "subword")
    }
    assert found["ignore"][1] == pytest.approx(4 / 9), "goodish, badly, goodish, badly"
    probabilities = {policy: each.probabilities for policy, (each, _) in found.items()}
    assert probabilities["ignore"][2] == probabilities["ignore"][3], "nothing is known of either"
    assert probabilities["subword"][2] != probabilities["subword"][3]
    _, half = classified(text, words, "ignore", 1, 1.0)
    assert half == pytest.approx(7 / 9), "bad is missing too"
    last, _ = classified(text, words, "ignore", None, 1.0, longest=1)
    assert last.probabilities[0] == last.probabilities[2], "both end in goodish"


def test_two_preparations_of_reviews_are_put_in_one_order() -> None:
    part = Dataset(ragged([[1], [2], [3]]), np.array([1, 0, 1], np.int8), np.array([5, 9, 2]))
    found = in_one_order(part)
    assert found.reviews.ids.tolist() == [2, 3, 1]
    assert found.review_ids.tolist() == [9, 2, 5]


def test_quarters_hold_every_review_once_from_short_to_long() -> None:
    lengths = np.array([5, 1, 9, 3, 7, 2, 8, 4], np.int64)
    found = quarters(lengths)
    assert [lengths[rows].tolist() for rows in found] == [[1, 2], [3, 4], [5, 7], [8, 9]]
    labels, probabilities = np.zeros(8, np.int8), np.linspace(0, 1, 8)
    some = taken(Predictions(np.arange(8, dtype=np.int32), labels, probabilities), found[0])
    assert some.review_ids.tolist() == [1, 5]
    assert some.probabilities.tolist() == probabilities[[1, 5]].tolist()


# --- sentences ----------------------------------------------------------------------------------


def test_groups_are_said_to_be_apart_only_where_both_are() -> None:
    words = {"praise": ["good", "great", "amazing"], "blame": ["bad", "awful", "terrible"]}
    apart = {"within praise": 0.5, "within blame": 0.4, "across": 0.3}
    found = groups_say({"one": apart, "other": {**apart, "across": 0.45}}, words)
    assert "3 pairs within each, 9 across" in found
    assert "In one the words of each group are nearer" in found
    assert "In other the words of each group are NOT nearer" in found


def test_the_rank_of_an_answer_leaves_the_words_asked_with_out() -> None:
    words = ["man", "king", "woman", "queen", "tree"]
    vectors = np.array([[1, 0], [1, 1], [-1, 0.1], [-1, 1], [0, -1]], np.float32)
    space = keyed_vectors(words, vectors)
    assert rank_of_answer(space, ("man", "king", "woman"), "queen") == 1
    assert rank_of_answer(space, ("man", "king", "woman"), "tree") == 2
    assert space.most_similar(["king", "woman"], ["man"], topn=1)[0][0] == "queen"


def test_where_the_validation_loss_turns_is_counted() -> None:
    losses = {"train_loss 1": 0.5, "train_loss 2": 0.3, "train_loss 3": 0.2}
    cells = [{"encoder": "gru", "best": 2, **losses}, {"encoder": "gru", "best": 3, **losses}]
    assert turning(cells, ["gru"], [1, 2, 3]) == (
        "gru: in 1 of 2 trainings the validation loss is smallest before the last of 3 epochs; in "
        "1 of those the training loss falls further."
    )


def test_a_way_with_missing_words_is_surely_apart_only_after_holm() -> None:
    cell = {"vectors": "fasttext", "missing all": 0.1, "missing 2000": 0.4}
    p_values = {"all zero": 0.04, "all subword": 0.5, "2000 zero": 0.03, "2000 subword": 0.001}
    for test, p_value in p_values.items():
        cell |= {f"p_value {test}": p_value, f"ahead {test}": 0.012}
    found = sentence_on(cell, ["ignore", "zero", "subword"])
    assert "over its 4 tests): subword with 2,000 words known (+1.2 points)." in found
    assert "zero with" not in found


def test_the_published_accuracies_of_the_first_epochs_are_shares_of_negative_reviews() -> None:
    published = load_study(STUDY)["keras_cbow"]["published"]
    last = {"valid_accuracy 15": 0.8, "valid_accuracy_above_half 15": 0.75, "negative": 2500}
    found = threshold(published, [{"way": "as published", **last}])
    assert found.startswith("In the first 6 epochs the published accuracies stand still")
    assert "are 12,499 together" in found
    assert "makes 0.7500 of what would be 0.8000" in found


# --- coverage -----------------------------------------------------------------------------------


def headings(report: str) -> list[str]:
    text = (REPORTS / f"{report}.md").read_text(encoding="utf-8")
    return [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]


@pytest.mark.parametrize(("tutorial", "row"), ROWS, ids=[f"{n}: {row.what}" for n, row in ROWS])
def test_each_row_names_a_report_a_command_or_a_reason(tutorial: str, row: Covered) -> None:
    given_ways = [way for way in (row.report, row.command, row.why_not) if way is not None]
    assert len(given_ways) == 1, f"{tutorial}: {row.what}"
    if row.report is not None:
        assert row.section is not None
        assert any(heading.startswith(row.section) for heading in headings(row.report))
    if row.command is not None:
        words = shlex.split(row.command)
        assert words[:2] == ["dvc", "repro"]
        stages = YAML(typ="safe", pure=True).load(PROJECT / "dvc.yaml")["stages"]
        assert words[2] in stages
    if row.why_not is not None:
        assert row.why_not.endswith(".")


@pytest.mark.parametrize("row", [row for _, row in ROWS if row.ours or row.figures])
def test_each_row_with_a_number_finds_ours(row: Covered) -> None:
    assert row.report is not None
    results = read_json(REPORTS / f"{row.report}.json")
    if row.figures is not None:
        equal, count = agreeing(results, row.figures)
        assert 0 <= equal <= count > 0
    else:
        assert row.ours is not None
        assert row.published is not None
        assert at(results, row.ours) is not None


def test_pictures_of_the_reports_exist() -> None:
    for report in REPORTS.glob("*.md"):
        for name in re.findall(r"!\[[^]]*\]\(([^)]*)\)", report.read_text(encoding="utf-8")):
            assert (REPORTS / name).is_file(), f"{report.name}: {name}"


def test_rows_and_numbers_are_counted() -> None:
    rows = [
        Covered("a", "step", command="dvc repro export"),
        Covered("b", "figure", why_not="Nobody knows."),
        Covered("c", "figure", report="r", section="s", published="2", ours="two"),
        Covered("d", "figure", report="r", section="s", figures="figures"),
        Covered("e", "figure", report="r", section="s", figures="words"),
    ]
    figures = [{"verdict": "as ours"}, {"verdict": "unexplained"}]
    words = {"words": {"the": 3, "a": 1}, "published_words": {"the": 3, "a": 2}}
    results = {"r": {"two": 2, "figures": figures, **words}}
    assert counts(rows) == ["5", "4", "1"]
    assert numbers(rows, results) == (3, 5)
    assert rows[2].compared(results) == "2; ours 2: equal"
    assert rows[2].compared({"r": {"two": 3}}) == "2; ours 3: DIFFERENT"
    assert rows[4].compared(results) == "1 of 2 equal"


def test_no_report_puts_words_into_a_tutorials_mouth() -> None:
    for report in REPORTS.glob("*.md"):
        assert not re.findall(r"[“”\"«»]", report.read_text(encoding="utf-8")), report.name


def test_all_published_figures_are_there() -> None:
    sections = load_study(STUDY)
    torch_, keras = (sections[name]["published"] for name in ("pytorch_cbow", "keras_cbow"))
    assert len(torch_["losses"]) == 10
    kinds = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
    assert [len(keras[kind]) for kind in kinds] == [15] * 4
    assert sum(keras["parameters"].values()) == 160_289
    assert keras["train_accuracy"][-1] == 0.8163
    # 20,000 and 5,000 reviews, all called negative in the first epoch: 12,500 are.
    negative = 20_000 * keras["train_accuracy"][0] + 5_000 * keras["valid_accuracy"][0]
    assert negative == pytest.approx(12_500, abs=1.25)

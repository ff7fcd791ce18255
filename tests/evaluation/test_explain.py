"""What explains a prediction must be what the model did: checked against its forward pass."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_project import BASELINE, ENSEMBLE, make_project

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.explain import Contribution, contributions, words_of_id
from reelvec.evaluation.explain_network import adds_up, logit_without_words
from reelvec.models.batches import as_tensors
from reelvec.models.classifier import Classifier
from reelvec.models.inference import predict_logits
from reelvec.models.linear import Baseline
from reelvec.models.load import load_model
from reelvec.models.ngrams import Ngrams, find_ngrams
from reelvec.models.predictor import Predictor
from reelvec.models.reader import Reader
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.tokenizer import Tokenizer

CPU = torch.device("cpu")
WORDS = ["good", "bad", "film", "plot", "dull", "great"]
VOCABULARY = ["<pad>", "<unk>", *WORDS]
STEPS = PreprocessParams(stopwords="none", lemmatize=False)
TEXTS = st.lists(st.sampled_from([*WORDS, "unheard", "unseen"]), max_size=9).map(" ".join)
LINEAR = ("mean", "sqrtn", "max", "mean_max")
IN_ORDER = ("attention", "cnn", "lstm", "gru")
EDGES = ["", "   ", "unheard", "unheard unseen unheard"]


def make_predictor(reader: Reader | None = None, **config: object) -> Predictor:
    torch.manual_seed(5)
    values = {"dimension": 4, "hidden": 0, "units": 3, "kernels": (2, 3), **config}
    params = VariantParams.model_validate(values)
    rows = reader.columns if reader else len(VOCABULARY)
    model = Classifier(params, rows, 4, torch.randn(rows, 4), reader).eval()
    if params.encoder == "attention":
        torch.nn.init.normal_(model.sequence_encoder.query)  # type: ignore[union-attr,arg-type]
    if params.normalize:
        model.head[0].running_mean.normal_()  # type: ignore[union-attr,operator]
        model.head[0].running_var.uniform_(0.5, 2)  # type: ignore[union-attr,operator]
    return Predictor("made", params, Tokenizer(STEPS, VOCABULARY), model)


def logit_of(predictor: Predictor, text: str) -> float:
    return float(predict_logits(predictor.model, predictor.tokenizer.encode([text]), CPU)[0])


def logit_of_ids(predictor: Predictor, ids: list[int]) -> float:
    """The forward pass for what the reader would give."""
    row = Ragged(np.array(ids, np.int32), offsets_from_lengths(np.array([len(ids)])))
    with torch.inference_mode():
        return float(predictor.model(*as_tensors(row, CPU))[0])


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("encoder", LINEAR)
@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_contributions_to_a_linear_head_sum_to_the_logit(
    encoder: str, normalize: bool, texts: list[str]
) -> None:
    predictor = make_predictor(encoder=encoder, normalize=normalize)
    assert adds_up(predictor.model)
    bias = logit_without_words(predictor.model)
    for text, words in zip(texts, contributions(predictor, texts), strict=True):
        total = bias + sum(word.logit for word in words)
        assert total == pytest.approx(logit_of(predictor, text), abs=1e-5)
        assert sum(word.count for word in words) == len(text.split())


@pytest.mark.parametrize(
    "config",
    [
        *({"encoder": encoder, "hidden": 5, "normalize": True} for encoder in LINEAR),
        *({"encoder": encoder} for encoder in IN_ORDER),
        {"encoder": "gru", "hidden": 5, "summary": "max", "bidirectional": True},
    ],
    ids=str,
)
def test_for_other_models_a_word_counts_what_the_logit_loses_without_it(
    config: dict[str, object],
) -> None:
    predictor = make_predictor(**config)
    assert not adds_up(predictor.model)
    texts = ["good film unheard good plot", "dull dull dull", *EDGES]
    for text, words in zip(texts, contributions(predictor, texts), strict=True):
        tokens = ["<unk>" if word.startswith("un") else word for word in text.split()]
        assert {word.words for word in words} == set(tokens)
        ids = [VOCABULARY.index(token) for token in tokens]
        for word in words:
            without = [id_ for id_ in ids if VOCABULARY[id_] != word.words]
            expected = logit_of_ids(predictor, ids) - logit_of_ids(predictor, without)
            assert word.logit == pytest.approx(expected, abs=1e-5)
            assert word.count == tokens.count(word.words)


@pytest.mark.parametrize("encoder", [*LINEAR, *IN_ORDER])
def test_an_empty_review_has_no_words_and_unknown_words_are_one(encoder: str) -> None:
    predictor = make_predictor(encoder=encoder)
    empty, blank, one, three = contributions(predictor, EDGES)
    assert empty == blank == []
    assert [(word.words, word.count) for word in one + three] == [("<unk>", 1), ("<unk>", 3)]
    bias = logit_without_words(predictor.model)
    assert bias == pytest.approx(logit_of(predictor, ""), abs=1e-6)
    for text, (word,) in (("unheard", one), (EDGES[3], three)):
        # One word alone: with and without it is all there is, whatever the encoder.
        assert bias + word.logit == pytest.approx(logit_of(predictor, text), abs=1e-5)


def test_the_largest_of_a_dimension_owns_it() -> None:
    predictor = make_predictor(encoder="max")
    with torch.no_grad():
        predictor.model.embedding.weight[2:5] = torch.tensor(
            [[3.0, 0, 0, 0], [0, 5.0, 7.0, 0], [-1.0, -1, -1, -1]]
        )
        predictor.model.head[-1].weight[:] = torch.tensor([[1.0, 1, -1, 9]])
    (found,) = contributions(predictor, ["film good bad film"])
    assert found == [
        Contribution("good", pytest.approx(3), 1),
        Contribution("bad", pytest.approx(-2), 1),
        Contribution("film", pytest.approx(0), 2),
    ]


def test_the_word_that_weighs_most_comes_first_whatever_its_sign() -> None:
    predictor = make_predictor(encoder="mean")
    (found,) = contributions(predictor, ["good bad film plot dull great great"])
    sizes = [abs(word.logit) for word in found]
    assert sizes == sorted(sizes, reverse=True)
    assert {word.logit > 0 for word in found} == {True, False}


@pytest.mark.parametrize("distinct", [False, True])
def test_ngrams_are_named_and_sum_to_the_logit_too(distinct: bool) -> None:
    ids = np.array([2, 3, 4, 2, 3, 4, 7, 2], np.int32)
    reviews = Ragged(ids, np.array([0, len(ids)], np.int64))
    ngrams = find_ngrams(reviews, len(VOCABULARY), longest=3, min_count=1)
    reader = Reader(len(VOCABULARY), ngrams, distinct=distinct)
    predictor = make_predictor(reader, encoder="sqrtn", ngrams=3, distinct=distinct)
    text = "good bad film good bad film"
    (found,) = contributions(predictor, [text])
    bigrams = ["good bad", "bad film", "film good"]
    trigrams = ["good bad film", "bad film good", "film good bad"]
    assert {word.words: word.count for word in found} == {
        name: 1 if distinct else text.count(name)
        for name in ("good", "bad", "film", *bigrams, *trigrams)
    }
    total = logit_without_words(predictor.model) + sum(word.logit for word in found)
    assert total == pytest.approx(logit_of(predictor, text), abs=1e-5)


def test_every_id_has_the_words_that_its_key_was_made_of() -> None:
    size = len(VOCABULARY)
    bigrams, trigrams = np.array([2 * size + 7, 5 * size + 2]), np.array([1 * size + 3])
    predictor = make_predictor(Reader(size, Ngrams(size, (bigrams, trigrams))), encoder="mean")
    named = [
        words_of_id(id_, predictor.model.reader, predictor.tokenizer.vocabulary)
        for id_ in (1, 3, size, size + 2)
    ]
    assert named == ["<unk>", "bad", "good great", "plot good bad"]
    with pytest.raises(IndexError):
        words_of_id(size + 3, predictor.model.reader, predictor.tokenizer.vocabulary)


def test_words_behind_a_negation_are_named_as_negated() -> None:
    size = len(VOCABULARY)
    reader = Reader(size, negations=np.arange(size) == VOCABULARY.index("dull"), negation_scope=1)
    ids = np.array([6, 2, 4], np.int32)
    reader = reader.with_ngrams_of(Ragged(ids, np.array([0, 3], np.int64)), 2, 1)
    predictor = make_predictor(reader, encoder="sqrtn")
    (found,) = contributions(predictor, ["dull good film"])
    assert {word.words for word in found} == {
        *("dull", "NOT_good", "film"),
        *("dull NOT_good", "NOT_good film"),
    }


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("config", [{"max_length": 6}, {}, {"max_length": 6, "hidden": 3}], ids=str)
def test_padding_that_counts_is_a_token_among_the_others(
    config: dict[str, object], padding: str
) -> None:
    predictor = make_predictor(encoder="mean", pool_padding=True, padding=padding, **config)
    texts = ["good film", "dull", "", "bad plot bad good film great dull plot"]
    for text, words in zip(texts, contributions(predictor, texts), strict=True):
        length = 6 if config else max(1, len(text.split()))
        assert sum(word.count for word in words) == length
        if adds_up(predictor.model):
            total = logit_without_words(predictor.model) + sum(word.logit for word in words)
            assert total == pytest.approx(logit_of(predictor, text), abs=1e-5)


def test_only_what_the_model_reads_of_a_long_review_is_explained() -> None:
    predictor = make_predictor(encoder="gru", max_length=2, truncating="pre")
    reader = Reader(len(VOCABULARY), max_length=2, truncating="pre")
    predictor.model.reader = reader
    (found,) = contributions(predictor, ["good bad film plot"])
    assert {word.words for word in found} == {"film", "plot"}


def test_no_texts_give_no_explanations() -> None:
    assert contributions(make_predictor(encoder="gru"), []) == []


TEXTS = ["A wonderful film, wonderful actor", "dull, not good", "", "nothing known"]


def test_a_baselines_words_and_its_intercept_sum_to_its_logit(tmp_path: Path) -> None:
    model = load_model(BASELINE, make_project(tmp_path))
    assert isinstance(model, Baseline)
    found = contributions(model, TEXTS)
    sums = [sum(each.logit for each in words) + model.intercept for words in found]
    np.testing.assert_allclose(sums, model.logits(TEXTS), rtol=1e-6)
    assert {each.words: each.count for each in found[0]} == {"wonderful": 2, "film": 1, "actor": 1}
    assert found[2] == found[3] == []


def test_an_ensembles_words_are_those_of_its_members_weighed_and_drawn_in(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    best, network, linear = (load_model(name, root) for name in (ENSEMBLE, "gru", BASELINE))
    logits = linear.logits(TEXTS)
    drawn_in = np.clip(logits, -0.4, 0.4) / logits
    assert (drawn_in < 1).any()
    for row, found in enumerate(contributions(best, TEXTS)):
        expected: dict[str, float] = {}
        for model, factor in ((network, 0.75), (linear, 0.5 * drawn_in[row])):
            for each in contributions(model, TEXTS)[row]:
                expected[each.words] = expected.get(each.words, 0.0) + factor * each.logit
        assert {each.words: each.logit for each in found} == pytest.approx(expected)
        assert [abs(each.logit) for each in found] == sorted(
            (abs(each.logit) for each in found), reverse=True
        )

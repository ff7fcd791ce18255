"""The ONNX file of a linear baseline agrees with the baseline, whatever the reviews."""

from pathlib import Path

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from small_baselines import VOCABULARY, baseline, ragged

from reelvec.base.schema.baselines import Weighting
from reelvec.export.onnx_model import OnnxModel, export_onnx
from reelvec.models.linear import Baseline
from reelvec.models.logits import probabilities_of
from reelvec.text.ragged import Ragged

KINDS: list[tuple[Weighting, int]] = [
    ("binary", 1),
    ("binary", 3),
    ("tfidf", 1),
    ("tfidf", 2),
    ("naive_bayes", 3),
    ("average", 1),
]
TEXTS = {
    "ragged": ["A good, good film.", "bad", "Not bad, not good: dull plot; a film of a good actor"],
    "empty": [""],
    "empty at both ends": ["", "", "good film", "", "bad", ""],
    "none in the vocabulary": ["zebra xylophone", "🎬", "quark"],
    "some in the vocabulary": ["zebra good zebra", "zebra", "film quark", ""],
    "in the vocabulary without a column": ["waste time", "good waste film"],
    "one token": ["good"],
    "long": ["good bad film dull plot " * 2000, "great film", ""],
    "many": ["good film", "bad film", ""] * 300,
}
REVIEWS = st.lists(st.lists(st.integers(0, len(VOCABULARY) - 1), max_size=12), min_size=1)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}, {kind[1]}-grams")
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Baseline, OnnxModel]:
    model = baseline(*request.param)
    path = tmp_path_factory.mktemp("linear") / "model.onnx"
    export_onnx(path, model.name, model)
    return model, OnnxModel(path, threads=2)


def agree(exported: tuple[Baseline, OnnxModel], reviews: Ragged) -> None:
    model, written = exported
    own, seen = model.logits_of({model.text: reviews}), model.reader.read(reviews)
    assert_allclose(written.logits(seen), own, rtol=1e-6, atol=1e-6)
    assert_allclose(written.probabilities(seen), probabilities_of(own), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", TEXTS)
def test_onnx_runtime_gives_the_logits_of_the_baseline(
    exported: tuple[Baseline, OnnxModel], name: str
) -> None:
    agree(exported, exported[0].tokenizer.encode(TEXTS[name]))


@given(rows=REVIEWS)
def test_any_reviews_get_the_logits_of_the_baseline(
    exported: tuple[Baseline, OnnxModel], rows: list[list[int]]
) -> None:
    agree(exported, ragged(rows))


def test_a_review_is_judged_alone_as_among_others(exported: tuple[Baseline, OnnxModel]) -> None:
    model, written = exported
    seen = model.reader.read(model.tokenizer.encode(TEXTS["ragged"]))
    alone = [written.logits(seen.slice(row, row + 1))[0] for row in range(len(seen))]
    assert written.logits(seen).tolist() == alone


def test_no_reviews_give_no_logits(exported: tuple[Baseline, OnnxModel]) -> None:
    assert exported[1].logits(ragged([])).shape == (0,)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_baseline_gives_the_same_bytes(
    kind: tuple[Weighting, int], tmp_path: Path
) -> None:
    for file in ("first.onnx", "second.onnx"):
        export_onnx(tmp_path / file, "one", baseline(*kind))
    assert (tmp_path / "first.onnx").read_bytes() == (tmp_path / "second.onnx").read_bytes()


def test_the_file_takes_and_gives_what_that_of_a_network_does(tmp_path: Path) -> None:
    export_onnx(tmp_path / "model.onnx", "tfidf", baseline("tfidf", 2))
    graph = onnx.load(tmp_path / "model.onnx").graph
    assert [each.name for each in graph.input] == ["ids", "starts"]
    assert [each.name for each in graph.output] == ["logits", "probabilities"]

"""The ONNX file of an ensemble agrees with it; its members read different texts and ids."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from small_baselines import baseline, ragged
from small_project import make_project

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.serving import ServingParams
from reelvec.export.onnx_model import OnnxModel, export_onnx
from reelvec.export.whole_models import export_model
from reelvec.models.ensemble import Ensemble, Member, Weighing
from reelvec.models.linear import Baseline
from reelvec.models.load import load_model
from reelvec.models.logits import probabilities_of
from reelvec.models.predictor import Predictor
from reelvec.text.ragged import Ragged

WEIGHING = Weighing(
    {
        "gru": Member(0.7, -0.15, -0.125),
        "naive_bayes": Member(0.4, -9.0, 7.5),
        "scratch": Member(-0.3, -0.2, 2.0),
        "tfidf": Member(1.1, -0.5, 0.25),
    },
    intercept=0.049569,
)
TEXTS = {
    "ragged": ["A good, good film.", "bad", "Not bad, not good: dull plot; a king wastes time"],
    "empty": [""],
    "empty at both ends": ["", "", "good film", "", "bad", ""],
    "none in the vocabulary": ["zebra xylophone", "🎬"],
    "known to the networks alone": ["king queen", "wonderful movie man"],
    "known to the baselines alone": ["plot plot plot", "plot"],
    "one token": ["good"],
    "long": ["good bad film dull plot king " * 500, "great film", ""],
}
REVIEWS = st.lists(
    st.lists(st.sampled_from(["good", "bad", "film", "dull", "king", "plot", "zebra"]), max_size=9),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("project"))
    for member in (baseline("naive_bayes", 3), baseline("tfidf", 2)):
        member.save(folder / "data/baselines" / member.name, np.zeros(1), np.zeros(1))
    WEIGHING.save(folder / "data/ensembles/best")
    export_model(folder / "export", folder / "data/ensembles/best", ServingParams())
    return folder


@pytest.fixture(scope="module")
def ensemble(project: Path) -> Ensemble:
    model = load_model("best", project)
    assert isinstance(model, Ensemble)
    return model


@pytest.fixture(scope="module")
def written(project: Path) -> OnnxModel:
    return OnnxModel(project / "export/model.onnx", threads=2)


def read_by_members(ensemble: Ensemble, texts: list[str]) -> Mapping[str, Ragged]:
    found = {}
    for name, member in ensemble.members.items():
        assert isinstance(member, Predictor | Baseline)
        reader = member.reader if isinstance(member, Baseline) else member.model.reader
        found[name] = reader.read(member.tokenizer.encode(texts))
    return found


def agree(ensemble: Ensemble, written: OnnxModel, texts: list[str]) -> None:
    own, seen = ensemble.logits(texts), read_by_members(ensemble, texts)
    assert_allclose(written.logits(seen), own, rtol=0, atol=5e-6)
    assert_allclose(written.probabilities(seen), probabilities_of(own), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", TEXTS)
def test_onnx_runtime_gives_the_logits_of_the_ensemble(
    ensemble: Ensemble, written: OnnxModel, name: str
) -> None:
    agree(ensemble, written, TEXTS[name])


@given(reviews=REVIEWS)
def test_any_reviews_get_the_logits_of_the_ensemble(
    ensemble: Ensemble, written: OnnxModel, reviews: list[list[str]]
) -> None:
    agree(ensemble, written, [" ".join(words) for words in reviews])


@pytest.mark.parametrize("name", WEIGHING.members)
def test_the_reviews_reach_both_limits_of_each_member_that_is_narrow(
    ensemble: Ensemble, name: str
) -> None:
    logits = ensemble.members[name].logits([text for texts in TEXTS.values() for text in texts])
    limits = WEIGHING.members[name]
    beyond = {*(np.clip(logits, limits.lowest, limits.highest) != logits).tolist()}
    assert True in beyond or name == "naive_bayes"
    assert False in beyond


def test_no_reviews_give_no_logits(ensemble: Ensemble, written: OnnxModel) -> None:
    assert written.logits(dict.fromkeys(ensemble.members, ragged([]))).shape == (0,)


def test_members_with_different_numbers_of_reviews_are_refused(
    ensemble: Ensemble, written: OnnxModel
) -> None:
    seen = dict.fromkeys(ensemble.members, ragged([[2], [3]]))
    with pytest.raises(ValueError, match="different numbers of reviews"):
        written.logits({**seen, "gru": ragged([[2]])})


def test_each_member_has_inputs_of_its_own(project: Path) -> None:
    model = onnx.load(project / "export/model.onnx")
    expected = [f"{name}.{part}" for name in WEIGHING.members for part in ("ids", "starts")]
    assert [each.name for each in model.graph.input] == expected
    assert [each.name for each in model.graph.output] == ["logits", "probabilities"]
    dimensions = [each.type.tensor_type.shape.dim[0].dim_param for each in model.graph.input]
    assert dimensions[:4] == ["gru.tokens", "reviews", "naive_bayes.tokens", "reviews"]


def test_the_file_says_which_text_a_member_reads(project: Path) -> None:
    about = onnx.load(project / "export/model.onnx").graph.doc_string
    expected = "gru (processed), naive_bayes (plain), scratch (processed), tfidf (plain)."
    assert about.endswith(expected)


def test_the_same_ensemble_gives_the_same_bytes(project: Path, tmp_path: Path) -> None:
    model = load_model("best", project)
    assert isinstance(model, Ensemble)
    export_onnx(tmp_path / "again.onnx", "best", model)
    again = (tmp_path / "again.onnx").read_bytes()
    assert again == (project / "export/model.onnx").read_bytes()


def test_an_ensemble_of_ensembles_is_refused(ensemble: Ensemble, tmp_path: Path) -> None:
    outer = Ensemble("outer", Weighing({"best": Member(1.0, -1.0, 1.0)}, 0.0), {"best": ensemble})
    with pytest.raises(ReelvecError, match="best: neither a variant nor a baseline"):
        export_onnx(tmp_path / "outer.onnx", "outer", outer)

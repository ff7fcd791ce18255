"""The ONNX file of an ensemble agrees with the ensemble, each member reading in its own way."""

from pathlib import Path

import onnx
import pytest
from numpy.testing import assert_allclose
from small_project import BASELINE, ENSEMBLE, make_project

from reelvec.export.onnx_model import OnnxModel, export_onnx
from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.load import load_model
from reelvec.models.logits import probabilities_of
from reelvec.models.predictor import Predictor
from reelvec.text.ragged import Ragged

TEXTS = ["A wonderful film.", "", "dull " * 10_000, "unheard-of", "good", "bad, not good; dull"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ensemble, Path]:
    model = load_model(ENSEMBLE, make_project(tmp_path_factory.mktemp("project")))
    assert isinstance(model, Ensemble)
    path = tmp_path_factory.mktemp("ensemble") / "model.onnx"
    export_onnx(path, model.name, model)
    return model, path


def seen_by_members(model: Ensemble, texts: list[str]) -> dict[str, Ragged]:
    """What each member's reader gives, as a program that runs the file must."""
    seen = {}
    for name, member in model.members.items():
        assert isinstance(member, Predictor | Baseline)
        reader = member.model.reader if isinstance(member, Predictor) else member.reader
        seen[name] = reader.read(member.tokenizer.encode(texts))
    return seen


@pytest.mark.parametrize("texts", [TEXTS, [""], ["", ""], ["good"], []], ids=len)
def test_onnx_runtime_gives_the_logits_of_the_ensemble(
    exported: tuple[Ensemble, Path], texts: list[str]
) -> None:
    model, path = exported
    seen, own = seen_by_members(model, texts), model.logits(texts)
    assert_allclose(OnnxModel(path).logits(seen), own, rtol=0, atol=1e-5)
    assert_allclose(OnnxModel(path).probabilities(seen), probabilities_of(own), rtol=0, atol=1e-5)


def test_the_inputs_are_named_after_the_members_and_the_file_says_what_they_are(
    exported: tuple[Ensemble, Path], tmp_path: Path
) -> None:
    model, path = exported
    proto = onnx.load(path)
    inputs = [each.name for each in proto.graph.input]
    assert inputs == ["gru.ids", "gru.starts", f"{BASELINE}.ids", f"{BASELINE}.starts"]
    assert f"gru (processed), {BASELINE} (processed)." in proto.graph.doc_string
    export_onnx(tmp_path / "again.onnx", model.name, model)
    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()

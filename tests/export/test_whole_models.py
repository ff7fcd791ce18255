"""An exported model answers as the variant does, brings all it needs, and has the same bytes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow.pyfunc
import numpy as np
import pandas as pd
import pytest
import torch
from small_project import BASELINE, ENSEMBLE, make_project

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.serving import ServingParams
from reelvec.base.schema.variants import VariantParams
from reelvec.export.onnx_model import OnnxModel
from reelvec.export.whole_models import export_model
from reelvec.models.classifier import Classifier
from reelvec.models.folders import folder_of_model
from reelvec.models.load import load_model
from reelvec.models.logits import probabilities_of
from reelvec.models.predictor import Predictor
from reelvec.text.tokenizer import Tokenizer

VOCABULARY = ["<pad>", "<unk>", "good", "bad", "film"]
TEXTS = ["A good film.", "", "BAD, bad <br /> film", "🎬"]

LOAD = """
import json, sys
import mlflow.pyfunc, pandas
model = mlflow.pyfunc.load_model(sys.argv[1])
answer = model.predict(pandas.DataFrame({"text": json.loads(sys.argv[2])}))
import reelvec.models.predictor
print(json.dumps([answer["probability"].tolist(), reelvec.models.predictor.__file__]))
"""


def predictor() -> Predictor:
    torch.manual_seed(1)
    params = VariantParams(dimension=3, hidden=2)
    model = Classifier(params, len(VOCABULARY), 3, torch.randn(len(VOCABULARY), 3)).eval()
    return Predictor("scratch", params, Tokenizer(PreprocessParams(), VOCABULARY), model)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    predictor().save(tmp_path / "trained")
    return tmp_path / "trained"


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_the_same_model_gives_the_same_bytes_wherever_and_whenever(
    trained: Path, tmp_path: Path
) -> None:
    export_model(tmp_path / "first", trained, ServingParams())
    elsewhere = tmp_path / "else" / "where"
    shutil.copytree(trained, elsewhere)
    export_model(tmp_path / "second", elsewhere, ServingParams())
    first, second = files(tmp_path / "first"), files(tmp_path / "second")
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_no_file_knows_the_machine_that_wrote_it(trained: Path, tmp_path: Path) -> None:
    export_model(tmp_path / "export", trained, ServingParams())
    machine = (str(tmp_path), str(Path.home()), str(Path(__file__).parents[2]), "__pycache__")
    for name, data in files(tmp_path / "export").items():
        assert [word for word in machine if word.encode() in data or word in name] == [], name


def test_another_model_has_another_identity(trained: Path, tmp_path: Path) -> None:
    export_model(tmp_path / "first", trained, ServingParams())
    with (trained / "config.json").open("a") as stream:
        stream.write("\n")
    export_model(tmp_path / "second", trained, ServingParams())
    uuids = [
        mlflow.models.Model.load(tmp_path / name / "mlflow").model_uuid
        for name in ("first", "second")
    ]
    assert uuids[0] != uuids[1]


def test_the_mlflow_folder_answers_as_the_variant_does(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    export_model(tmp_path / "export", trained, ServingParams())
    model = mlflow.pyfunc.load_model(str(tmp_path / "export/mlflow"))
    answer = model.predict(pd.DataFrame({"text": TEXTS}))
    assert answer.columns.tolist() == ["label", "probability"]
    np.testing.assert_allclose(
        answer["probability"], probabilities_of(predictor().logits(TEXTS)), rtol=1e-6
    )
    assert model.metadata.signature.inputs.input_names() == ["text"]
    assert model.input_example.columns.tolist() == ["text"]


@pytest.mark.parametrize("name", [BASELINE, ENSEMBLE])
def test_baselines_and_ensembles_answer_from_an_mlflow_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    root = make_project(tmp_path / "project")
    export_model(tmp_path / "export", folder_of_model(name, root), ServingParams())
    shutil.move(root, tmp_path / "elsewhere")
    model = mlflow.pyfunc.load_model(str(tmp_path / "export/mlflow"))
    answer = model.predict(pd.DataFrame({"text": TEXTS}))
    expected = probabilities_of(load_model(name, tmp_path / "elsewhere").logits(TEXTS))
    np.testing.assert_allclose(answer["probability"], expected, rtol=1e-6)


@pytest.mark.slow
def test_the_mlflow_folder_brings_its_own_code(trained: Path, tmp_path: Path) -> None:
    export_model(tmp_path / "export", trained, ServingParams())
    place = tmp_path / "export/mlflow"
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(place), json.dumps(TEXTS)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    probabilities, used = json.loads(done.stdout.splitlines()[-1])
    assert probabilities == pytest.approx(probabilities_of(predictor().logits(TEXTS)).tolist())
    assert Path(used).is_relative_to(place)


def test_the_onnx_file_answers_as_the_variant_does(trained: Path, tmp_path: Path) -> None:
    export_model(tmp_path / "export", trained, ServingParams())
    ours = predictor()
    seen = ours.model.reader.read(ours.tokenizer.encode(TEXTS))
    found = OnnxModel(tmp_path / "export/model.onnx").probabilities(seen)
    np.testing.assert_allclose(found, probabilities_of(ours.logits(TEXTS)), rtol=0, atol=1e-5)


def test_a_variant_that_is_not_trained_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="nothing: no trained model"):
        export_model(tmp_path / "export", tmp_path / "nothing", ServingParams())
    assert not (tmp_path / "export").exists()

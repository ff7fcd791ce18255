"""The champion is the best variant by its validation reviews, registered once."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from small_project import BASELINE, ENSEMBLE, make_project

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.ensembles import EnsembleParams
from reelvec.base.schema.whole import Params
from reelvec.export import mlflow_folder as mlflow_package
from reelvec.models.load import load_model
from reelvec.models.logits import probabilities_of
from reelvec.tracking.registry import best_model, register_best
from reelvec.tracking.runs import store_location

pytestmark = pytest.mark.usefixtures("own_store")


@pytest.fixture
def project(tmp_path: Path, empty_store: Path) -> Path:
    """A project with the data that training reads, a store, and nothing trained."""
    shutil.copyfile(empty_store, tmp_path / "mlflow.db")
    for name in ("stages/train.py", "src/reelvec/__init__.py", "data/processed/vocab.tsv"):
        write(tmp_path / name, "")
    for part in ("train", "valid"):
        write(tmp_path / f"data/processed/{part}/ids.npy", part)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def train(root: Path, variant: str, accuracy: float) -> None:
    metrics = {"valid_accuracy": accuracy, "valid_loss": 0.5}
    write(root / f"reports/metrics/train/{variant}.json", json.dumps(metrics))
    write(root / f"data/models/{variant}/config.json", "{}")
    write(root / f"data/models/{variant}/model.safetensors", f"{variant} {accuracy}")


def versions(root: Path) -> dict[int, Any]:
    client = MlflowClient(store_location(root).uri, store_location(root).uri)
    return {int(each.version): each for each in client.search_model_versions("name = 'reelvec'")}


def champion(root: Path) -> Any:
    client = MlflowClient(store_location(root).uri, store_location(root).uri)
    return client.get_model_version_by_alias("reelvec", "champion")


def test_the_most_accurate_variant_becomes_the_champion(params: Params, project: Path) -> None:
    train(project, "scratch", 0.7)
    train(project, "scratch_max", 0.8)
    line = register_best(params, project)
    assert line == (
        "reelvec@champion is version 1 now (scratch_max, validation accuracy 80.00%): "
        "the first champion"
    )
    assert champion(project).tags["model"] == "scratch_max"
    assert float(champion(project).tags["valid_accuracy"]) == 0.8


def test_an_ensemble_can_be_the_champion_and_brings_its_members(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    make_project(project)
    for stage in ("train_baselines", "train_ensembles"):
        write(project / f"stages/{stage}.py", "")
    models = {
        "variants": dict.fromkeys(("scratch", "gru"), params.variants["scratch"]),
        "baselines": {BASELINE: next(iter(params.baselines.values()))},
        "ensembles": {ENSEMBLE: EnsembleParams(members=("gru", BASELINE))},
    }
    write(project / "reports/metrics/train_ensembles.json", '{"best": {"valid_accuracy": 0.95}}')
    line = register_best(params.model_copy(update=models), project)
    assert line.startswith("reelvec@champion is version 1 now (best, validation accuracy 95.00%)")
    texts = ["A wonderful film.", "dull"]
    expected = probabilities_of(load_model(ENSEMBLE, project).logits(texts))
    shutil.rmtree(project / "data")
    model = mlflow.pyfunc.load_model(urlsplit(champion(project).source).path)
    found = model.predict(pd.DataFrame({"text": texts}))["probability"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_registering_again_changes_nothing(params: Params, project: Path) -> None:
    train(project, "scratch", 0.7)
    register_best(params, project)
    line = register_best(params, project)
    assert line == (
        "reelvec@champion stays version 1 (scratch, validation accuracy 70.00%): the best "
        "trained model, scratch with 70.00%, is not above it"
    )
    assert list(versions(project)) == [1]


def test_only_a_better_variant_takes_the_place(params: Params, project: Path) -> None:
    train(project, "scratch", 0.7)
    register_best(params, project)
    train(project, "scratch", 0.6)
    assert "stays version 1" in register_best(params, project)
    train(project, "scratch_max", 0.8)
    line = register_best(params, project)
    assert line.endswith("above version 1 (scratch, validation accuracy 70.00%)")
    assert champion(project).tags["model"] == "scratch_max"


def test_the_same_variant_is_packed_anew_when_what_serves_it_changes(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(project, "scratch", 0.8)
    register_best(params, project)
    script = project / "served_model.py"
    script.write_bytes(mlflow_package.SCRIPT.read_bytes() + b"# Mended.\n")
    monkeypatch.setattr(mlflow_package, "SCRIPT", script)
    assert "packed anew" in register_best(params, project)
    assert "stays version" in register_best(params, project)
    assert len(versions(project)) == 2


def test_the_same_variant_is_packed_anew_when_it_may_take_more(
    params: Params, project: Path
) -> None:
    train(project, "scratch", 0.8)
    register_best(params, project)
    serving = params.serving.model_copy(update={"max_reviews": 7})
    more = params.model_copy(update={"serving": serving})
    assert "packed anew" in register_best(more, project)
    package = mlflow.models.Model.load(urlsplit(champion(project).source).path)
    assert package.flavors["python_function"]["config"] == serving.model_dump()


def test_damaged_metrics_are_not_blamed_on_mlflow(params: Params, project: Path) -> None:
    train(project, "scratch", 0.8)
    write(project / "reports/metrics/train/scratch.json", "{")
    with pytest.raises(ReelvecError, match=r"scratch\.json: .*run `dvc repro`"):
        register_best(params, project)


def test_a_champion_can_be_kept(params: Params, project: Path) -> None:
    train(project, "scratch", 0.7)
    assert "is version 1 now" in register_best(params, project, keep=True)
    train(project, "scratch_max", 0.8)
    line = register_best(params, project, keep=True)
    assert line == "reelvec@champion is version 1 (scratch, validation accuracy 70.00%)"


def test_a_champion_without_an_alias_is_found_again(params: Params, project: Path) -> None:
    train(project, "scratch", 0.7)
    register_best(params, project)
    uri = store_location(project).uri
    MlflowClient(uri, uri).delete_registered_model_alias("reelvec", "champion")
    assert "is version 1 now" in register_best(params, project)
    assert list(versions(project)) == [1]


def test_a_model_registered_by_hand_is_replaced(params: Params, project: Path) -> None:
    train(project, "scratch", 0.7)
    register_best(params, project)
    uri = store_location(project).uri
    MlflowClient(uri, uri).delete_model_version_tag("reelvec", "1", "valid_accuracy")
    train(project, "scratch_max", 0.6)
    train(project, "scratch", 0.5)
    assert "is version 2 now (scratch_max" in register_best(params, project)


def test_the_champion_has_the_model_even_where_runs_have_none(
    params: Params, project: Path
) -> None:
    train(project, "scratch", 0.7)
    tracking = params.tracking.model_copy(update={"model": False})
    register_best(params.model_copy(update={"tracking": tracking}), project)
    assert (Path(urlsplit(champion(project).source).path) / "MLmodel").is_file()


def test_of_equals_the_first_of_the_parameters_wins(params: Params, project: Path) -> None:
    train(project, "scratch_max", 0.7)
    train(project, "scratch", 0.7)
    assert best_model(params, project).model == "scratch"


def test_metrics_without_a_model_are_no_candidate(params: Params, project: Path) -> None:
    write(project / "reports/metrics/train/scratch.json", '{"valid_accuracy": 0.9}')
    with pytest.raises(ReelvecError, match=r"no model of params\.yaml is trained; run `make re"):
        register_best(params, project)


def test_a_store_that_refuses_is_named(
    params: Params, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(project, "scratch", 0.7)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    with pytest.raises(ReelvecError, match=r"MLflow at http://127.*refused.*`make register` again"):
        register_best(params, project)

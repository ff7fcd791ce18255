"""A model keeps what its data calls negative and positive, and all that answer say it so."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_project import BASELINE, ENSEMBLE, CommandLine

import reelvec as package
from reelvec.base.project.files import write_json
from reelvec.base.project.provenance import label_names
from reelvec.models.linear import Baseline
from reelvec.models.load import load_model
from reelvec.models.predictor import Predictor

NAMES = ("refund", "keep")
TEXTS = ["A wonderful film.", "Dull, a waste of time!", "xyz", "good bad"]


@pytest.fixture
def shop(project: Path, tmp_path: Path) -> Path:
    """The project, as if its data had names of its own for its labels."""
    shop = Path(shutil.copytree(project, tmp_path / "shop"))
    for folder in (shop / "data/models").iterdir():
        replace(Predictor.load(folder), labels=NAMES).save(folder)
    place, nothing = shop / "data/baselines" / BASELINE, np.zeros(0)
    replace(Baseline.load(place), labels=NAMES).save(place, nothing, nothing)
    return shop


@pytest.mark.parametrize("name", ["scratch", BASELINE, ENSEMBLE])
def test_the_names_change_no_probability(project: Path, shop: Path, name: str) -> None:
    plain, named = load_model(name, project), load_model(name, shop)
    assert (plain.labels, named.labels) == (("negative", "positive"), NAMES)
    assert (plain.logits(TEXTS) == named.logits(TEXTS)).all()


def test_the_usual_names_are_not_written(project: Path) -> None:
    for folder in (project / "data/models/scratch", project / "data/baselines" / BASELINE):
        assert "labels" not in json.loads((folder / "config.json").read_text(encoding="utf-8"))


def test_python_the_command_and_the_served_model_say_the_names(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reelvec.export.served_model import ServedModel

    expected = [NAMES[int(logit > 0)] for logit in load_model("scratch", shop).logits(TEXTS)]
    assert set(expected) == set(NAMES)
    assert package.load("scratch", shop).predict(TEXTS) == expected

    reelvec = CommandLine(shop, monkeypatch, capsys)
    lines = reelvec("predict", "--variant", "scratch", "--json", *TEXTS).lines
    assert [json.loads(line)["label"] for line in lines] == expected
    lines = reelvec("predict", "--variant", "scratch", *TEXTS).lines
    assert [line[:9] for line in lines] == [f"{name:<6}  0" for name in expected]

    served, folder = ServedModel(), str(shop / "data/models/scratch")
    limits = {"max_reviews": 10, "max_characters": 1000}
    served.load_context(SimpleNamespace(artifacts={"model": folder}, model_config=limits))
    assert served.predict(None, pd.DataFrame({"text": TEXTS}))["label"].tolist() == expected


def test_the_data_says_its_names(tmp_path: Path) -> None:
    path = tmp_path / "imdb.json"
    write_json(path, {"data": "some"})
    assert label_names(path) == ("negative", "positive")
    write_json(path, {"data": "some", "labels": {"negative": "refund", "positive": "keep"}})
    assert label_names(path) == NAMES

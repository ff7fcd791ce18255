"""Variants, baselines and ensembles load, and judge texts, in one way."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_project import BASELINE, ENSEMBLE, VARIANTS, make_project

from reelvec.base.errors import ReelvecError
from reelvec.export.model_folder import files_of_model
from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.load import load_model, load_models, read_model
from reelvec.models.predictor import Predictor
from reelvec.text.ragged import Ragged
from reelvec.text.tokenizer import Tokenizer

TEXTS = ["A wonderful film.", "", "Dull, dull, dull.", "🎬 unheard-of", "good " * 10_000]
KINDS = {"gru": Predictor, BASELINE: Baseline, ENSEMBLE: Ensemble}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=list(KINDS))
def test_each_kind_is_found_by_its_name_and_judges_texts_and_ids_alike(
    root: Path, name: str, kind: type
) -> None:
    model = load_model(name, root)
    assert isinstance(model, kind)
    assert (model.name, model.texts) == (name, {"processed"})
    logits = model.logits(TEXTS)
    assert (logits.dtype, logits.shape) == (np.float64, (len(TEXTS),))
    assert model.logits([]).shape == (0,)
    alone = [float(model.logits([text])[0]) for text in TEXTS]
    np.testing.assert_allclose(alone, logits, rtol=1e-4, atol=1e-6)
    words = load_model("scratch", root)
    assert isinstance(words, Predictor)
    ids = words.tokenizer.encode(TEXTS)
    np.testing.assert_allclose(model.logits_of({"processed": ids}), logits, rtol=1e-6)


def test_an_ensemble_is_the_weighed_sum_of_what_its_members_say(root: Path) -> None:
    network, linear = (load_model(name, root).logits(TEXTS) for name in ("gru", BASELINE))
    expected = 0.125 + 0.75 * np.clip(network, -2, 2) + 0.5 * np.clip(linear, -0.4, 0.4)
    np.testing.assert_allclose(load_model(ENSEMBLE, root).logits(TEXTS), expected, rtol=1e-6)
    assert (np.abs(linear) > 0.4).any(), "or the drawing in is not tried"


def test_members_are_loaded_once_for_all_that_need_them(root: Path) -> None:
    models = load_models([*VARIANTS, BASELINE, ENSEMBLE], root)
    best = models[ENSEMBLE]
    assert isinstance(best, Ensemble)
    assert {name: best.members[name] is models[name] for name in best.members} == {
        "gru": True,
        BASELINE: True,
    }


def test_a_text_is_tokenised_once_for_members_with_equal_tokenizers(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = load_model(ENSEMBLE, root)
    calls: list[int] = []
    encode = Tokenizer.encode

    def counted(tokenizer: Tokenizer, texts: Sequence[str]) -> Ragged:
        calls.append(len(texts))
        return encode(tokenizer, texts)

    monkeypatch.setattr(Tokenizer, "encode", counted)
    best.logits(TEXTS)
    assert calls == [len(TEXTS)]
    assert isinstance(best, Ensemble)
    network, linear = best.members.values()
    assert isinstance(linear, Baseline)
    other = replace(linear, tokenizer=linear.tokenizer.limited(3))
    replace(best, members={"gru": network, BASELINE: other}).logits(TEXTS)
    assert len(calls) == 3, "what differs is tokenised apart"


def test_an_ensemble_in_an_ensemble_is_named(root: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(root, tmp_path / "project"))
    shutil.rmtree(project / "data/baselines" / BASELINE)
    shutil.copytree(project / "data/ensembles" / ENSEMBLE, project / "data/baselines" / BASELINE)
    with pytest.raises(ReelvecError, match=f"{BASELINE}: an ensemble, and no member of one"):
        load_model(ENSEMBLE, project)


@pytest.mark.parametrize("name", KINDS)
def test_a_model_stands_alone_in_a_folder_of_its_own(root: Path, tmp_path: Path, name: str) -> None:
    kind = {"gru": "models", BASELINE: "baselines", ENSEMBLE: "ensembles"}[name]
    for place, path in files_of_model(root / "data" / kind / name).items():
        (tmp_path / name / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, tmp_path / name / place)
    expected = load_model(name, root).logits(TEXTS)
    assert read_model(tmp_path / name).logits(TEXTS).tolist() == expected.tolist()


def test_what_is_missing_or_damaged_is_named(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"data/models/nothing: no trained model; run"):
        load_model("nothing", root)
    project = Path(shutil.copytree(root, tmp_path / "project"))
    shutil.rmtree(project / "data/baselines" / BASELINE)
    with pytest.raises(ReelvecError, match=rf"{BASELINE}: no trained model; run"):
        load_model(ENSEMBLE, project)
    (project / "data/models/gru/config.json").write_text("{")
    with pytest.raises(ReelvecError, match=r"gru/config\.json: no model of this version"):
        load_model("gru", project)

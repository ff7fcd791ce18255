"""Trained variants by name: what they say, what they explain, and which mistakes they name."""

import doctest
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from imports import import_closure

import reelvec
from reelvec import LoadedModel, ReviewClassifier
from reelvec import loaded_model as api
from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.evaluation.explain import contributions
from reelvec.models.logits import Logits, both_probabilities, probabilities_of
from reelvec.models.predictor import Predictor
from reelvec.text import blocks
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

ROOT = Path(__file__).parents[1]
TEXTS = ["a wonderful film", "wonderful actors", "dull film, waste of time", "dull actors"] * 10
LABELS = ["positive", "positive", "negative", "negative"] * 10
TRAINING = {"dimension": 4, "learning_rate": 0.05, "batch_size": 16, "min_count": 1}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder with two trained variants, one of them evaluated."""
    root = tmp_path_factory.mktemp("project")
    for name, knobs in {"scratch": {}, "ngrams": {"ngrams": 2, "preprocess": "plain"}}.items():
        trained = ReviewClassifier(**TRAINING, **knobs).fit(TEXTS, LABELS).predictor_
        model = Predictor(name, trained.params, trained.tokenizer, trained.model)
        model.save(root / "data/models" / name)
    metrics = {"test_reviews": 1000, "accuracy": 0.91, "f1": 0.9}
    write_json(root / "reports/metrics/evaluate/scratch.json", metrics)
    return root


@pytest.fixture
def scratch(root: Path) -> LoadedModel:
    return reelvec.load("scratch", root)


def test_texts_are_judged_as_by_the_pipeline(scratch: LoadedModel) -> None:
    texts = ["Wonderful!", "DULL<br />actors", "", "unheard of"]
    probabilities = scratch.predict_proba(texts)
    assert probabilities.shape == (4, 2)
    assert probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    expected = probabilities_of(scratch.model.logits(texts))
    np.testing.assert_allclose(probabilities[:, 1], expected, rtol=1e-5)
    assert scratch.predict(texts[:2]) == ["positive", "negative"]
    assert scratch.predict(pd.Series(texts[:2], index=[5, 6])) == ["positive", "negative"]
    assert scratch.predict([]) == []
    assert scratch.predict_proba([]).shape == (0, 2)


def test_texts_go_to_the_model_in_blocks(
    scratch: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def logits(texts: Sequence[str]) -> Logits:
        sizes.append(len(texts))
        return scratch.model.logits(texts)

    monkeypatch.setattr(blocks, "CHARACTERS_AT_ONCE", 50)
    watched = LoadedModel("scratch", scratch.root, SimpleNamespace(logits=logits))
    found = watched.predict_proba(TEXTS)
    np.testing.assert_array_equal(found, both_probabilities(scratch.model.logits(TEXTS)))
    assert sum(sizes) == len(TEXTS)
    assert max(sizes) < 5


def test_a_verdict_is_explained_by_the_words_it_rests_on(scratch: LoadedModel) -> None:
    text = "Dull, dull film; wonderful actors, unheard of!"
    assert scratch.explain(text) == contributions(scratch.model, [text])[0]
    effects = {each.words: each.logit for each in scratch.explain(text)}
    assert effects["dull"] < 0 < effects["wonderful"]
    assert scratch.explain("") == []


def test_the_vectors_are_those_of_the_model(scratch: LoadedModel) -> None:
    space = scratch.embeddings
    assert space is scratch.embeddings, "loaded once"
    row = scratch.model.tokenizer.vocabulary.index("dull")
    assert (space["dull"] == scratch.model.model.embedding.weight[row].detach().numpy()).all()


def test_the_results_of_the_test_are_there_once_it_was_made(
    root: Path, scratch: LoadedModel
) -> None:
    assert scratch.metrics["accuracy"] == 0.91
    assert reelvec.load("ngrams", root).metrics == {}
    assert repr(scratch) == "LoadedModel('scratch', encoder='mean', accuracy=0.9100)"
    assert repr(reelvec.load("ngrams", root)) == "LoadedModel('ngrams', encoder='mean')"


def test_damaged_results_say_how_to_make_them_again(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "copy")
    (tmp_path / "copy/reports/metrics/evaluate/scratch.json").write_text("{")
    with pytest.raises(ReelvecError, match=r"scratch\.json: .*run `dvc repro`"):
        reelvec.load("scratch", tmp_path / "copy").metrics  # noqa: B018


def test_a_notebook_shows_a_table_in_which_nothing_is_markup(scratch: LoadedModel) -> None:
    html = scratch._repr_html_()
    assert "<caption>scratch</caption>" in html
    assert "<th>accuracy</th><td>0.91</td>" in html
    assert "<th>dimension</th><td>4</td>" in html
    name = "<script>alert('&')</script>"
    hostile = LoadedModel(name, scratch.root, scratch.model)._repr_html_()
    assert "<script>" not in hostile
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;" in hostile
    assert "<td>not evaluated yet</td>" in hostile


def test_the_words_can_be_drawn(root: Path, tmp_path: Path) -> None:
    project = tmp_path / "copy"
    shutil.copytree(root, project)
    with pytest.raises(ReelvecError, match="the reviews are not there; run `make repro`"):
        reelvec.load("scratch", project).plot_words()
    shutil.copy(ROOT / "params.yaml", project)
    write_json(project / "reports/metrics/imdb.json", {"data": "40 reviews"})
    scratch = reelvec.load("scratch", project)
    tokens = scratch.model.tokenizer.vocabulary
    counts = np.full(len(tokens), 20)
    (project / "data/processed").mkdir()
    Vocabulary(tokens, counts, counts).save(project / "data/processed/vocab.tsv")
    labels = np.array([label == "positive" for label in LABELS], np.int8)
    reviews = scratch.model.tokenizer.encode(TEXTS)
    train = Dataset(reviews, labels, np.arange(len(labels), dtype=np.int32))
    train.save(project / "data/processed/train")
    figure = scratch.plot_words(labels=3)
    written = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"wonderful", "dull"} <= written
    assert any("40 reviews" in text.get_text() for text in figure.texts)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "scrath",
            r"'scrath' is no model here \(did you mean 'scratch'\?\); there are ngrams, scratch",
        ),
        ("glove", r"there are ngrams, scratch\. To train a variant .* `dvc repro train@NAME`"),
        ("../models/scratch", "is no model here"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(
    root: Path, name: str, message: str
) -> None:
    with pytest.raises(ReelvecError, match=message):
        reelvec.load(name, root)


def test_without_any_model_the_message_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"no trained model in .*; run `make repro` here first"):
        reelvec.load("scratch", tmp_path)


@pytest.mark.parametrize("method", [LoadedModel.predict, LoadedModel.predict_proba])
def test_what_is_no_text_is_named_with_its_position(
    scratch: LoadedModel, method: Callable[[LoadedModel, object], object]
) -> None:
    with pytest.raises(ReelvecError, match=r"texts\[2\]: 7 is of type int; expected a text"):
        method(scratch, ["a", "b", 7])
    with pytest.raises(TypeError, match="texts: a single text; put it into a list"):
        method(scratch, "a film")
    with pytest.raises(TypeError, match=r"text\[0\]: None"):
        scratch.explain(None)  # type: ignore[arg-type]


@pytest.mark.slow
def test_importing_the_package_loads_nothing_and_changes_no_environment() -> None:
    program = (
        "import os, sys\n"
        "before = dict(os.environ)\n"
        "import reelvec\n"
        "heavy = {'torch', 'numpy', 'sklearn', 'pydantic', 'reelvec.loaded_model'}\n"
        "heavy &= set(sys.modules)\n"
        "there = set(reelvec.__all__) <= set(dir(reelvec))\n"
        "print(sorted(heavy), os.environ == before, there)\n"
        "import sklearn  # has variables of its own\n"
        "before = dict(os.environ)\n"
        "from reelvec import ReviewClassifier, load\n"
        "print(load.__module__, 'torch' in sys.modules, os.environ == before)\n"
    )
    ours = ("MKL_CBWR", "OPENBLAS_CORETYPE")
    shown = subprocess.run(
        [sys.executable, "-c", program],
        env={key: value for key, value in os.environ.items() if key not in ours},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown == "[] True True\nreelvec.loaded_model True True\n"


def test_what_the_package_offers_is_there_and_nothing_else() -> None:
    for name in reelvec.__all__:
        assert getattr(reelvec, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'reelvec' has no attribute 'laod'"):
        reelvec.laod  # noqa: B018


def test_no_stage_depends_on_what_is_only_for_people() -> None:
    package = ROOT / "src/reelvec"
    ours = {"loaded_model.py", "estimator.py", "given_texts.py"}
    for stage in (ROOT / "stages").glob("*.py"):
        assert not ours & {path.name for path in import_closure(stage, [package])}, stage.name


def test_the_example_in_the_readme_runs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Use the pieces")[2]
    code = section.partition("```python\n")[2].partition("```")[0]
    shutil.copytree(root, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    Path("data/raw").mkdir()
    labels = [label == "positive" for label in LABELS]
    reviews = pd.DataFrame({"split": "train", "text": TEXTS * 50, "label": labels * 50})
    reviews.astype({"label": "int8"}).to_parquet("data/raw/imdb.parquet")
    lines = code.rstrip().splitlines()
    names: dict[str, Any] = {}
    exec("\n".join([*lines[:-1], f"scores = {lines[-1]}"]), names)
    assert names["scores"].tolist() == [1, 1, 1]
    promised = next(line for line in lines if ".predict(" in line).split("  # ")
    assert str(eval(promised[0], names)) == promised[1]


def test_the_examples_in_the_documentation_run(root: Path) -> None:
    result = doctest.testmod(api, extraglobs={"root": root})
    assert result.attempted
    assert not result.failed

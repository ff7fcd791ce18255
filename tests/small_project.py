"""A project's folder with small models that nobody trained, and the command line on it."""

import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from reelvec.base.project.files import write_json
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.variants import VariantParams
from reelvec.cli.main import main
from reelvec.models.classifier import Classifier
from reelvec.models.ensemble import Member, Weighing
from reelvec.models.linear import Baseline
from reelvec.models.predictor import Predictor
from reelvec.models.reader import Reader
from reelvec.models.word_vectors import WordVectors
from reelvec.text.tokenizer import Tokenizer

FREQUENT = ["good", "great", "wonderful", "bad", "dull", "film", "movie", "king", "queen", "man"]
WORDS = [*FREQUENT, "woman", "actor", "naive", "not", "waste", "time", "play", "well"]
GLOVE = [*WORDS, "movies", "naïve", "well-made", "blue-ray"]
STEPS = PreprocessParams(stopwords="none")
BASELINE, ENSEMBLE = "words", "best"
ACCURACY = {"scratch": 0.8, "gru": 0.9, "frozen": 0.7, "numbers": 0.85, "words": 0.84, "best": 0.89}
VARIANTS: dict[str, dict[str, object]] = {
    "scratch": {"dimension": 6, "hidden": 0},
    "gru": {"dimension": 6, "encoder": "gru", "units": 3},
    "frozen": {"embedding": "glove", "trainable": False, "normalize": True},
    "numbers": {"dimension": 1, "hidden": 0, "encoder": "sqrtn"},
}
DIMENSION = 6


class Answer(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def vectors_of(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)


def make_project(folder: Path) -> Path:
    """Four variants, a baseline, an ensemble, GloVe, word2vec, and the metrics of all models."""
    for name, values in VARIANTS.items():
        make_variant(folder, name, values)
    make_baseline(folder)
    make_ensemble(folder)
    WordVectors(GLOVE, vectors_of(len(GLOVE), 7)).save(folder / "data/raw/glove")
    WordVectors(WORDS, vectors_of(len(WORDS), 8)).save(folder / "data/word_vectors/word2vec")
    steps = folder / "data/processed/preprocess.json"
    steps.parent.mkdir(parents=True, exist_ok=True)
    steps.write_text(STEPS.model_dump_json(), encoding="utf-8")
    (folder / "data/report.json").write_text("{}", encoding="utf-8")
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports/index.html").write_text("<p>all results</p>", encoding="utf-8")
    return folder


def make_variant(folder: Path, name: str, values: dict[str, object]) -> None:
    torch.manual_seed(len(name))
    params = VariantParams.model_validate(values)
    vocabulary = ["<pad>", "<unk>", *WORDS]
    dimension = params.dimension if isinstance(params.dimension, int) else DIMENSION
    weight = torch.randn(len(vocabulary), dimension)
    model = Classifier(params, len(vocabulary), dimension, weight).eval()
    predictor = Predictor(name, params, Tokenizer(STEPS, vocabulary), model)
    predictor.save(folder / "data/models" / name)
    for kind, figures in (
        ("train", {"valid_accuracy": ACCURACY[name], "parameters": 1234}),
        ("evaluate", {"accuracy": ACCURACY[name] - 0.01}),
    ):
        path = folder / "reports/metrics" / kind / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures))


def make_baseline(folder: Path) -> None:
    vocabulary = ["<pad>", "<unk>", *WORDS]
    generator = np.random.default_rng(3)
    scale, coefficients = generator.normal(size=(2, len(vocabulary))).astype(np.float32)
    tokenizer, reader = Tokenizer(STEPS, vocabulary), Reader(len(vocabulary))
    Baseline(
        BASELINE, "processed", "tfidf", tokenizer, reader, np.abs(scale), coefficients, 0.25
    ).save(folder / "data/baselines" / BASELINE, np.zeros(0), np.zeros(0))
    make_metrics(folder, BASELINE, "train_baselines")


def make_ensemble(folder: Path) -> None:
    members = {"gru": Member(0.75, -2.0, 2.0), BASELINE: Member(0.5, -0.4, 0.4)}
    Weighing(members, 0.125).save(folder / "data/ensembles" / ENSEMBLE)
    make_metrics(folder, ENSEMBLE, "train_ensembles")


def make_metrics(folder: Path, name: str, together: str) -> None:
    """What a stage that trains several models writes, and the test."""
    metrics = folder / "reports/metrics"
    write_json(metrics / f"{together}.json", {name: {"valid_accuracy": ACCURACY[name]}})
    write_json(metrics / "evaluate" / f"{name}.json", {"accuracy": ACCURACY[name] - 0.01})


class CommandLine:
    """`reelvec` in a folder, within this process."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._patch, self._captured = folder, patch, captured
        patch.chdir(folder)
        patch.setenv("COLUMNS", "80")
        patch.delenv("REELVEC_PROJECT", raising=False)

    def __call__(self, *arguments: str, piped: bytes | None = None) -> Answer:
        self._patch.setattr(sys, "argv", ["reelvec", *arguments])
        if piped is not None:
            self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped)))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._captured.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

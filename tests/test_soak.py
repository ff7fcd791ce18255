"""A soak of some seconds: right answers under load, and a server that survives its workers."""

import asyncio
import random
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import requests
from benchmarks.soak.__main__ import WORKERS
from benchmarks.soak.campaign import Kept, soaked
from benchmarks.soak.questions import NEW, Question, new_word, questions, with_new_words
from benchmarks.soak.report import faults_of, read_soak, soak_markdown
from benchmarks.soak.server import Served, serving
from mlflow.models import Model
from small_project import ENSEMBLE

from reelvec.base.project.files import write_json
from reelvec.base.schema.serving import ServingParams
from reelvec.export.mlflow_folder import save_package
from reelvec.models.load import read_model

PROJECT = Path(__file__).parents[1]
LIMITS = ServingParams(max_reviews=300, max_characters=500_000)
KEPT = Kept(
    *("best", 10, 50, 2, 1, 9.5, 1_000, 100, 90, [], []),
    {"all": [200.0, 900.0], "short": [100.0, 800.0]},
    {"first": 1000.0, "last": 1010.0, "most": 1020.0},
    {"lost": 3, "answered": 500, "wrong": 0, "seconds": 7.0},
)


@pytest.fixture(scope="module")
def asked(project: Path) -> list[Question]:
    model = read_model(project / "data/ensembles" / ENSEMBLE)
    return questions(model, LIMITS, random.Random(0))


@pytest.fixture(scope="module")
def served(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("soak")
    save_package(folder / "mlflow", project / "data/ensembles" / ENSEMBLE, Model(), LIMITS)
    with serving(str(folder / "mlflow"), folder, workers=WORKERS) as served:
        yield served


@pytest.mark.slow
def test_under_load_all_answers_are_right_and_a_killed_worker_is_replaced(
    served: Served, asked: list[Question]
) -> None:
    kept = asyncio.run(soaked(served, "best", asked, 6 / 60, 4, words=0))
    # Nothing of the memory: it takes more words than there is time for until all is remembered.
    assert [fault for fault in faults_of(kept) if not fault.startswith("memory")] == []
    assert kept.requests > 5
    assert kept.killed["answered"] > 5
    # MLflow's server logs a traceback for each client that hangs up; none leads through the model.
    assert "served_model.py" not in served.said()


@pytest.mark.slow
def test_words_that_are_new_change_no_answer(project: Path, asked: list[Question]) -> None:
    model = read_model(project / "data/ensembles" / ENSEMBLE)
    generator = random.Random(5)
    text = f"a good {NEW} film {NEW}, not bad"
    body = with_new_words(text.encode(), lambda: new_word(generator)).decode()
    assert NEW not in body
    assert model.logits([text]).tolist() == model.logits([body]).tolist()
    assert {question.answers is None for question in asked} == {True, False}


def test_another_answer_than_the_models_is_wrong() -> None:
    question = Question(b"", "", [("positive", 0.75)])
    body = b'{"predictions": [{"label": "positive", "probability": %s}]}'
    assert question.is_right(200, body % b"0.75")
    assert not question.is_right(200, body % b"0.76")
    assert not question.is_right(200, body.replace(b"positive", b"negative") % b"0.75")
    assert not question.is_right(500, body % b"0.75")
    assert not question.is_right(200, b"[]")
    refused = Question(b"", "", None)
    assert refused.is_right(400, b'{"message": "no"}')
    assert not refused.is_right(500, b'{"message": "no"}')
    assert not refused.is_right(200, body % b"0.75")
    assert not refused.is_right(400, b"Traceback")


def test_the_page_says_what_came_and_what_did_not_hold(tmp_path: Path) -> None:
    assert read_soak(tmp_path / "soak.json") is None
    write_json(tmp_path / "soak.json", asdict(KEPT))
    assert read_soak(tmp_path / "soak.json") == KEPT
    page = soak_markdown(KEPT)
    assert "a load of 9.5" in page
    assert "1,000 MB, 1,010 MB (+1.0%)" in page
    assert "that took 7 seconds" in page
    assert "did not hold" not in page
    bad = replace(KEPT, wrong=["500: x"], megabytes={"first": 100.0, "last": 106.0, "most": 106.0})
    assert faults_of(bad) == ["1 wrong answers, the first: 500: x", "memory grew by 6.0%"]
    assert "### What did not hold\n\n- 1 wrong answers" in soak_markdown(bad)
    late = replace(KEPT, wrong=["504: b'Request processing time exceeded limit'"])
    (fault,) = faults_of(late)
    assert fault.startswith("1 of 1,000 requests got status 504: no answer within the minute")
    assert re.search(r"own +\| +0 \|\n\| status 504: .* 1 \|", soak_markdown(late))


@pytest.mark.slow
def test_a_worker_that_does_not_get_to_answer_for_seconds_is_not_killed(served: Served) -> None:
    before = served.workers()
    before[0].suspend()
    time.sleep(8)  # after five, uvicorn by itself would take it for dead
    before[0].resume()
    time.sleep(1)
    assert served.workers() == before
    assert requests.get(f"{served.url}/health", timeout=60).ok


def test_the_workers_are_as_many_as_make_serve_has() -> None:
    plan = subprocess.run(
        ["make", "--dry-run", "serve"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    assert f"--workers {WORKERS}\n" in plan

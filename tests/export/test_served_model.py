"""The champion behind MLflow's own server: right answers, clear refusals, and no end to it."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import requests
import torch
from benchmarks.fuzz.seeds import seeds_of
from benchmarks.fuzz.targets import CONTENT_TYPES
from benchmarks.soak.server import serving
from changed_bytes import bytes_like
from hypothesis import given, settings
from hypothesis import strategies as st

from reelvec.base.project.files import write_json
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import load_params
from reelvec.models.logits import probabilities_of
from reelvec.models.predictor import Predictor
from reelvec.models.rounds import TrainingParts, fit
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.tokenizer import Tokenizer
from reelvec.tracking.registry import register_best

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
VOCABULARY = ["<pad>", "<unk>", "good", "bad", "film", "not", "plot", "actor"]
GOOD, BAD = 2, 3
ANSWER_SECONDS = 60
CLIENTS = 200
GROWTH = 16 << 20
"""Bytes that hundreds of requests may leave behind: caches, and what Python does not give back."""


@dataclass(frozen=True)
class Server:
    """The server, and the model that it must agree with."""

    url: str
    process: psutil.Process
    predictor: Predictor
    log: Path

    def post(self, body: Any, **headers: str) -> requests.Response:
        """Send a body, as JSON unless it is text already."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(
            f"{self.url}/invocations",
            data=data,
            headers={"Content-Type": "application/json", **headers},
            timeout=ANSWER_SECONDS,
        )

    def ask(self, texts: list[str]) -> list[dict[str, Any]]:
        """The answers to texts that are fit to be answered."""
        response = self.post(records(texts))
        assert response.status_code == 200, response.text
        predictions: list[dict[str, Any]] = response.json()["predictions"]
        return predictions

    def check(self, texts: list[str]) -> None:
        """Ask, and compare with the predictor."""
        expected = probabilities_of(self.predictor.logits(texts))
        found = self.ask(texts)
        assert [each["probability"] for each in found] == pytest.approx(expected.tolist(), abs=1e-6)
        labels = ["positive" if value >= 0.5 else "negative" for value in expected]
        assert [each["label"] for each in found] == labels


def records(texts: list[Any]) -> dict[str, Any]:
    return {"dataframe_records": [{"text": text} for text in texts]}


def trained_predictor() -> Predictor:
    """A small variant that knows good from bad."""
    generator = np.random.default_rng(1)
    targets = np.arange(300) % 2
    rows = generator.integers(4, len(VOCABULARY), (300, 6)).astype(np.int32)
    rows[:, 0] = np.where(targets == 1, GOOD, BAD)
    reviews = Ragged(rows.ravel(), offsets_from_lengths(np.full(300, 6)))
    data = Dataset(reviews, targets.astype(np.int8), np.arange(300, dtype=np.int32))
    params = VariantParams(dimension=4, initial_deviation=0.1, hidden=0, learning_rate=0.05)
    parts = TrainingParts(data, data)
    model = fit(params, VOCABULARY, parts, None, torch.device("cpu")).model
    return Predictor("scratch", params, Tokenizer(PreprocessParams(), VOCABULARY), model)


def make_project(root: Path, predictor: Predictor) -> None:
    """What `make register` reads."""
    for name in ("stages/train.py", "src/reelvec/__init__.py", "data/processed/vocab.tsv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    for part in ("train", "valid"):
        (root / "data/processed" / part).mkdir()
    predictor.save(root / "data/models/scratch")
    write_json(root / "reports/metrics/train/scratch.json", {"valid_accuracy": 0.9})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The command of `make serve`, on a port of its own."""
    root = tmp_path_factory.mktemp("serving")
    predictor = trained_predictor()
    make_project(root, predictor)
    store = f"sqlite:///{root}/mlflow.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", store)
        register_best(load_params(REPOSITORY / "params.yaml"), root)
    with serving(
        "models:/reelvec@champion", root, environment={"MLFLOW_TRACKING_URI": store}
    ) as it:
        (process,) = it.workers()
        yield Server(it.url, process, predictor, it.log)


def test_the_answers_are_the_predictors(server: Server) -> None:
    texts = ["A good film.", "A bad film!", "Not good, not bad", "<br />good<br />"]
    server.check(texts)
    assert [each["label"] for each in server.ask(texts[:2])] == ["positive", "negative"]


def test_many_reviews_in_one_request_are_answered_in_order(server: Server) -> None:
    server.check([f"{'good ' * (number % 7)}{'bad ' * (number % 5)}" for number in range(300)])


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_split": {"columns": ["text"], "data": [["A good film."]]}},
        {"inputs": {"text": ["A good film."]}},
        {"instances": [{"text": "A good film."}]},
    ],
    ids=["split", "inputs", "instances"],
)
def test_every_form_of_request_gets_the_same_answer(server: Server, body: dict[str, Any]) -> None:
    assert server.post(body).json()["predictions"] == server.ask(["A good film."])


@pytest.mark.parametrize(
    "text",
    ["", "   \n", "🎬👍🏽 good", "\0", "naïve café", "<" * 999, "&" * 999, "'" * 999, "\u202egood"],
    ids=["empty", "blank", "emoji", "null", "accents", "tags", "entities", "quotes", "reversed"],
)
def test_a_text_of_any_kind_is_answered(server: Server, text: str) -> None:
    server.check([text])


def test_a_megabyte_of_text_is_answered(server: Server) -> None:
    server.check(["good film " * 100_000, "x" * 1_000_000, "🎬" * 250_000])


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (
            [""] * 10_001,
            "10,001 reviews in one request, of 10,000 at most: send fewer at a time",
        ),
        (
            ["x" * 2_500_000, "y" * 2_500_001],
            "5,000,001 characters in one request, of 5,000,000 at most: send fewer or shorter "
            "reviews at a time",
        ),
    ],
    ids=["reviews", "characters"],
)
def test_more_than_the_parameters_allow_is_refused_in_one_line(
    server: Server, texts: list[str], told: str
) -> None:
    response = server.post(records(texts))
    assert (response.status_code, response.json()["message"]) == (400, told)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_long_text_takes_a_small_multiple_of_its_own_memory(server: Server) -> None:
    def peak_during(megabytes: int) -> int:
        place = Path(f"/proc/{server.process.pid}")
        (place / "clear_refs").write_text("5")  # the peak so far is forgotten
        server.ask(["A good film, not a bad plot. " * (megabytes * 34_483)])
        status = (place / "status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) << 10

    small = peak_during(1)
    large = peak_during(4)
    assert large - small < 10 * (3 << 20), f"{small >> 20} MB, then {large >> 20} MB"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "null"), (5, "5"), (1.5, "1.5"), (True, "True"), (["good"], "['good']"), ({}, "{}")],
)
def test_what_is_no_text_is_refused_in_one_line(server: Server, value: Any, shown: str) -> None:
    response = server.post(records(["good", value]))
    assert response.status_code == 400
    message = response.json()["message"]
    assert message == (
        f'text, row 2: {shown} is not a string; give the review in quotes, "" for an empty one'
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"A good film.", "Ensure that input is a valid JSON formatted string"),
        (b"", "Ensure that input is a valid JSON formatted string"),
        (b'{"inputs": {"text": ["good"', "Ensure that input is a valid JSON formatted string"),
        (b"\xff\xfe", "Ensure that input is a valid JSON formatted string"),
        (b"[]", "must be a JSON dictionary"),
        (b"{}", "must be a JSON dictionary with exactly one of the input fields"),
        (b'{"reviews": ["good"]}', "must be a JSON dictionary with exactly one of the input"),
        (b'{"dataframe_records": [{"review": "good"}]}', "Model is missing inputs ['text']"),
        (b'{"dataframe_records": 5}', "must be a list of records"),
    ],
    ids=["text", "empty", "cut off", "no UTF-8", "list", "{}", "name", "column", "number"],
)
def test_a_request_of_another_form_is_refused_in_one_line(
    server: Server, body: bytes, told: str
) -> None:
    response = server.post(body)
    assert 400 <= response.status_code < 500
    assert told in response.json()["message"]
    assert "\n" not in response.text
    assert "Traceback" not in response.text


REVIEWS = st.one_of(
    *(st.text(), st.none(), st.booleans(), st.integers(), st.floats(), st.just("A good film.")),
    *(st.lists(st.text(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=3)),
)
ANY_JSON = st.recursive(
    REVIEWS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
)
ROWS = st.lists(REVIEWS.map(lambda text: {"text": text}) | ANY_JSON, max_size=4)
TABLES = st.one_of(
    *(ROWS.map(lambda rows: {"dataframe_records": rows}), ROWS.map(lambda rows: {"inputs": rows})),
    ROWS.map(lambda rows: {"dataframe_split": {"columns": ["text"], "data": rows}}),
    st.dictionaries(st.sampled_from(["inputs", "instances", "params", "text"]), ANY_JSON),
)
BODIES = (TABLES | ANY_JSON).map(lambda body: json.dumps(body).encode())


@settings(max_examples=200)
@given(
    body=BODIES | bytes_like([seed[1:] for seed in seeds_of("requests")]),
    content_type=st.sampled_from(
        [*CONTENT_TYPES, CONTENT_TYPES[0], "text/plain", "", ";", "a/b;c=d"]
    ),
)
def test_any_request_is_answered_or_refused_and_never_fatal(
    server: Server, body: bytes, content_type: str
) -> None:
    response = server.post(body, **{"Content-Type": content_type})
    assert response.status_code == 200 or 400 <= response.status_code < 500, response.text
    assert "served_model.py" not in response.text


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"inputs": %s}' % (b"9" * 5_000)])
def test_what_mlflow_itself_fails_at_harms_nobody_else(server: Server, body: bytes) -> None:
    assert server.post(body).status_code >= 400
    server.check(["A good film."])


def test_half_an_emoji_is_refused_or_answered_but_never_fatal(server: Server) -> None:
    assert server.post(records(["\ud83d good"])).status_code in (200, 400)
    assert server.post({"inputs": {"text": ["\ud83d good"]}}).status_code in (200, 400)
    server.check(["A good film."])


def test_two_hundred_clients_at_once_get_each_their_own_answer(server: Server) -> None:
    texts = [
        f"{'good ' * (number % 9)}film{number} {'bad ' * (number % 7)}" for number in range(CLIENTS)
    ]
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda text: server.ask([text])[0]["probability"], texts))
    assert answers == pytest.approx(
        probabilities_of(server.predictor.logits(texts)).tolist(), abs=1e-6
    )


def test_hundreds_of_requests_leave_the_memory_as_it_was(server: Server) -> None:
    def send(first: int) -> None:
        for number in range(first, first + 300):
            server.ask([f"good film number {number} " * 200])
            server.post(records([None]))

    send(0)
    before = server.process.memory_info().rss
    send(300)
    assert server.process.memory_info().rss - before < GROWTH


def test_words_without_end_leave_the_memory_as_it_was(server: Server) -> None:
    def send(first: int) -> None:
        for number in range(first, first + 40):
            noise = f"{number:010b}".replace("0", "a").replace("1", "b") * 50_000
            server.ask([f"good {noise} {noise}"])

    send(0)
    before = server.process.memory_info().rss
    send(40)
    assert server.process.memory_info().rss - before < GROWTH


def test_the_server_has_survived_all_this(server: Server) -> None:
    assert server.process.is_running()
    assert requests.get(f"{server.url}/health", timeout=5).ok
    server.check(["A good film."])


def test_no_request_led_to_a_traceback_of_ours(server: Server) -> None:
    log = server.log.read_text(encoding="utf-8", errors="replace")
    assert "Uvicorn running" in log
    assert "served_model.py" not in log

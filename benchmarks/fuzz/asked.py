"""A request to MLflow's server without a network: what it answers, and whose fault it is."""

import asyncio
import logging
import tempfile
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.serving import ServingParams
from reelvec.base.schema.variants import VariantParams
from reelvec.models.classifier import Classifier
from reelvec.models.predictor import Predictor
from reelvec.text.tokenizer import Tokenizer

VOCABULARY = ["<pad>", "<unk>", "good", "bad", "film", "not", "plot", "actor"]
OURS = ("reelvec/", "served_model.py")
"""In the names of the files that this project has in a served model."""


class Answer(NamedTuple):
    """What came back.

    Attributes:
        status: 200, 400 and so on.
        body: what it says.
        by_mlflow: whether MLflow failed before the model was asked.
        fault: a traceback through our code; empty where there is none.
    """

    status: int
    body: str
    by_mlflow: bool = False
    fault: str = ""


def answer_to(body: bytes, content_type: str | None) -> Answer:
    """Send a body to a small model that nobody trained."""
    sent: list[dict[str, Any]] = []
    headers = [(b"content-type", content_type.encode())] if content_type is not None else []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/invocations",
        "query_string": b"",
        "headers": headers,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    try:
        asyncio.run(_server()(scope, receive, send))
    except Exception:
        told = traceback.format_exc()
        ours = _is_ours(told)
        return Answer(500, "", by_mlflow=not ours, fault=told if ours else "")
    text = b"".join(message.get("body", b"") for message in sent).decode()
    fault = text if "Traceback" in text and _is_ours(text) else ""
    return Answer(sent[0]["status"], text, fault=fault)


def _is_ours(told: str) -> bool:
    # The frame that calls the server is this module's own.
    frames = [line for line in told.split("\n") if "File " in line and __file__ not in line]
    return any(name in frame for frame in frames for name in OURS)


@cache
def _server() -> Callable[..., Any]:
    """MLflow's own application, with the model behind it."""
    import mlflow.pyfunc
    from mlflow.models import Model

    from reelvec.export.mlflow_folder import save_package
    from reelvec.tracking.mlflow_interface import scoring_application

    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        trained, place = Path(folder, "scratch"), Path(folder, "mlflow")
        _untrained().save(trained)
        save_package(place, trained, Model(), ServingParams(max_reviews=100, max_characters=9_999))
        model = mlflow.pyfunc.load_model(str(place))
    return scoring_application(model)  # type: ignore[no-any-return]


def _untrained() -> Predictor:
    torch.manual_seed(1)
    params = VariantParams(dimension=4, hidden=0)
    weight = torch.randn(len(VOCABULARY), 4)
    model = Classifier(params, len(VOCABULARY), 4, weight).eval()
    return Predictor("scratch", params, Tokenizer(PreprocessParams(), VOCABULARY), model)

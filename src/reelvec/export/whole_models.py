"""Whole models for other programs: an MLflow folder, and an ONNX file."""

import hashlib
from pathlib import Path

from mlflow.models import Model

from reelvec.base.project.files import replacing
from reelvec.base.schema.serving import ServingParams
from reelvec.export import served_model as mlflow_model
from reelvec.export.mlflow_folder import save_package
from reelvec.export.model_folder import files_of_model
from reelvec.export.onnx_model import export_onnx
from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.load import read_model
from reelvec.models.predictor import Predictor

LONG_AGO = "1970-01-01 00:00:00"
"""When every exported model was made: the same model gives the same bytes."""

MLFLOW, ONNX = "mlflow", "model.onnx"


def export_model(folder: Path, trained: Path, limits: ServingParams) -> None:
    """Write `mlflow/`, raw text to label and probability, and `model.onnx`, ids to probability.

    Args:
        folder: replaced as a whole.
        trained: the folder of a trained model.
        limits: how much it takes in one request.

    Raises:
        ReelvecError: there is no trained model, or ONNX Runtime does not agree with it.
    """
    trained_model = read_model(trained)
    with replacing(folder) as temporary:
        temporary.mkdir()
        if isinstance(trained_model, Predictor):
            export_onnx(temporary / ONNX, trained_model.name, trained_model.model)
        elif isinstance(trained_model, Baseline | Ensemble):
            export_onnx(temporary / ONNX, trained_model.name, trained_model)
        model = Model(model_uuid=_digest(trained, limits), utc_time_created=LONG_AGO)
        save_package(temporary / MLFLOW, trained, model, limits)


def _digest(trained: Path, limits: ServingParams) -> str:
    """32 hexadecimal digits that the model, its limits and the code which serves it decide."""
    files = [*files_of_model(trained).values(), Path(mlflow_model.__file__)]
    digest = hashlib.sha256(limits.model_dump_json().encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]

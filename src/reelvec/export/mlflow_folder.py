"""A trained model as a folder that MLflow loads and serves: the same model, the same bytes."""

import hashlib
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import mlflow.pyfunc
import pandas as pd
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema

from reelvec.base.messages import quiet
from reelvec.base.project.files import read_json, write_text
from reelvec.base.project.paths import CONFIG
from reelvec.base.schema.serving import ServingParams
from reelvec.export.model_folder import files_of_model

PACKAGE = Path(__file__).parents[1]
SCRIPT = PACKAGE / "export" / "served_model.py"

SERVING_REQUIREMENTS = (
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "ruamel.yaml",
    "safetensors",
    "scipy",
    "simplemma",
    "torch",
)
STOPWORD_PACKAGES = ("gensim", "scikit-learn")  # needed only by models that use their lists
SERVED_CODE = ("__init__.py", "base", "text", "models")
"""The parts of this package that a model needs to answer: no layer above."""
INPUT_EXAMPLE = ("A wonderful film, with a great cast.", "Two hours of my life, wasted.")
SIGNATURE = ModelSignature(
    Schema([ColSpec("string", "text")]),
    Schema([ColSpec("string", "label"), ColSpec("double", "probability")]),
)

PYTHON = "3.11"
"""The Python that the package asks for, whichever wrote it: the oldest that runs it."""


def served_digest(digest: str) -> str:
    """The hash of a model, or of a record of it, together with the script that serves it."""
    return hashlib.sha256(digest.encode() + SCRIPT.read_bytes()).hexdigest()


def save_package(place: Path, folder: Path, model: Model, limits: ServingParams) -> None:
    """Write the model with its preprocessing, its requirements and the code that runs it.

    Args:
        place: where to; must not exist.
        folder: of the trained model.
        model: what MLflow knows of it besides; is filled in.
        limits: how much it takes in one request.
    """
    requirements = _requirements(folder)
    with tempfile.TemporaryDirectory() as temporary:
        code, copy = Path(temporary, PACKAGE.name), Path(temporary, "model")
        _copy_code(code)
        for name, path in files_of_model(folder).items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy / name)
        # Failures are exceptions; what else MLflow tells is no news.
        with quiet({"mlflow": os.environ.get("MLFLOW_LOGGING_LEVEL", "CRITICAL")}):
            mlflow.pyfunc.save_model(
                place,
                python_model=SCRIPT,
                artifacts={"model": str(copy)},
                code_paths=[str(code)],
                mlflow_model=model,
                model_config=limits.model_dump(),
                signature=SIGNATURE,
                input_example=pd.DataFrame({"text": INPUT_EXAMPLE}),
                # Given, never inferred: MLflow would load and run the model to find them.
                pip_requirements=requirements,
            )
    _describe_anew(place, model)


def _requirements(folder: Path) -> list[str]:
    """What the model's code imports, at the releases that are installed."""
    files = files_of_model(folder)
    configs = [read_json(path) for name, path in files.items() if Path(name).name == CONFIG]
    lists = {config.get("preprocess", {}).get("stopwords") for config in configs}
    needed = [*SERVING_REQUIREMENTS, *(name for name in STOPWORD_PACKAGES if name in lists)]
    # torch calls itself 2.13.0+cpu: its build is left out.
    return [f"{name}=={version(name).partition('+')[0]}" for name in needed]


def _copy_code(code: Path) -> None:
    """The part of this package that answers, and no other."""
    left_out = shutil.ignore_patterns("__pycache__")
    for name in SERVED_CODE:
        if (PACKAGE / name).is_dir():
            shutil.copytree(PACKAGE / name, code / name, ignore=left_out)
        else:
            code.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PACKAGE / name, code / name)


def _describe_anew(place: Path, model: Model) -> None:
    """Take from MLflow's own files what differs from one machine or minute to the next."""
    flavor = model.flavors["python_function"]  # so an MLmodel file calls it
    flavor["python_version"] = PYTHON
    flavor["model_code_path"] = Path(flavor["model_code_path"]).name
    for artifact in flavor["artifacts"].values():
        artifact["uri"] = artifact["path"]
    model.save(place / "MLmodel")
    write_text(
        place / "python_env.yaml",
        f'python: "{PYTHON}"\nbuild_dependencies: []\ndependencies:\n- -r requirements.txt\n',
    )
    pinned = (place / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = "".join(f"  - {requirement}\n" for requirement in pinned)
    write_text(
        place / "conda.yaml",
        f"channels:\n- conda-forge\ndependencies:\n- python={PYTHON}\n- pip\n- pip:\n{listed}"
        "name: mlflow-env\n",
    )

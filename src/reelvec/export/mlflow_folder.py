"""A trained variant as a folder that MLflow loads and serves: the same variant, the same bytes."""

import hashlib
import logging
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import mlflow.pyfunc
import pandas as pd
from mlflow.models import Model, ModelSignature
from mlflow.pyfunc import FLAVOR_NAME
from mlflow.types import ColSpec, Schema

from reelvec.base.files import read_json, write_text
from reelvec.base.imports import import_closure

# Failures are exceptions; the rest is no news to people.
logging.getLogger("mlflow").setLevel(os.environ.get("MLFLOW_LOGGING_LEVEL", "CRITICAL"))

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
STOPWORD_PACKAGES = ("gensim", "scikit-learn")  # needed only by variants that use their lists
MODEL_FILES = ("config.json", "model.safetensors")
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


def save_package(place: Path, folder: Path, model: Model) -> None:
    """Write the model with its preprocessing, its requirements and the code that runs it.

    Args:
        place: where to; must not exist.
        folder: of the trained variant.
        model: what MLflow knows of it besides; is filled in.
    """
    requirements = _requirements(folder)
    with tempfile.TemporaryDirectory() as temporary:
        code, weights = Path(temporary, PACKAGE.name), Path(temporary, "model")
        _copy_code(SCRIPT, code)
        weights.mkdir()
        for name in MODEL_FILES:
            shutil.copyfile(folder / name, weights / name)
        mlflow.pyfunc.save_model(
            place,
            python_model=SCRIPT,
            artifacts={"model": str(weights)},
            code_paths=[str(code)],
            mlflow_model=model,
            signature=SIGNATURE,
            input_example=pd.DataFrame({"text": INPUT_EXAMPLE}),
            # Given, never inferred: MLflow would load and run the model to find them.
            pip_requirements=requirements,
        )
    _describe_anew(place, model)


def _requirements(folder: Path) -> list[str]:
    """What the model's code imports, at the releases that are installed."""
    stopwords = read_json(folder / "config.json").get("preprocess", {}).get("stopwords")
    needed = [*SERVING_REQUIREMENTS, *(name for name in STOPWORD_PACKAGES if name == stopwords)]
    # torch calls itself 2.13.0+cpu: its build is left out.
    return [f"{name}=={version(name).partition('+')[0]}" for name in needed]


def _copy_code(script: Path, code: Path) -> None:
    """The files of this package that the script imports, and no others."""
    for path in import_closure(script, PACKAGE):
        copy = code / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _describe_anew(place: Path, model: Model) -> None:
    """Take from MLflow's own files what differs from one machine or minute to the next."""
    flavor = model.flavors[FLAVOR_NAME]
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

"""A study's own parameters: YAML by section, its variants checked like the project's."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.variants import VariantParams


def load_study(folder: Path) -> dict[str, Any]:
    """Read `params.yaml` of a study.

    Raises:
        ReelvecError: the file is missing.
    """
    path = folder / "params.yaml"
    try:
        found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReelvecError(f"{path}: not found; run this from the project's folder") from None
    return found


def study_variant(*settings: dict[str, Any]) -> VariantParams:
    """A variant from its settings, later ones over earlier ones.

    Raises:
        ReelvecError: a key or a value is not one that a variant may have.
    """
    merged = {key: value for each in settings for key, value in each.items()}
    values = {key: tuple(item) if isinstance(item, list) else item for key, item in merged.items()}
    try:
        return VariantParams.model_validate(values)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ReelvecError("the study's params.yaml: " + "; ".join(lines)) from None

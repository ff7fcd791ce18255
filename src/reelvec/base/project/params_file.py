"""Reading `params.yaml`: the sections that a stage needs, checked, and nothing of the others."""

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, RootModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import one_of, shortened
from reelvec.base.project.paths import PARAMS
from reelvec.base.project.section import Name, Section

UNREADABLE = (ValueError, TypeError, RecursionError)
"""Raised for what is YAML and yet nothing: a 30th of February, a list as a key, a loop."""

LARGEST = 1 << 20
"""Bytes that are too many for parameters, aliases written out."""

AnySection = TypeVar("AnySection", bound=Section)
AnyModel = TypeVar("AnyModel", bound=BaseModel)


def read_section(kind: type[AnySection], path: Path = PARAMS) -> AnySection:
    """The section of a file that has this kind.

    Raises:
        ReelvecError: with one line for each problem, naming the key, what was given and what
            is allowed.
    """
    return validated(kind, _content(kind, path), path.name, kind.KEY)


def read_entries(kind: type[AnySection], path: Path = PARAMS) -> dict[str, AnySection]:
    """The section of a file whose entries, by name, have this kind.

    Raises:
        ReelvecError: as for `read_section`.
    """
    return validated(RootModel[dict[Name, kind]], _content(kind, path), path.name, kind.KEY).root  # type: ignore[valid-type]


def entry_named(name: str, entries: Mapping[str, AnySection]) -> AnySection:
    """One of the entries.

    Raises:
        ReelvecError: there is none of this name; the message lists those that there are.
    """
    if name not in entries:
        key = next(iter(entries.values())).KEY if entries else "its section"
        choices = one_of(name, list(entries)) if entries else "there are none"
        raise ReelvecError(f"params.yaml: {key}: {name!r} is not there; {choices}")
    return entries[name]


def read_yaml(path: Path) -> dict[str, Any]:
    """A file of sections, by the parser that DVC uses (YAML 1.2).

    Raises:
        ReelvecError: there is no such file, or it is something else.
    """
    try:
        raw = deepcopy(_parsed(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ReelvecError(f"{path}: not found; run this from the project's folder") from None
    except UnicodeDecodeError as error:
        raise ReelvecError(f"{path}: not UTF-8 (byte {error.start})") from None
    except YAMLError as error:
        raise ReelvecError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    except UNREADABLE as error:
        raise ReelvecError(f"{path}: a value cannot be read: {shortened(str(error))}") from None
    if not isinstance(raw, dict):
        raise ReelvecError(f"{path}: expected sections such as `imdb:` and `variants:`")
    return raw


def validated(kind: type[AnyModel], raw: Any, name: str, key: str = "") -> AnyModel:
    """Make a model of parsed YAML.

    Args:
        kind: the model.
        raw: what the file holds.
        name: of the file, as messages call it.
        key: where in the file it stands.

    Raises:
        ReelvecError: as for `read_section`.
    """
    # By way of JSON: strict validation takes its arrays for tuples, and no list for one.
    text = _as_json(raw, name)
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        from reelvec.base.params_messages import problems_of

        lines = [f"{name}: {problem}" for problem in problems_of(error, kind, key)]
        raise ReelvecError("\n".join(lines)) from None


@lru_cache(maxsize=4)
def _parsed(text: str) -> Any:
    """A stage reads several sections of one file, which takes a fifth of a second to parse."""
    # `no` is a word and 1e-3 a number, for DVC and for us.
    return YAML(typ="safe", pure=True).load(text)


def _as_json(raw: Any, name: str) -> bytes:
    """Parsed YAML as JSON; a few aliases may stand for more than any memory holds."""
    encoder = json.JSONEncoder(ensure_ascii=False, default=lambda value: {str(value): ""})
    text = bytearray()
    try:
        for chunk in encoder.iterencode(raw):
            text += chunk.encode()
            if len(text) > LARGEST:
                raise ReelvecError(f"{name}: its aliases (`*name`) stand for too much")
        return bytes(text)
    except UNREADABLE as error:
        raise ReelvecError(f"{name}: cannot be parameters: {shortened(str(error))}") from None


def _content(kind: type[Section], path: Path) -> Any:
    content = read_yaml(path)
    if kind.KEY not in content:
        raise ReelvecError(f"{path.name}: {kind.KEY}: is missing")
    return content[kind.KEY]

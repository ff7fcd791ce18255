"""Reviews in JSON lines, an object a line: they have no header, and no line depends on another."""

import io
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import shortened

NOT_UTF8 = "not UTF-8; convert it, as `iconv -t utf-8` does"


def objects_of(
    stream: Any, path: Path, columns: Sequence[str], longest: int
) -> Iterator[dict[str, Any]]:
    """The objects of a file; a line of nothing but white space is none.

    Args:
        stream: its bytes.
        path: what errors call it.
        columns: names whose values become strings, each by itself, null apart.
        longest: bytes that a line may have.

    Raises:
        ReelvecError: a line is too long, not UTF-8, not JSON, or no object; a text is no string;
            another of the columns holds a list or an object. With the number of the line.
    """
    lines = iter(partial(io.BufferedReader(stream).readline, longest + 1), b"")
    for number, line in enumerate(lines, 1):
        try:
            if len(line) > longest:
                raise ReelvecError(f"longer than {longest:,} bytes, which no review is")
            if not line.strip():
                continue
            found = _object(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            cells = {name: _cell(name, found[name]) for name in columns if name in found}
        except UnicodeDecodeError:
            raise ReelvecError(f"{path}, line {number:,}: {NOT_UTF8}") from None
        except ReelvecError as error:
            raise ReelvecError(f"{path}, line {number:,}: {error}") from None
        yield found | cells


def _object(line: str) -> dict[str, Any]:
    try:
        found = DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        reason = str(error)
        if isinstance(error, json.JSONDecodeError):  # which counts lines, too
            reason = f"{error.msg} at character {error.pos + 1:,}"
        raise ReelvecError(f"not JSON ({reason}); expected an object a line") from None
    if not isinstance(found, dict):
        raise ReelvecError('no object; expected one such as {"text": "…"}')
    return found


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_named_once)


def _cell(name: str, value: Any) -> str | None:
    """A value as Arrow would write it."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ReelvecError(f"the {name} holds half a surrogate pair, no text") from None
        return value
    if value is None:
        return None
    if name == "text":
        raise ReelvecError(f"the text is {shortened(value)}, no string")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(pc.cast(pa.scalar(value), pa.string()))
    raise ReelvecError(f"the {name} is {shortened(value)}, neither a string nor a number")

"""Texts as people hand them over: a list, an array, the column of a table."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from reelvec.base.errors import ReelvecError


class InputTypeError(ReelvecError, TypeError):
    """Something of another kind than what was expected."""


class InputValueError(ReelvecError, ValueError):
    """The right kind of thing, but with a value that cannot be used."""


def as_texts(texts: Iterable[str], name: str = "texts") -> list[str]:
    """Make a list of texts, and look at each.

    Args:
        texts: anything of one dimension that has an order: a list, a numpy array, a column of
            pandas, Polars or pyarrow.
        name: what error messages call it.

    Raises:
        InputTypeError: it is a single text, has no order, or holds something that is no text.
        InputValueError: it is a table, or a text is not valid Unicode.
    """
    if isinstance(texts, str | bytes):
        raise InputTypeError(f"{name}: a single text; put it into a list: [text]")
    dimensions = len(getattr(texts, "shape", (0,)))
    if dimensions != 1:
        raise InputValueError(
            f"{name}: {dimensions} dimensions, expected one; pick the column that holds the texts"
        )
    if isinstance(texts, Mapping | Set) or not isinstance(texts, Iterable):
        raise InputTypeError(f"{name}: {type(texts).__name__}, expected a list or column of texts")
    values = texts.to_pylist() if hasattr(texts, "to_pylist") else texts
    return [_as_text(value, f"{name}[{position}]") for position, value in enumerate(values)]


def is_missing(value: Any) -> bool:
    """Whether it is None, NaN or the missing value of pandas."""
    is_nan = isinstance(value, float) and value != value
    return value is None or is_nan or type(value).__name__ == "NAType"


def _as_text(value: Any, where: str) -> str:
    """A text as Python's own `str`, which numpy's is not."""
    if not isinstance(value, str):
        advice = "drop it or put '' in its place" if is_missing(value) else "expected a text (str)"
        raise InputTypeError(f"{where}: {_shown(value)} is of type {_kind(value)}; {advice}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputValueError(
            f"{where}: not valid Unicode (half a surrogate pair at character {error.start}); "
            "read the file as UTF-8 again, or drop the text"
        ) from None
    return str(value)


def _kind(value: Any) -> str:
    return type(value).__name__


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

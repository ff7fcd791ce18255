"""No pattern of the package takes more than linear time, whatever a file or a server sends."""

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reelvec.text import rules

SOURCE = Path(__file__).parents[1] / "src"

WHOLE = {
    *("fetch.vector_text.NUMBER", "fetch.vector_text.NOT_FINITE", "fetch.vector_text.HEADER"),
    *("fetch.imdb.ADDRESSES", "fetch.imdb.IN_FOLDER", "fetch.imdb.REVIEW_NAME"),
    *("fetch.remote.SIZE", "fetch.remote.CONTENT_RANGE", "fetch.places.STORE"),
    *("base.messages.HOST", "base.messages.SCHEME"),
}
"""Those of which `match` or `fullmatch` is asked; others are looked for all over a text."""

BEGINNINGS = ("", "<br", "<a", ".", "1", "bytes 1", "/title/tt1", "  x:\n", "http:")
UNITS = (
    *(" ", "a", "1", ".", "'", '"', "/", "<", "<br", "<br ", "\n", "\t", "_", "e", "@", ":", "["),
    *("1.", "e1", ".)", "a'", "/a", "train/", "train/pos/", "/title/tt", "  x\n", "    a\n", "x:"),
)
FEW, MANY = 4_000, 16_000
UNMEASURABLE = 0.05
"""Seconds for MANY in which no quadratic time is hidden."""


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that the package's code compiles or hands to `re`, and where it stands."""
    for path in sorted((SOURCE / "reelvec").rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
        ]
        for call in calls:
            names = vars(importlib.import_module(module))
            written = eval(compile(ast.Expression(call.args[0]), str(path), "eval"), names)
            named = [name for name, value in names.items() if pattern_of(value) == written]
            place = f"{module}.{named[0] if named else call.lineno}".removeprefix("reelvec.")
            yield place, names[named[0]] if named else re.compile(written, re.MULTILINE)
    for name in ("LINE_BREAK", "TAG"):
        # The others of `rules` see words alone: long ones go to Arrow, whose time is linear.
        yield f"text.rules.{name}", re.compile(vars(rules)[name], re.ASCII)


def pattern_of(value: object) -> object:
    return value.pattern if isinstance(value, re.Pattern) else None


PATTERNS = dict(patterns())


def test_all_patterns_are_found() -> None:
    assert PATTERNS.keys() >= WHOLE | {"evaluation.sentences.END", "export.vectors.SPACE"}
    assert len(PATTERNS) > 20


@pytest.mark.slow
@pytest.mark.parametrize("place", PATTERNS)
def test_four_times_the_text_takes_about_four_times_as_long(place: str) -> None:
    pattern = PATTERNS[place]
    texts = (text for text in hostile() if grows(pattern, place in WHOLE, *text))
    assert next(texts, None) is None


def hostile() -> Iterator[tuple[str, str, str]]:
    for beginning in BEGINNINGS:
        for unit in UNITS:
            for end in ("", "!"):
                yield beginning, unit, end


def grows(pattern: re.Pattern[Any], whole: bool, beginning: str, unit: str, end: str) -> bool:
    """Whether the time of a longer text is out of proportion, each time it is measured."""

    def seconds(size: int) -> float:
        text: Any = f"{beginning}{unit * (size // len(unit))}{end}"
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        search: Callable[[Any], object] = (
            pattern.fullmatch if whole else lambda text: sum(1 for _ in pattern.finditer(text))
        )
        start = time.process_time()
        search(text)
        return time.process_time() - start

    return all((long := seconds(MANY)) > UNMEASURABLE and long > 8 * seconds(FEW) for _ in range(3))

"""Pages of one file: templates, and the styles and scripts that stand within them."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

ASSETS = Path(__file__).parent / "assets"
"""Templates, and the scripts and styles that a page holds within."""


def render(template: str, **values: Any) -> str:
    """Fill in a template. Whatever is filled in is text, never markup, and must be there.

    Args:
        template: a file of `ASSETS`.
        values: what it names, beside `assets`: each style and script by its file's name.
    """
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    assets = {path.name: _trusted(path) for path in ASSETS.glob("*.*s*")}
    return environment.get_template(template).render(values, assets=assets) + "\n"


def as_json(value: Any) -> Markup:
    """JSON that may stand in a script element: no `<` begins or ends anything there."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _trusted(path: Path) -> Markup:
    """A script or a style of this project."""
    return Markup(path.read_text(encoding="utf-8"))

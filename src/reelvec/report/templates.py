"""Pages of one file: templates, and the styles and scripts that stand within them."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

ASSETS = Path(__file__).parent / "assets"
"""Templates, and the scripts and styles that a page holds within."""

STYLES = ("page.css", "explorer.css")


def render(template: str, **values: Any) -> str:
    """Fill in a template. Whatever is filled in is text, never markup, and must be there.

    Args:
        template: a file of `ASSETS`.
        values: what it names, beside `style`, `assets` (each script by its file's name), and
            `policy`, by which a browser runs and shows nothing but these.
    """
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    assets = {path.name: _trusted(path) for path in ASSETS.glob("*.js")}
    style = Markup("\n").join(_trusted(ASSETS / name) for name in STYLES)
    own = {"assets": assets, "style": style, "policy": content_policy(style, assets)}
    return environment.get_template(template).render(values, **own) + "\n"


def content_policy(style: str, scripts: Mapping[str, str]) -> str:
    """A Content-Security-Policy that names what a page holds by its hash, and allows nothing else.

    The word map draws with regl, which writes a function for each way of drawing: `unsafe-eval`
    lets a script that may run do that. A script that came in with a word or a review may not run.
    """
    hashes = " ".join(f"'sha256-{_hash_of(each)}'" for each in scripts.values())
    allowed = {
        "default-src": "'none'",
        "script-src": f"{hashes} 'unsafe-eval'",
        "style-src": f"'sha256-{_hash_of(style)}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in allowed.items())


def _hash_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def as_json(value: Any) -> Markup:
    """JSON that may stand in a script element: no `<` begins or ends anything there."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _trusted(path: Path) -> Markup:
    """A script or a style of this project."""
    return Markup(path.read_text(encoding="utf-8"))

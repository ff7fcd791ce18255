"""The committed bundle of the word map belongs to the committed modules. Needs no Node."""

import hashlib
import json
import re
from pathlib import Path

from reelvec.report.templates import ASSETS

PROJECT = Path(__file__).parents[2]


def test_the_bundle_belongs_to_its_modules() -> None:
    banner, _, code = (ASSETS / "explorer.min.js").read_text("utf-8").partition("*/\n")
    package = json.loads((PROJECT / ".ci/package.json").read_text("utf-8"))
    pinned = [package["dependencies"], package["overrides"]]
    modules = sorted((ASSETS / "explorer").glob("*.js"))
    parts = [
        *(f"{path.name}\n{path.read_text('utf-8')}" for path in modules),
        json.dumps(pinned, separators=(",", ":")),
        code,
    ]
    digest = hashlib.sha256("".join(parts).encode()).hexdigest()
    assert re.findall(r"^SHA-256 .*: (\w+)$", banner, re.MULTILINE) == [digest], (
        "explorer.min.js is not what assets/explorer and .ci/package.json give: run `make explorer`"
    )

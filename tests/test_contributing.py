"""The map for those who come names every folder of the package, and nothing that is not there."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def test_the_map_has_every_folder_and_module_of_the_package() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {place.rstrip("/") for row in rows for place in re.findall(r"`([^`]+)`", row)}
    missing = [place for place in named if not (PROJECT / place).exists()]
    assert missing == []
    package = PROJECT / "src/reelvec"
    there = {
        path.relative_to(PROJECT).as_posix()
        for path in package.iterdir()
        if path.name not in ("__pycache__", "__init__.py")
    }
    assert there == {place for place in named if place.startswith("src/")}

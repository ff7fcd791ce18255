"""The page as people open it: with what no DVC output may hold or read.

That is the commit, the day, and a picture of `dvc.yaml`, which DVC takes for no dependency.
"""

import base64
import html
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from reelvec.errors import ReelvecError
from reelvec.files import write_text

PAGE = Path("data/report.html")
"""What the `report` stage makes: the same bytes from the same results."""

STAMPED = Path("reports/index.html")
"""The same page with them, which git and DVC leave alone."""

MARK, PIPELINE_MARK = "<!-- stamp -->", "<!-- pipeline -->"
PIPELINE = Path("dvc.yaml")
REVIEWS = Path("data/raw/imdb.parquet")
CODE = ("src", "stages", "dvc.yaml", "params.yaml")


def stamp(root: Path) -> Path:
    """Write `reports/index.html` from the page of the pipeline.

    Args:
        root: the project's folder.

    Returns:
        where it is.

    Raises:
        ReelvecError: there is no page yet.
    """
    try:
        page = (root / PAGE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReelvecError(
            f"{root / PAGE}: not there; run `make repro` (or `make demo`) to make it"
        ) from None
    line = ", ".join([_commit(root), *_fetched(root / REVIEWS)])
    page = page.replace(MARK, html.escape(line), 1)
    if PIPELINE_MARK in page and (root / PIPELINE).exists():
        page = page.replace(PIPELINE_MARK, _picture(root / PIPELINE), 1)
    write_text(root / STAMPED, page)
    return root / STAMPED


def _picture(pipeline: Path) -> str:
    """What feeds what, as an element of the page."""
    from reelvec.figures import as_svg, draw_pipeline
    from reelvec.pipeline import stage_layers

    svg = base64.b64encode(as_svg(draw_pipeline(*stage_layers(pipeline)))).decode("ascii")
    return f'<img src="data:image/svg+xml;base64,{svg}" alt="The stages and what feeds what">'


def _commit(root: Path) -> str:
    """Which state of the code: the last commit, and whether something has changed since."""
    commit = _git(root, "rev-parse", "--short", "HEAD")
    if not commit:
        return "code outside git"
    day = _git(root, "show", "--no-patch", "--format=%cs", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", *CODE)
    return f"commit {commit} of {day}{' with changes' if changed else ''}"


def _fetched(reviews: Path) -> list[str]:
    """When the reviews came to this machine."""
    if not reviews.exists():
        return []
    day = datetime.fromtimestamp(reviews.stat().st_mtime, UTC).date()
    return [f"data fetched {day.isoformat()}"]


def _git(root: Path, *arguments: str) -> str:
    """What git says; nothing where it, or a repository, is missing."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

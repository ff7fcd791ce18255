"""The page as people open it: with the commit and the day, which no DVC output may hold."""

import html
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from reelvec.errors import ReelvecError
from reelvec.files import write_text

PAGE = Path("data/report.html")
"""What the `report` stage makes: the same bytes from the same results."""

STAMPED = Path("reports/index.html")
"""The same page with a line more, which git and DVC leave alone."""

MARK = "<!-- stamp -->"
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
    write_text(root / STAMPED, page.replace(MARK, html.escape(line), 1))
    return root / STAMPED


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

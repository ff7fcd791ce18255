"""The page as people open it: with what no DVC output may hold or read.

That is the commit and the day; a picture of `dvc.yaml`, which DVC takes for no dependency; and the
learning curves, whose study `dvc repro` would run if the page depended on them.
"""

import html
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_text
from reelvec.report.page_parts import as_address

PAGE = Path("data/report.html")
"""What the `report` stage makes: the same bytes from the same results."""

STAMPED = Path("reports/index.html")
"""The same page with them, which git and DVC leave alone."""

MARK, PIPELINE_MARK = "<!-- stamp -->", "<!-- pipeline -->"
TURN_MARK, STUDY_MARK = "<!-- turn -->", "<!-- study -->"
PIPELINE = Path("dvc.yaml")
STUDY = Path("studies/learning_curves/reports")
REVIEWS = Path("data/raw/imdb.parquet")
CODE = (":/src", ":/stages", ":/dvc.yaml", ":/params.yaml")
"""From the top of the repository: the demo's copy lies in a folder that git ignores."""


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
    if STUDY_MARK in page and (root / STUDY).exists():
        page = _with_study(page, root / STUDY)
    write_text(root / STAMPED, page)
    return root / STAMPED


def _with_study(page: str, folder: Path) -> str:
    from reelvec.report.study_section import read_study, render_study

    study = read_study(folder)
    turn = f" With fewer reviews, {study.turn}." if study.turn else ""
    page = page.replace(TURN_MARK, html.escape(turn), 1)
    return page.replace(STUDY_MARK, render_study(study), 1)


def _picture(pipeline: Path) -> str:
    """What feeds what, as an element of the page."""
    from reelvec.report.figures import as_svg, draw_pipeline
    from reelvec.report.pipeline import stage_layers

    address = as_address(as_svg(draw_pipeline(*stage_layers(pipeline))))
    return f'<img src="{address}" alt="The stages and what feeds what">'


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

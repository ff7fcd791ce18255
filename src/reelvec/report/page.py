"""The page that people open, `reports/index.html`: all that the pipeline found, in one file.

No output of DVC, for it also tells what none may hold or read: the commit and the day; a picture of
`dvc.yaml`, which DVC takes for no dependency; and what the studies found, which `dvc repro` would
run if a stage depended on them.
"""

import base64
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reelvec.base.project.files import write_text
from reelvec.base.project.paths import CONTENTS, EXPLORER, FIGURES, OPENED_PAGE, REVIEWS, STAGES
from reelvec.base.project.provenance import is_other
from reelvec.report.contents import read_results
from reelvec.report.question import Answer, answers
from reelvec.report.study_section import Study, read_study
from reelvec.report.templates import as_json, render

STUDY = Path("studies/learning_curves/reports")
PROJECT_CODE = (":/src", ":/stages", ":/dvc.yaml", ":/params.yaml")
"""From the top of the repository: the demo's copy lies in a folder that git ignores."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page tells beside the results.

    Attributes:
        line: the commit, and the day on which the reviews came.
        pipeline: what feeds what, SVG; None where there is no pipeline.
        study: the learning curves; None where the study is not there.
        question: the project's question answered, each with its picture, SVG.
    """

    line: str
    pipeline: bytes | None = None
    study: Study | None = None
    question: Sequence[tuple[Answer, bytes]] = ()


def write_page(root: Path) -> Path:
    """Write `reports/index.html` from what the stages made.

    Args:
        root: the project's folder.

    Returns:
        where it is.

    Raises:
        ReelvecError: a stage has not run yet, or the study is damaged.
    """
    contents = read_results(root / CONTENTS, "report")
    explorer = read_results(root / EXPLORER, "prepare_explorer")
    figures = {path.stem: path.read_bytes() for path in sorted((root / FIGURES).glob("*.svg"))}
    page = render_page(contents, figures, explorer, _surroundings(root, contents["data"]))
    write_text(root / OPENED_PAGE, page)
    return root / OPENED_PAGE


def render_page(
    contents: Mapping[str, Any],
    figures: Mapping[str, bytes],
    explorer: Mapping[str, Any],
    around: Surroundings,
) -> str:
    """Fill in the page.

    Args:
        contents: what `page_contents` gave.
        figures: SVG by name: those of `reports/figures`.
        explorer: what `explorer_data` gave.
        around: what no stage knows.

    Returns:
        HTML that loads nothing: pictures, styles, scripts and the explorer's data are within.
    """
    pictures = dict(figures)
    if around.pipeline is not None:
        pictures["pipeline"] = around.pipeline
    for each, svg in around.question:
        pictures[f"question-{each.name}"] = svg
    return render(
        "page.html.j2",
        **contents,
        line=around.line,
        study=around.study,
        is_other=is_other(contents["data"]),
        question=[each for each, _ in around.question],
        pictures={name: _as_address(svg) for name, svg in pictures.items()},
        explorer=as_json(explorer),
    )


def _surroundings(root: Path, data: str) -> Surroundings:
    line = ", ".join([_commit(root), *_fetched(root / REVIEWS)])
    pipeline = _drawn(root) if (root / STAGES).exists() else None
    # The studies are of the official reviews, and say nothing of a person's own.
    studied = not is_other(data)
    study = read_study(root / STUDY) if studied and (root / STUDY).exists() else None
    question = [
        (each, (root / each.picture.with_suffix(".svg")).read_bytes())
        for each in answers(root, studied)
    ]
    return Surroundings(line, pipeline, study, question)


def _drawn(root: Path) -> bytes:
    """What feeds what, SVG."""
    from reelvec.report.figures.pipeline import draw_pipeline, stage_layers
    from reelvec.report.figures.style import as_svg

    return as_svg(draw_pipeline(*stage_layers(root)))


def _as_address(svg: bytes) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _commit(root: Path) -> str:
    """Which state of the code: the last commit, and whether something has changed since."""
    commit = _git(root, "rev-parse", "--short", "HEAD")
    if not commit:
        return "code outside git"
    day = _git(root, "show", "--no-patch", "--format=%cs", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", *PROJECT_CODE)
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

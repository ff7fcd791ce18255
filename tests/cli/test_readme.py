import json
import re
from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import COMPARISON, IMDB_METRICS
from reelvec.cli.readme import current_readme, with_part
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.tables import percent

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- results: written by `make readme` from reports/metrics, not by hand -->\n"
END = "<!-- end of results -->"


def test_the_readme_shows_the_committed_metrics_and_the_pipeline() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == current_readme(ROOT)


def test_what_stands_around_a_part_is_kept() -> None:
    readme = f"a\n{BEGIN}old\n{END}\nb"
    assert with_part(readme, "results", "new") == f"a\n{BEGIN}\nnew\n\n{END}\nb"


def test_a_readme_without_the_marks_is_refused() -> None:
    with pytest.raises(ReelvecError, match="mark the results"):
        with_part("no marks", "results", "new")
    with pytest.raises(ReelvecError, match="mark the pipeline"):
        with_part(f"{BEGIN}{END}", "pipeline", "new")


PART = re.compile(r"<!-- (\w+): written by .*?<!-- end of \1 -->", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*(?:%| million)?(?<![.,])")


def test_every_result_in_prose_is_what_was_measured() -> None:
    """Results belong into the marked parts; a number elsewhere is checked here, or is none."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    prose, _, _ = PART.sub("", readme).partition("## Data and licence")
    imdb = json.loads((ROOT / IMDB_METRICS).read_text(encoding="utf-8"))
    comparison = Comparison.load(ROOT / COMPARISON)
    read = sum(imdb["reviews"]["train"].values()) + imdb["reviews"]["unsup"]
    python = re.search(
        r'requires-python = ">=(3\.\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text()
    )
    assert python is not None
    measured = {
        f"{percent(comparison.confidence)}",
        f"{imdb['tokens']['total'] // 10**6} million",
        f"{read:,}",
        python[1],
        f"3.{int(python[2]) - 1}",
        f"3.{python[2]}",
    }
    bounds = {"0", "2", "4"}  # no weight is below 0; n-grams of 2 to 4 words
    found = set(NUMBER.findall(CODE.sub("", prose)))
    assert found - bounds == measured

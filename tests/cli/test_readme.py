from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.cli.readme import current_readme, with_part

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

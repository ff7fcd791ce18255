from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.cli.readme import BEGIN, END, current_readme, with_results

ROOT = Path(__file__).parents[2]


def test_the_readme_shows_the_committed_metrics() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == current_readme(ROOT)


def test_what_stands_around_the_results_is_kept() -> None:
    assert with_results(f"a\n{BEGIN}old\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n\n{END}\nb"


def test_a_readme_without_the_markers_is_refused() -> None:
    with pytest.raises(ReelvecError, match="mark the results"):
        with_results("no markers", "new")

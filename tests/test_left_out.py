"""Who runs the tests is told what was left out, and why."""

from typing import Any

import pytest
from left_out import left_out


def skipped(file: str, reason: str) -> pytest.TestReport:
    place: Any = (file, 7, f"Skipped: {reason}")
    return pytest.TestReport(file, (file, 7, "test"), {}, "skipped", place, "setup")


def test_each_reason_has_one_line_however_many_files_it_is_told_for() -> None:
    reports = [
        skipped("page.py", "needs Chromium"),
        skipped("imdb.py", "no real data"),
        skipped("other.py", "needs Chromium"),
    ]
    assert left_out(reports) == [
        "left out: 2 tests: needs Chromium",
        "left out: 1 test: no real data",
    ]
    assert left_out([]) == []

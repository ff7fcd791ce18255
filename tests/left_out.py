"""What a run of the tests left out, in a line for each reason."""

from collections import Counter
from collections.abc import Iterable

import pytest


def left_out(skipped: Iterable[pytest.TestReport | pytest.CollectReport]) -> list[str]:
    """Lines such as `left out: 3 tests: needs Chromium`, sorted by the reason."""
    reasons = Counter(_reason(report.longrepr) for report in skipped)
    return [
        f"left out: {tests} {'test' if tests == 1 else 'tests'}: {reason}"
        for reason, tests in sorted(reasons.items())
    ]


def _reason(told: object) -> str:
    """Of a skipped test pytest tells file, line and reason."""
    return str(told[-1] if isinstance(told, (tuple, list)) else told).removeprefix("Skipped: ")

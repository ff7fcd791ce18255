"""The embedding explorer alone, as a page of its own."""

from collections.abc import Mapping
from typing import Any

from reelvec.report.templates import as_json, render


def render_explorer(explorer: Mapping[str, Any], data: str, title: str) -> str:
    """Fill in the explorer's page.

    Args:
        explorer: what `explorer_data` gave.
        data: the line that says which reviews, put first.
        title: of the page.

    Returns:
        HTML that loads nothing: styles, scripts and the explorer's data are within.
    """
    return render("explorer_page.html.j2", explorer=as_json(explorer), data=data, title=title)

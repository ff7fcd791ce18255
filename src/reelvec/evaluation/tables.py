"""Tables as Markdown, and figures as people write them."""

from tabulate import tabulate

Table = list[list[str]]
"""Rows of cells, the header first."""


def markdown_table(table: Table) -> str:
    """A table as Markdown, the columns after the first to the right."""
    header, *rows = table
    alignment = aligned(len(header))
    return tabulate(rows, header, "pipe", disable_numparse=True, colalign=alignment)


def aligned(columns: int) -> list[str]:
    """What `tabulate` takes: the first column to the left, the others to the right."""
    return ["left", *["right"] * (columns - 1)]


def percent(confidence: float) -> str:
    """0.95 as 95%, 0.999 as 99.9%."""
    return f"{100 * confidence:.10g}%"


def shown_p(p_value: float) -> str:
    """A p-value as people write it."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def signed(share: float) -> str:
    """A share in percentage points with its sign, a rounded zero too: -10.1, +0.0, +0.4."""
    return f"{100 * share:+.1f}"


def points(share: float) -> str:
    """A share in percentage points with its sign: -10.1, 0.0, +0.4."""
    text = signed(share)
    return "0.0" if text in ("+0.0", "-0.0") else text


def distance(share: float) -> str:
    """A share in percentage points without a plus sign."""
    return points(share).removeprefix("+")

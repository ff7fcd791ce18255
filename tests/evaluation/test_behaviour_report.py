"""The report of how models behave: its table, its failures, and texts that it does not obey."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from reelvec.evaluation.behaviour import ALLOWED, Case, check, load_cases
from reelvec.evaluation.behaviour_report import behaviour_markdown, behaviour_table

CASES = load_cases(Path(__file__).parents[2] / "data" / "behaviour.csv")


def test_the_table_has_a_row_a_model_and_a_column_a_check_that_was_asked() -> None:
    counts = {"a": {"order": {"cases": 3, "passed": 2}}, "b": {"praise": {"cases": 1, "passed": 1}}}
    assert behaviour_table(counts) == [
        ["Model", "praise", "order"],
        ["a", "–", "2 of 3"],
        ["b", "1 of 1", "–"],
    ]


def report(cases: Sequence[Case], models: Mapping[str, float]) -> str:
    results = {
        name: check(cases, lambda texts, value=value: np.full(len(texts), value))
        for name, value in models.items()
    }
    return behaviour_markdown(results, "SAMPLE DATA: x", 0.95)


def test_markdown_begins_with_the_data_and_has_every_model_and_check() -> None:
    text = report(CASES, {"high": 0.9, "low": 0.1})
    lines = text.splitlines()
    assert lines[0] == "SAMPLE DATA: x"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:2] == "| "]
    assert rows[0] == ["Model", *ALLOWED]
    assert rows[1][:3] == ["high", "24 of 24", "0 of 24"]
    assert rows[2][:3] == ["low", "0 of 24", "24 of 24"]
    assert rows[4][:3] == ["high", "86% to 100%", "0% to 14%"]
    assert "95% interval" in text.replace("\n", " ")
    assert "24 of 24 is 86% to 100% and for 12 of 24 31% to 69%" in text
    assert "CheckList" in text
    assert text.endswith("</ul>\n")


def test_markdown_shows_three_failures_of_the_weakest_checks() -> None:
    items = [line for line in report(CASES, {"high": 0.9}).splitlines() if line[:4] == "<li>"]
    assert [re.findall("<b>(.*?)</b>", item) for item in items] == [
        ["blame"],
        ["negation"],
        ["addition"],
    ]
    assert items[0] == "<li><b>blame</b>: “I hated this film.” 0.9000; should be below 0.5</li>"
    assert items[1] == (
        "<li><b>negation</b>: “The film is good.” 0.9000 → “The film is not good.” 0.9000; "
        "should fall</li>"
    )


def test_fewer_failures_than_shown_and_none_at_all() -> None:
    cases = [case for case in CASES if case.check == "praise"][:2]
    text = report(cases, {"low": 0.1, "high": 0.9})
    assert text.count("<li>") == 2
    assert "### low: 2 of 2 failed" in text
    assert text.endswith("### high: 0 of 2 failed\n")


def test_markup_in_a_text_is_shown_and_not_obeyed() -> None:
    hostile = "A <b>bold</b> | film &amp; more\n\n# No heading\n\n- nor *list* </ul><script>"
    text = report([Case("praise", hostile, "", "positive")], {"low": 0.1})
    block = text[text.index("<ul>") :]
    assert block == (
        "<ul>\n<li><b>praise</b>: “A &lt;b&gt;bold&lt;/b&gt; | film &amp;amp; more # No heading - "
        "nor *list* &lt;/ul&gt;&lt;script&gt;” 0.1000; should be above 0.5</li>\n</ul>\n"
    )

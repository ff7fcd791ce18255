"""What atheris says becomes a result, and the results a table."""

from pathlib import Path

import pytest
from benchmarks.fuzz import __main__ as fuzz
from benchmarks.fuzz.__main__ import read_result
from benchmarks.fuzz.asked import answer_to
from benchmarks.fuzz.report import Fuzzed, fuzz_markdown

CRASH = """INFO: seed corpus: files: 3
 === Uncaught Python exception: ===
TypeError: keys must be str, not tuple
Traceback (most recent call last):
  File "benchmarks/fuzz/targets.py", line 1, in parameters
==7== ERROR: libFuzzer: fuzz target exited
SUMMARY: libFuzzer: fuzz target exited
"""


def test_inputs_and_seconds_are_read_from_the_last_line() -> None:
    told = "#4096\tpulse  cov: 900\nDone 11750 runs in 41 second(s)\n"
    assert read_result("vectors", 0, told) == Fuzzed("vectors", 41, 11750)


def test_a_fault_is_told_by_its_exception(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "FOUND", tmp_path)
    found = read_result("parameters", 77, CRASH)
    assert found.fault == "TypeError: keys must be str, not tuple"
    assert (tmp_path / "parameters.log").read_text(encoding="utf-8") == CRASH


def test_the_page_has_a_line_for_each_target() -> None:
    page = fuzz_markdown([Fuzzed("long_texts", 400, 1234), Fuzzed("tables", 400, 5, "KeyError")])
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.split("\n")]
    assert ["long texts", "400 s", "1,234", "–"] in lines
    assert ["tables", "400 s", "5", "KeyError"] in lines


def test_what_mlflow_fails_at_by_itself_counts_apart() -> None:
    assert answer_to(b'{"inputs": ["good"]}', None).by_mlflow
    nested = answer_to(b"[" * 100_000, "application/json")
    assert (nested.status, nested.by_mlflow, nested.fault) == (500, True, "")
    assert not answer_to(b'{"inputs": ["good"]}', "application/json").by_mlflow


def test_what_the_model_fails_at_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from reelvec.models.predictor import Predictor

    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    assert answer_to(b'{"inputs": ["good"]}', "application/json").status == 200
    monkeypatch.setattr(Predictor, "logits", fail)
    answer = answer_to(b'{"inputs": ["good"]}', "application/json")
    assert "a fault" in answer.fault

"""A variant is an entry of params.yaml: it comes and goes without code."""

import json
import re
import shlex
from pathlib import Path

from workspaces import NO_MLFLOW, change, error_of, files, keep, ran, run, succeed

THREE_LINES = """
  tiny:
    text: processed
    dimension: 4
"""


def test_three_lines_make_a_variant_that_is_trained_tested_and_compared(workspace: Path) -> None:
    params = workspace / "params.yaml"
    text = params.read_text(encoding="utf-8")
    assert text.count("\nvariants:\n") == 1
    params.write_text(text.replace("\nvariants:\n", f"\nvariants:{THREE_LINES}"), encoding="utf-8")
    output = succeed(workspace, "dvc", "repro", "compare_variants", **NO_MLFLOW)
    assert ran(output) == [
        *("train@tiny", "train_students", "train_ensembles", "evaluate", "compare_variants"),
    ]

    results = json.loads((workspace / "reports/metrics/evaluate/tiny.json").read_bytes())
    report = (workspace / "reports/comparison.md").read_text(encoding="utf-8")
    row, *_ = re.findall(r"^\| tiny +\| +([0-9.]+%)", report, re.MULTILINE)
    assert row == f"{results['accuracy']:.2%}"
    assert {"scratch", "glove_frozen"} <= set(re.findall(r"^\| (\w+)", report, re.MULTILINE))


def test_a_variant_that_is_removed_leaves_no_trace_once_its_results_are_deleted(
    workspace: Path,
) -> None:
    change(workspace, {"export": {"spaces": ["scratch"]}, "explorer": {"spaces": ["scratch"]}})
    keep(workspace, "variants", "scratch")
    message = error_of(run(workspace, "dvc", "repro", **NO_MLFLOW))
    assert "params.yaml has no variant of this name" in message
    remedy = message.partition("delete what it left: ")[2]
    assert remedy.startswith("rm -r ")
    succeed(workspace, *shlex.split(remedy))
    succeed(workspace, "dvc", "repro", **NO_MLFLOW)
    succeed(workspace, "reelvec", "page")
    left = files(workspace, "data", "reports")
    assert [name for name in left if "glove_frozen" in name] == []
    texts = [name for name in left if name.endswith((".md", ".html", ".json", ".svg"))]
    assert [name for name in texts if b"glove_frozen" in left[name]] == []

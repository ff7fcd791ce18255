"""A variant is an entry of params.yaml: it comes and goes without code."""

import json
import re
import shlex
from pathlib import Path

from workspaces import error_of, ran, run, succeed

THREE_LINES = """
  tiny:
    embedding: random
    dimension: 4
"""


def test_three_lines_make_a_variant_that_is_trained_tested_and_compared(workspace: Path) -> None:
    params = workspace / "params.yaml"
    text = params.read_text(encoding="utf-8")
    assert text.count("\nvariants:\n") == 1
    params.write_text(text.replace("\nvariants:\n", f"\nvariants:{THREE_LINES}"), encoding="utf-8")
    output = succeed(workspace, "dvc", "repro", "compare_variants")
    assert ran(output) == ["train@tiny", "evaluate@tiny", "compare_variants"]

    results = json.loads((workspace / "reports/metrics/evaluate/tiny.json").read_bytes())
    report = (workspace / "reports/comparison.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| tiny +\| +([0-9.]+%)", report, re.MULTILINE)
    assert row == f"{results['accuracy']:.2%}"
    assert {"scratch", "glove_frozen"} <= set(re.findall(r"^\| (\w+)", report, re.MULTILINE))


def test_a_variant_that_is_removed_leaves_the_reports(workspace: Path) -> None:
    params = workspace / "params.yaml"
    before, _, rest = params.read_text(encoding="utf-8").partition("  glove_frozen:\n")
    after = rest[rest.index("\nevaluation:") :]
    text = (before + after).replace("spaces: [scratch, glove_frozen]", "spaces: [scratch]")
    params.write_text(text, encoding="utf-8")

    message = error_of(run(workspace, "dvc", "repro", "compare_variants"))
    assert "params.yaml has no variant of this name" in message
    remedy = message.partition("delete what it left: ")[2]
    assert remedy.startswith("rm -r ")
    succeed(workspace, *shlex.split(remedy))
    succeed(workspace, "dvc", "repro", "compare_variants")
    assert "glove_frozen" not in (workspace / "reports/comparison.md").read_text(encoding="utf-8")

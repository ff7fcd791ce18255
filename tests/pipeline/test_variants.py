"""A variant is an entry of params.yaml: it comes and goes without code."""

import json
import re
import shlex
from pathlib import Path

from benchmarks.small import keep
from workspaces import NO_MLFLOW, change, files, ran, run, succeed

from reelvec.cli.repro import LOG

FOUR_LINES = """
  tiny:
    text: processed
    embedding: random
    dimension: 4
"""


def test_a_variant_comes_by_four_lines_and_goes_without_a_trace(workspace: Path) -> None:
    params = workspace / "params.yaml"
    text = params.read_text(encoding="utf-8")
    assert text.count("\nvariants:\n") == 1
    params.write_text(text.replace("\nvariants:\n", f"\nvariants:{FOUR_LINES}"), encoding="utf-8")
    change(workspace, {"export": {"spaces": ["scratch"]}, "explorer": {"spaces": ["scratch"]}})
    keep(params, "variants", "scratch", "tiny")

    message = run(workspace, "reelvec", "repro", "compare_variants", **NO_MLFLOW).stderr
    assert set(ran((workspace / LOG).read_text(encoding="utf-8"))) == {
        *("train@tiny", "prepare_lessons", "train_ensembles", "evaluate", "compare_variants"),
    }
    assert "params.yaml has no variant of this name" in message
    assert "Traceback" not in message
    remedy, *_ = message.partition("delete what it left: ")[2].splitlines()
    assert remedy.startswith("rm -r ")
    succeed(workspace, *shlex.split(remedy))

    succeed(workspace, "reelvec", "repro", **NO_MLFLOW)
    succeed(workspace, "reelvec", "page")
    results = json.loads((workspace / "reports/metrics/evaluate/tiny.json").read_bytes())
    report = (workspace / "reports/comparison.md").read_text(encoding="utf-8")
    row, *_ = re.findall(r"^\| tiny +\| +([0-9.]+%)", report, re.MULTILINE)
    assert row == f"{results['accuracy']:.2%}"
    assert {"scratch", "tiny"} <= set(re.findall(r"^\| (\w+)", report, re.MULTILINE))
    left = files(workspace, "data", "reports")
    assert [name for name in left if "glove_frozen" in name] == []
    texts = [name for name in left if name.endswith((".md", ".html", ".json", ".svg"))]
    assert [name for name in texts if b"glove_frozen" in left[name]] == []

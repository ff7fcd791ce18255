"""What people ask DVC in a git checkout: differences, plots, experiments, a new variant."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from workspaces import PROJECT, change, succeed


@pytest.fixture
def checkout(workspace: Path, git: Callable[..., str]) -> Path:
    """A finished workspace as a git repository with everything committed."""
    succeed(workspace, "dvc", "config", "--unset", "core.no_scm")
    ignored = (PROJECT / ".gitignore").read_text(encoding="utf-8")
    (workspace / ".gitignore").write_text(ignored, encoding="utf-8")
    git(workspace, "init", "--quiet")
    git(workspace, "add", "--all")
    git(workspace, "commit", "--quiet", "--message", "finished")
    for key, value in (("user.name", "Somebody"), ("user.email", "somebody@example.org")):
        git(workspace, "config", key, value)
    return workspace


def test_metrics_show_has_the_accuracy_of_every_variant(finished: Path) -> None:
    metrics = json.loads(succeed(finished, "dvc", "metrics", "show", "--json"))[""]["data"]
    for name in ("scratch", "glove_frozen"):
        path = f"reports/metrics/evaluate/{name}.json"
        shown = metrics[path]["data"]["accuracy"]
        assert shown == json.loads((finished / path).read_text())["accuracy"]


def test_differences_show_the_changed_parameter_and_its_effect(checkout: Path) -> None:
    change(checkout, {"variants": {"scratch": {"dimension": 7}}})
    params = json.loads(succeed(checkout, "dvc", "params", "diff", "--json"))
    assert params == {
        "params.yaml": {"variants.scratch.dimension": {"old": 100, "new": 7, "diff": -93}}
    }
    succeed(checkout, "dvc", "repro", "evaluate@scratch")
    metrics = json.loads(succeed(checkout, "dvc", "metrics", "diff", "--json"))
    parameters = metrics["reports/metrics/train/scratch.json"]["parameters"]
    assert parameters["new"] < parameters["old"]
    assert "reports/metrics/train/glove_frozen.json" not in metrics


def test_plots_show_draws_every_curve(finished: Path) -> None:
    shown = json.loads(succeed(finished, "dvc", "plots", "show", "--json"))
    assert not shown.get("errors")
    for name in ("scratch", "glove_frozen"):
        for kind in ("training", "roc", "calibration", "confusion"):
            assert len(shown["data"][f"reports/plots/{kind}/{name}.csv"]) == 1
    curve = shown["data"]["reports/plots/training/scratch.csv"][0]["content"]["data"]["values"]
    by_column = {(point["field"], point["epoch"]): point["dvc_inferred_y_value"] for point in curve}
    rows = csv.DictReader((finished / "reports/plots/training/scratch.csv").open())
    expected = {(key, row["epoch"]): row[key] for row in rows for key in row if key != "epoch"}
    assert by_column == expected


def test_an_experiment_is_run_and_shown_beside_the_others(checkout: Path) -> None:
    succeed(checkout, "dvc", "exp", "run", "--name", "seven", "-S", "variants.scratch.dimension=7")
    table = list(csv.DictReader(io.StringIO(succeed(checkout, "dvc", "exp", "show", "--csv"))))
    row = next(row for row in table if row["Experiment"] == "seven")
    dimension = next(value for key, value in row.items() if key.endswith("scratch.dimension"))
    assert dimension == "7"
    accuracy = [key for key in row if key.endswith("evaluate/scratch.json:accuracy")]
    assert 0 < float(row[accuracy[0]]) < 1


def test_a_variant_is_added_in_one_line_and_only_it_is_trained(workspace: Path) -> None:
    change(
        workspace,
        {"variants": {"wide": {"embedding": "random", "dimension": 300, "encoder": "mean_max"}}},
    )
    change(workspace, {"variants": {"wide": {"epochs": 1}}})
    output = succeed(workspace, "dvc", "repro")
    assert "Running stage 'train@wide'" in output
    assert "Running stage 'train@scratch'" not in output
    assert "Running stage 'evaluate@scratch'" not in output
    comparison = (workspace / "reports/comparison.md").read_text(encoding="utf-8")
    assert "| wide " in comparison


def test_a_variant_that_is_gone_is_gone_from_the_reports(workspace: Path) -> None:
    text = (workspace / "params.yaml").read_text(encoding="utf-8")
    before, _, rest = text.partition("  glove_frozen:\n")
    after = rest[rest.index("\nevaluation:") :]
    text = (before + after).replace("spaces: [scratch, glove_frozen]", "spaces: [scratch]")
    (workspace / "params.yaml").write_text(text, encoding="utf-8")
    done = succeed(workspace, "dvc", "status", "--json")
    assert "train@glove_frozen" not in json.loads(done)

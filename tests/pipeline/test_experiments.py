"""What DVC says about a changed parameter, with `dvc exp run` and after it."""

import csv
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dvc.repo import Repo
from networkx import ancestors
from workspaces import NO_MLFLOW, command, make_checkout, ran, succeed


@dataclass(frozen=True)
class Experiment:
    """A git repository in which an experiment has just been run, and what was printed."""

    folder: Path
    output: str

    def ask(self, *words: str) -> str:
        return succeed(self.folder, "dvc", *words)

    def ask_json(self, *words: str) -> Any:
        return json.loads(self.ask(*words, "--json"))


@pytest.fixture(scope="module")
def experiment(
    finished: Path, tmp_path_factory: pytest.TempPathFactory, git: Callable[..., str]
) -> Experiment:
    folder = make_checkout(finished, tmp_path_factory.mktemp("experiment") / "project", git)
    words = ("exp", "run", "--name", "seven", "-S", "variants.scratch.dimension=7")
    return Experiment(folder, succeed(folder, "dvc", *words, "compare_variants"))


def test_an_experiment_runs_its_own_variant_and_what_follows(experiment: Experiment) -> None:
    # Its teachers say the same as before: what weighs nothing among them has changed.
    assert ran(experiment.output) == [
        "train@scratch",
        "prepare_lessons",
        "train_ensembles",
        "evaluate",
        "compare_variants",
    ]
    with Repo(str(experiment.folder)) as repo:
        names = {stage: stage.name for stage in repo.index.graph}
        (train,) = [stage for stage in names if names[stage] == "train@scratch"]
        assert {names[stage] for stage in ancestors(repo.index.graph, train)} == {
            *(
                "prepare_lessons",
                "train_students",
                "train_ensembles",
                "evaluate",
                "compare_variants",
            ),
            *("compare_similarities", "visualize", "prepare_explorer", "export"),
            *("report", "track"),
        }


def test_an_experiment_changes_results_that_git_holds_and_litters_nothing(
    experiment: Experiment, git: Callable[..., str]
) -> None:
    status = git(experiment.folder, "status", "--porcelain", "--untracked-files=all")
    states, changed = zip(*(line.split() for line in status.splitlines()), strict=True)
    assert set(states) == {"M"}
    assert {"dvc.lock", "params.yaml", "reports/metrics/evaluate/scratch.json"} <= set(changed)
    assert not [path for path in changed if "glove_frozen" in path]


def test_params_diff_shows_the_one_parameter(experiment: Experiment) -> None:
    assert experiment.ask_json("params", "diff") == {
        "params.yaml": {"variants.scratch.dimension": {"old": 100, "new": 7, "diff": -93}}
    }
    assert "variants.scratch.dimension  100     7" in experiment.ask("params", "diff")


def test_metrics_diff_shows_what_came_of_it(experiment: Experiment) -> None:
    words = len((experiment.folder / "data/processed/vocab.tsv").read_text().splitlines()) - 1
    changes = experiment.ask_json("metrics", "diff")
    parameters = changes["reports/metrics/train/scratch.json"]["parameters"]
    # A vector for each word, a weight for each of its numbers, and one more: the bias.
    assert (parameters["old"], parameters["new"]) == (words * 100 + 101, words * 7 + 8)
    assert "accuracy" in changes["reports/metrics/evaluate/scratch.json"]
    assert not [path for path in changes if "glove_frozen" in path]
    table = experiment.ask("metrics", "diff")
    assert f"{words * 100 + 101}" in table
    assert f"{words * 7 + 8}" in table


def test_metrics_show_has_the_accuracy_of_every_variant(experiment: Experiment) -> None:
    metrics = experiment.ask_json("metrics", "show")[""]["data"]
    table = experiment.ask("metrics", "show", "reports/metrics/evaluate")
    for name in ("scratch", "glove_frozen"):
        path = f"reports/metrics/evaluate/{name}.json"
        accuracy = json.loads((experiment.folder / path).read_bytes())["accuracy"]
        assert metrics[path]["data"]["accuracy"] == accuracy
        (line,) = [line for line in table.splitlines() if line.startswith(path)]
        assert f"{accuracy:.5g}" in line.split()


def test_experiments_are_shown_beside_the_commit_they_started_from(experiment: Experiment) -> None:
    table = list(csv.DictReader(io.StringIO(experiment.ask("exp", "show", "--csv"))))
    dimension = "variants.scratch.dimension"
    (column,) = [name for name in table[0] if name.endswith(dimension)]
    assert {row["Experiment"]: row[column] for row in table}["seven"] == "7"
    assert next(row for row in table if row["rev"] not in ("", "workspace"))[column] == "100"

    _, base = experiment.ask_json("exp", "show")
    (seven,) = base["experiments"]
    for data, expected in ((base["data"], 100), (seven["revs"][0]["data"], 7)):
        params = data["params"]["params.yaml"]["data"]
        assert params["variants"]["scratch"]["dimension"] == expected
        results = data["metrics"]["reports/metrics/evaluate/scratch.json"]["data"]
        assert 0 < results["accuracy"] < 1


def test_plots_show_draws_every_curve_of_every_variant(experiment: Experiment) -> None:
    experiment.ask("plots", "show", "--out", "dvc_plots")
    page = (experiment.folder / "dvc_plots/index.html").read_text(encoding="utf-8")
    for kind, column, title in (
        ("training", "valid_loss", "Training"),
        ("roc", "true_positive_rate", "ROC on the test reviews"),
        ("calibration", "positive_fraction", "Calibration on the test reviews"),
        ("confusion", "predicted", "Confusion on the test reviews"),
    ):
        assert f'"{column}"' in page
        assert title in page
        for name in ("scratch", "glove_frozen"):
            assert f'id = "reports_plots_{kind}_{name}_csv"' in page
    status = succeed(experiment.folder, "git", "status", "--porcelain", "dvc_plots")
    assert status == "", "the page is no result"


@contextmanager
def queue_of(checkout: Path, workers: int) -> Iterator[None]:
    """DVC's workers at its queue, ended here.

    Two that start at the same moment may overwrite each other's entry in the file by which Celery
    reaches them: one then runs its experiment, and lives for ever, since nobody can tell it that
    the queue is empty. What they print is read by nobody, so that nobody waits for its end.
    """
    words = ("dvc", "queue", "start", "-j", str(workers))
    started = command(checkout, *words, **NO_MLFLOW)
    subprocess.run(**started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    try:
        yield
    finally:
        for worker in (checkout / ".dvc/tmp/exps/celery").glob("dvc-exp-worker-*.json"):
            noted = json.loads(worker.read_bytes())
            with suppress(ProcessLookupError):
                if noted["returncode"] is None:
                    os.kill(noted["pid"], signal.SIGKILL)


def test_a_queued_sweep_runs_two_at_a_time_and_changes_nothing_here(
    checkout: Path, git: Callable[..., str]
) -> None:
    # What few stages read: the sweep is tried here, and not the training.
    values = "tracking.experiment=one,two"
    succeed(checkout, "dvc", "exp", "run", "--queue", "-S", values, **NO_MLFLOW)
    deadline = time.monotonic() + 300
    with queue_of(checkout, workers=2), Repo(str(checkout)) as repo:
        while True:
            states = [task["status"] for task in repo.experiments.celery_queue.status()]
            if states == ["Success"] * 2:
                break
            assert "Failed" not in states, states
            assert time.monotonic() < deadline, states
            time.sleep(0.5)
    shown = json.loads(succeed(checkout, "dvc", "exp", "show", "--json", "--only-changed"))
    experiments = shown[0]["experiments"] if isinstance(shown[0].get("experiments"), list) else []
    found = json.dumps(experiments or shown)
    assert '"experiment": "one"' in found
    assert '"experiment": "two"' in found
    assert git(checkout, "status", "--porcelain") == ""

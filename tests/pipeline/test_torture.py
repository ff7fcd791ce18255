"""A short campaign, and the page that tells of the last long one."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from benchmarks.torture.arena import Arena, champions_broken_in, other_lock, runs_broken_in
from benchmarks.torture.cells import Kept
from benchmarks.torture.kills import killed_runs
from benchmarks.torture.processors import TOLERANCE, other_results
from benchmarks.torture.report import reliability_markdown, whole_page
from benchmarks.torture.trials import Trial, read_trials, write_trials
from workspaces import PROJECT

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.project.paths import PREDICTIONS, TEST_METRICS
from reelvec.evaluation.predictions import Predictions


@pytest.fixture
def arena(tmp_path: Path, untouched: Path, finished: Path) -> Arena:
    return Arena(tmp_path, untouched, finished, 25.0, real=False)


@pytest.mark.slow
def test_runs_that_are_ended_at_random_moments_are_completed_by_the_next(arena: Arena) -> None:
    trials = list(killed_runs(arena, random.Random(7), 2))
    assert [trial.broken for trial in trials] == ["", ""]


@pytest.mark.slow
def test_what_differs_in_a_lock_is_named(arena: Arena) -> None:
    workspace = arena.workspace(finished=True)
    lock = workspace / "dvc.lock"
    assert other_lock(arena, workspace) == ""
    text = lock.read_text(encoding="utf-8")
    lock.write_text(text.replace("stages/evaluate.py", "stages/other.py"), encoding="utf-8")
    assert other_lock(arena, workspace) == "dvc.lock differs in evaluate"
    head, first, *others = text.split("\n  fetch_")
    lock.write_text("\n  fetch_".join([head, *reversed([first, *others])]), encoding="utf-8")
    assert "the order of its stages" in other_lock(arena, workspace)


def test_a_store_with_two_runs_of_a_model_or_one_without_an_end_is_broken(tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(store)) as database:
        database.execute("CREATE TABLE runs (name, status, lifecycle_stage)")
        rows = [("scratch", "FINISHED", "active"), ("gru", "FINISHED", "deleted")]
        database.executemany("INSERT INTO runs VALUES (?, ?, ?)", rows)
        database.commit()
        assert runs_broken_in(store, ["scratch"]) == ""
        assert runs_broken_in(store, ["scratch", "gru"]) == "MLflow has no run of gru"
        database.execute("INSERT INTO runs VALUES ('gru', 'RUNNING', 'active')")
        database.commit()
        assert runs_broken_in(store) == "MLflow shows no end of gru"
        database.execute("INSERT INTO runs VALUES ('scratch', 'FINISHED', 'active')")
        database.commit()
        assert runs_broken_in(store) == "MLflow has 3 runs of 2 models"


def test_a_version_that_is_no_champion_or_one_too_many_is_broken(tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(store)) as database:
        for table in ("model_versions", "registered_model_aliases"):
            database.execute(f"CREATE TABLE {table} (version)")
        assert champions_broken_in(store) == ""
        database.execute("INSERT INTO model_versions VALUES (1)")
        database.commit()
        assert champions_broken_in(store) == "MLflow has a version that is no champion"
        database.execute("INSERT INTO registered_model_aliases VALUES (1)")
        database.commit()
        assert champions_broken_in(store) == ""
        database.execute("INSERT INTO model_versions VALUES (2)")
        database.commit()
        assert champions_broken_in(store) == "MLflow has 2 versions of one model"


def test_a_cell_that_is_gone_or_was_written_again_is_lost(tmp_path: Path) -> None:
    kept, cells = Kept(tmp_path), tmp_path / ".quick/studies/curves/cells"
    cells.mkdir(parents=True)
    for name in ("one.json", "two.json", "three.json"):
        (cells / name).touch()
        assert kept.lost_in(tmp_path) == ""
    os.utime(cells / "one.json", (1, 1))
    (cells / "two.json").unlink()
    assert kept.lost_in(tmp_path) == "2 cells that were done were lost"
    assert kept.lost_in(tmp_path) == ""


def test_last_digits_are_no_other_results_but_more_is(tmp_path: Path) -> None:
    def results(name: str, probability: float, accuracy: float) -> Path:
        ids, labels = np.array([1], np.int32), np.array([1], np.int8)
        place = tmp_path / name / PREDICTIONS / "scratch.parquet"
        place.parent.mkdir(parents=True)
        Predictions(ids, labels, np.array([probability])).save(place)
        (tmp_path / name / TEST_METRICS).mkdir(parents=True)
        write_json(tmp_path / name / TEST_METRICS / "scratch.json", {"accuracy": accuracy})
        return tmp_path / name

    here = results("here", 0.75, 0.5)
    assert other_results(here, results("there", 0.75 + TOLERANCE / 2, 0.5)) == ""
    told = other_results(here, results("further", 0.75 + TOLERANCE * 2, 0.5))
    assert told == "probabilities of scratch differ by 2e-06"
    told = other_results(here, results("elsewhere", 0.75, 0.4))
    assert told == "the test metrics of scratch differ"


def test_a_campaign_takes_the_place_of_the_same_attacks_alone(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    with pytest.raises(ReelvecError, match="make torture"):
        read_trials(log)
    kept, again = Trial("page", "kill", "sample"), Trial("repro", "kill", "sample", 1.5)
    write_trials([kept, again], log)
    instead = Trial("repro", "SIGTERM", "sample", 2.5, "the next run failed", "error: `x` | y")
    write_trials([instead], log)
    assert read_trials(log) == [kept, instead]


def test_the_page_counts_what_held_and_names_what_did_not() -> None:
    held = Trial("repro", "SIGTERM", "sample", 1.0, "", "error: `dvc` | busy")
    broken = Trial("repro", "SIGTERM", "sample", 2.5, "the next run failed")
    page = reliability_markdown([held, held, broken])
    assert "2 of 3 attacks were held." in page
    assert [cell.strip() for cell in page.split("\n| repro")[1].split("\n")[0].split("|")[1:]][
        :4
    ] == ["SIGTERM", "sample", "3", "2"]
    assert "- repro, SIGTERM after 2.5 s: the next run failed\n" in page
    assert page.count("- SIGTERM: `error: 'dvc' / busy`") == 1
    assert "did not hold" not in reliability_markdown([held])


def test_the_committed_page_is_that_of_the_committed_logs() -> None:
    assert (PROJECT / "docs/reliability.md").read_text(encoding="utf-8") == whole_page()


def test_a_copy_of_a_workspace_is_one_of_its_own(arena: Arena) -> None:
    first = arena.workspace()
    (first / "dvc.yaml").unlink()
    assert (arena.workspace() / "dvc.yaml").is_file()
    assert (arena.pristine / "dvc.yaml").is_file()
    shutil.rmtree(arena.folder / "workspace")

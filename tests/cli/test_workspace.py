"""The demo's workspace never touches anything else, and its failures are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.repo import Repo
from ruamel.yaml import YAML
from typer.testing import CliRunner

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import remove
from reelvec.cli import demo
from reelvec.cli import workspace as workspaces
from reelvec.cli.app import app
from reelvec.cli.demo import run_demo
from reelvec.cli.repro import DURATIONS, reproduce
from reelvec.cli.workspace import (
    DVC_CONFIG,
    MARK,
    MEASURED,
    make_workspace,
    merge_params,
    sole_user_of,
)

PROJECT = Path(__file__).parents[2]


def test_a_folder_that_is_no_workspace_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ReelvecError, match="not made by reelvec"):
        make_workspace(PROJECT, tmp_path, [])
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_workspace_is_a_copy_and_replaces_an_older_one(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    overrides = tmp_path / "overrides.yaml"
    overrides.write_text("imdb: {source: elsewhere}\n")
    make_workspace(PROJECT, workspace, [overrides])
    (workspace / "left over").touch()
    make_workspace(PROJECT, workspace, [])
    assert not (workspace / "left over").exists()
    assert (workspace / "params.yaml").read_text() == (PROJECT / "params.yaml").read_text()
    assert (workspace / "src/reelvec/cli/demo.py").exists()
    with Repo(str(workspace)) as repo:
        assert [repo.root_dir, repo.config["core"]["no_scm"]] == [str(workspace), True]


def test_a_kill_while_an_older_one_is_cleared_leaves_a_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[str] = []

    def watched(path: Path) -> None:
        cleared.append(path.name)
        remove(path)
        assert (workspace / MARK).is_file()

    workspace = tmp_path / "workspace"
    make_workspace(PROJECT, workspace, [])
    monkeypatch.setattr(workspaces, "remove", watched)
    make_workspace(PROJECT, workspace, [])
    assert "params.yaml" in cleared


def test_a_second_demo_in_the_same_folder_says_so_and_leaves_the_first_alone(
    tmp_path: Path,
) -> None:
    with sole_user_of(tmp_path / "demo"):
        (tmp_path / "demo/params.yaml").write_text("of the first")
        with pytest.raises(ReelvecError, match="demo: another process runs there: wait for it"):
            run_demo(PROJECT, tmp_path / "demo")
        assert (tmp_path / "demo/params.yaml").read_text() == "of the first"
    with sole_user_of(tmp_path / "demo"):
        pass


def test_merging_changes_values_and_keeps_comments(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("a:\n  b: 1   # why\n  c: [x, 'no']\nd: 2\n")
    merge_params(path, {"a": {"b": 3}, "e": {"f": None}})
    text = path.read_text()
    assert "b: 3   # why" in text
    assert YAML(typ="safe", pure=True).load(path) == {
        "a": {"b": 3, "c": ["x", "no"]},
        "d": 2,
        "e": {"f": None},
    }


def test_a_demo_outside_the_project_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="run this from the project's folder"):
        run_demo(tmp_path, tmp_path / "demo")


@pytest.mark.slow
def test_a_demo_that_fails_ends_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(project: Path, workspace: Path, overrides: list[Path]) -> None:
        make_workspace(project, workspace, overrides)
        merge_params(workspace / "params.yaml", {"imdb": {"source": "nowhere.tar.gz"}})

    monkeypatch.setattr(demo, "make_workspace", broken)
    with pytest.raises(ReelvecError, match=r"nowhere\.tar\.gz: "):
        run_demo(PROJECT, tmp_path / "demo")
    log = (tmp_path / "demo/demo.log").read_text()
    assert "nowhere.tar.gz" in log


def test_the_stage_that_is_known_to_take_longest_goes_first(tmp_path: Path) -> None:
    stages = ", ".join(f"{name}: {{cmd: echo {name} > {name}, outs: [{name}]}}" for name in "abcd")
    for name, text in {
        "dvc.yaml": f"stages: {{{stages}}}\n",
        ".dvc/config": DVC_CONFIG,
        MEASURED: '{"a": 2.0, "b": 1.0, "c": 9.0, "d": 3.0}',
        DURATIONS: '{"d": 10.0}',  # what was seen here counts more
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert reproduce(tmp_path, jobs=1) == ["d", "c", "a", "b"]


def test_a_stages_python_is_the_one_that_runs_reelvec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, project = tmp_path / "bin/python", tmp_path / "project"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    (project / "stages").mkdir(parents=True)
    stage = "import sys\nopen('which', 'w').write(sys.executable)\n"
    (project / "stages/which.py").write_text(stage)
    (project / "dvc.yaml").write_text(
        "stages: {which: {cmd: python stages/which.py, deps: [stages/which.py], outs: [which]}}\n"
    )
    (project / ".dvc").mkdir()
    (project / ".dvc/config").write_text(DVC_CONFIG)
    # Nothing is activated, and the shell has a python of its own.
    monkeypatch.setenv("PATH", f"{other.parent}{os.pathsep}{os.environ['PATH']}")
    assert reproduce(project, jobs=1) == ["which"]
    assert Path((project / "which").read_text()).samefile(sys.executable)
    assert Path((project / "which").read_text()).parent == Path(sys.executable).parent


def test_every_command_has_a_line_of_help() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output
    for name in ("demo", "check-lock", "track", "readme"):
        assert name in listed


def test_make_help_has_a_line_for_each_target() -> None:
    listed = subprocess.run(
        ["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for name in ("demo", "test", "repro", "lint", "check-lock", "mlflow", "bench", "clean"):
        assert f"make {name} " in listed.stdout


def test_what_make_starts_keeps_bytecode_even_where_the_surroundings_forbid_it() -> None:
    forbidden = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    shown = subprocess.run(
        ["make", "--eval", "probe: ; @env", "probe"],
        cwd=PROJECT,
        env=forbidden,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PATH=" in shown.stdout
    assert "PYTHONDONTWRITEBYTECODE" not in shown.stdout

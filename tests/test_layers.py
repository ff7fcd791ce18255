"""Data flows one way: the contract in pyproject.toml keeps a module from importing upward."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def checked(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Hold the package in a folder against the project's contract."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_import_that_runs_upward_is_caught_and_named(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "src/reelvec", tmp_path / "src/reelvec")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    done = checked(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "src/reelvec/text/ragged.py").open("a", encoding="utf-8") as stream:
        stream.write("from reelvec.report import page\n")
    done = checked(tmp_path)
    assert done.returncode != 0
    assert "reelvec.text.ragged -> reelvec.report.page" in done.stdout


def test_a_folder_that_no_layer_names_is_caught(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "src/reelvec", tmp_path / "src/reelvec")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / "src/reelvec/utils.py").write_text("")
    done = checked(tmp_path)
    assert done.returncode != 0
    assert "reelvec.utils" in done.stdout

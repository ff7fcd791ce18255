"""What killed runs leave in DVC's locks does not keep anybody waiting."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from dvc.repo import Repo
from dvc.rwlock import rwlock

from reelvec.cli.left_locks import release_the_dead
from reelvec.dvc_interface import LOCKED_PATHS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    Repo.init(str(tmp_path), no_scm=True).close()
    (tmp_path / LOCKED_PATHS).parent.mkdir(parents=True, exist_ok=True)
    return tmp_path


def lock(project: Path, pid: int) -> None:
    by = {"pid": pid, "cmd": "dvc repro"}
    locks = {"write": {"/data/models": by}, "read": {"/src": [by], "/data/raw": [by]}}
    (project / LOCKED_PATHS).write_text(json.dumps(locks))


def left(project: Path) -> Any:
    return json.loads((project / LOCKED_PATHS).read_bytes())


def test_locks_of_a_process_that_is_gone_or_that_nobody_waited_for_are_released(
    project: Path,
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        status = psutil.Process(process.pid).status
        until = time.monotonic() + 60
        while status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.01)
        lock(project, process.pid)
        release_the_dead(project)
        assert left(project) == {"write": {}, "read": {}}
    lock(project, process.pid)
    release_the_dead(project)
    assert left(project) == {"write": {}, "read": {}}


def test_locks_of_a_process_at_work_stay(project: Path) -> None:
    lock(project, os.getpid())
    before = left(project)
    release_the_dead(project)
    assert left(project) == before


@pytest.mark.parametrize("damaged", ['{"write": {"/data', "", "[]", '{"write": {"/data": {}}}'])
def test_a_file_that_was_cut_off_while_it_was_written_is_made_anew(
    project: Path, damaged: str
) -> None:
    (project / LOCKED_PATHS).write_text(damaged)
    release_the_dead(project)
    folder = str((project / LOCKED_PATHS).parent)
    path = str(project / "data")
    with rwlock(folder, Repo(str(project)).fs, "dvc repro", [], [path], False):
        assert list(left(project)["write"]) == [path]


def test_a_project_in_which_dvc_never_ran_has_nothing_to_release(tmp_path: Path) -> None:
    release_the_dead(tmp_path)
    assert list(tmp_path.iterdir()) == []

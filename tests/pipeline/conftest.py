import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from benchmarks.small import small_workspace
from filelock import FileLock
from workspaces import PROJECT, make_checkout, succeed


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all test processes."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that the first process makes and all others only read."""
    mark = folder.with_suffix(".mark")
    with FileLock(folder.with_suffix(".lock")):
        if not mark.exists():
            make(folder)
            mark.touch()
    return folder


@pytest.fixture(scope="session")
def untouched(shared: Path) -> Path:
    """A workspace in which nothing has run, never changed."""
    return made_once(shared / "untouched", partial(small_workspace, PROJECT))


@pytest.fixture(scope="session")
def finished(shared: Path, untouched: Path) -> Path:
    """A workspace in which all stages have run, some side by side, never changed."""

    def make(workspace: Path) -> None:
        shutil.copytree(untouched, workspace)
        variables = {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2"}
        succeed(workspace, "reelvec", "repro", "--jobs", "2", **variables)
        succeed(workspace, "reelvec", "page", **variables)

    return made_once(shared / "finished", make)


@pytest.fixture
def fresh(untouched: Path, tmp_path: Path) -> Path:
    """A workspace in which nothing has run, to change at will."""
    return Path(shutil.copytree(untouched, tmp_path / "workspace"))


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to change at will."""
    return Path(shutil.copytree(finished, tmp_path / "a workspace"))


@pytest.fixture
def checkout(finished: Path, tmp_path: Path, git: Callable[..., str]) -> Path:
    """A copy of the finished workspace as a git repository."""
    return make_checkout(finished, tmp_path / "checkout", git)

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from workspaces import make_checkout, small_workspace, succeed


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which `dvc repro` has run; shared by all test processes, never changed."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    workspace, mark = base / "finished", base / "finished.mark"
    with FileLock(base / "finished.lock"):
        if not mark.exists():
            variables = {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2"}
            succeed(small_workspace(workspace), "dvc", "repro", **variables)
            succeed(workspace, "reelvec", "page", **variables)
            mark.touch()
    return workspace


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to change at will."""
    return Path(shutil.copytree(finished, tmp_path / "a workspace"))


@pytest.fixture
def checkout(finished: Path, tmp_path: Path, git: Callable[..., str]) -> Path:
    """A copy of the finished workspace as a git repository."""
    return make_checkout(finished, tmp_path / "checkout", git)

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from workspaces import small_workspace, succeed


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which `dvc repro` has run; shared by all test processes, never changed."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    workspace = base / "finished"
    with FileLock(base / "finished.lock"):
        if not (workspace / "finished").exists():
            succeed(small_workspace(workspace), "dvc", "repro")
            (workspace / "finished").touch()
    return workspace


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to change at will."""
    return Path(shutil.copytree(finished, tmp_path / "a workspace"))

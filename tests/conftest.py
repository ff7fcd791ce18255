import gc
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dask_cluster import SECONDS_TO_START, Cluster
from hypothesis import settings
from left_out import left_out

from reelvec.base import executor
from reelvec.base.executor import SCHEDULER
from reelvec.base.schema.whole import Params, load_params

if TYPE_CHECKING:
    from small_project import CommandLine

# A busy machine is no reason to fail.
settings.register_profile("reelvec", deadline=None)
settings.load_profile("reelvec")

Git = Callable[..., str]

LONG = (
    "pipeline/test_stages.py",
    "tracking/test_runs.py",
    "report/test_explorer_page.py",
    "models/test_distributed.py",
    "spaces/test_similarities.py",
    "export/test_served_model.py",
    "test_soak.py",
)
"""A file is one process's. The first builds the workspace that those of pipeline/ share; until it
is there the others have the files that need none. Short ones come last, to end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; whatever runs the whole pipeline is slow."""
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        file = item.path.relative_to(tests).as_posix()
        return LONG.index(file) if file in LONG else len(LONG) + (not file.startswith("pipeline/"))

    for item in items:
        if item.path.parent == tests / "pipeline":
            item.add_marker(pytest.mark.slow)
    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was imported stays: to look for garbage in it, again and again, would take long."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out and why."""
    for line in left_out(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def real_data() -> str:
    """The folder or address with the real data, for tests that would not download them."""
    if not os.environ.get("REELVEC_MIRROR"):
        pytest.skip("REELVEC_MIRROR names no folder with the real data")
    return os.environ["REELVEC_MIRROR"]


@pytest.fixture(scope="session")
def git() -> Git:
    """Run git in a folder, whatever the person's own settings and hooks are."""
    settings = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "Somebody" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "somebody@example.org" for who in ("AUTHOR", "COMMITTER")},
    }

    def run(folder: Path, *arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(
            command, env=settings, check=True, capture_output=True, text=True
        ).stdout

    return run


@pytest.fixture(scope="session")
def params() -> Params:
    """The project's own parameters; some tests have parameters of their own."""
    return load_params(Path(__file__).parents[1] / "params.yaml")


@pytest.fixture
def own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs go to the store of the project at hand, whatever the person's own settings are."""
    for variable in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "DVC_EXP_BASELINE_REV"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file of MLflow's without a run: seconds to make, and nothing to copy."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small trained models; some tests have a project of their own."""
    from small_project import make_project  # imports torch, which few tests need

    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def reelvec(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> "CommandLine":
    """The `reelvec` command in that folder."""
    from small_project import CommandLine

    return CommandLine(project, monkeypatch, capsys)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A Dask cluster without workers, which the environment names."""
    (tmp_path / "cluster").mkdir()
    monkeypatch.setattr(executor, "SECONDS_TO_ANSWER", SECONDS_TO_START)
    started = Cluster(tmp_path / "cluster")
    try:
        monkeypatch.setenv(SCHEDULER, started.address)
        yield started
    finally:
        started.stop()

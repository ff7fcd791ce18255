"""A copy of the project to run the pipeline in, so that the real one stays as it is."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import remove

COPIED = (
    ".dvcignore",
    "dvc.yaml",
    "params.yaml",
    "stages",
    "src",
    "data/sample",
    "data/behaviour.csv",
    "data/judgements.csv",
    "data/word_vectors/glove",
    "data/word_vectors/naive_bayes",
    "data/word_vectors/random",
)

MEASURED = Path("benchmarks/seconds.json")
"""Seconds of each stage by `make bench`: what goes first where nothing has run yet."""

DVC_CONFIG = "[core]\n    no_scm = True\n    analytics = false\n"

MARK = ".reelvec-workspace"
"""A file by which a workspace is known, so that no other folder is ever replaced.

Who uses the workspace holds a lock on it.
"""


@contextmanager
def sole_user_of(workspace: Path) -> Iterator[None]:
    """Make the folder of a workspace if need be, and let no other process replace it meanwhile.

    Raises:
        ReelvecError: another process uses it, or it is some other folder.
    """
    from filelock import FileLock, Timeout

    _claim(workspace)
    try:
        lock = FileLock(workspace / MARK).acquire(timeout=0)
    except Timeout:
        raise ReelvecError(
            f"{workspace}: another process runs there: wait for it, or name another folder "
            "by --workspace"
        ) from None
    with lock:
        yield


def make_workspace(project: Path, workspace: Path, overrides: list[Path]) -> None:
    """Copy what the pipeline needs, and make the copy a DVC project without git.

    Args:
        project: the project's folder.
        workspace: the copy; an older one is replaced.
        overrides: YAML files merged over the copy's `params.yaml`, in this order.

    Raises:
        ReelvecError: a part of the project is missing, or `workspace` is some other folder.
    """
    _claim(workspace)
    _clear(workspace)
    for name in COPIED:
        source, target = project / name, workspace / name
        if not source.exists():
            raise ReelvecError(f"{source}: not found; run this from the project's folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(source, target, ignore=left_out)
        else:
            shutil.copyfile(source, target)
    if (project / MEASURED).exists():
        (workspace / MEASURED.parent).mkdir()
        shutil.copyfile(project / MEASURED, workspace / MEASURED)
    for path in overrides:
        merge_params(workspace / "params.yaml", YAML(typ="safe", pure=True).load(path))
    # What `dvc init --no-scm` and `dvc config` leave: each takes a second.
    (workspace / ".dvc").mkdir()
    (workspace / ".dvc/config").write_text(DVC_CONFIG, encoding="utf-8")


def _claim(workspace: Path) -> None:
    """Mark a folder as a workspace, but never somebody's own."""
    mark = workspace / MARK
    empty = not workspace.exists() or (workspace.is_dir() and not any(workspace.iterdir()))
    # Asked last: another process may be putting it there.
    if not empty and not mark.is_file():
        raise ReelvecError(f"{workspace}: not made by reelvec; delete it or name another folder")
    workspace.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _clear(workspace: Path) -> None:
    """Remove all but the mark: a kill in the middle leaves what is known as a workspace."""
    for each in workspace.iterdir():
        if each.name != MARK:
            remove(each)


def merge_params(path: Path, changes: dict[str, Any]) -> None:
    """Change values in a parameter file, keeping its comments and order."""
    yaml = YAML()
    yaml.width = 4096
    params = yaml.load(path)
    _merge(params, changes)
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(params, stream)


def own_path() -> str:
    """The search path of commands on which `python` is the one that runs this."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def environment(workspace: Path) -> dict[str, str]:
    """The environment in which a workspace's own code runs, whatever else is installed."""
    return {
        **{key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"},
        "PATH": own_path(),
        "PYTHONPATH": str((workspace / "src").resolve()),
        "PYTHONUNBUFFERED": "1",
        "DVC_NO_ANALYTICS": "1",
    }


def _merge(target: Any, changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value

"""Workspaces in which the real pipeline runs, on the bundled sample."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imports import NO_OUTPUT, import_closure
from ruamel.yaml import YAML

from reelvec.cli.workspace import environment, merge_params

PROJECT = Path(__file__).parents[2]
NO_MLFLOW = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}
"""A store that refuses: MLflow is a view, and a test that does not look at it need not wait."""

OTHER_SURROUNDINGS = {
    "PYTHONHASHSEED": "77",
    "OMP_NUM_THREADS": "1",
    "TZ": "Asia/Kathmandu",
    "LC_ALL": "C",
    # Without Python's help against the C locale: its encoding is then ASCII, as on old systems.
    # Torch cannot be imported so from a folder whose name has other letters.
    **({"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"} if sys.prefix.isascii() else {}),
}
"""Nothing of what the finished workspace was made in."""

Done = subprocess.CompletedProcess[str]


def change(workspace: Path, changes: dict[str, Any]) -> None:
    """Change values in a workspace's params.yaml."""
    merge_params(workspace / "params.yaml", changes)


def command(workspace: Path, *words: str, **variables: str) -> dict[str, Any]:
    """What `subprocess` needs to run a command of this environment in a workspace."""
    program = Path(sys.executable).with_name(words[0])
    return {
        "args": [str(program) if program.exists() else words[0], *words[1:]],
        "cwd": workspace,
        "env": {**environment(workspace), **variables},
        "encoding": "utf-8",
        "errors": "replace",
    }


def run(workspace: Path, *words: str, **variables: str) -> Done:
    """Run a command to its end; its words come back, whether it succeeds or not."""
    return subprocess.run(
        **command(workspace, *words, **variables), capture_output=True, check=False
    )


def succeed(workspace: Path, *words: str, **variables: str) -> str:
    """Run a command that must succeed, and give its output."""
    done = run(workspace, *words, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def error_of(done: Done) -> str:
    """The one message that a command which failed has for people."""
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    messages = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(messages) == 1, done.stderr
    return messages[0].removeprefix("error: ")


def ran(output: str) -> list[str]:
    """The stages that a `dvc repro` really ran, by what it printed."""
    words = "Running stage '"
    lines = (line for line in output.splitlines() if line.startswith(words))
    return [line.removeprefix(words).partition("'")[0] for line in lines]


def lock_of(workspace: Path) -> Any:
    """The stages of dvc.lock."""
    return YAML(typ="safe", pure=True).load(workspace / "dvc.lock")["stages"]


def paths(entries: list[dict[str, str]]) -> list[str]:
    """The paths of a stage's deps or outs in dvc.lock."""
    return [entry["path"] for entry in entries]


def files(folder: Path, *places: str) -> dict[str, bytes]:
    """All files in a folder, or at some places in it, by their path; what is DVC's is left out."""
    roots = [folder / place for place in places] or [folder]
    found = (file for root in roots for file in ([root] if root.is_file() else root.rglob("*")))
    named = {file.relative_to(folder).as_posix(): file for file in found if file.is_file()}
    return {
        name: file.read_bytes()
        for name, file in sorted(named.items())
        if not name.startswith(".dvc/") and "__pycache__" not in name
    }


def copy(source: Path, target: Path, *places: str) -> None:
    """Copy some files and folders from one workspace to another."""
    for place in places:
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        if (source / place).is_dir():
            shutil.copytree(source / place, target / place, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / place, target / place)


def exempt(root: Path, stage: str) -> list[Path]:
    """The code that a stage need not declare, though it imports it."""
    # What the one serves is a copy of the package, and what the other names are its hashes.
    return [] if stage in ("export", "track") else [root / path for path in NO_OUTPUT]


def isolate(finished: Path, folder: Path, stage: str) -> Any:
    """Fill an empty folder with what a stage declares and need not declare, and nothing else.

    Returns:
        the stage's entry in dvc.lock.
    """
    entry = lock_of(finished)[stage]
    copy(finished, folder, *paths(entry["deps"]), "params.yaml")
    # Without the package's own file Python would look for it where this project is installed.
    copy(finished, folder, "src/reelvec/__init__.py")
    script, package = finished / shlex.split(entry["cmd"])[1], finished / "src/reelvec"
    imported, own = (
        import_closure(script, [package], each) for each in ([], exempt(finished, stage))
    )
    copy(finished, folder, *(str(path.relative_to(finished)) for path in {*imported} - {*own}))
    if stage.startswith("fetch"):
        # The source itself is no dependency: a parameter names it, and another its hash.
        copy(finished, folder, "data/sample")
    return entry


def make_checkout(finished: Path, folder: Path, git: Callable[..., str]) -> Path:
    """A finished workspace as somebody's git repository, with everything committed."""
    shutil.copytree(finished, folder)
    copy(PROJECT, folder, ".gitignore", ".dvc/.gitignore", ".dvc/config")
    git(folder, "init", "--quiet")
    for key, value in (("user.name", "Somebody"), ("user.email", "somebody@example.org")):
        git(folder, "config", key, value)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "finished")
    return folder

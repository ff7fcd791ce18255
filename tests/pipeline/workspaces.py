"""Workspaces in which the real pipeline runs, on the bundled sample."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reelvec.demo import SAMPLE_PARAMS
from reelvec.workspace import environment, make_workspace, merge_params

PROJECT = Path(__file__).parents[2]
KEPT = ("scratch", "glove_frozen")
SMALL: dict[str, Any] = {
    "variants": {name: {"epochs": 2} for name in KEPT},
    "similarities": {"spaces": ["scratch", "glove"]},
    "export": {"spaces": list(KEPT)},
    "tracking": {"model": False},
}

Done = subprocess.CompletedProcess[str]


def small_workspace(workspace: Path) -> Path:
    """The pipeline on the sample, with two variants and two epochs."""
    make_workspace(PROJECT, workspace, [PROJECT / SAMPLE_PARAMS])
    change(workspace, SMALL)
    yaml = YAML()
    params = yaml.load(workspace / "params.yaml")
    for name in [name for name in params["variants"] if name not in KEPT]:
        del params["variants"][name]
    yaml.dump(params, workspace / "params.yaml")
    return workspace


def change(workspace: Path, changes: dict[str, Any]) -> None:
    """Change values in a workspace's params.yaml."""
    merge_params(workspace / "params.yaml", changes)


def command(workspace: Path, *words: str, **variables: str) -> dict[str, Any]:
    """What `subprocess` needs to run a command of this environment in a workspace."""
    program = str(Path(sys.executable).with_name(words[0]))
    return {
        "args": [program, *words[1:]],
        "cwd": workspace,
        "env": {**environment(workspace), **variables},
        "text": True,
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


def lock_of(workspace: Path) -> Any:
    """The stages of dvc.lock."""
    return YAML(typ="safe", pure=True).load(workspace / "dvc.lock")["stages"]

"""`make studies-quick`: learning curves and embeddings in small, in a folder that git ignores."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.paths import DATA, IMDB_METRICS, PARAMS
from reelvec.cli.workspace import environment

WORKSPACE, SETTINGS = Path(".quick"), Path("studies/quick.yaml")
COPIED = ("src", "studies")
LEFT_OUT = ("__pycache__", "*.egg-info", "dvc.*", "reports", "cells", "vectors")

SCRIPTS = (
    "studies.learning_curves.curves",
    "studies.learning_curves.curves_report",
    "studies.embeddings.word_vectors",
    "studies.embeddings.features",
    "studies.embeddings.features_report",
)


def run_quick(project: Path, results: Path, workspace: Path, settings: Mapping[str, Any]) -> None:
    """Run the studies with other settings; the reports in git stay as they are.

    Args:
        project: where the code is.
        results: where the pipeline ran: its `data`, `params.yaml` and `reports/metrics`.
        workspace: where to run; cells that an earlier run kept there are not computed again.
        settings: by study, what differs from its `params.yaml`, as a merge patch.

    Raises:
        ReelvecError: the pipeline has not run, or a script failed.
    """
    prepare(project, results, workspace, settings)
    for script in SCRIPTS:
        print(f"{script} in {workspace}", flush=True)
        command = [sys.executable, "-m", script]
        done = subprocess.run(command, cwd=workspace, env=environment(workspace), check=False)
        if done.returncode:
            raise ReelvecError(f"{script}: failed; what it said stands above")


def prepare(project: Path, results: Path, workspace: Path, settings: Mapping[str, Any]) -> None:
    """Copy code and parameters, and let the copy read the pipeline's data where they lie.

    Raises:
        ReelvecError: the pipeline has not run.
    """
    if not (results / DATA / "word_vectors").is_dir():
        raise ReelvecError(f"{results / DATA}: the pipeline has not run there; run `make repro`")
    for name in COPIED:
        ignored = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(project / name, workspace / name, ignore=ignored, dirs_exist_ok=True)
    for path in (PARAMS, IMDB_METRICS):
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results / path, workspace / path)
    if not (workspace / DATA).exists():
        (workspace / DATA).symlink_to((results / DATA).resolve(), target_is_directory=True)
    for study, changes in settings.items():
        path = workspace / "studies" / study / PARAMS
        params = YAML(typ="safe", pure=True).load(path)
        with path.open("w", encoding="utf-8") as stream:
            YAML(typ="safe", pure=True).dump(patched(params, changes), stream)


def patched(value: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396) applied: what is null is taken away, mappings are merged."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(value) if isinstance(value, Mapping) else {}
    for key, change in patch.items():
        if change is None:
            merged.pop(key, None)
        else:
            merged[key] = patched(merged.get(key), change)
    return merged


if __name__ == "__main__":
    # As Ctrl-C does: the script that runs is ended, too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with shown_to_people():
        run_quick(Path(), Path(), WORKSPACE, YAML(typ="safe", pure=True).load(SETTINGS))

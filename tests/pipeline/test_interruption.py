"""A stage that is killed half-way leaves nothing that is taken for a result."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from workspaces import command, ran, succeed

# Python runs a module of this name when it starts. The kill comes when all of an output is
# written but the last step, which gives it its name; DVC dies with the stage.
KILLER = """
import os, signal, sys

def kill(event, arguments):
    if event == "os.rename" and os.fspath(arguments[1]) == "{path}":
        os.killpg(os.getpgrp(), signal.SIGKILL)

sys.addaudithook(kill)
"""


@pytest.mark.parametrize(
    ("stage", "path"),
    [
        ("preprocess", "data/interim"),
        ("train@scratch", "data/models/scratch"),
        ("train@glove_frozen", "reports/metrics/train/glove_frozen.json"),
        ("evaluate", "data/predictions/scratch.parquet"),
    ],
)
def test_the_next_repro_after_a_kill_completes_to_the_same_results(
    workspace: Path, finished: Path, stage: str, path: str
) -> None:
    killer, output = workspace / "src/sitecustomize.py", workspace / path
    killer.write_text(KILLER.format(path=path), encoding="utf-8")
    repro = command(workspace, "dvc", "repro", "--force", "--single-item", stage)
    done = subprocess.run(**repro, capture_output=True, check=False, start_new_session=True)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    (half_written,) = output.parent.glob(f".{output.name}.*.tmp")
    assert not output.exists()

    os.utime(half_written, (0, 0))  # old enough for its writer to be gone

    killer.unlink()
    assert ran(succeed(workspace, "dvc", "repro")) == [stage]
    assert (workspace / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()
    assert not half_written.exists()

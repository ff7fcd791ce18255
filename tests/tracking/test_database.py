"""A database that was being made when its maker was killed is not there."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reelvec.tracking.store import Store

KILLED = """
import os, signal, sys

def kill(event, arguments):
    if event == "os.rename" and os.fspath(arguments[1]).endswith("mlflow.db"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
from reelvec.tracking.store import Store
Store(sys.argv[1], None, "reelvec")
"""


@pytest.mark.slow
def test_a_kill_while_a_database_is_made_leaves_none_and_the_next_process_makes_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a folder" / "mlflow.db"
    uri = f"sqlite:///{path}"
    killed = subprocess.run([sys.executable, "-c", KILLED, uri], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not path.exists()
    assert Store(uri, None, "reelvec").find("f" * 64) is None
    assert path.stat().st_size

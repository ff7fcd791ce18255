"""The same inputs give the same bytes, whoever runs the pipeline, and wherever."""

import sys
from pathlib import Path

from workspaces import NO_MLFLOW, small_workspace, succeed


def test_another_folder_order_hash_seed_locale_and_number_of_threads_change_nothing(
    finished: Path, tmp_path: Path
) -> None:
    elsewhere = small_workspace(tmp_path / "another folder, with spaces")
    ascii_only = {"LC_ALL": "C"}
    # Without Python's help against the C locale: its encoding is then ASCII, as on old systems.
    # Torch cannot be imported so from a folder whose name has other letters.
    if sys.prefix.isascii():
        ascii_only |= {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    others = {"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "1", "TZ": "Asia/Kathmandu"}
    succeed(elsewhere, "reelvec", "repro", "--jobs", "2", **ascii_only, **others, **NO_MLFLOW)
    assert (elsewhere / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()

"""The same inputs give the same bytes, whoever runs the pipeline, and however it was stopped."""

import os
import signal
import subprocess
from pathlib import Path

from workspaces import change, command, run, small_workspace, succeed


def test_another_folder_hash_seed_locale_and_number_of_threads_change_nothing(
    finished: Path, tmp_path: Path
) -> None:
    elsewhere = small_workspace(tmp_path / "another folder, with spaces")
    change(elsewhere, {})
    threads = "1" if os.environ.get("OMP_NUM_THREADS") != "1" else "2"
    variables = {"PYTHONHASHSEED": "77", "LC_ALL": "C", "OMP_NUM_THREADS": threads}
    succeed(elsewhere, "dvc", "repro", **variables)
    assert (elsewhere / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()


def test_a_training_killed_half_way_leaves_nothing_and_the_next_repro_completes(
    workspace: Path, finished: Path
) -> None:
    params = (workspace / "params.yaml").read_bytes()
    change(workspace, {"variants": {"scratch": {"epochs": 100_000, "patience": 100_000}}})
    process = subprocess.Popen(
        **command(workspace, "dvc", "repro", "train@scratch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if "epoch 3:" in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    assert process.wait() != 0, "".join(seen)
    assert not (workspace / "data/models/scratch").exists()

    (workspace / "params.yaml").write_bytes(params)
    succeed(workspace, "dvc", "repro")
    assert (workspace / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()


def test_a_stage_that_fails_keeps_the_results_of_the_others(workspace: Path) -> None:
    change(workspace, {"vocabulary": {"min_count": 1_000_000}})
    done = run(workspace, "dvc", "repro")
    assert done.returncode != 0
    assert "error: the vocabulary is empty: no token occurs 1000000 times" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert (workspace / "data/interim/lexicon.txt").exists()
    assert not (workspace / "data/processed/vocab.tsv").exists()

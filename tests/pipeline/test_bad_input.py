"""Bad input stops the pipeline with a message for people, and leaves nothing half-written."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from workspaces import change, run, small_workspace


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "workspace")


def cut_archive(workspace: Path) -> dict[str, Any]:
    whole = (workspace / "data/sample/aclImdb_v1.tar.gz").read_bytes()
    (workspace / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    return {"imdb": {"source": "cut.tar.gz"}}


def no_archive(workspace: Path) -> dict[str, Any]:
    (workspace / "page.tar.gz").write_text("<html>404</html>")
    return {"imdb": {"source": "page.tar.gz"}}


def other_reviews(_: Path) -> dict[str, Any]:
    return {"imdb": {"content_sha256": "0" * 64}}


def vectors_of_another_dimension(workspace: Path) -> dict[str, Any]:
    (workspace / "three.txt.gz").write_bytes(gzip.compress(b"film 1 2 3\n"))
    return {"glove": {"source": "three.txt.gz"}}


def misspelt_parameter(_: Path) -> dict[str, Any]:
    return {"variants": {"scratch": {"droput": 0.5}}}


@pytest.mark.parametrize(
    ("spoil", "stage", "expected"),
    [
        (cut_archive, "fetch_imdb", "cut.tar.gz: not a whole .tar.gz archive"),
        (no_archive, "fetch_imdb", "page.tar.gz: not a whole .tar.gz archive"),
        (other_reviews, "fetch_imdb", "not the expected reviews; their content hash is"),
        (vectors_of_another_dimension, "fetch_glove", "three.txt.gz, line 1:"),
        (
            misspelt_parameter,
            "fetch_imdb",
            "params.yaml: variants.scratch.droput: is not a parameter; choose",
        ),
    ],
)
def test_one_message_says_what_is_wrong_and_nothing_is_written(
    fresh: Path, spoil: Any, stage: str, expected: str
) -> None:
    change(fresh, spoil(fresh))
    done = run(fresh, "dvc", "repro", stage)
    assert done.returncode != 0
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert expected in errors[0]
    assert "Traceback" not in done.stdout + done.stderr
    raw = fresh / "data/raw"
    assert not raw.exists() or not list(raw.iterdir())


def test_a_full_disk_is_told_in_one_line_and_leaves_no_table(fresh: Path) -> None:
    # A file in the place of the folder stands for a disk that takes nothing more.
    (fresh / "data/raw").write_text("")
    done = run(fresh, "python", "stages/fetch_imdb.py")
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert "nothing half-written was kept" in done.stderr
    assert "Traceback" not in done.stderr

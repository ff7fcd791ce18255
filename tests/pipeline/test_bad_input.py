"""Bad input stops the pipeline with one message for people, and leaves nothing half-written."""

import gzip
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workspaces import NO_MLFLOW, change, error_of, files, isolate, run


def cut_archive(workspace: Path) -> dict[str, Any]:
    whole = (workspace / "data/sample/aclImdb_v1.tar.gz").read_bytes()
    (workspace / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    return {"imdb": {"source": "cut.tar.gz"}}


def no_archive(workspace: Path) -> dict[str, Any]:
    (workspace / "page.tar.gz").write_text("<html>404</html>")
    return {"imdb": {"source": "page.tar.gz"}}


def no_file(_: Path) -> dict[str, Any]:
    return {"imdb": {"source": "nowhere.tar.gz"}}


def other_reviews(_: Path) -> dict[str, Any]:
    return {"imdb": {"content_sha256": "0" * 64}}


def other_vectors(_: Path) -> dict[str, Any]:
    return {"glove": {"content_sha256": "0" * 64}}


def vectors_of_another_dimension(workspace: Path) -> dict[str, Any]:
    (workspace / "three.txt.gz").write_bytes(gzip.compress(b"film 1 2 3\n"))
    return {"glove": {"source": "three.txt.gz"}}


def misspelt_parameter(_: Path) -> dict[str, Any]:
    return {"variants": {"scratch": {"droput": 0.5}}}


def parameter_out_of_range(_: Path) -> dict[str, Any]:
    return {"evaluation": {"confidence": 1.5}}


@pytest.mark.parametrize(
    ("spoil", "stage", "what", "remedy"),
    [
        (cut_archive, "fetch_imdb", "cut.tar.gz: not a whole .tar.gz archive", ""),
        (no_archive, "fetch_imdb", "page.tar.gz: not a whole .tar.gz archive", ""),
        (no_file, "fetch_imdb", "nowhere.tar.gz: ", "imdb.source"),
        (other_reviews, "fetch_imdb", "not the expected reviews", "imdb.content_sha256"),
        (other_vectors, "fetch_glove", "not the expected vectors", "glove.content_sha256"),
        (vectors_of_another_dimension, "fetch_glove", "three.txt.gz, line 1:", "glove.dimension"),
    ],
)
def test_one_message_says_what_is_wrong_and_nothing_is_written(
    fresh: Path, spoil: Callable[[Path], dict[str, Any]], stage: str, what: str, remedy: str
) -> None:
    change(fresh, spoil(fresh))
    before = files(fresh)
    message = error_of(run(fresh, "dvc", "repro", stage))
    assert what in message
    assert remedy in message
    assert files(fresh) == before


@pytest.mark.parametrize(
    ("spoil", "what", "remedy"),
    [
        (
            misspelt_parameter,
            "params.yaml: variants.scratch.droput: is not a parameter; choose",
            "did you mean 'dropout'?",
        ),
        (
            parameter_out_of_range,
            "params.yaml: evaluation.confidence: 1.5 was given, it must be less than 1",
            "",
        ),
    ],
)
@pytest.mark.parametrize("check", ["check-params", "check-lock"])
def test_any_bad_parameter_is_found_before_the_first_stage(
    fresh: Path, spoil: Callable[[Path], dict[str, Any]], what: str, remedy: str, check: str
) -> None:
    change(fresh, spoil(fresh))
    before = files(fresh)
    message = error_of(run(fresh, "reelvec", check))
    assert what in message
    assert remedy in message
    assert files(fresh) == before


def test_an_empty_vocabulary_stops_the_pipeline_and_keeps_what_was_made(workspace: Path) -> None:
    change(workspace, {"vocabulary": {"min_count": 1_000_000}})
    tokens = files(workspace, "data/interim")
    message = error_of(run(workspace, "dvc", "repro"))
    assert "the vocabulary is empty: no token occurs 1000000 times" in message
    assert files(workspace, "data/interim") == tokens
    assert not (workspace / "data/processed/vocab.tsv").exists()


@pytest.mark.parametrize(
    ("stage", "blocks"),
    [
        ("fetch_imdb", 100),
        ("fetch_glove", 100),
        ("preprocess", 100),
        ("build_vocab", 200),
        ("train@scratch", 100),
        ("train_baselines", 8),
        ("evaluate", 8),
        ("export", 300),
    ],
)
def test_a_full_disk_is_told_in_one_message_and_leaves_only_whole_files(
    finished: Path, tmp_path: Path, stage: str, blocks: int
) -> None:
    # A limit on the size of a file stands for the disk: a write fails half-way, as there.
    command = shlex.split(isolate(finished, tmp_path, stage)["cmd"])
    inputs = files(tmp_path)
    limited = ("bash", "-c", f'ulimit -f {blocks}; exec "$@"', "bash", *command)
    message = error_of(run(tmp_path, *limited, **NO_MLFLOW))
    assert "File too large" in message
    assert message.startswith(("data/", "reports/")), "which file"
    whole = files(finished)
    made = {name: data for name, data in files(tmp_path).items() if name not in inputs}
    assert [name for name, data in made.items() if data != whole.get(name)] == []

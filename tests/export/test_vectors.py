"""Files for other programs: each is read back by the program, or the rules, that it is for."""

import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from google.protobuf import text_format
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from reelvec.base.errors import ReelvecError
from reelvec.export import vectors as export
from reelvec.export.vectors import (
    export_spaces,
    projector_config,
    without_spaces,
    word_columns,
    write_projector,
    write_word2vec,
)
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import Vocabulary

FINITE = arrays.arrays(
    np.float32,
    (3, 5),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
)


def vectors_of(count: int, dimension: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def assert_same_bits(first: np.ndarray, second: np.ndarray) -> None:
    np.testing.assert_array_equal(first.view(np.uint32), second.view(np.uint32))


def loaded(stem: Path, ending: str) -> KeyedVectors:
    return KeyedVectors.load_word2vec_format(f"{stem}{ending}", binary=ending == ".bin")


@given(vectors=FINITE)
@settings(max_examples=200, deadline=None)
def test_gensim_reads_any_float32_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray
) -> None:
    stem = tmp_path_factory.mktemp("word2vec") / "v"
    write_word2vec(stem, ["a", "é", "|"], vectors)
    for ending in (".txt", ".bin"):
        space = loaded(stem, ending)
        assert space.index_to_key == ["a", "é", "|"]
        assert_same_bits(space.vectors, vectors)


def test_gensim_reads_every_kind_of_float32_bit_pattern_back(tmp_path: Path) -> None:
    patterns = np.random.default_rng(0).integers(0, 2**32, 100_000, dtype=np.uint32)
    numbers = patterns.view(np.float32)
    numbers[~np.isfinite(numbers)] = -0.0
    vectors = numbers.reshape(2_000, 50)
    words = [f"w{number}" for number in range(2_000)]
    write_word2vec(tmp_path / "v", words, vectors)
    for ending in (".txt", ".bin"):
        assert_same_bits(loaded(tmp_path / "v", ending).vectors, vectors)


def test_blocks_of_rows_join_without_a_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, vectors = [f"w{number}" for number in range(23)], vectors_of(23)
    write_word2vec(tmp_path / "whole", words, vectors)
    write_projector(tmp_path, words, vectors, {})
    whole = (tmp_path / "vectors.tsv").read_bytes()
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 4)
    write_word2vec(tmp_path / "parts", words, vectors)
    write_projector(tmp_path, words, vectors, {})
    assert (tmp_path / "vectors.tsv").read_bytes() == whole
    for ending in (".txt", ".bin"):
        parts = (tmp_path / f"parts{ending}").read_bytes()
        assert parts == (tmp_path / f"whole{ending}").read_bytes()
        assert_same_bits(loaded(tmp_path / "parts", ending).vectors, vectors)


def test_the_binary_file_is_the_one_that_gensim_writes(tmp_path: Path) -> None:
    space = keyed_vectors(["good", "naïve", "bad"], vectors_of(3))
    write_word2vec(tmp_path / "ours", space.index_to_key, space.vectors)
    space.save_word2vec_format(str(tmp_path / "theirs.bin"), binary=True)
    assert (tmp_path / "ours.bin").read_bytes() == (tmp_path / "theirs.bin").read_bytes()


def test_binary_numbers_have_their_little_end_first(tmp_path: Path) -> None:
    write_word2vec(tmp_path / "v", ["a"], np.array([[1.5, -2.0]], np.float32))
    assert (tmp_path / "v.bin").read_bytes() == b"1 2\na " + struct.pack("<2f", 1.5, -2.0)


def test_vectors_of_a_view_are_written_in_their_own_order(tmp_path: Path) -> None:
    vectors = np.asfortranarray(vectors_of(6))[::2]
    write_word2vec(tmp_path / "v", ["a", "b", "c"], vectors)
    for ending in (".txt", ".bin"):
        assert_same_bits(loaded(tmp_path / "v", ending).vectors, np.ascontiguousarray(vectors))


def test_words_with_spaces_stay_apart_in_word2vec_files(tmp_path: Path) -> None:
    words = ["new york", "new_york", "new\tyork", ". . .", "a"]
    vectors = vectors_of(5)
    write_word2vec(tmp_path / "v", words, vectors)
    for ending in (".txt", ".bin"):
        space = loaded(tmp_path / "v", ending)
        assert space.index_to_key == ["new_york_", "new_york", "new_york__", "._._.", "a"]
        assert_same_bits(space.vectors, vectors)


@given(st.lists(st.text("ab _\n", max_size=4), unique=True, max_size=12))
def test_replacing_spaces_never_makes_two_words_one(words: list[str]) -> None:
    names = without_spaces(words)
    assert len(set(names)) == len(words)
    assert not any(set(" \n") & set(name) for name in names)
    assert all(n == w for n, w in zip(names, words, strict=True) if not set(" \n") & set(w))


def test_words_and_vectors_must_be_as_many(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="2 words but 3 vectors"):
        write_word2vec(tmp_path / "v", ["a", "b"], vectors_of(3))


def test_one_column_of_metadata_has_no_header(tmp_path: Path) -> None:
    write_projector(tmp_path, ["good", "bad"], vectors_of(2), {})
    assert (tmp_path / "metadata.tsv").read_text() == "good\nbad\n"


def test_several_columns_of_metadata_have_a_header(tmp_path: Path) -> None:
    write_projector(tmp_path, ["good", "bad"], vectors_of(2), {"count": [9, 4]})
    assert (tmp_path / "metadata.tsv").read_text() == "word\tcount\ngood\t9\nbad\t4\n"


@pytest.mark.parametrize("columns", [{}, {"count": [1, 2, 3, 4, 5]}])
def test_no_metadata_line_is_blank_or_split(tmp_path: Path, columns: dict[str, list[int]]) -> None:
    words = ["good", " ", "\u00a0", "two\nlines", "tab\tbed"]
    write_projector(tmp_path, words, vectors_of(5), columns)
    lines = (tmp_path / "metadata.tsv").read_text(encoding="utf-8").split("\n")
    rows = lines[1:-1] if columns else lines[:-1]
    cells = [row.split("\t") for row in rows]
    assert [row[0] for row in cells] == ["good", "_", "_", "two_lines", "tab_bed"]
    assert all(len(row) == 1 + len(columns) for row in cells)


def test_the_projector_gets_the_most_frequent_words_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PROJECTOR_POINTS", 3)
    vectors = vectors_of(5)
    write_projector(tmp_path, list("abcde"), vectors, {"count": [5, 4, 3, 2, 1]})
    assert (tmp_path / "metadata.tsv").read_text() == "word\tcount\na\t5\nb\t4\nc\t3\n"
    tsv = np.loadtxt(tmp_path / "vectors.tsv", delimiter="\t", dtype=np.float32)
    assert_same_bits(tsv, vectors[:3])


def test_the_projector_shows_no_more_than_its_limit() -> None:
    assert export.PROJECTOR_POINTS <= 100_000


def test_the_configuration_names_files_inside_its_folder() -> None:
    config = text_format.Parse(projector_config(["scratch", "glove_frozen"]), ProjectorConfig())
    assert [embedding.tensor_name for embedding in config.embeddings] == ["scratch", "glove_frozen"]
    for embedding in config.embeddings:
        assert embedding.tensor_path == f"{embedding.tensor_name}/vectors.tsv"
        assert embedding.metadata_path == f"{embedding.tensor_name}/metadata.tsv"


def reviews_of(rows: list[list[int]], labels: list[int]) -> Dataset:
    ids = np.array([id_ for row in rows for id_ in row], np.int32)
    offsets = np.cumsum([0, *map(len, rows)])
    return Dataset(
        Ragged(ids, offsets), np.array(labels, np.int8), np.arange(len(rows), dtype=np.int32)
    )


def test_the_positive_share_counts_reviews_not_occurrences() -> None:
    # Ids 2 good, 3 bad, 4 film. "good" stands twice in one positive review and once in a negative.
    training = reviews_of([[2, 2, 4], [3, 4], [2, 4, 3], []], [1, 0, 0, 1])
    vocabulary = Vocabulary(
        ["<pad>", "<unk>", "good", "bad", "film"],
        np.array([0, 0, 3, 2, 3]),
        np.array([0, 0, 2, 2, 3]),
    )
    columns = word_columns(vocabulary, training)
    assert columns["count"]["good"] == 3
    assert columns["reviews"]["good"] == 2
    assert columns["positive_share"]["good"] == "0.500"
    assert columns["positive_share"]["bad"] == "0.000"
    assert columns["positive_share"]["film"] == "0.333"


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A whole export of two small spaces; `bad` has no vector in one of them."""
    tokens = ["<pad>", "<unk>", "good", "bad", "film"]
    training = reviews_of([[2, 4], [3, 4]], [1, 0])
    vocabulary = Vocabulary(tokens, np.array([0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2]))
    frozen = vectors_of(3, seed=1)
    frozen[1] = 0
    spaces = {
        "scratch": keyed_vectors(tokens[2:], vectors_of(3)),
        "glove_frozen": keyed_vectors(tokens[2:], frozen),
    }
    folder = tmp_path / "reports" / "export"
    glove = (["the", ",", "good"], vectors_of(3, seed=2))
    export_spaces(folder, spaces, glove, vocabulary, training)
    return folder


def test_metadata_rows_belong_to_the_vectors_beside_them(exported: Path) -> None:
    assert (exported / "glove_frozen" / "metadata.tsv").read_text() == (
        "word\tcount\treviews\tpositive_share\ngood\t1\t1\t1.000\nfilm\t2\t2\t0.500\n"
    )
    tsv = np.loadtxt(exported / "glove_frozen" / "vectors.tsv", delimiter="\t", dtype=np.float32)
    assert_same_bits(tsv, vectors_of(3, seed=1)[[0, 2]])


def test_glove_is_converted_to_word2vec_format(exported: Path) -> None:
    for ending in (".txt", ".bin"):
        space = loaded(exported / "glove" / "vectors.word2vec", ending)
        assert space.index_to_key == ["the", ",", "good"]
        assert_same_bits(space.vectors, vectors_of(3, seed=2))


def test_an_export_leaves_no_file_of_an_earlier_one(exported: Path) -> None:
    space = keyed_vectors(["good"], vectors_of(1))
    vocabulary = Vocabulary(["<pad>", "<unk>", "good"], np.array([0, 0, 1]), np.array([0, 0, 1]))
    glove = (["the"], vectors_of(1))
    export_spaces(exported, {"other": space}, glove, vocabulary, reviews_of([[2]], [1]))
    assert sorted(path.name for path in exported.iterdir()) == [
        "glove",
        "other",
        "projector_config.pbtxt",
    ]


def test_an_export_that_fails_leaves_the_earlier_one(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in exported.rglob("*") if path.is_file()}

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "write_word2vec", full_disk)
    space = keyed_vectors(["good"], vectors_of(1))
    vocabulary = Vocabulary(["<pad>", "<unk>", "good"], np.array([0, 0, 1]), np.array([0, 0, 1]))
    with pytest.raises(OSError, match="No space"):
        export_spaces(
            exported, {"scratch": space}, ([], vectors_of(0)), vocabulary, reviews_of([[2]], [1])
        )
    assert {path: path.read_bytes() for path in exported.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in exported.parent.iterdir()) == ["export"]


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as response:
        body: bytes = response.read()
        return body


def wait_for_runs(server: subprocess.Popen[bytes], base: str, log: Path) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"tensorboard ended: {log.read_text(errors='replace')}")
        try:
            return json.loads(fetch(f"{base}/runs"))
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"tensorboard did not answer: {log.read_text(errors='replace')}")


@pytest.mark.slow
def test_tensorboard_serves_the_vectors_and_words(exported: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "tensorboard.log"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(exported)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--load_fast", "false"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, *options],
            stdout=output,
            stderr=output,
            env={**os.environ, "HOME": str(tmp_path)},
        )
    try:
        base = f"http://127.0.0.1:{port}/data/plugin/projector"
        runs = wait_for_runs(server, base, log)
        assert runs == ["."]
        info = json.loads(fetch(f"{base}/info?run=."))
        assert [each["tensorName"] for each in info["embeddings"]] == ["scratch", "glove_frozen"]
        assert info["embeddings"][0]["tensorShape"] == [3, 5]
        tensor = np.frombuffer(fetch(f"{base}/tensor?run=.&name=glove_frozen"), "<f4")
        assert_same_bits(tensor.reshape(2, 5), vectors_of(3, seed=1)[[0, 2]])
        metadata = fetch(f"{base}/metadata?run=.&name=glove_frozen")
        assert metadata == (exported / "glove_frozen" / "metadata.tsv").read_bytes()
    finally:
        server.terminate()
        server.wait(timeout=20)

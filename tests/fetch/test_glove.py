"""GloVe from every source: the same two files, and of a remote archive only what is needed."""

import errno
import gzip
import hashlib
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from http_server import Server, running_server

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.glove import GloveParams
from reelvec.fetch import glove, vector_text
from reelvec.fetch.download import Sources
from reelvec.fetch.glove import OFFICIAL_DIMENSIONS, fetch_glove
from reelvec.fetch.remote import Patience, RemoteBody
from reelvec.models.word_vectors import load_word_vectors

QUICK = Patience(attempts=4, first_wait=0.001, longest_wait=0.002, timeout=5)
OFFICIAL_50D = "d8f717f8dd4b545cb7f418ef9f3d0c3e6e68a6f48b97d32f8b7aae40cb31f96f"
WORDS = 1500
NUMBERS = [f"{number / 12_345:.5f}" for number in range(-50_000, 50_000)]


def vector_lines(dimension: int, words: int = WORDS) -> bytes:
    rng = random.Random(dimension)
    lines = (f"word{n} {' '.join(rng.choices(NUMBERS, k=dimension))}\n" for n in range(words))
    return "".join(lines).encode()


TEXTS = {dimension: vector_lines(dimension) for dimension in OFFICIAL_DIMENSIONS}
"""Texts of the official dimensions, made small."""


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture(scope="session")
def official_zip() -> bytes:
    return zipped({f"glove.6B.{dimension}d.txt": text for dimension, text in TEXTS.items()})


@pytest.fixture
def server(official_zip: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with running_server() as state:
        state.files["data/glove.6B.zip"] = official_zip
        monkeypatch.setattr(glove, "OFFICIAL_ADDRESS", f"{state.url}/data/glove.6B.zip")
        yield state


def params_for(text: bytes, **others: Any) -> GloveParams:
    return GloveParams(content_sha256=hashlib.sha256(text).hexdigest(), **others)


def first_lines(text: bytes, count: int) -> bytes:
    return b"".join(text.splitlines(keepends=True)[:count])


def sources(tmp_path: Path, mirror: str | None = None) -> Sources:
    return Sources(tmp_path / "cache", mirror, QUICK)


def kept_in(tmp_path: Path) -> list[str]:
    """The files in the cache, without what stands beside them."""
    names = {path.name for path in (tmp_path / "cache").iterdir()}
    return [name for name in names if {f"{name}.sha256", f"{name}.lock"} <= names]


def assert_holds(folder: Path, text: bytes) -> None:
    """The folder holds exactly the words and, as Python reads them, the numbers of a text."""
    found = load_word_vectors(folder)
    rows = [line.split(" ") for line in text.decode().splitlines()]
    assert found.words == [row[0] for row in rows]
    np.testing.assert_array_equal(
        found.vectors, np.array([list(map(float, row[1:])) for row in rows], np.float32)
    )
    assert {path.name for path in folder.iterdir()} == {"words.txt", "vectors.npy"}


@pytest.mark.parametrize("dimension", OFFICIAL_DIMENSIONS)
def test_of_the_official_archive_only_the_member_is_downloaded(
    tmp_path: Path, server: Server, dimension: int
) -> None:
    text = TEXTS[dimension]
    params = params_for(text, dimension=dimension)
    metrics = fetch_glove(params, tmp_path / "glove", sources(tmp_path))
    assert_holds(tmp_path / "glove", text)
    assert metrics == {
        "source": "official",
        "words": WORDS,
        "dimension": dimension,
        "duplicate_words": 0,
        "content_sha256": params.content_sha256,
    }
    with zipfile.ZipFile(io.BytesIO(server.files["data/glove.6B.zip"])) as archive:
        size = archive.getinfo(f"glove.6B.{dimension}d.txt").compress_size
    directory = 1 << 16
    assert server.sent < size + directory + 1000
    assert all(request.range for request in server.requests)


def test_a_member_once_downloaded_needs_no_network(tmp_path: Path, server: Server) -> None:
    params = params_for(TEXTS[100], dimension=100)
    fetch_glove(params, tmp_path / "one", sources(tmp_path))
    assert kept_in(tmp_path) == ["glove.6B.100d.txt"]
    server.requests.clear()
    fetch_glove(params, tmp_path / "two", sources(tmp_path))
    few = params_for(first_lines(TEXTS[100], 3), dimension=100, max_words=3)
    assert fetch_glove(few, tmp_path / "few", sources(tmp_path))["words"] == 3
    assert not server.requests
    for name in ("words.txt", "vectors.npy"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_kept_member_that_has_changed_is_downloaded_again(tmp_path: Path, server: Server) -> None:
    params = params_for(TEXTS[50], dimension=50)
    fetch_glove(params, tmp_path / "one", sources(tmp_path))
    kept = tmp_path / "cache" / "glove.6B.50d.txt"
    kept.write_bytes(TEXTS[50] * 2)
    server.requests.clear()
    fetch_glove(params, tmp_path / "two", sources(tmp_path))
    assert kept.read_bytes() == TEXTS[50]
    assert server.requests


@pytest.mark.parametrize("damage", ["bytes are missing", "a name is no UTF-8"])
def test_a_zip_that_is_damaged_in_its_middle_is_refused(tmp_path: Path, damage: str) -> None:
    archive = bytearray(zipped({"vectors.txt": TEXTS[50]}))
    if damage == "bytes are missing":
        del archive[60:63]
    else:
        archive[7] |= 8  # which says that names are UTF-8
        archive[30] = 0xFF
    path = tmp_path / "vectors.zip"
    path.write_bytes(archive)
    params = GloveParams(source=str(path), content_sha256="0" * 64)
    with pytest.raises(ReelvecError, match="cannot be read as a zip archive"):
        fetch_glove(params, tmp_path / "glove", Sources(tmp_path / "cache"))


@pytest.mark.slow
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_max_words_stops_the_download_early(
    tmp_path: Path, server: Server, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = []

    class RecordedBody(RemoteBody):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            bodies.append(self)

    monkeypatch.setattr(glove, "RemoteBody", RecordedBody)
    monkeypatch.setattr(vector_text, "BLOCK", 1 << 16)
    text = vector_lines(50, 20_000)
    server.files["data/glove.6B.zip"] = archive = zipped({"glove.6B.50d.txt": text}, method)
    kept = first_lines(text, 1000)
    params = params_for(kept, max_words=1000)
    assert fetch_glove(params, tmp_path / "glove", sources(tmp_path))["words"] == 1000
    assert_holds(tmp_path / "glove", kept)
    assert len(bodies) == 2
    assert all(body.closed for body in bodies)
    # A twentieth of the words, the directory, and what lies in the buffers of two sockets.
    assert server.sent < len(archive) / 4
    assert not (tmp_path / "cache").exists(), "the beginning of a member is not kept"


def test_a_broken_connection_goes_on_inside_the_member(tmp_path: Path, server: Server) -> None:
    server.failures = [503]
    server.cuts = [1 << 20, 100_000, 100_000]
    text = TEXTS[300]
    fetch_glove(params_for(text, dimension=300), tmp_path / "glove", sources(tmp_path))
    assert_holds(tmp_path / "glove", text)
    assert not server.cuts
    assert server.sent < len(server.files["data/glove.6B.zip"])


def test_a_server_without_ranges_sends_the_whole_archive_once(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.ranges = False
    for dimension in (50, 100):
        params = params_for(TEXTS[dimension], dimension=dimension)
        fetch_glove(params, tmp_path / "glove", sources(tmp_path))
        assert_holds(tmp_path / "glove", TEXTS[dimension])
    assert "the server sends whole files only" in capsys.readouterr().err
    assert kept_in(tmp_path) == ["glove.6B.zip"]
    assert len(server.requests) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["glove.6B.zip", "glove.6B.100d.txt", "glove.6B.100d.txt.gz", "glove.6B.100d.zip"]
)
@pytest.mark.parametrize("remote", [False, True], ids=["folder", "address"])
def test_a_mirror_may_hold_any_form_of_the_file(
    tmp_path: Path, server: Server, official_zip: bytes, name: str, remote: bool
) -> None:
    content = {
        "glove.6B.zip": official_zip,
        "glove.6B.100d.txt": TEXTS[100],
        "glove.6B.100d.txt.gz": gzip.compress(TEXTS[100]),
        "glove.6B.100d.zip": zipped({"glove.6B.100d.txt": TEXTS[100]}),
    }[name]
    server.files = {f"mirror/{name}": content} if remote else {}
    folder = tmp_path / "mirror"
    folder.mkdir()
    if not remote:
        (folder / name).write_bytes(content)
    mirror = f"{server.url}/mirror" if remote else str(folder)
    params = params_for(TEXTS[100], dimension=100)
    fetch_glove(params, tmp_path / "glove", sources(tmp_path, mirror))
    assert_holds(tmp_path / "glove", TEXTS[100])
    assert bool(server.requests) == remote
    assert (tmp_path / "cache").exists() == remote, "a local mirror is used in place"


def test_a_mirror_without_it_leaves_it_to_the_official_address(
    tmp_path: Path, server: Server
) -> None:
    empty = f"{server.url}/mirror"
    fetch_glove(params_for(TEXTS[50]), tmp_path / "glove", sources(tmp_path, empty))
    assert_holds(tmp_path / "glove", TEXTS[50])


def test_the_missing_official_archive_is_an_error_to_read(tmp_path: Path, server: Server) -> None:
    server.files = {}
    with pytest.raises(ReelvecError, match=r"404 .*REELVEC_MIRROR to a folder that holds glove"):
        fetch_glove(params_for(b""), tmp_path / "glove", sources(tmp_path))


FORMS = {
    "v.txt": lambda text: text,
    "v.vec": lambda text: b"%d 50\n" % text.count(b"\n") + text,
    "v.txt.gz": gzip.compress,
    "no ending": gzip.compress,
    "v.zip": lambda text: zipped({"README.md": b"", "deep/glove.840B.50d.txt": text}),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("remote", [False, True], ids=["path", "address"])
def test_any_file_of_vectors_may_be_named_by_path_or_address(
    tmp_path: Path, server: Server, name: str, remote: bool
) -> None:
    content = FORMS[name](TEXTS[50])
    server.files[f"my/{name}"] = content
    (tmp_path / name).write_bytes(content)
    source = f"{server.url}/my/{name}".replace(" ", "%20") if remote else str(tmp_path / name)
    params = params_for(TEXTS[50], source=source)
    metrics = fetch_glove(params, tmp_path / "glove", sources(tmp_path))
    assert metrics["source"] == "other"
    assert_holds(tmp_path / "glove", TEXTS[50])
    sent = server.sent
    fetch_glove(params, tmp_path / "glove", sources(tmp_path))
    assert server.sent - sent < len(content) / 4, "the second time it comes from the cache"


def test_duplicate_words_are_counted_in_the_metrics(tmp_path: Path) -> None:
    text = b"a 1 2\nb 3 4\na 5 6\n"
    (tmp_path / "v.txt").write_bytes(text)
    params = params_for(text, source=str(tmp_path / "v.txt"), dimension=2)
    metrics = fetch_glove(params, tmp_path / "glove", sources(tmp_path))
    assert (metrics["words"], metrics["duplicate_words"]) == (2, 1)
    assert_holds(tmp_path / "glove", text[:12])


def test_words_with_odd_line_separators_come_back_whole(tmp_path: Path) -> None:
    words = ["a", "b\u0085c", "\u2028", "\u2029x", "\xa0", "\x1c", "\x0b", "d\re", ". .", "ﬁ"]
    text = "".join(f"{word} 1 2\n" for word in words).encode()
    (tmp_path / "v.txt").write_bytes(text)
    params = params_for(text, source=str(tmp_path / "v.txt"), dimension=2)
    fetch_glove(params, tmp_path / "glove", sources(tmp_path))
    assert load_word_vectors(tmp_path / "glove").words == words


def test_vectors_are_memory_mapped_float32(tmp_path: Path, server: Server) -> None:
    assert server.files
    fetch_glove(params_for(TEXTS[50]), tmp_path / "glove", sources(tmp_path))
    vectors = load_word_vectors(tmp_path / "glove").vectors
    assert isinstance(vectors, np.memmap)
    assert (vectors.dtype, vectors.shape) == (np.float32, (WORDS, 50))


def test_vectors_other_than_expected_are_refused_with_both_hashes(
    tmp_path: Path, server: Server
) -> None:
    assert server.files
    with pytest.raises(ReelvecError) as problem:
        fetch_glove(params_for(TEXTS[100]), tmp_path / "glove", sources(tmp_path))
    for text in (TEXTS[50], TEXTS[100]):
        assert hashlib.sha256(text).hexdigest() in str(problem.value)
    assert "the 1,500 lines read" in str(problem.value)
    assert not (tmp_path / "glove").exists()


def test_a_dimension_that_the_official_file_lacks_is_refused_before_any_download(
    tmp_path: Path, server: Server
) -> None:
    with pytest.raises(ReelvecError, match=r"glove\.dimension: .* 50, 100, 200 and 300, not 64"):
        fetch_glove(params_for(b"", dimension=64), tmp_path / "glove", sources(tmp_path))
    assert not server.requests


def test_a_file_of_the_wrong_dimension_names_the_parameter(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(TEXTS[100])
    params = params_for(TEXTS[100], source=str(tmp_path / "v.txt"), dimension=50)
    with pytest.raises(ReelvecError, match=r"100 dimensions, but glove\.dimension .* is 50"):
        fetch_glove(params, tmp_path / "glove", sources(tmp_path))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content[: len(content) // 2], "cannot be read as a zip"),
        (lambda content: content.replace(b"glove.6B.50d", b"glove.6B.70d"), "holds 'glove.6B.70d"),
        (lambda content: content[:5000] + b"\0" * 500 + content[5500:], "broken or cut off"),
    ],
    ids=["truncated", "member missing", "damaged"],
)
def test_a_bad_archive_on_disk_is_refused(
    tmp_path: Path, official_zip: bytes, spoil: Any, message: str
) -> None:
    (tmp_path / "glove.6B.zip").write_bytes(spoil(official_zip))
    with pytest.raises(ReelvecError, match=message):
        fetch_glove(params_for(TEXTS[50]), tmp_path / "glove", sources(tmp_path, str(tmp_path)))
    assert not (tmp_path / "glove").exists()


@pytest.mark.parametrize("max_words", [None, WORDS])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:5000] + b"\0" * 500 + content[5500:],
        lambda _: b"",
        lambda _: b"<html>moved</html>",
    ],
    ids=["truncated", "damaged", "empty", "html"],
)
def test_a_bad_archive_far_away_is_refused_and_not_kept(
    tmp_path: Path, server: Server, spoil: Any, max_words: int | None
) -> None:
    server.files["data/glove.6B.zip"] = spoil(server.files["data/glove.6B.zip"])
    params = params_for(TEXTS[50], max_words=max_words)
    with pytest.raises(ReelvecError, match=r"glove\.6B\.zip"):
        fetch_glove(params, tmp_path / "glove", sources(tmp_path))
    assert not list(tmp_path.glob("cache/*.txt"))
    assert not (tmp_path / "glove").exists()


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "glove.6B.50d.txt.gz").write_bytes(gzip.compress(TEXTS[50])[:-5000])
    with pytest.raises(ReelvecError, match=r"50d\.txt\.gz: broken or cut off"):
        fetch_glove(params_for(TEXTS[50]), tmp_path / "glove", sources(tmp_path, str(tmp_path)))


def test_a_full_disk_leaves_the_old_vectors_and_nothing_else(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.files
    folder = tmp_path / "raw" / "glove"
    fetch_glove(params_for(TEXTS[50]), folder, sources(tmp_path))

    def disk_full(path: Path, _: Any) -> None:
        path.write_bytes(b"\x93NUMPY and then")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("reelvec.fetch.glove.save_array", disk_full)
    with pytest.raises(OSError, match="No space left"):
        fetch_glove(params_for(TEXTS[100], dimension=100), folder, sources(tmp_path))
    assert [path.name for path in folder.parent.iterdir()] == ["glove"]
    assert_holds(folder, TEXTS[50])


@pytest.mark.parametrize("name", ["words.txt", "vectors.npy"])
def test_a_folder_that_is_not_whole_is_not_loaded(
    tmp_path: Path, server: Server, name: str
) -> None:
    assert server.files
    folder = tmp_path / "glove"
    fetch_glove(params_for(TEXTS[50]), folder, sources(tmp_path))
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ReelvecError, match="`dvc repro`"):
        load_word_vectors(folder)
    (folder / name).unlink()
    with pytest.raises(ReelvecError, match=f"{name}.*`dvc repro`"):
        load_word_vectors(folder)


@pytest.mark.slow
def test_the_real_vectors_have_the_known_hash_words_and_numbers(
    tmp_path: Path, real_data: str
) -> None:
    params = GloveParams(content_sha256=OFFICIAL_50D)
    mirror = Sources(tmp_path / "cache", real_data)
    metrics = fetch_glove(params, tmp_path / "glove", mirror)
    assert (metrics["words"], metrics["duplicate_words"]) == (400_000, 0)
    found = load_word_vectors(tmp_path / "glove")
    assert found.vectors.shape == (400_000, 50)
    assert found.words[:5] == ["the", ",", ".", "of", "to"]
    the = ["0.418", "0.24968", "-0.41242", "0.1217", "0.34527", "-0.044457"]
    np.testing.assert_array_equal(found.vectors[0, :6], np.array(the, np.float32))

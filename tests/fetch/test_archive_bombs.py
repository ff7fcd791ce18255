"""A small archive that unpacks to much fills neither the memory nor the disk."""

import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from http_server import running_server

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.glove import GloveParams
from reelvec.fetch import tar_members, unpacked
from reelvec.fetch.download import Sources
from reelvec.fetch.glove import LONGEST_DIRECTORY, fetch_glove
from reelvec.fetch.imdb import read_archive
from reelvec.fetch.remote import Patience

MEGABYTE = 1 << 20
LARGE = 256 * MEGABYTE
END = bytes(2 * tarfile.BLOCKSIZE)


def header(name: str, kind: bytes = tarfile.REGTYPE, size: int = LARGE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def endless_sparse_header() -> bytes:
    """Of a file with holes, whose list goes on in block after block."""
    block = bytearray(header("train/pos/1_9.txt", tarfile.GNUTYPE_SPARSE, 0))
    block[482] = 1
    block[148:155] = b"%06o\0" % tarfile.calc_chksums(bytes(block))[0]
    more = b"00000000001\0" * 42 + b"\x01" + bytes(7)
    return bytes(block) + more


def pax_header(records: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    padding = bytes(-len(records) % tarfile.BLOCKSIZE)
    return header("././@PaxHeader", kind, len(records)) + records + padding


def repeated(unit: bytes, size: int = LARGE) -> bytes:
    """So many bytes of a repeated unit as gzip packs them, made in no time."""
    piece = unit * (MEGABYTE // len(unit))
    return gzip.compress(piece) * (size // len(piece))


BOMBS = {
    "a name without end": (header("././@LongLink", tarfile.GNUTYPE_LONGNAME), b"a"),
    "a link without end": (header("././@LongLink", tarfile.GNUTYPE_LONGLINK), b"a"),
    "an extended header without end": (header("././@PaxHeader", tarfile.XHDTYPE), b"a"),
    "a global header without end": (header("././@PaxHeader", tarfile.XGLTYPE), b"a"),
    "names for names": (
        header("././@LongLink", tarfile.GNUTYPE_LONGNAME, 1),
        bytes(512) + header("././@LongLink", tarfile.GNUTYPE_LONGNAME, 1),
    ),
    "a list of holes without end": (endless_sparse_header()[:512], endless_sparse_header()[512:]),
    "a review without end": (header("train/pos/1_9.txt"), b"a"),
    "addresses without end": (header("train/urls_pos.txt"), b"\n"),
    "another file without end": (header("README"), b"a"),
    "nothing without end": (END, b"\0"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_archive_that_unpacks_to_too_much_is_refused_in_little_memory(
    tmp_path: Path, bomb: str
) -> None:
    start, unit = BOMBS[bomb]
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(gzip.compress(start) + repeated(unit))
    assert archive.stat().st_size < 4 * MEGABYTE
    tracemalloc.start()
    try:
        with pytest.raises(ReelvecError, match=r"a\.tar\.gz: .*; not read"):
            read_archive(archive)
        assert tracemalloc.get_traced_memory()[1] < 16 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_headers_are_not_remembered(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.tar.gz", "wb", 1) as stream:
        for number in range(400):
            name = f"{number:05}" + "a" * 10_000
            records = f"{len(name) + 9:05} {name}=a\n".encode()
            stream.write(pax_header(records, tarfile.XGLTYPE))
            stream.write(header("README", size=0))
        stream.write(END)
    tracemalloc.start()
    try:
        assert sum(1 for _ in tar_members.members_of(tmp_path / "a.tar.gz")) == 400
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("records", [b"9" * 5000 + b" path=a\n", b"0 a=b\n"])
def test_an_extended_header_that_is_none_is_one_message(tmp_path: Path, records: bytes) -> None:
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(pax_header(records) + header("a", size=0)))
    with pytest.raises(ReelvecError, match="not a whole"):
        read_archive(tmp_path / "a.tar.gz")


def test_too_many_members_or_too_long_a_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "a.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for number in range(4):
            packed.addfile(tarfile.TarInfo(f"README{number}"))
    monkeypatch.setattr(tar_members, "MOST_MEMBERS", 3)
    with pytest.raises(ReelvecError, match="more than 3 members; not read"):
        read_archive(archive)
    with tarfile.open(archive, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("a" * 2000))
    with pytest.raises(ReelvecError, match=r"a\.\.\. has a name of 2,000 letters; not read"):
        read_archive(archive)


def zipped(text: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("vectors.50d.txt", text)
    return stream.getvalue()


def with_endless_directory() -> bytes:
    size = LONGEST_DIRECTORY + 1
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, size, 4, 0)
    return b"PK\x03\x04" + bytes(size) + end


LINES = (b"word" + b" 0" * 50 + b"\n") * 100_000
VECTOR_BOMBS = {
    "v.txt.gz": (gzip.compress(LINES), "unpacks to more than"),
    "v.zip": (zipped(LINES), "unpacks to more than"),
    "bzip2.zip": (zipped(b"a", zipfile.ZIP_BZIP2), "pack it with deflate"),
    "lzma.zip": (zipped(b"a", zipfile.ZIP_LZMA), "pack it with deflate"),
    "list.zip": (with_endless_directory(), "list of members is too long"),
}


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("max_words", [None, 1 << 40])
@pytest.mark.parametrize("name", VECTOR_BOMBS)
def test_vectors_that_unpack_to_too_much_are_refused(
    tmp_path: Path,
    name: str,
    max_words: int | None,
    remote: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content, problem = VECTOR_BOMBS[name]
    monkeypatch.setattr(unpacked, "UNSUSPECTED", MEGABYTE)
    sources = Sources(tmp_path / "cache", None, Patience(1, 0, 0, 5))
    with running_server() as server:
        server.files[name] = content
        (tmp_path / name).write_bytes(content)
        params = GloveParams(
            source=f"{server.url}/{name}" if remote else str(tmp_path / name),
            max_words=max_words,
            content_sha256="0" * 64,
        )
        with pytest.raises(ReelvecError, match=problem):
            fetch_glove(params, tmp_path / "glove", sources)
    assert not (tmp_path / "glove").exists()
    assert list(tmp_path.rglob("*.50d.txt")) == []


@pytest.mark.parametrize("size", [100_000, 3 * MEGABYTE])
def test_what_is_long_but_honest_is_read(tmp_path: Path, size: int) -> None:
    info = tarfile.TarInfo("train/pos/1_9.txt")
    info.size = size
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        packed.addfile(info, io.BytesIO(b"a" * size))
        packed.addfile(tarfile.TarInfo("b" * 1000))
    first, second = tar_members.members_of(tmp_path / "a.tar.gz")
    assert (first.name, second.name) == (info.name, "b" * 1000)
    (content,) = [
        member.read(size)
        for member in tar_members.members_of(tmp_path / "a.tar.gz")
        if member.name == info.name
    ]
    assert content == b"a" * size

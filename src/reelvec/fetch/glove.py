"""Pretrained word vectors: from the official archive, or any file of the kind, to two files."""

import gzip
import io
import sys
import zipfile
import zlib
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from remotezip import PartialBuffer, RemoteZip, RemoteZipError

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import get_again, shortened, shown
from reelvec.base.project.files import CHUNK, replacing, save_array
from reelvec.base.schema.glove import GloveParams
from reelvec.fetch.addresses import OFFICIAL, is_remote, kind_of, name_of
from reelvec.fetch.download import Sources, byte_bar, download, one_at_a_time
from reelvec.fetch.kept import is_whole, note_hash
from reelvec.fetch.remote import NotThereError, Patience, RangesRefusedError, RemoteBody, say
from reelvec.fetch.unpacked import Readable, Unpacked
from reelvec.fetch.vector_text import VectorText, read_vectors

OFFICIAL_ADDRESS = "https://nlp.stanford.edu/data/glove.6B.zip"
OFFICIAL_DIMENSIONS = (50, 100, 200, 300)
UNREADABLE_ZIP = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    ValueError,  # a name that is no UTF-8
)

LARGEST_TEXT = 1 << 35
"""Bytes of vectors that are too many, however they are packed: 32 GiB."""

SHOWN = 8
"""Names of members in a message."""

LONGEST_DIRECTORY = 1 << 22
"""Bytes of a zip archive's list of members that are too many: it is read at once."""

OpenedText = tuple[Readable, str]
"""A stream of vector text, and what messages call it."""


def fetch_glove(
    params: GloveParams, folder: Path, sources: Sources | None = None
) -> dict[str, Any]:
    """Get the vectors, check them, and write `words.txt` and `vectors.npy`.

    Args:
        params: which vectors, how many, and the hash that their lines must have.
        folder: where to; replaced as a whole.
        sources: where files are looked for; by default as the environment says.

    Returns:
        what `reports/metrics/glove.json` holds.

    Raises:
        ReelvecError: no source has the file, it is damaged, or it is not the expected one.
    """
    with ExitStack() as stack:
        stream, name = _open(params, sources or Sources.from_environment(), stack)
        found = read_vectors(stream, name, params.dimension, params.max_words)
    _check_content(found, name, params)
    with replacing(folder) as temporary:
        temporary.mkdir()
        (temporary / "words.txt").write_bytes("".join(f"{w}\n" for w in found.words).encode())
        save_array(temporary / "vectors.npy", found.vectors)
    return {
        "source": kind_of(params.source),
        "words": len(found.words),
        "dimension": params.dimension,
        "duplicate_words": found.duplicates,
        "content_sha256": found.content_sha256,
    }


def _check_content(found: VectorText, name: str, params: GloveParams) -> None:
    if found.content_sha256 == params.content_sha256:
        return
    raise ReelvecError(
        f"{name}: not the expected vectors; the {len(found.words) + found.duplicates:,} lines "
        f"read have SHA-256 {found.content_sha256}, but params.yaml, glove.content_sha256 says "
        f"{params.content_sha256}. After a change of glove.source, dimension or max_words, set "
        f"it to the former; otherwise {get_again('the file')}"
    )


def _open(params: GloveParams, sources: Sources, stack: ExitStack) -> OpenedText:
    """Find the source of the vectors and open it until `stack` closes."""
    if params.source != OFFICIAL:
        if is_remote(params.source):
            folder = sources.folder_of(params.source)
            return _open_address(params.source, folder, params, sources.patience, stack)
        return _open_file(sources.named(params.source, "glove.source"), params.dimension, stack)
    if params.dimension not in OFFICIAL_DIMENSIONS:
        raise ReelvecError(
            f"params.yaml: glove.dimension: the official file has 50, 100, 200 and 300, not "
            f"{params.dimension}; choose one of these, or set glove.source to another file"
        )
    stem = f"glove.6B.{params.dimension}d"
    names = ("glove.6B.zip", f"{stem}.txt", f"{stem}.txt.gz", f"{stem}.zip")
    local = sources.local(names)
    if local is not None:
        return _open_file(local, params.dimension, stack)
    *mirrored, last = sources.addresses(names, OFFICIAL_ADDRESS)
    for address in mirrored:
        try:
            return _open_address(address, sources.cache, params, sources.patience, stack)
        except NotThereError:
            say(f"{shown(address)}: not there")
    return _open_address(last, sources.cache, params, sources.patience, stack)


def _open_file(path: Path, dimension: int, stack: ExitStack) -> OpenedText:
    """Open a text, a .gz or a .zip, told apart by their first bytes."""
    with path.open("rb") as stream:
        start, size = stream.read(4), path.stat().st_size
    if start[:2] == b"\x1f\x8b":
        return _unpacked(gzip.open(path), path.name, size, stack), path.name
    if start == b"PK\x03\x04":
        try:
            opened = stack.enter_context(_ZipFile(path))
            archive = stack.enter_context(zipfile.ZipFile(opened))
            member = _member(archive, path.name, dimension)
            name = f"{path.name}: {member}"
            return _unpacked(archive.open(member), name, size, stack), name
        except UNREADABLE_ZIP as error:
            raise ReelvecError(
                f"{path}: cannot be read as a zip archive ({error}); {get_again()}"
            ) from None
    return stack.enter_context(path.open("rb")), path.name


def _open_address(
    address: str, folder: Path, params: GloveParams, patience: Patience, stack: ExitStack
) -> OpenedText:
    """Open vectors over the network, or what an earlier run has kept of them in `folder`."""
    kept = folder / name_of(address)
    if not is_whole(kept):
        if name_of(address).endswith(".zip"):
            try:
                return _open_remote_zip(address, folder, params, patience, stack)
            except RangesRefusedError:
                say(f"{shown(address)}: the server sends whole files only")
        download(address, kept, patience)
    return _open_file(kept, params.dimension, stack)


def _open_remote_zip(
    address: str, folder: Path, params: GloveParams, patience: Patience, stack: ExitStack
) -> OpenedText:
    """Open the wanted member of a zip archive; no other one is downloaded.

    A member read whole is kept in `folder`, so that the next run needs no network; the
    beginning of one, all that `max_words` asks for, is not.
    """
    try:
        archive = stack.enter_context(RemoteZip(address, fetcher=_Fetcher, patience=patience))
        member = _member(archive, shown(address), params.dimension)
        kept = folder / Path(member).name
        if params.max_words is not None and not is_whole(kept):
            say(f"reading {member} in {shown(address)}")
            return _opened(archive, member, stack), f"{name_of(address)}: {member}"
        with one_at_a_time(kept):
            if not is_whole(kept):
                _keep_member(archive, member, kept)
    except (*UNREADABLE_ZIP, RemoteZipError) as error:
        raise ReelvecError(
            f"{shown(address)}: cannot be read as a zip archive ({error}); run the same command "
            f"again, or set REELVEC_MIRROR to a folder that holds {name_of(address)}"
        ) from None
    return _open_file(kept, params.dimension, stack)


class _Fetcher:
    """Gives remotezip connections that mend themselves."""

    def __init__(self, address: str, _session: None, *, patience: Patience, **_: bool) -> None:
        self._address, self._patience = address, patience

    def fetch(self, data_range: tuple[int, int | None], stream: bool = False) -> Any:
        """The bytes from the first to the last place of a range."""
        first, last = data_range
        if not stream and last is not None and last - first >= LONGEST_DIRECTORY:
            raise RemoteZipError("its list of members is too long")
        body = RemoteBody(self._address, self._patience, first, last)
        assert body.stop is not None, "an answer to a range has an end"
        return PartialBuffer(body, body.position, body.stop - body.position, stream)


def _keep_member(archive: zipfile.ZipFile, member: str, path: Path) -> None:
    """Copy a member to a file; it is there only when it is whole and its checksum right."""
    entry = archive.getinfo(member)
    say(f"downloading {member}, {entry.compress_size / 1e6:,.0f} MB")
    with (
        ExitStack() as stack,
        replacing(path) as temporary,
        temporary.open("wb") as target,
        byte_bar(member, entry.file_size) as bar,
    ):
        source = _opened(archive, member, stack)
        while chunk := source.read(CHUNK):
            target.write(chunk)
            bar.update(len(chunk))
        target.flush()
        note_hash(temporary, path)


def _opened(archive: zipfile.ZipFile, member: str, stack: ExitStack) -> Unpacked:
    size = archive.getinfo(member).compress_size
    return _unpacked(archive.open(member), member, size, stack)


def _unpacked(
    stream: AbstractContextManager[Readable], name: str, packed: int, stack: ExitStack
) -> Unpacked:
    return Unpacked(stack.enter_context(stream), name, packed, LARGEST_TEXT)


class _ZipFile(io.FileIO):
    """A zip archive of which no endless list of members is read, nor what lies outside of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LONGEST_DIRECTORY:
            raise zipfile.BadZipFile("its list of members is too long")
        return super().read(size)

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_SET and not 0 <= place < sys.maxsize:
            raise zipfile.BadZipFile("a member lies outside of it")
        return super().seek(place, whence)


def _member(archive: zipfile.ZipFile, name: str, dimension: int) -> str:
    """The member of an archive that holds vectors of this dimension.

    Raises:
        ReelvecError: none does, or it is packed in a way that cannot be unpacked bit by bit.
    """
    texts = [member for member in archive.namelist() if member.endswith(".txt")]
    fitting = [member for member in texts if member.endswith(f".{dimension}d.txt")]
    if len(fitting) != 1 and len(texts) != 1:
        raise ReelvecError(
            f"{name}: which of its files has glove.dimension {dimension}? None is called "
            f"*.{dimension}d.txt; it holds {', '.join(map(shortened, texts[:SHOWN])) or 'no .txt'}"
        )
    member = (fitting or texts)[0]
    if archive.getinfo(member).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReelvecError(f"{name}: {shortened(member)}: pack it with deflate, as zip does")
    return member

"""The members of a .tar.gz archive, read as a stream: none is trusted, nothing is unpacked."""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, cast

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import get_again, shortened
from reelvec.base.project.files import CHUNK
from reelvec.fetch.unpacked import Unpacked

LONGEST_HEADER, LONGEST_NAME = 1 << 15, 1 << 10
MOST_MEMBERS, LARGEST_ARCHIVE = 1_000_000, 1 << 31
"""What is read of an archive at most: a header's bytes and a name's, members, bytes in all."""


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file in an archive; readable until the next one is asked for.

    Attributes:
        name: its path in the archive, which does not point out of that.
    """

    name: str
    _archive: tarfile.TarFile
    _info: tarfile.TarInfo
    _path: Path

    def read(self, longest: int) -> bytes:
        """The content.

        Raises:
            ReelvecError: it has more than `longest` bytes, or the archive is damaged.
        """
        if self._info.size > longest:
            raise ReelvecError(
                f"{_place(self._path, self.name)} has {self._info.size:,} bytes; not read"
            )
        with _damage_told(self._path):
            content = self._archive.extractfile(self._info)
            assert content is not None, "a regular file has content"
            return content.read()


def members_of(path: Path) -> Iterator[Member]:
    """The regular files of an archive in its order.

    Raises:
        ReelvecError: the archive is damaged, a member is no file or folder or points out of it,
            or there is more of something than an archive of reviews has.
    """
    # gzip checks length and checksum, which tarfile's own decompression does not.
    with _damage_told(path), gzip.open(path) as unzipped:
        yield from _members(
            Unpacked(unzipped, str(path), path.stat().st_size, LARGEST_ARCHIVE), path
        )


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    # ValueError: what tarfile makes of numbers that are none.
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        raise ReelvecError(
            f"{path}: not a whole .tar.gz archive ({error}); if it was downloaded, it may be cut "
            f"off: {get_again()}"
        ) from None


def _members(unpacked: Unpacked, path: Path) -> Iterator[Member]:
    # tarfile takes any length for a header, and reads all of it.
    unpacked.expect_header(0, LONGEST_HEADER)
    with tarfile.open(fileobj=cast(IO[bytes], unpacked), mode="r|") as archive:
        for number in count(1):
            info = archive.next()
            if info is None:
                break
            if number > MOST_MEMBERS:
                raise ReelvecError(f"{path}: more than {MOST_MEMBERS:,} members; not read")
            _check_member(info, path)
            unpacked.expect_header(archive.offset, LONGEST_HEADER)
            if info.isfile():
                yield Member(info.name, archive, info, path)
            # What tarfile would remember of all that came.
            archive.members.clear()  # type: ignore[attr-defined]
            archive.pax_headers.clear()  # type: ignore[attr-defined]
        unpacked.expect_anything()
        _check_rest(archive, path)


def _place(path: Path, name: str) -> str:
    return f"{path}: member {shortened(name)}"


def _check_member(info: tarfile.TarInfo, path: Path) -> None:
    """Refuse what no archive of reviews has, even though nothing is unpacked here."""
    problem = None
    if len(info.name) > LONGEST_NAME:
        problem = f"has a name of {len(info.name):,} letters"
    elif info.name.startswith("/") or ".." in info.name.replace("\\", "/").split("/"):
        problem = "points out of the archive"
    elif not (info.isfile() or info.isdir()):
        problem = "is a link or a device"
    if problem:
        raise ReelvecError(f"{_place(path, info.name)} {problem}; not read")


def _check_rest(archive: tarfile.TarFile, path: Path) -> None:
    """Read to the end, which checks the checksum, and refuse what tarfile took for the end."""
    assert archive.fileobj is not None, "it was opened to be read"
    while rest := archive.fileobj.read(CHUNK):
        if rest.strip(b"\0"):
            raise ReelvecError(f"{path}: damaged after {archive.offset:,} bytes; get it again")

"""What an archive unpacks to, within bounds: a small one must not fill the memory or the disk."""

from typing import Protocol

from reelvec.base.errors import ReelvecError

UNSUSPECTED = 1 << 26
"""Bytes that any archive may unpack to: 64 MiB."""

GREATEST_RATIO = 200
"""Times its own size that a larger one may unpack to; reviews and vectors have 3 to 10."""


class Readable(Protocol):
    """A stream of bytes: a file, or one being decompressed."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer at the end only."""


class Unpacked:
    """A stream being decompressed, which is an error where it gets too long.

    Args:
        stream: the decompressed bytes.
        name: what messages call the archive.
        packed: its size in bytes.
        largest: bytes that are too many whatever its size.
    """

    def __init__(self, stream: Readable, name: str, packed: int, largest: int) -> None:
        self._stream, self._name = stream, name
        self._most = min(largest, max(UNSUSPECTED, packed * GREATEST_RATIO))
        self._stop = self._most
        self._position = 0

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer at the end only.

        Raises:
            ReelvecError: more bytes have come than are allowed.
        """
        chunk = self._stream.read(size)
        self._position += len(chunk)
        if self._position > self._most:
            raise ReelvecError(
                f"{self._name}: unpacks to more than {self._most:,} bytes, which no honest archive "
                "of its size does; not read"
            )
        if self._position > self._stop:
            raise ReelvecError(f"{self._name}: a header is too long; not read")
        return chunk

    def expect_header(self, position: int, longest: int) -> None:
        """Allow what comes before a header at this position, and so many bytes for it."""
        self._stop = position + longest

    def expect_anything(self) -> None:
        """Allow all up to the end."""
        self._stop = self._most

"""Reviews from a pipe: what has come is answered at once, be it one line or thousands."""

import select
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import IO, Any

from reelvec.cli.review_files import lines_of

CHUNK, CHUNKS_AHEAD = 1 << 16, 64
"""Bytes read at once, and how many of these are held while models work on earlier ones."""


def reviews_as_they_come(stream: IO[bytes], where: str) -> Iterator[list[str]]:
    """The reviews of all lines that have come whole, as soon as there is one.

    Args:
        stream: UTF-8, one review a line.
        where: what to name in an error.

    Raises:
        ReelvecError: it is not UTF-8; the lines before are given first.
    """
    first, begun = 1, list[bytes]()
    for content in _as_it_comes(stream):
        ended, end, rest = content.rpartition(b"\n")
        if not end:
            begun.append(rest)
            continue
        whole, begun = b"".join([*begun, ended, end]), [rest]
        sound = _sound(whole)
        lines = lines_of(sound, where, first)
        yield lines
        first += len(lines)
        lines_of(whole[len(sound) :], where, first)
    yield lines_of(b"".join(begun), where, first)


def _sound(content: bytes) -> bytes:
    """The lines before the first that is not UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content[: content.rfind(b"\n", 0, error.start) + 1]
    return content


def _as_it_comes(stream: IO[bytes]) -> Iterator[bytes]:
    """All that has come since the last time; waits only for the first byte of it."""
    chunks: Queue[bytes | Exception] = Queue(CHUNKS_AHEAD)
    # A daemon: nothing can wake it from a pipe in which nothing comes.
    Thread(target=_read_ahead, args=(stream, chunks), daemon=True).start()
    ended = False
    while not ended:
        there = [chunks.get()]
        while not chunks.empty():
            there.append(chunks.get())
        last = there[-1]
        yield b"".join(chunk for chunk in there if isinstance(chunk, bytes))
        if isinstance(last, Exception):
            raise last
        ended = not last


def _read_ahead(stream: IO[bytes], chunks: "Queue[bytes | Exception]") -> None:
    # Below the buffer, whose lock the interpreter would wait for at its end.
    raw: Any = getattr(stream, "raw", stream)
    chunk = b" "
    while chunk:
        try:
            while (chunk := raw.read(CHUNK)) is None:  # set not to wait, with nothing there yet
                select.select([raw], [], [])
        except Exception as error:
            chunks.put(error)
            return
        chunks.put(chunk)

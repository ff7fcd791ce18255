"""Getting the official files: from the download cache, from a mirror, or over the network."""

import hashlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeVar
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import remove, write_text

T = TypeVar("T")
SourceKind = Literal["official", "sample", "other"]

OFFICIAL = "official"
CHUNK = 1 << 16
"""Bytes asked of a connection at a time: what a break can cost."""

CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class NotThereError(ReelvecError):
    """The server answers, and has no such file."""


class RangesRefusedError(ReelvecError):
    """The server sends only the whole file, or the file is no longer the one begun."""


class _PassingError(Exception):
    """Trouble that may be over at the next attempt."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try.

    Attributes:
        attempts: times in a row that nothing comes before giving up.
        first_wait: seconds before the second attempt; each later wait is twice as long.
        longest_wait: seconds that no wait exceeds.
        timeout: seconds without an answer that count as a failed attempt.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 30.0
    timeout: float = 60.0


class RemoteBody:
    """The bytes of an address, or of a range of it, read in order as from a file.

    Where a connection breaks, the next one goes on at the same byte, if the server shows that
    the file is still the same.

    Attributes:
        position: the byte of the file that comes next.
        stop: the byte after the last one; None when the server does not say.
        size: the size of the whole file, None when the server does not say.
        validator: what the server calls this version of the file (ETag or date), or None.
    """

    def __init__(
        self,
        address: str,
        patience: Patience,
        first: int = 0,
        last: int | None = None,
        validator: str | None = None,
    ) -> None:
        """Open the connection.

        Args:
            address: of http or https.
            patience: how often to try.
            first: the first byte wanted; if negative, counted from the file's end.
            last: the last byte wanted; None for all that follow.
            validator: the version of the file that `first` and `last` refer to.

        Raises:
            NotThereError: there is no such file.
            RangesRefusedError: the server does not serve this range of this version.
            ReelvecError: the server refuses, or all attempts failed.
        """
        self.position = first
        self.stop: int | None = None
        self.size: int | None = None
        self.validator = validator
        self._address, self._patience, self._last = address, patience, last
        self._response: requests.Response | None = None
        self._patiently(self._open)
        self._start = self.position

    @property
    def closed(self) -> bool:
        """Whether no connection is open."""
        return self._response is None

    def read(self, size: int = -1) -> bytes:
        """The next bytes: as many as asked for, unless the range ends before."""
        found = bytearray()
        while size < 0 or len(found) < size:
            wanted = CHUNK if size < 0 else min(CHUNK, size - len(found))
            chunk = self._patiently(partial(self._chunk, wanted))
            if not chunk:
                break
            found += chunk
        return bytes(found)

    def tell(self) -> int:
        """How many bytes have been read."""
        return self.position - self._start

    def close(self) -> None:
        """Give the connection up."""
        if self._response is not None:
            self._response.close()
            self._response = None

    def _chunk(self, size: int) -> bytes:
        if self.stop is not None:
            size = min(size, self.stop - self.position)
            if size == 0:
                return b""
        if self._response is None:
            self._open()
        assert self._response is not None
        try:
            chunk: bytes = self._response.raw.read(size)
        except (HTTPError, OSError) as error:
            self.close()
            raise _PassingError(_reason(error)) from None
        if not chunk and self.stop is not None:
            self.close()
            raise _PassingError("the connection broke")
        self.position += len(chunk)
        return chunk

    def _open(self) -> None:
        """Ask for the bytes from `position` on."""
        response = self._answer(self._range_headers())
        partial = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if self._wants_all and response.status_code != 206:
            length = response.headers.get("Content-Length", "")
            self.stop = self.size = int(length) if length.isdecimal() else None
        elif partial and response.status_code == 206:
            self._check_range(*map(int, partial.groups()))
        else:
            response.close()
            raise RangesRefusedError(
                f"{shown(self._address)}: the server does not serve parts of this file, or the "
                "file has changed meanwhile; run the same command again"
            )
        self.validator = self.validator or _validator(response)
        self._response = response

    @property
    def _wants_all(self) -> bool:
        return self.position == 0 and self._last is None

    def _range_headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "User-Agent": "reelvec"}
        if not self._wants_all:
            last = "" if self._last is None else self._last
            end = f"-{last}" if self.position >= 0 else ""
            headers["Range"] = f"bytes={self.position}{end}"
            if self.validator:
                headers["If-Range"] = self.validator
        return headers

    def _check_range(self, first: int, last: int, size: int) -> None:
        """Take note of what a partial answer holds; the rest is asked for if it is too short."""
        if (self.position >= 0 and first != self.position) or self.size not in (None, size):
            raise RangesRefusedError(
                f"{shown(self._address)}: the server sent another part than the one asked for; "
                "run the same command again"
            )
        self.position, self.size = first, size
        self.stop = size if self._last is None else min(self._last + 1, size)
        if last < first:
            raise _PassingError("an empty answer")

    def _answer(self, headers: dict[str, str]) -> requests.Response:
        """One request; what may pass is told from what will not."""
        timeout = self._patience.timeout
        try:
            response = requests.get(self._address, headers=headers, stream=True, timeout=timeout)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise _PassingError(_reason(error)) from None
        except (requests.RequestException, ValueError) as error:
            raise ReelvecError(f"{shown(self._address)}: {error}") from None
        status = f"{response.status_code} {response.reason}"
        if response.ok:
            return response
        response.close()
        if response.status_code == 429 or response.status_code >= 500:
            raise _PassingError(f"the server answers {status}")
        if response.status_code == 416:
            raise RangesRefusedError(
                f"{shown(self._address)}: the file is shorter than before; "
                "run the same command again"
            )
        problem = NotThereError if response.status_code in (404, 410) else ReelvecError
        raise problem(
            f"{shown(self._address)}: the server answers {status}; check the address, or set "
            f"REELVEC_MIRROR to a folder that holds {name_of(self._address)}"
        )

    def _patiently(self, work: Callable[[], T]) -> T:
        """Try again after trouble that may pass, waiting longer each time."""
        patience = self._patience
        retrying = Retrying(
            stop=stop_after_attempt(patience.attempts),
            wait=wait_exponential(patience.first_wait, patience.longest_wait),
            retry=retry_if_exception_type(_PassingError),
            before_sleep=self._say_waiting,
            reraise=True,
        )
        try:
            return retrying(work)
        except _PassingError as error:
            raise ReelvecError(
                f"{shown(self._address)}: {error}, {patience.attempts} times in a row; check the "
                f"network and run the same command again, or set REELVEC_MIRROR to a folder that "
                f"holds {name_of(self._address)}"
            ) from None

    def _say_waiting(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0
        say(f"{shown(self._address)}: {error}; next attempt in {wait:g} s")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where files are looked for, in this order: cache, mirror, official address.

    Attributes:
        cache: folder that downloaded files are kept in.
        mirror: a folder, or a file:, http: or https: address of one, that holds files under
            their official names.
        patience: how often to try over the network.
    """

    cache: Path
    mirror: str | None = None
    patience: Patience = Patience()

    @classmethod
    def from_environment(cls) -> "Sources":
        """As REELVEC_CACHE (default: reelvec in the user's cache folder) and REELVEC_MIRROR say."""
        default = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        cache = os.environ.get("REELVEC_CACHE") or f"{default}/reelvec"
        return cls(Path(cache).expanduser(), os.environ.get("REELVEC_MIRROR") or None)

    def local(self, names: Sequence[str]) -> Path | None:
        """The first of these files in the cache or, used in place, in a mirror on this machine.

        Raises:
            ReelvecError: the mirror is a folder that does not exist.
        """
        folders = [self.cache]
        if self.mirror and not is_remote(self.mirror):
            folders.append(_local_path(self.mirror))
            if not folders[-1].is_dir():
                raise ReelvecError(f"REELVEC_MIRROR: {folders[-1]} is not a folder")
        places = (folder / name for folder in folders for name in names)
        return next((place for place in places if place.is_file()), None)

    def addresses(self, names: Sequence[str], official: str) -> list[str]:
        """Where to ask over the network: for each name at the mirror, then officially."""
        base = f"{self.mirror.rstrip('/')}/" if self.mirror and is_remote(self.mirror) else None
        return [*(f"{base}{quote(name)}" for name in names if base), official]

    def fetch(self, name: str, official: str) -> Path:
        """A file on this machine: found in the cache or mirror, else downloaded to the cache.

        Raises:
            ReelvecError: no source has it, or the network fails.
        """
        local = self.local([name])
        if local is not None:
            return local
        *mirrored, last = self.addresses([name], official)
        for address in mirrored:
            try:
                return download(address, self.cache / name, self.patience)
            except NotThereError:
                say(f"{shown(address)}: not there; going on to {shown(last)}")
        return download(last, self.cache / name, self.patience)

    def named(self, source: str, key: str) -> Path:
        """A file that a parameter names by path or address; one far away is downloaded once.

        Args:
            source: the parameter's value.
            key: the parameter's name, for the message.

        Raises:
            ReelvecError: there is no such file.
        """
        if is_remote(source):
            place = self.folder_of(source) / name_of(source)
            return place if place.is_file() else download(source, place, self.patience)
        path = _local_path(source)
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "there is no such file"
            raise ReelvecError(f"params.yaml: {key}: {source}: {what}")
        return path

    def folder_of(self, address: str) -> Path:
        """The part of the cache for an address of the user's, where names cannot collide."""
        return self.cache / "addresses" / hashlib.sha256(address.encode()).hexdigest()[:16]


def download(address: str, target: Path, patience: Patience) -> Path:
    """Download a file, going on where an earlier attempt stopped.

    Bytes are collected in `target` + `.part`, which becomes `target` when it is complete. Beside
    it stands a note of the address and the version of the file that they belong to.

    Returns:
        `target`.

    Raises:
        ReelvecError: the file is not there, or all attempts failed; what came is kept for the
            next time.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    note = target.with_name(f"{target.name}.part.from")
    say(f"downloading {shown(address)}")
    for _ in range(patience.attempts):
        try:
            _download_rest(address, part, note, patience)
        except RangesRefusedError:
            remove(part)
            continue
        part.replace(target)
        remove(note)
        return target
    raise ReelvecError(f"{shown(address)}: the file keeps changing; run the same command later")


def _download_rest(address: str, part: Path, note: Path, patience: Patience) -> None:
    """Append to `part` what it lacks."""
    version = _version_begun(address, part, note)
    if version is None:
        remove(part)
    start = part.stat().st_size if version else 0
    body = RemoteBody(address, patience, start, validator=version if start else None)
    try:
        if body.validator:
            write_text(note, f"{address}\n{body.validator}")
        else:
            remove(note)
        with part.open("ab") as stream, byte_bar(part.stem, body.size, start) as bar:
            while chunk := body.read(CHUNK):
                stream.write(chunk)
                bar.update(len(chunk))
    finally:
        body.close()


def _version_begun(address: str, part: Path, note: Path) -> str | None:
    """The version of the file that `part` is the beginning of; None when that is not certain."""
    if not part.is_file() or not note.is_file():
        return None
    begun, _, version = note.read_text(encoding="utf-8").partition("\n")
    return version if begun == address and version else None


def byte_bar(name: str, total: int | None, start: int = 0) -> Any:
    """A progress bar for bytes, on a terminal only."""
    return tqdm(
        desc=name, total=total, initial=start, unit="B", unit_scale=True, leave=False, disable=None
    )


def say(line: str) -> None:
    """Tell the person at the keyboard, without tearing a progress bar."""
    tqdm.write(line, file=sys.stderr)


def is_remote(source: str) -> bool:
    """Whether a source is an address of http or https."""
    return urlsplit(source).scheme in ("http", "https")


def name_of(source: str) -> str:
    """The file name at the end of a path or address."""
    path = unquote(urlsplit(source).path) if is_remote(source) else _local_path(source).as_posix()
    return PurePosixPath(path).name


def kind_of(source: str) -> SourceKind:
    """Whether a source is the official one, the project's generated sample, or something else."""
    if source == OFFICIAL:
        return "official"
    parts = _local_path(source).parts
    return "sample" if ("data", "sample") in pairwise(parts) else "other"


def shown(address: str) -> str:
    """An address without the user name and password that it may hold."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _local_path(source: str) -> Path:
    parts = urlsplit(source)
    return Path(url2pathname(parts.path) if parts.scheme == "file" else source).expanduser()


def _validator(response: requests.Response) -> str | None:
    """What If-Range accepts: a strong ETag, else the date of the last change."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified")


def _reason(error: BaseException) -> str:
    """What went wrong at the bottom: 'Connection refused', not the layers that were told of it."""
    while below := error.__cause__ or error.__context__:
        error = below
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__

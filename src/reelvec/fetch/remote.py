"""The bytes of an address, over connections that break."""

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from tqdm import tqdm
from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError

from reelvec.base.errors import ReelvecError, root_of
from reelvec.base.messages import printable, quiet, shown
from reelvec.fetch.addresses import name_of

READ_AT_ONCE = 1 << 16
"""Bytes asked of a connection at a time: what a break can cost."""

PASSING = frozenset({429, *range(500, 600)})
"""Answers that may be others at the next attempt."""

SIZE = re.compile(r"[0-9]{1,15}")
CONTENT_RANGE = re.compile(rf"bytes ({SIZE.pattern})-({SIZE.pattern})/({SIZE.pattern})")

QUIET = {"urllib3.connectionpool": logging.ERROR}
"""It tells of each attempt that fails, and of the query of what was asked, which may be secret."""


class NotThereError(ReelvecError):
    """The server answers, and has no such file."""


class RangesRefusedError(ReelvecError):
    """The server sends only the whole file, or the file is no longer the one begun."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try.

    Attributes:
        attempts: times in a row that nothing comes before giving up.
        first_wait: seconds before the second attempt; each later wait is twice as long.
        longest_wait: seconds that no wait exceeds, but one that the server asks for.
        timeout: seconds without an answer that count as a failed attempt.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 30.0
    timeout: float = 60.0


class _Retries(Retry):
    """urllib3's retries, which say why and how long they wait."""

    say_waiting: Callable[[str, float], None]

    def new(self, **changes: Any) -> Self:
        retries = super().new(**changes)
        retries.say_waiting = self.say_waiting
        return retries

    def get_backoff_time(self) -> float:
        # Urllib3 does not wait at all before the second attempt.
        return min(self.backoff_max, self.backoff_factor * 2.0 ** (len(self.history) - 1))

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        if response is None:
            asked, error = None, self.history[-1].error
            reason = _reason(error) if error else "no answer"
        else:
            asked = self.get_retry_after(response)
            reason = f"the server answers {response.status} {response.reason}"
        self.say_waiting(reason, asked or self.get_backoff_time())
        super().sleep(response)


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
        self._breaks = self._retries()
        self._open()
        self._start = self.position

    @property
    def closed(self) -> bool:
        """Whether no connection is open."""
        return self._response is None

    def read(self, size: int = -1) -> bytes:
        """The next bytes: as many as asked for, unless the range ends before."""
        found = bytearray()
        while size < 0 or len(found) < size:
            chunk = self._chunk(READ_AT_ONCE if size < 0 else min(READ_AT_ONCE, size - len(found)))
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
        """At most so many bytes, none at the end only; after a break from another connection."""
        while self.stop is None or self.position < self.stop:
            if self._response is None:
                self._open()
            assert self._response is not None
            try:
                chunk: bytes = self._response.raw.read(self._at_most(size))
            except (HTTPError, OSError) as error:
                self._wait_after(error)
                continue
            if chunk:
                self.position += len(chunk)
                self._breaks = self._retries()
                return chunk
            if self.stop is None:
                return b""
            self._wait_after(ProtocolError("the connection broke"))
        return b""

    def _at_most(self, size: int) -> int:
        return size if self.stop is None else min(size, self.stop - self.position)

    def _wait_after(self, error: Exception) -> None:
        """Give the broken connection up, and wait before the next one."""
        self.close()
        try:
            self._breaks = self._breaks.increment("GET", error=error)
        except MaxRetryError:
            raise self._given_up(_reason(error)) from None
        self._breaks.sleep()

    def _open(self) -> None:
        """Ask for the bytes from `position` on."""
        response = self._answer(self._range_headers())
        partial = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if self._wants_all and response.status_code != 206:
            length = response.headers.get("Content-Length", "")
            self.stop = self.size = int(length) if SIZE.fullmatch(length) else None
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
        moved = self.position >= 0 and first != self.position
        if moved or last < first or self.size not in (None, size):
            raise RangesRefusedError(
                f"{shown(self._address)}: the server sent another part than the one asked for; "
                "run the same command again"
            )
        self.position, self.size = first, size
        self.stop = size if self._last is None else min(self._last + 1, size)

    def _answer(self, headers: dict[str, str]) -> requests.Response:
        """An answer that has a body; what may pass is waited for."""
        try:
            with requests.Session() as session, quiet(QUIET):
                for scheme in ("http://", "https://"):
                    session.mount(scheme, HTTPAdapter(max_retries=self._retries()))
                response = session.get(
                    self._address, headers=headers, stream=True, timeout=self._patience.timeout
                )
        except (requests.ConnectionError, requests.Timeout) as error:
            raise self._given_up(_reason(error)) from None
        except requests.TooManyRedirects:
            raise ReelvecError(f"{shown(self._address)}: redirects without end") from None
        except (requests.RequestException, ValueError) as error:
            raise ReelvecError(
                f"{shown(self._address)}: cannot be asked ({type(error).__name__}); check the "
                "address"
            ) from None
        if response.ok:
            return response
        response.close()
        raise self._refused(response.status_code, f"{response.status_code} {response.reason}")

    def _retries(self) -> _Retries:
        retries = _Retries(
            self._patience.attempts - 1,
            status_forcelist=PASSING,
            backoff_factor=self._patience.first_wait,
            backoff_max=self._patience.longest_wait,
            raise_on_status=False,
        )
        retries.say_waiting = self._say_waiting
        return retries

    def _say_waiting(self, reason: str, seconds: float) -> None:
        say(f"{shown(self._address)}: {reason}; next attempt in {seconds:g} s")

    def _refused(self, code: int, status: str) -> ReelvecError:
        if code in PASSING:
            return self._given_up(f"the server answers {status}")
        if code == 416:
            return RangesRefusedError(
                f"{shown(self._address)}: the file is shorter than before; "
                "run the same command again"
            )
        problem = NotThereError if code in (404, 410) else ReelvecError
        return problem(
            f"{shown(self._address)}: the server answers {status}; check the address, or set "
            f"REELVEC_MIRROR to a folder that holds {name_of(self._address)}"
        )

    def _given_up(self, reason: str) -> ReelvecError:
        return ReelvecError(
            f"{shown(self._address)}: {reason}, {self._patience.attempts} times in a row; check "
            "the network and run the same command again, or set REELVEC_MIRROR to a folder that "
            f"holds {name_of(self._address)}"
        )


def say(line: str) -> None:
    """Tell the person at the keyboard, without tearing a progress bar."""
    tqdm.write(printable(line), file=sys.stderr)


def _validator(response: requests.Response) -> str | None:
    """What If-Range accepts: a strong ETag, else the date of the last change."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified")


def _reason(error: BaseException) -> str:
    """What went wrong at the bottom: 'Connection refused', not the layers that were told of it."""
    error = root_of(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # What others say names the address, with all that is secret in it.
    harmless = isinstance(error, ConnectionError | TimeoutError | ProtocolError)
    return (harmless and str(error)) or type(error).__name__

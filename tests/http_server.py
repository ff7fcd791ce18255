"""A small HTTP server for tests: serves ranges, counts bytes, and misbehaves when told to."""

import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote

SMALL_BUFFER = 1 << 14


class Request(NamedTuple):
    path: str
    range: str | None
    if_range: str | None


class Server:
    """What the server holds, how it behaves, and what it was asked.

    Attributes:
        files: content by path, without the leading slash; may change while it runs.
        ranges: whether Range headers are obeyed.
        validators: whether ETags are sent, and If-Range obeyed.
        tag: what every file's version is called, in place of a tag of its own.
        longest_range: bytes that an answer to a range holds at most.
        failures: status codes that the next requests get, in turn.
        retry_after: seconds that a failure asks to wait, None where it does not say.
        cuts: the next answers with a body break off after so many bytes.
        requests: what was asked so far.
        sent: bytes of bodies sent so far.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges = True
        self.validators = True
        self.tag: str | None = None
        self.longest_range: int | None = None
        self.failures: list[int] = []
        self.retry_after: int | None = None
        self.cuts: list[int] = []
        self.requests: list[Request] = []
        self.sent = 0
        self.url = ""


@contextmanager
def running_server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            # Else megabytes lie in buffers that the client never reads, and are counted.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)

        def do_GET(self) -> None:
            answer(self, state)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def answer(handler: BaseHTTPRequestHandler, state: Server) -> None:
    path = unquote(handler.path.lstrip("/"))
    wanted, if_range = handler.headers["Range"], handler.headers["If-Range"]
    state.requests.append(Request(path, wanted, if_range))
    if state.failures:
        handler.send_response(state.failures.pop(0))
        if state.retry_after is not None:
            handler.send_header("Retry-After", str(state.retry_after))
        handler.send_header("Content-Length", "0")
        return handler.end_headers()
    if path not in state.files:
        return handler.send_error(404)
    content = state.files[path]
    tag = state.tag or f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    first, stop = 0, len(content)
    partial = bool(wanted) and state.ranges and (if_range in (None, tag) or not state.validators)
    if partial:
        first, stop = bounds(wanted, len(content))
        if first >= len(content):
            return handler.send_error(416)
        stop = min(stop, first + (state.longest_range or stop))
    handler.send_response(206 if partial else 200)
    handler.send_header("Content-Length", str(stop - first))
    if partial:
        handler.send_header("Content-Range", f"bytes {first}-{stop - 1}/{len(content)}")
    if state.validators:
        handler.send_header("ETag", tag)
    handler.end_headers()
    if state.cuts:
        stop = min(stop, first + state.cuts.pop(0))
    send(handler, state, content[first:stop])
    return None


def bounds(wanted: str, size: int) -> tuple[int, int]:
    first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted).groups()
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


def send(handler: BaseHTTPRequestHandler, state: Server, body: bytes) -> None:
    for start in range(0, len(body), SMALL_BUFFER):
        piece = body[start : start + SMALL_BUFFER]
        try:
            handler.wfile.write(piece)
        except OSError:  # the client has gone
            return
        state.sent += len(piece)

"""What `reelvec explore` does: the report in the browser, served from this machine alone.

Any page in the browser can have it ask this machine, and give its own name to this address (DNS
rebinding). So the server answers to the names of this machine alone, where the address has a token
that nobody can guess, and with the one file.
"""

import hmac
import secrets
import sys
import webbrowser
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import CONTENTS, EXPLORER, OPENED_PAGE
from reelvec.cli.terminal import print_json
from reelvec.evaluation.results import DEMO
from reelvec.report.page import write_page

HOST = "127.0.0.1"
NAMES = (HOST, "localhost", "[::1]")
"""What a browser may call this machine."""

USUAL_PORT, ANY_FREE_PORT = 5002, 0
"""The usual one first, for those who forward it from another machine."""

TOKEN_BYTES = 16
OPEN_IT = "open the address that `reelvec explore` printed"


def explore(project: Path, browser: bool, as_json: bool) -> None:
    """Serve the page in `reports/` until Ctrl-C, and open it.

    Args:
        project: the folder that holds `reports`.
        browser: whether to open one.
        as_json: print the address as JSON.

    Raises:
        ReelvecError: there is no report yet.
    """
    if not (project / CONTENTS).is_file():
        raise ReelvecError(
            f"{project / CONTENTS}: not there; `make repro` makes it, or `make demo` a small one: "
            f"then `reelvec explore --project {DEMO}`"
        )
    if not _is_fresh(project):
        write_page(project)
    page = project / OPENED_PAGE
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with _server(partial(_OnePage, page.resolve(), token)) as server:
        address = f"http://{HOST}:{server.server_port}/{token}/"
        if as_json:
            print_json({"address": address})
        else:
            print(f"{address} shows {page}; Ctrl-C ends it")
        sys.stdout.flush()
        _serve(server, address if browser else None)


def _is_fresh(project: Path) -> bool:
    """Whether the page was written after its results came: another commit made no others."""
    page = project / OPENED_PAGE
    results = [project / CONTENTS, project / EXPLORER]
    return page.is_file() and all(
        page.stat().st_mtime >= path.stat().st_mtime for path in results if path.exists()
    )


def _server(handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return _Server((HOST, USUAL_PORT), handler)
    except OSError:  # Somebody else has it.
        return _Server((HOST, ANY_FREE_PORT), handler)


def _serve(server: ThreadingHTTPServer, address: str | None) -> None:
    # Beside this thread, for a browser without windows ends before `open` returns.
    serving = Thread(target=server.serve_forever, daemon=True)
    try:
        serving.start()
        if address is not None:
            webbrowser.open(address)
        serving.join()
    except KeyboardInterrupt:
        # What people do to end it is no failure.
        server.shutdown()


class _Server(ThreadingHTTPServer):
    """A server that takes a tab closed early for what it is."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that the browser gave up."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _OnePage(BaseHTTPRequestHandler):
    """One file at one address, without a line on the terminal for each request."""

    def __init__(self, page: Path, token: str, *connection: Any) -> None:
        self._page, self._token = page, token
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Answer with the page, or with one sentence."""
        status, sentence = self._refusal()
        fine = status is HTTPStatus.OK
        body = self._page.read_bytes() if fine else f"{sentence}\n".encode()
        kind = "html" if fine else "plain"
        self.send_response(status)
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def _refusal(self) -> tuple[HTTPStatus, str]:
        """The status of the answer, and why it is not the page."""
        port = self.connection.getsockname()[1]
        hosts = [host.strip().lower() for host in self.headers.get_all("Host", [])]
        if len(hosts) != 1 or hosts[0] not in {f"{name}:{port}" for name in NAMES}:
            return HTTPStatus.FORBIDDEN, f"This server has another name: {OPEN_IT}."
        path = self.path.partition("?")[0]
        token, _, file = path.removeprefix("/").partition("/")
        # In constant time: how long it takes must not tell how much of it is right.
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return HTTPStatus.FORBIDDEN, f"The address lacks this server's token: {OPEN_IT}."
        if file not in ("", self._page.name) or not self._page.is_file():
            return HTTPStatus.NOT_FOUND, f"Nothing but the report is served here: {OPEN_IT}."
        return HTTPStatus.OK, ""

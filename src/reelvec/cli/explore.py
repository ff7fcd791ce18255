"""What `reelvec explore` does: the report in the browser, served from this machine alone."""

import sys
import webbrowser
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import CONTENTS, EXPLORER, OPENED_PAGE
from reelvec.cli.terminal import print_json
from reelvec.evaluation.results import DEMO
from reelvec.report.page import write_page

HOST = "127.0.0.1"
USUAL_PORT, ANY_FREE_PORT = 5002, 0
"""The usual one first, so that a link of yesterday still arrives."""


def explore(project: Path, browser: bool, as_json: bool) -> None:
    """Serve `reports/` until Ctrl-C, and open its page.

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
    reports = (project / OPENED_PAGE).parent
    handler = partial(_Quiet, directory=str(reports.resolve()))
    with _server(handler) as server:
        address = f"http://{HOST}:{server.server_port}/index.html"
        if as_json:
            print_json({"address": address})
        else:
            print(f"{address} shows {reports}; Ctrl-C ends it")
        sys.stdout.flush()
        _serve(server, address if browser else None)


def _is_fresh(project: Path) -> bool:
    """Whether the page was written after its results came: another commit made no others."""
    page = project / OPENED_PAGE
    results = [project / CONTENTS, project / EXPLORER]
    return page.is_file() and all(
        page.stat().st_mtime >= path.stat().st_mtime for path in results if path.exists()
    )


def _server(handler: Callable[..., SimpleHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return _Server((HOST, USUAL_PORT), handler)
    except OSError:  # Somebody else has it.
        return _Server((HOST, ANY_FREE_PORT), handler)


def _serve(server: ThreadingHTTPServer, address: str | None) -> None:
    # Beside this thread, for a browser without windows ends before `open` returns.
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
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


class _Quiet(SimpleHTTPRequestHandler):
    """Files without a line on the terminal for each."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

"""The report is served to those who have its address, and nothing else is served."""

import http.client
from collections.abc import Iterator
from functools import partial
from threading import Thread

import pytest

from reelvec.cli import explore

TOKEN = "a-token-that-nobody-guesses"
PAGE, SECRET = b"<p>all results</p>", b"not for others"
Answer = tuple[int, bytes]


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server of a page that lies beside another file."""
    reports = tmp_path_factory.mktemp("reports")
    (reports / "index.html").write_bytes(PAGE)
    (reports / "other.html").write_bytes(SECRET)
    (reports / "folder").mkdir()
    with explore._server(partial(explore._OnePage, reports / "index.html", TOKEN)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def asked(port: int, path: str, hosts: str = "localhost:{}", method: str = "GET") -> Answer:
    """What is answered; `{}` stands for the port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for host in hosts.split():
        connection.putheader("Host", host.format(port))
    connection.endheaders()
    response = connection.getresponse()
    return response.status, response.read()


@pytest.mark.parametrize("host", ["localhost:{}", "127.0.0.1:{}", "[::1]:{}", "LOCALHOST:{}"])
@pytest.mark.parametrize("path", [f"/{TOKEN}", f"/{TOKEN}/", f"/{TOKEN}/index.html?x=1"])
def test_the_address_shows_the_page(port: int, host: str, path: str) -> None:
    assert asked(port, path, host) == (200, PAGE)
    assert asked(port, path, host, "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{}",
        "localhost.evil.example:{}",
        "localhost",
        "",
        "localhost:{} evil.example:{}",
    ],
)
def test_a_name_that_is_not_this_machines_is_refused(port: int, host: str) -> None:
    status, told = asked(port, f"/{TOKEN}/", host)
    assert status == 403
    assert told == (
        b"This server has another name: open the address that `reelvec explore` printed.\n"
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/index.html", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", "/%00/", "//[x", "http://[x"],
)
def test_an_address_without_the_token_is_refused(port: int, path: str) -> None:
    status, told = asked(port, path)
    assert (status, told.count(b"\n")) == (403, 1)
    assert b"lacks this server's token" in told


@pytest.mark.parametrize(
    "file",
    ["other.html", "folder/", "../index.html", "./index.html", "index.html/", "%69"],
)
def test_no_other_file_and_no_folder_is_served(port: int, file: str) -> None:
    status, told = asked(port, f"/{TOKEN}/{file}")
    assert (status, told.count(b"\n")) == (404, 1)
    assert b"Nothing but the report" in told


def test_every_server_has_a_token_of_its_own(
    monkeypatch: pytest.MonkeyPatch, project: object, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(explore, "_serve", lambda *_: None)
    for _ in range(2):
        explore.explore(project, browser=False, as_json=False)  # type: ignore[arg-type]
    first, second = (line.split("/")[3] for line in capsys.readouterr().out.splitlines())
    assert first != second
    assert len(first) >= 20

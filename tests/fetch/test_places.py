"""Where reviews may lie: a file, a folder, a glob, here or at an address."""

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from http_server import Server, running_server

from reelvec.base.errors import ReelvecError
from reelvec.fetch import places
from reelvec.fetch.download import Sources
from reelvec.fetch.places import files_named
from reelvec.fetch.remote import Patience
from reelvec.fetch.tables import is_table

HURRY = Patience(attempts=2, first_wait=0.01, longest_wait=0.01, timeout=5)
READ = ("north.csv", "south/june.parquet", "south/may.csv.gz")
SHOPS = (*READ, "readme.md", ".hidden.csv", "_x.csv")


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    memory = fsspec.filesystem("memory")
    for name in SHOPS:
        memory.pipe_file(f"/shops/{name}", name.encode())
    yield memory
    memory.rm("/shops", recursive=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in SHOPS:
        path = tmp_path / "shops" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "shops"


def found(tmp_path: Path, source: str) -> list[str]:
    """What the files hold: the names they had at their source."""
    paths = files_named(source, Sources(tmp_path / "cache", patience=HURRY), is_table)
    return [path.read_text(encoding="utf-8") for path in paths]


ALL = list(READ)


def test_a_folder_has_its_tables_read_in_the_order_of_their_names(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(tmp_path, str(folder)) == ALL
    assert capsys.readouterr().err == "warning: readme.md: no table of reviews, not read\n"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("north.csv", ["north.csv"]),
        ("n*.csv", ["north.csv"]),
        ("south/*", ["south/june.parquet", "south/may.csv.gz"]),
        ("**/*.csv.gz", ["south/may.csv.gz"]),
    ],
)
def test_a_file_and_a_glob_are_the_same_here_and_far_away(
    folder: Path,
    tmp_path: Path,
    store: fsspec.AbstractFileSystem,  # noqa: ARG001
    pattern: str,
    expected: list[str],
) -> None:
    assert found(tmp_path, f"{folder}/{pattern}") == expected
    assert found(tmp_path, f"memory://shops/{pattern}") == expected


def test_a_folder_far_away_is_copied_once_and_again_when_a_file_changes(
    tmp_path: Path, store: fsspec.AbstractFileSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(tmp_path, "memory://shops") == ALL
    assert capsys.readouterr().err.count("copying") == 3
    assert found(tmp_path, "memory://shops/") == ALL
    store.pipe_file("/shops/north.csv", b"another north")
    assert found(tmp_path, "memory://shops") == ["another north", *ALL[1:]]


def test_a_copy_that_is_no_longer_what_came_is_made_again(
    tmp_path: Path,
    store: fsspec.AbstractFileSystem,  # noqa: ARG001
) -> None:
    assert found(tmp_path, "memory://shops") == ALL
    (copy,) = (tmp_path / "cache").rglob("north.csv")
    copy.write_bytes(b"nor")
    assert found(tmp_path, "memory://shops") == ALL


def test_names_that_together_read_alike_are_copied_apart(
    tmp_path: Path, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {"/shops/a/r.csv": "x/r.csv", "/shops/a/r.csvx/r.csv": ""}
    monkeypatch.setattr(store, "ukey", versions.get)
    for name in versions:
        store.pipe_file(name, name.encode())
    assert found(tmp_path, "memory://shops/a/**") == list(versions)


def test_a_store_may_name_its_files_without_a_slash_before_them(
    tmp_path: Path, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_names_in", lambda *_: ["shops/north.csv"])
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda _: (store, "shops"))
    assert found(tmp_path, "sftp://host:22") == ["north.csv"]


def test_an_address_may_name_a_store_behind_another(
    tmp_path: Path,
    store: fsspec.AbstractFileSystem,  # noqa: ARG001
) -> None:
    assert found(tmp_path, "simplecache::memory://shops/n*.csv") == ["north.csv"]


def test_a_web_address_is_downloaded_once(tmp_path: Path, server: Server) -> None:
    server.files["r.csv"] = b"rows"
    assert found(tmp_path, f"{server.url}/r.csv") == ["rows"]
    assert found(tmp_path, f"{server.url}/r.csv") == ["rows"]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "message"), [(403, "the server answers 403"), (503, "the server answers 503")]
)
def test_a_server_that_refuses_is_told_in_a_line(
    tmp_path: Path, server: Server, status: int, message: str
) -> None:
    server.files["r.csv"] = b"rows"
    server.failures = [status] * 9
    with pytest.raises(ReelvecError, match=message) as caught:
        found(tmp_path, f"{server.url}/r.csv")
    assert "\n" not in str(caught.value)


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_a_server_that_is_down_is_told_in_a_line_without_the_password(
    tmp_path: Path, scheme: str
) -> None:
    with pytest.raises(ReelvecError, match="Connection refused") as caught:
        found(tmp_path, f"{scheme}://me:secret@127.0.0.1:{closed_port()}/r.csv")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(importlib.util.find_spec("s3fs") is not None, reason="s3fs is installed")
def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"s3://shop/r\.csv: .*another package: Install s3fs"):
        found(tmp_path, "s3://shop/r.csv")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere.csv", "there is no such file"),
        ("no*where.csv", "there are no tables of reviews"),
        ("memory://nowhere/r.csv", "there is no such file"),
        ("memory://nowhere/*.csv", "there is no such file"),
        ("gopher://shop/r.csv", "Protocol not known"),
    ],
)
def test_what_is_not_there_is_told_in_a_line(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(ReelvecError) as caught:
        found(tmp_path, source)
    assert message in str(caught.value)
    assert source in str(caught.value)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="there are no tables of reviews"):
        found(tmp_path, str(tmp_path))

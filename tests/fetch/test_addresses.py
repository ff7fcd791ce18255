"""Addresses: what they say by themselves, and what nobody is to see of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from http_server import Server, running_server

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import shown
from reelvec.fetch.addresses import identity_of, kind_of, name_of
from reelvec.fetch.download import Sources, download
from reelvec.fetch.remote import Patience

QUICK = Patience(attempts=2, first_wait=0.001, longest_wait=0.002, timeout=5)
NAME = "reviews.tar.gz"


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as state:
        yield state


@pytest.mark.parametrize(
    "address",
    [
        "http://USER:SECRET@127.0.0.1:1/f?SECRET",
        "http://USER:SECRET@127.0.0.1:99999/f",
        "http://USER:SECRET@[::1/f",
        "http://USER:SECRET@]/f",
        "http://USER:SECRET/1@127.0.0.1/f",
        "http://USER:/SECRET@127.0.0.1/f?SECRET",
        "http://USER:?SECRET@127.0.0.1/f?SECRET",
        "http://USER:SECRET@:0/f?SECRET#SECRET",
        "http://USER:SECRET@/f",
        "http://USER:SECRET@a..b/f?SECRET",
        "http://USER:SECRET@\uff0f/f?SECRET",
        "ftp://USER:SECRET@127.0.0.1/f?SECRET",
        "http:/USER:SECRET@127.0.0.1/f?SECRET",
        " HTTP://USER:SECRET@[/f?SECRET",
        "file://USER:SECRET@[/f?SECRET",
    ],
)
def test_an_address_that_fails_is_one_plain_message_without_its_secrets(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], address: str
) -> None:
    told = ""
    for mirror, named in ((address, False), (None, True)):
        places = Sources(tmp_path / "cache", mirror, QUICK)
        with pytest.raises(ReelvecError) as problem:
            places.named(address, "imdb.source") if named else places.fetch(NAME, address)
        told += str(problem.value)
    told += capfd.readouterr().err
    assert "SECRET" not in told
    assert "USER" not in told
    assert told.count("/f") >= 2


@pytest.mark.parametrize("where", ["ftp://SECRET@127.0.0.1/f?SECRET", "http://SECRET@[/f"])
def test_an_address_that_a_server_sends_on_to_is_not_shown(
    server: Server, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.Session, "get_redirect_target", lambda *_: where)
    monkeypatch.setattr(requests.Response, "is_redirect", True)
    with pytest.raises(ReelvecError) as problem:
        download(f"{server.url}/{NAME}", tmp_path / NAME, QUICK)
    assert "SECRET" not in str(problem.value)
    assert NAME in str(problem.value)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("http://host:80/a/b@1.0", "http://host:80/a/b@1.0"),
        ("https://u@[::1]:8/f", "https://[::1]:8/f"),
        ("https://host/f?a=b#c", "https://host/f?…"),
        ("simplecache::s3://KEY:SECRET@b/x", "simplecache::s3://b/x"),
        ("zip://a.csv::s3://KEY:SECRET@b/x.zip", "zip://b/x.zip"),
        ("/home/me@work/a?b=c#d", "/home/me@work/a?b=c#d"),
        ("data/a:b@c", "data/a:b@c"),
        ("sqlite:////home/me/mlflow.db", "sqlite:////home/me/mlflow.db"),
    ],
)
def test_what_is_not_secret_is_shown(address: str, text: str) -> None:
    assert shown(address) == text


@pytest.mark.parametrize(
    ("source", "name", "kind"),
    [
        ("official", "official", "official"),
        ("data/sample/reviews.tar.gz", "reviews.tar.gz", "sample"),
        ("/home/me/reelvec/data/sample/v.txt", "v.txt", "sample"),
        ("data/samples/v.txt", "v.txt", "other"),
        ("http://host/a%20b.zip?download=1", "a b.zip", "other"),
        ("file:///data/sample/v.txt", "v.txt", "sample"),
    ],
)
def test_sources_are_told_apart(source: str, name: str, kind: str) -> None:
    assert (name_of(source), kind_of(source)) == (name, kind)


def test_the_same_file_is_the_same_for_whoever_asks() -> None:
    assert identity_of("http://me:secret@host/f?a=1") == identity_of("http://host/f?a=1")
    assert identity_of("http://host/f?a=1") != identity_of("http://host/f?a=2")

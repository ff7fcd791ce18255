"""Downloads: what a flaky network, a changed file or a full disk must not break."""

import errno
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from http_server import Server, running_server

from reelvec.base.errors import ReelvecError
from reelvec.fetch.download import Sources, download, one_at_a_time
from reelvec.fetch.remote import READ_AT_ONCE, NotThereError, Patience, RemoteBody

QUICK = Patience(attempts=4, first_wait=0.001, longest_wait=0.002, timeout=5)
CONTENT = random.Random(1).randbytes(1_000_000)
NAME, SECRET = "reviews.tar.gz", "s3cr3t"
KEPT = {NAME, f"{NAME}.sha256", f"{NAME}.lock"}
"""What a download leaves: the file, its hash, and the lock, which to delete would break."""


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as state:
        state.files[NAME] = CONTENT
        yield state


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / NAME


def files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def get(server: Server, target: Path) -> Path:
    return download(f"{server.url}/{NAME}", target, QUICK)


def sources(tmp_path: Path, mirror: str | None = None) -> Sources:
    return Sources(tmp_path / "cache", mirror, QUICK)


class KilledError(Exception):
    pass


def interrupted(server: Server, target: Path, at: int, address: str | None = None) -> None:
    """A download that breaks off at a byte and is not taken up again."""

    def killed(*_: Any) -> None:
        raise KilledError

    server.cuts = [at]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RemoteBody, "_say_waiting", killed)
        with pytest.raises(KilledError):
            download(address or f"{server.url}/{NAME}", target, QUICK)
    assert len(server.requests) == 1


def test_a_download_arrives_whole_and_leaves_nothing_beside_it(
    server: Server, target: Path
) -> None:
    assert get(server, target) == target
    assert target.read_bytes() == CONTENT
    assert files_below(target.parent) == KEPT


def test_many_that_get_a_file_at_once_get_one_good_file(server: Server, target: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: get(server, target).read_bytes(), range(8)))
    assert found == [CONTENT] * 8
    assert len(server.requests) == 1
    assert files_below(target.parent) == KEPT


def test_another_process_is_waited_for(server: Server, target: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from reelvec.fetch.download import download; "
        "from reelvec.fetch.remote import Patience; "
        "download(sys.argv[1], Path(sys.argv[2]), Patience())"
    )
    command = [sys.executable, "-c", program, f"{server.url}/{NAME}", str(target)]
    server.files[NAME] = CONTENT * 20
    others = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in others] == [0, 0]
    assert target.read_bytes() == CONTENT * 20
    assert len(server.requests) == 1
    assert files_below(target.parent) == KEPT


def test_the_lock_of_a_file_is_always_the_same(target: Path) -> None:
    """Who waits has opened it: one that is deleted keeps nobody out."""
    with one_at_a_time(target):
        (lock,) = target.parent.iterdir()
        first = lock.stat()
    with one_at_a_time(target):
        assert lock.stat().st_ino == first.st_ino


def test_what_another_program_writes_between_is_not_kept(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object) -> None:
        with target.with_name(f"{NAME}.part").open("ab") as stream:
            stream.write(b"mine")

    monkeypatch.setattr(RemoteBody, "_say_waiting", write)
    server.cuts = [600_000]
    assert get(server, target).read_bytes() == CONTENT
    assert files_below(target.parent) == KEPT


@pytest.mark.parametrize("damaged", [CONTENT[:-1], CONTENT + b"x", b"", CONTENT[:-1] + b"x"])
def test_a_kept_file_that_has_changed_is_replaced(
    server: Server, tmp_path: Path, damaged: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"{server.url}/{NAME}"
    ways = [lambda: sources(tmp_path).fetch(NAME, address)]
    ways.append(lambda: sources(tmp_path).named(address, "imdb.source"))
    for fetch in ways:
        place = fetch()
        place.write_bytes(damaged)
        assert fetch() == place
        assert place.read_bytes() == CONTENT
        assert "not what was downloaded; it is replaced" in capsys.readouterr().err


def test_a_file_that_a_person_put_into_the_cache_is_used(server: Server, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / NAME).write_bytes(b"by hand")
    assert sources(tmp_path).fetch(NAME, f"{server.url}/{NAME}").read_bytes() == b"by hand"
    assert not server.requests


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_server_in_trouble_is_asked_again(server: Server, target: Path, status: int) -> None:
    server.failures = [status] * 3
    assert get(server, target).read_bytes() == CONTENT
    assert len(server.requests) == 4


def test_waits_grow_up_to_the_longest(
    server: Server, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.failures = [503] * 3
    download(f"{server.url}/{NAME}", target, Patience(4, 0.001, 0.003, 5))
    waits = [line.rpartition(" in ")[2] for line in capsys.readouterr().err.splitlines()[1:]]
    assert waits == ["0.001 s", "0.002 s", "0.003 s"]


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_server_asks_for_is_kept(
    server: Server, target: Path, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    server.failures, server.retry_after = [status], 1
    start = time.monotonic()
    assert get(server, target).read_bytes() == CONTENT
    assert time.monotonic() - start >= 1
    assert f"the server answers {status} " in capsys.readouterr().err.splitlines()[1]


def test_after_the_last_attempt_a_message_says_what_to_do(server: Server, target: Path) -> None:
    server.failures = [503] * 99
    with pytest.raises(ReelvecError, match=r"503 .*4 times in a row; .*REELVEC_MIRROR.*reviews"):
        get(server, target)
    assert len(server.requests) == 4
    assert not target.exists()


def test_a_refused_connection_is_named_plainly(target: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/{NAME}"
        with pytest.raises(ReelvecError, match=f"^{address}: Connection refused, 4 times"):
            download(address, target, QUICK)


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_not_there_is_not_asked_for_again(
    server: Server, target: Path, status: int
) -> None:
    server.failures = [status]
    with pytest.raises(NotThereError, match=f"{status} .*check the address"):
        get(server, target)
    assert len(server.requests) == 1


def test_a_forbidden_file_is_an_error_at_once(server: Server, target: Path) -> None:
    server.failures = [403]
    with pytest.raises(ReelvecError, match="403 Forbidden"):
        get(server, target)
    assert len(server.requests) == 1


def test_an_address_that_is_none_is_an_error(target: Path) -> None:
    with pytest.raises(ReelvecError, match="http://"):
        download("http://", target, QUICK)


def test_a_broken_connection_goes_on_where_it_broke(server: Server, target: Path) -> None:
    server.cuts = [300_000, 200_000]
    assert get(server, target).read_bytes() == CONTENT
    assert len(server.requests) == 3
    assert server.sent < len(CONTENT) + 2 * READ_AT_ONCE
    assert server.requests[1].range is not None
    assert server.requests[1].if_range is not None


def test_connections_may_break_any_number_of_times_if_each_brings_something(
    server: Server, target: Path
) -> None:
    server.cuts = [READ_AT_ONCE] * 12
    assert get(server, target).read_bytes() == CONTENT


def test_a_later_run_asks_only_for_the_rest(server: Server, target: Path) -> None:
    interrupted(server, target, at=600_000)
    assert not target.exists()
    begun = target.with_name(f"{NAME}.part").stat().st_size
    assert 500_000 < begun <= 600_000
    server.sent = 0
    assert get(server, target).read_bytes() == CONTENT
    assert server.requests[-1].range == f"bytes={begun}-"
    assert server.sent == len(CONTENT) - begun
    assert files_below(target.parent) == KEPT


def test_a_server_without_ranges_sends_all_again(server: Server, target: Path) -> None:
    interrupted(server, target, at=600_000)
    server.ranges = False
    assert get(server, target).read_bytes() == CONTENT


def test_without_ranges_a_broken_connection_begins_again(server: Server, target: Path) -> None:
    server.ranges = False
    server.cuts = [300_000, 200_000]
    assert get(server, target).read_bytes() == CONTENT
    assert files_below(target.parent) == KEPT


def test_a_server_that_always_breaks_off_is_given_up(server: Server, target: Path) -> None:
    server.ranges = False
    server.cuts = [1000] * 99
    with pytest.raises(ReelvecError, match="run the same command"):
        get(server, target)
    assert not target.exists()


@pytest.mark.parametrize("size", [1_000_000, 600_000, 10])
def test_a_file_that_changed_is_never_mixed_with_its_old_beginning(
    server: Server, target: Path, size: int
) -> None:
    interrupted(server, target, at=600_000)
    server.files[NAME] = changed = random.Random(2).randbytes(size)
    assert get(server, target).read_bytes() == changed


def test_a_beginning_without_a_known_version_is_not_trusted(server: Server, target: Path) -> None:
    server.validators = False
    interrupted(server, target, at=600_000)
    server.files[NAME] = changed = random.Random(2).randbytes(len(CONTENT))
    assert get(server, target).read_bytes() == changed
    assert server.requests[-1].range is None


def test_the_beginning_from_another_address_is_not_continued(server: Server, target: Path) -> None:
    server.tag = '"Thu, 20 Nov 2025 00:00:00 GMT"'
    interrupted(server, target, at=600_000)
    server.files["other"] = random.Random(3).randbytes(900_000)
    assert download(f"{server.url}/other", target, QUICK).read_bytes() == server.files["other"]


def test_a_disk_that_fills_up_leaves_no_result_and_the_next_run_completes(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Path.open

    def open_on_small_disk(path: Path, mode: str = "r", **options: Any) -> Any:
        stream = original(path, mode, **options)
        return SmallDisk(stream) if mode == "ab" else stream

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", open_on_small_disk)
        with pytest.raises(OSError, match="No space left"):
            get(server, target)
    assert not target.exists()
    assert get(server, target).read_bytes() == CONTENT


def test_without_versions_a_file_that_changes_its_size_midway_begins_again(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = random.Random(2).randbytes(900_000)
    monkeypatch.setattr(RemoteBody, "_say_waiting", lambda *_: server.files.update({NAME: changed}))
    server.validators, server.cuts = False, [600_000]
    assert get(server, target).read_bytes() == changed


def test_a_server_that_sends_less_than_the_range_is_asked_for_the_rest(server: Server) -> None:
    server.longest_range = 150_000
    body = RemoteBody(f"{server.url}/{NAME}", QUICK, 1000, 500_999)
    assert body.read() == CONTENT[1000:501_000]
    assert len(server.requests) == 4


class SmallDisk:
    """A file on a disk with room for 200,000 bytes more."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._room = stream, 200_000

    def __enter__(self) -> "SmallDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: bytes) -> int:
        if len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._room -= len(data)
        return int(self._stream.write(data))


def test_a_range_is_read_like_a_file(server: Server) -> None:
    body = RemoteBody(f"{server.url}/{NAME}", QUICK, 1000, 200_999)
    server.cuts = [5000]
    assert body.read(10) == CONTENT[1000:1010]
    assert body.tell() == 10
    assert body.read() == CONTENT[1010:201_000]
    assert body.read(10) == b""
    body.close()
    assert body.closed


def test_a_range_may_be_counted_from_the_end(server: Server) -> None:
    body = RemoteBody(f"{server.url}/{NAME}", QUICK, -1000)
    assert (body.position, body.stop) == (len(CONTENT) - 1000, len(CONTENT))
    assert body.read() == CONTENT[-1000:]
    body.close()


def test_the_cache_comes_before_the_mirror_and_the_mirror_before_the_official_address(
    server: Server, tmp_path: Path
) -> None:
    official = f"{server.url}/{NAME}"
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / NAME).write_bytes(b"from the mirror")
    found = sources(tmp_path, str(mirror)).fetch(NAME, official)
    assert found == mirror / NAME, "a local mirror is used in place"
    assert not server.requests
    (mirror / NAME).unlink()
    assert sources(tmp_path, str(mirror)).fetch(NAME, official).read_bytes() == CONTENT
    (mirror / NAME).write_bytes(b"from the mirror")
    found = sources(tmp_path, str(mirror)).fetch(NAME, official)
    assert found == tmp_path / "cache" / NAME
    assert len(server.requests) == 1


def test_a_mirror_may_be_a_file_address(tmp_path: Path) -> None:
    folder = tmp_path / "a mirror"
    folder.mkdir()
    (folder / NAME).touch()
    assert sources(tmp_path, folder.as_uri()).local([NAME]) == folder / NAME


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_may_be_an_address_and_is_downloaded_once(
    server: Server, tmp_path: Path, slash: str
) -> None:
    server.files = {f"pub/a mirror/{NAME}": CONTENT}
    mirror = f"{server.url}/pub/a%20mirror{slash}"
    for _ in range(2):
        found = sources(tmp_path, mirror).fetch(NAME, f"{server.url}/nowhere")
        assert found == tmp_path / "cache" / NAME
        assert found.read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_what_a_mirror_lacks_comes_from_the_official_address(
    server: Server, tmp_path: Path
) -> None:
    found = sources(tmp_path, f"{server.url}/empty").fetch(NAME, f"{server.url}/{NAME}")
    assert found.read_bytes() == CONTENT
    assert [request.path for request in server.requests] == [f"empty/{NAME}", NAME]


def test_a_mirror_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"REELVEC_MIRROR: .*nowhere is not a folder"):
        sources(tmp_path, str(tmp_path / "nowhere")).fetch(NAME, "http://unused")


def test_the_environment_says_where_cache_and_mirror_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("REELVEC_CACHE", "REELVEC_MIRROR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Sources.from_environment() == Sources(tmp_path / ".cache/reelvec", None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert Sources.from_environment().cache == tmp_path / "xdg/reelvec"
    monkeypatch.setenv("REELVEC_CACHE", "~/mine")
    monkeypatch.setenv("REELVEC_MIRROR", "http://mirror")
    assert Sources.from_environment() == Sources(tmp_path / "mine", "http://mirror")
    monkeypatch.setenv("REELVEC_MIRROR", "")
    assert Sources.from_environment().mirror is None


def test_files_of_equal_name_at_different_addresses_do_not_meet(
    server: Server, tmp_path: Path
) -> None:
    server.files = {f"one/{NAME}": b"one", f"two/{NAME}": b"two"}
    found = [
        sources(tmp_path).named(f"{server.url}/{folder}/{NAME}", "imdb.source")
        for folder in ("one", "two", "one")
    ]
    assert [path.read_bytes() for path in found] == [b"one", b"two", b"one"]
    assert len(server.requests) == 2
    assert sources(tmp_path).local([NAME]) is None


def test_a_source_given_by_path_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match=r"imdb\.source: nowhere.gz: there is no such file"):
        sources(tmp_path).named("nowhere.gz", "imdb.source")
    with pytest.raises(ReelvecError, match=r"imdb\.source: .*: is a folder, not a file"):
        sources(tmp_path).named(str(tmp_path), "imdb.source")


@pytest.mark.parametrize("failures", [[503, 404], [403], [503] * 9])
def test_nothing_secret_in_an_address_is_shown_or_stored(
    server: Server, target: Path, capsys: pytest.CaptureFixture[str], failures: list[int]
) -> None:
    address = f"{server.url}/{NAME}?key={SECRET}".replace("//", f"//{SECRET}:{SECRET}@")
    server.files[f"{NAME}?key={SECRET}"] = CONTENT
    interrupted(server, target, at=600_000, address=address)
    server.failures = failures
    with pytest.raises(ReelvecError) as problem:
        download(address, target, QUICK)
    assert str(problem.value).startswith(f"{server.url}/{NAME}?…: ")
    assert SECRET not in str(problem.value) + capsys.readouterr().err
    stored = [path for path in target.parent.iterdir() if SECRET.encode() in path.read_bytes()]
    assert stored == []

"""Nothing half-written is ever taken for a result, and nothing is lost."""

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from reelvec.base.project.files import (
    LEFT_BEHIND,
    read_json,
    replacing,
    sha256_of,
    write_json,
    write_text,
)


class PulledPlugError(Exception):
    """What goes wrong half-way."""


def fail_half_way(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise PulledPlugError


@pytest.mark.parametrize("before", ["old", None])
def test_a_failure_half_way_leaves_what_was_there(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "folder" / "file"
    if before is not None:
        write_text(path, before)
    with pytest.raises(PulledPlugError):
        fail_half_way(path)
    assert [entry.name for entry in path.parent.iterdir()] == ([path.name] if before else [])
    if before is not None:
        assert path.read_text() == before


def test_a_failure_half_way_leaves_an_old_folder_whole(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_text(folder / "weights", "old")

    def fail() -> None:
        with replacing(folder) as temporary:
            temporary.mkdir()
            (temporary / "weights").write_text("new")
            raise PulledPlugError

    with pytest.raises(PulledPlugError):
        fail()
    assert (folder / "weights").read_text() == "old"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_new_folder_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_text(folder / "left over", "old")
    with replacing(folder) as temporary:
        temporary.mkdir()
        (temporary / "weights").write_text("new")
    assert [entry.name for entry in folder.iterdir()] == ["weights"]


def killed_half_way(path: Path) -> Path:
    """What a writer of `path` leaves that is killed."""
    child = os.fork()
    if child == 0:
        with replacing(path) as temporary:
            temporary.write_text("half")
            os._exit(9)  # as a kill does: nothing is cleaned up
    os.waitpid(child, 0)
    (left,) = path.parent.iterdir()
    return left


def test_what_a_killed_process_left_is_swept_away_when_it_is_old(tmp_path: Path) -> None:
    path = tmp_path / "file[1]"
    left = killed_half_way(path)
    write_text(path, "whole")
    assert left.exists(), "its writer might still be at work"
    os.utime(left, (0, time.time() - LEFT_BEHIND - 1))
    write_text(path, "whole")
    assert list(tmp_path.iterdir()) == [path]


def test_the_slower_of_two_writers_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with replacing(path) as slow:
        slow.write_text("slow")
        write_text(path, "fast")
        assert path.read_text() == "fast"
    assert path.read_text() == "slow"
    assert list(tmp_path.iterdir()) == [path]


def test_many_may_replace_a_folder_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "model"

    def write(number: int) -> None:
        for _ in range(20):
            with replacing(folder) as temporary:
                temporary.mkdir()
                for name in "ab":
                    (temporary / name).write_text(str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert list(tmp_path.iterdir()) == [folder]
    assert (folder / "a").read_text() == (folder / "b").read_text()


def test_all_bytes_are_on_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    events: list[object] = []
    original = Path.replace

    def replace(path: Path, target: Path) -> None:
        events.append("renamed")
        original(path, target)

    monkeypatch.setattr(os, "fsync", lambda opened: events.append(os.fstat(opened).st_ino))
    monkeypatch.setattr(Path, "replace", replace)
    with replacing(folder) as temporary:
        (temporary / "part").mkdir(parents=True)
        (temporary / "part" / "weights").touch()
    written = [folder, folder / "part", folder / "part" / "weights"]
    assert set(events[:3]) == {path.stat().st_ino for path in written}
    assert events[3:] == ["renamed", tmp_path.stat().st_ino]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "metrics.json"
    write_json(path, {"accuracy": 0.5})

    def no_space(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", no_space)
        with pytest.raises(OSError, match="No space left"):
            write_json(path, {"accuracy": 0.9})
    assert read_json(path) == {"accuracy": 0.5}
    assert list(tmp_path.iterdir()) == [path]


def test_json_is_the_same_text_for_numpy_numbers_and_noise_in_the_last_bits(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"b": np.float32(0.5), "a": [np.int64(3), -1e-12, 0.1 + 0.2], "é": (True,)})
    first = path.read_bytes()
    write_json(path, {"b": 0.5, "a": [3, 0.0, 0.3], "é": [True]})
    assert path.read_bytes() == first
    assert list(read_json(path)) == ["b", "a", "é"], "in the order of insertion"
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"a": float("nan")})
    assert path.read_bytes() == first


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a").startswith("ba7816bf8f01cfea414140de5dae2223")

"""Locks of stores: where their files are, and whom they keep apart."""

from pathlib import Path

import pytest
from filelock import FileLock

from reelvec.tracking.lock import writing_lock_of


def file_of(uri: str) -> str:
    found = writing_lock_of(uri)
    assert isinstance(found, FileLock)
    return str(found.lock_file)


def test_the_lock_of_a_server_is_in_the_cache_whoever_asks_with_what_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELVEC_CACHE", str(tmp_path / "cache"))
    first, second, other = map(file_of, ("http://me:one@host", "http://you:two@host", "http://at"))
    assert first == second != other
    assert Path(first).parent == tmp_path / "cache"

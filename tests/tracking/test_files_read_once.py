"""A digest is that of what files hold now, but where they are said to stay."""

from pathlib import Path

import pytest

from reelvec.tracking import fingerprint
from reelvec.tracking.fingerprint import digest_of, files_read_once


def test_files_that_stay_are_read_once_and_give_the_same_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / name for name in "ab"]
    for file in files:
        file.write_text(file.name)
    expected, read = digest_of([1], files, tmp_path), []
    listing_of = fingerprint.listing_of

    def noted(paths: list[Path], root: Path) -> str:
        read.extend(paths)
        return listing_of(paths, root)

    monkeypatch.setattr(fingerprint, "listing_of", noted)
    with files_read_once():
        for _ in range(3):
            assert digest_of([1], files, tmp_path) == expected
        assert digest_of([1], files[::-1], tmp_path) != expected
    assert read == files


def test_after_the_block_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "a"
    digests = []
    for text in "ab":
        file.write_text(text)
        with files_read_once():
            digests.append(digest_of(None, [file], tmp_path))
        digests.append(digest_of(None, [file], tmp_path))
    assert digests[0] == digests[1] != digests[2] == digests[3]

"""Getting the official files: from the download cache, from a mirror, or over the network."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock, Timeout
from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import shown
from reelvec.base.project.files import remove, sync, write_text
from reelvec.fetch.addresses import identity_of, is_remote, local_path, name_of
from reelvec.fetch.kept import cache_folder, is_whole, note_hash
from reelvec.fetch.remote import (
    READ_AT_ONCE,
    NotThereError,
    Patience,
    RangesRefusedError,
    RemoteBody,
    say,
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where files are looked for, in this order: cache, mirror, official address.

    Attributes:
        cache: folder that downloaded files are kept in.
        mirror: a folder, or a file:, http: or https: address of one, that holds files under
            their official names.
        patience: how often to try over the network.
    """

    cache: Path
    mirror: str | None = None
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def from_environment(cls) -> "Sources":
        """The cache folder, and the mirror that REELVEC_MIRROR names."""
        return cls(cache_folder(), os.environ.get("REELVEC_MIRROR") or None)

    def local(self, names: Sequence[str]) -> Path | None:
        """The first of these files in the cache or, used in place, in a mirror on this machine.

        Raises:
            ReelvecError: the mirror is a folder that does not exist.
        """
        found = next((self.cache / name for name in names if is_whole(self.cache / name)), None)
        if not self.mirror or is_remote(self.mirror):
            return found
        folder = local_path(self.mirror)
        if not folder.is_dir():
            raise ReelvecError(f"REELVEC_MIRROR: {shown(self.mirror)} is not a folder")
        return found or next((folder / name for name in names if (folder / name).is_file()), None)

    def addresses(self, names: Sequence[str], official: str) -> list[str]:
        """Where to ask over the network: for each name at the mirror, then officially."""
        base = f"{self.mirror.rstrip('/')}/" if self.mirror and is_remote(self.mirror) else None
        return [*(f"{base}{quote(name)}" for name in names if base), official]

    def fetch(self, name: str, official: str) -> Path:
        """A file on this machine: found in the cache or mirror, else downloaded to the cache.

        Raises:
            ReelvecError: no source has it, or the network fails.
        """
        local = self.local([name])
        if local is not None:
            return local
        *mirrored, last = self.addresses([name], official)
        for address in mirrored:
            try:
                return download(address, self.cache / name, self.patience)
            except NotThereError:
                say(f"{shown(address)}: not there; going on to {shown(last)}")
        return download(last, self.cache / name, self.patience)

    def named(self, source: str, key: str) -> Path:
        """A file that a parameter names by path or address; one far away is downloaded once.

        Args:
            source: the parameter's value.
            key: the parameter's name, for the message.

        Raises:
            ReelvecError: there is no such file.
        """
        if is_remote(source):
            place = self.folder_of(source) / name_of(source)
            return place if is_whole(place) else download(source, place, self.patience)
        path = local_path(source)
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "there is no such file"
            raise ReelvecError(f"params.yaml: {key}: {shown(source)}: {what}")
        return path

    def folder_of(self, address: str) -> Path:
        """The part of the cache for an address of the user's, where names cannot collide."""
        return self.cache / "addresses" / identity_of(address)


def download(address: str, target: Path, patience: Patience) -> Path:
    """Download a file, going on where an earlier attempt stopped.

    Bytes are collected in `target` + `.part`, which becomes `target` when it is complete. Beside
    it stands a note of the address and the version of the file that they belong to. Of several
    that download the same file at once, one does, and the others wait for it. A file that is
    there but no longer what was downloaded is replaced.

    Returns:
        `target`.

    Raises:
        ReelvecError: the file is not there, or all attempts failed; what came is kept for the
            next time.
    """
    part = target.with_name(f"{target.name}.part")
    note = target.with_name(f"{target.name}.part.from")
    with one_at_a_time(target):
        if is_whole(target):
            return target
        if target.exists():
            say(f"warning: {target}: not what was downloaded; it is replaced")
        say(f"downloading {shown(address)}")
        for _ in range(patience.attempts):
            try:
                size = _download_rest(address, part, note, patience)
            except RangesRefusedError:
                remove(part)
                continue
            if size not in (None, part.stat().st_size):
                remove(part)  # something else wrote to it
                continue
            note_hash(part, target)
            part.replace(target)
            sync(target.parent)
            remove(note)
            return target
    raise ReelvecError(f"{shown(address)}: the file keeps changing; run the same command later")


@contextmanager
def one_at_a_time(target: Path) -> Iterator[None]:
    """Get a file alone: whoever else wants to waits, be it another thread or another process."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # The lock's file stays: to delete it would part those who hold it from those who come.
    lock = FileLock(target.with_name(f"{target.name}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        say(f"waiting for the process that is getting {target.name}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _download_rest(address: str, part: Path, note: Path, patience: Patience) -> int | None:
    """Append to `part` what it lacks; returns the size that the server says it has then."""
    version = _version_begun(address, part, note)
    if version is None:
        remove(part)
    start = part.stat().st_size if version else 0
    body = RemoteBody(address, patience, start, validator=version if start else None)
    try:
        if body.validator:
            write_text(note, f"{identity_of(address)}\n{body.validator}")
        else:
            remove(note)
        with part.open("ab") as stream, byte_bar(part.stem, body.size, start) as bar:
            while chunk := body.read(READ_AT_ONCE):
                stream.write(chunk)
                bar.update(len(chunk))
        return body.size
    finally:
        body.close()


def _version_begun(address: str, part: Path, note: Path) -> str | None:
    """The version of the file that `part` is the beginning of; None when that is not certain."""
    if not part.is_file() or not note.is_file():
        return None
    begun, _, version = note.read_text(encoding="utf-8").partition("\n")
    return version if begun == identity_of(address) and version else None


def byte_bar(name: str, total: int | None, start: int = 0) -> Any:
    """A progress bar for bytes, on a terminal only."""
    return tqdm(
        desc=name, total=total, initial=start, unit="B", unit_scale=True, leave=False, disable=None
    )

"""The files that a source names: one or many, a folder or a glob, here or far away."""

import glob
import hashlib
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import shown
from reelvec.base.project.files import replacing
from reelvec.fetch.addresses import is_remote, local_path
from reelvec.fetch.download import Sources, one_at_a_time
from reelvec.fetch.kept import is_whole, note_hash
from reelvec.fetch.remote import say

KEY = "imdb.source"
STORE = re.compile(r"(?!file:)[a-z][a-z0-9+.:-]*://", re.IGNORECASE)
"""How the address of a store begins that is neither this machine nor http."""


def files_named(source: str, sources: Sources, wanted: Callable[[str], bool] = bool) -> list[Path]:
    """The files that one source names, on this machine; what lies far away is copied once.

    Args:
        source: a path or an address, of a file or a folder, or a glob of such.
        sources: where copies are kept.
        wanted: whether a file of a folder is read, by its name; the others are named in a warning,
            hidden ones (`.name`, `_name`) apart.

    Returns:
        one path or more: as the source names it, or in the order of their names.

    Raises:
        ReelvecError: there is no such file, or the store does not hand it over.
    """
    if is_remote(source):
        return [sources.named(source, KEY)]
    if STORE.match(source):
        return _copied(source, sources, wanted)
    path = local_path(source)
    if path.is_dir():
        inside = path.rglob("*")
        names = (each.relative_to(path).as_posix() for each in inside if each.is_file())
        found = [path / name for name in _kept(sorted(names), wanted)]
    elif glob.has_magic(source) and not path.exists():
        pattern = str(path.relative_to(path.anchor))
        found = [each for each in sorted(Path(path.anchor).glob(pattern)) if each.is_file()]
    else:
        found = [sources.named(source, KEY)]
    if not found:
        raise ReelvecError(f"params.yaml: {KEY}: {source}: there are no tables of reviews")
    return found


def _kept(names: list[str], wanted: Callable[[str], bool]) -> list[str]:
    """Those files of a folder that are read."""
    visible = [
        name for name in names if not any(part[0] in "._" for part in PurePosixPath(name).parts)
    ]
    for name in visible:
        if not wanted(name):
            say(f"warning: {name}: no table of reviews, not read")
    return [name for name in visible if wanted(name)]


def _copied(address: str, sources: Sources, wanted: Callable[[str], bool]) -> list[Path]:
    """Copies of the files at an address that fsspec knows; a file that has changed is new."""
    import fsspec

    try:
        store, path = fsspec.core.url_to_fs(address)
        names = _names_in(store, path, wanted)
        found = [_copy(store, name, address, sources) for name in names]
    except ImportError as error:
        raise ReelvecError(
            f"{shown(address)}: this kind of address needs another package: {error}"
        ) from None
    except ReelvecError:
        raise
    except Exception as error:  # Each kind of store has errors of its own.
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ReelvecError(
            f"{shown(address)}: {reason}; check the address, and whether you may read there"
        ) from None
    if not found:
        raise ReelvecError(f"params.yaml: {KEY}: {shown(address)}: there is no such file")
    return found


def _names_in(store: Any, path: str, wanted: Callable[[str], bool]) -> list[str]:
    if glob.has_magic(path):
        return sorted(name for name in store.glob(path) if store.isfile(name))
    if not store.isdir(path):
        return [path] if store.exists(path) else []
    # What lies above the folder may be hidden.
    base = f"{path.rstrip('/')}/"
    inside = sorted(name.removeprefix(base) for name in store.find(path))
    return [base + name for name in _kept(inside, wanted)]


def _copy(store: Any, name: str, address: str, sources: Sources) -> Path:
    version = hashlib.sha256(f"{name}\n{store.ukey(name)}".encode()).hexdigest()[:16]
    place = sources.folder_of(address) / version / PurePosixPath(name).name
    with one_at_a_time(place):
        if not is_whole(place):
            say(f"copying {name}")
            with replacing(place) as temporary:
                store.get_file(name, str(temporary))
                note_hash(temporary, place)
    return place

"""What the path or address of a source says by itself."""

import hashlib
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import url2pathname

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import shown

SourceKind = Literal["official", "sample", "other"]

OFFICIAL = "official"


def is_remote(source: str) -> bool:
    """Whether a source is an address of http or https.

    Raises:
        ReelvecError: it is one that cannot be read.
    """
    return _parts(source).scheme in ("http", "https")


def local_path(source: str) -> Path:
    """Where a source on this machine lies, be it a path or an address of file:."""
    parts = _parts(source)
    return Path(url2pathname(parts.path) if parts.scheme == "file" else source).expanduser()


def name_of(source: str) -> str:
    """The file name at the end of a path or address."""
    path = unquote(_parts(source).path) if is_remote(source) else local_path(source).as_posix()
    return PurePosixPath(path).name


def identity_of(address: str) -> str:
    """16 hexadecimal digits for what an address names, whoever asks for it with what password."""
    parts = _parts(address)
    asked = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def kind_of(source: str) -> SourceKind:
    """Whether a source is the official one, the project's generated sample, or something else."""
    if source == OFFICIAL:
        return "official"
    parts = local_path(source).parts
    return "sample" if ("data", "sample") in pairwise(parts) else "other"


def _parts(source: str) -> SplitResult:
    try:
        parts = urlsplit(source)
        _ = parts.port  # read here, for only this checks it
    except ValueError:
        # Python's own reason names the password where that is what it stumbles over.
        raise ReelvecError(
            f"{shown(source)}: not an address that can be read; check its host and port"
        ) from None
    return parts

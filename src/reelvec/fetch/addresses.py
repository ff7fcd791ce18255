"""What the path or address of a source says by itself."""

from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

SourceKind = Literal["official", "sample", "other"]

OFFICIAL = "official"


def is_remote(source: str) -> bool:
    """Whether a source is an address of http or https."""
    return urlsplit(source).scheme in ("http", "https")


def local_path(source: str) -> Path:
    """Where a source on this machine lies, be it a path or an address of file:."""
    parts = urlsplit(source)
    return Path(url2pathname(parts.path) if parts.scheme == "file" else source).expanduser()


def name_of(source: str) -> str:
    """The file name at the end of a path or address."""
    path = unquote(urlsplit(source).path) if is_remote(source) else local_path(source).as_posix()
    return PurePosixPath(path).name


def kind_of(source: str) -> SourceKind:
    """Whether a source is the official one, the project's generated sample, or something else."""
    if source == OFFICIAL:
        return "official"
    parts = local_path(source).parts
    return "sample" if ("data", "sample") in pairwise(parts) else "other"


def shown(address: str) -> str:
    """An address without the user name and password that it may hold."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

"""Disks that are nearly full."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGE = "8g"


@contextmanager
def own_disk(place: Path) -> Iterator[Path]:
    """A disk of its own at a place; only root can have one."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={LARGE}", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def nearly_full(place: Path, left_kib: int) -> Iterator[None]:
    """Leave so much of such a disk to whoever writes meanwhile."""
    _resize(place, f"{shutil.disk_usage(place).used // 1024 + left_kib}k")
    try:
        yield
    finally:
        _resize(place, LARGE)


def _resize(place: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)

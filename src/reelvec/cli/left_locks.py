"""What a run that was killed leaves in DVC's locks: nobody is there to wait for."""

import json
from pathlib import Path
from typing import Any

from reelvec.dvc_interface import held_file_of_locks


def release_the_dead(project: Path) -> None:
    """Take the processes that have ended out of DVC's locks.

    DVC does so itself, but takes a process for alive that has ended and that nobody has asked how,
    and cannot read a file that it was killed while writing.

    Args:
        project: the folder of `dvc.yaml`.
    """
    with held_file_of_locks(project) as path:
        if path is not None:
            path.write_text(json.dumps(_living(_read(path))), encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _living(locks: dict[str, Any]) -> dict[str, Any]:
    """The locks whose processes are at work."""
    written = {path: by for path, by in locks.get("write", {}).items() if _is_at_work(by)}
    read = {path: [*filter(_is_at_work, by)] for path, by in locks.get("read", {}).items()}
    return {"write": written, "read": {path: by for path, by in read.items() if by}}


def _is_at_work(locked_by: dict[str, Any]) -> bool:
    import psutil

    try:
        process = psutil.Process(int(locked_by["pid"]))
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.NoSuchProcess, KeyError, TypeError, ValueError):
        return False

"""Do dvc.yaml, the parameters and the code still give what dvc.lock says? Without data.

`dvc status` cannot tell on a clean clone, where it calls every stage changed because its data is
missing. Here what git holds (code, parameters, metrics) is read from disk, and what the stages
hand to each other is compared within dvc.lock itself. How `dvc.yaml` is expanded, parameters are
read and files are hashed is left to DVC.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reelvec.dvc_interface import File, Stage, hash_of_folder, opened

Entry = Mapping[str, Any]
"""One stage in dvc.lock: its cmd, deps, params and outs."""

Hashes = Mapping[str, str]
"""MD5 by path, that of a folder ending in `.dir`."""

MISSING = object()
CHANGE_LENGTH = 40


def stale_stages(root: Path) -> dict[str, list[str]]:
    """Find the stages whose last result does not come from what is here now.

    A stage that would be rerun only because it follows a stale one is not named. Data that is
    not there is no staleness. Studies, which have a dvc.yaml of their own, are not looked at.

    Args:
        root: the project's folder.

    Returns:
        what differs, by stage in the order of dvc.yaml; empty when nothing does.

    Raises:
        ReelvecError: the folder is no DVC project, or its files cannot be read.
    """
    with opened(root) as pipeline:
        lock = pipeline.locked()
        made = {path: md5 for entry in lock.values() for path, md5 in _hashes(entry, "outs")}
        found = {
            name: list(_differences(stage, lock[name], made, pipeline.root))
            if name in lock
            else ["not in dvc.lock"]
            for name, stage in pipeline.stages.items()
        }
    for name in sorted(lock.keys() - found.keys()):
        found[name] = ["dvc.lock has this stage, dvc.yaml has not"]
    return {name: reasons for name, reasons in found.items() if reasons}


def _differences(stage: Stage, entry: Entry, made: Hashes, root: Path) -> Iterator[str]:
    """What makes one stage stale, one reason at a time."""
    if stage.has_another_command():
        yield "command changed in dvc.yaml"
    yield from _changed_params(stage, entry)
    files = {file.path: file for file in stage.dependencies()}
    deps, outs = dict(_hashes(entry, "deps")), dict(_hashes(entry, "outs"))
    yield from _changed_list("dependency", set(files), set(deps))
    for path, file in files.items():
        if path in deps:
            yield from _changed_dependency(file, deps[path], made, root)
    yield from _changed_list("output", {out.path for out in stage.outputs()}, set(outs))
    for out in stage.outputs():
        # What DVC keeps in its cache, or nobody keeps, may be missing here; what git keeps may not.
        if out.path in outs and not out.is_cached and not out.is_ignored():
            yield from _state(out)


def _changed_params(stage: Stage, entry: Entry) -> Iterator[str]:
    """Every single parameter that has another value than in dvc.lock."""
    for path, params in stage.params().items():
        before = dict(_leaves(entry.get("params", {}).get(path, {})))
        now = dict(_leaves(params))
        for key in [*now, *(key for key in before if key not in now)]:
            old, new = before.get(key, MISSING), now.get(key, MISSING)
            if old is MISSING:
                yield f"params {key} is not in dvc.lock"
            elif new is MISSING:
                yield f"params {key} is gone"
            elif old != new:
                yield f"params {key} is {_shown(new)}, in dvc.lock {_shown(old)}"


def _changed_list(kind: str, declared: set[str], locked: set[str]) -> Iterator[str]:
    for path in sorted(declared - locked):
        yield f"{kind} {path} is new in dvc.yaml"
    for path in sorted(locked - declared):
        yield f"{kind} {path} is gone from dvc.yaml"


def _changed_dependency(file: File, recorded: str, made: Hashes, root: Path) -> Iterator[str]:
    """Whether a stage read something else than what is here, or than what another stage made."""
    path = file.path
    parts = {out: md5 for out, md5 in made.items() if out.startswith(f"{path}/")}
    if path in made:
        expected = made[path]
    elif parts and not any(md5.endswith(".dir") for md5 in parts.values()):
        expected = hash_of_folder({out.removeprefix(f"{path}/"): parts[out] for out in parts})
    else:
        # Either git holds it, or dvc.lock does not tell: it has no hashes from within a folder.
        wholes = [out for out in made if path.startswith(f"{out}/")]
        if all((root / out).exists() for out in [*parts, *wholes]):
            yield from _state(file)
        return
    if expected != recorded:
        yield f"{path} was made anew since"


def _state(file: File) -> Iterator[str]:
    """How a file on disk differs from dvc.lock, if it does."""
    for state in file.states():
        yield f"{file.path} {'is missing' if state == 'deleted' else 'changed'}"


def _hashes(entry: Entry, kind: str) -> Iterator[tuple[str, str]]:
    """Paths and hashes of a stage's deps or outs in dvc.lock."""
    for item in entry.get(kind, []):
        yield item["path"], item["md5"]


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested mappings as dotted keys: {"a": {"b": 1}} gives ("a.b", 1)."""
    if not isinstance(value, Mapping) or (prefix and not value):
        yield prefix, value
        return
    for key, item in value.items():
        yield from _leaves(item, f"{prefix}.{key}" if prefix else str(key))


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= CHANGE_LENGTH else f"{text[: CHANGE_LENGTH - 1]}…"

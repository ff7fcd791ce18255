"""Do dvc.yaml, the parameters and the code still give what dvc.lock says? Without data.

`dvc status` cannot tell on a clean clone, where it calls every stage changed because its data is
missing. Here what git holds (code, parameters, metrics) is read from disk, and what the stages
hand to each other is compared within dvc.lock itself. How `dvc.yaml` is expanded, parameters are
read and files are hashed is left to DVC.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reelvec.base.errors import ReelvecError

if TYPE_CHECKING:
    from dvc.dependency import Dependency
    from dvc.output import Output
    from dvc.stage import PipelineStage

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
    from dvc.dvcfile import Lockfile
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.stage import PipelineStage

    try:
        with Repo(str(root)) as repo:
            pipeline = Path(repo.root_dir, "dvc.yaml")
            lock_path = str(pipeline.with_suffix(".lock"))
            lock = Lockfile(repo, lock_path).load().get("stages", {})
            made = {path: md5 for entry in lock.values() for path, md5 in _hashes(entry, "outs")}
            found = {
                stage.name: list(_differences(stage, lock[stage.name], made))
                if stage.name in lock
                else ["not in dvc.lock"]
                for stage in repo.index.stages
                if isinstance(stage, PipelineStage) and Path(stage.path) == pipeline
            }
    except DvcException as error:
        raise ReelvecError(f"{root.resolve()}: DVC cannot read this project: {error}") from error
    for name in sorted(lock.keys() - found.keys()):
        found[name] = ["dvc.lock has this stage, dvc.yaml has not"]
    return {name: reasons for name, reasons in found.items() if reasons}


def _differences(stage: "PipelineStage", entry: Entry, made: Hashes) -> Iterator[str]:
    """What makes one stage stale, one reason at a time."""
    from dvc.dependency import ParamsDependency

    if stage.changed_stage():
        yield "command changed in dvc.yaml"
    yield from _changed_params(stage, entry)
    files = {dep.def_path: dep for dep in stage.deps if not isinstance(dep, ParamsDependency)}
    deps, outs = dict(_hashes(entry, "deps")), dict(_hashes(entry, "outs"))
    yield from _changed_list("dependency", set(files), set(deps))
    for path, dep in files.items():
        if path in deps:
            yield from _changed_dependency(dep, deps[path], made)
    yield from _changed_list("output", {out.def_path for out in stage.outs}, set(outs))
    for out in stage.outs:
        # What DVC keeps in its cache, or nobody keeps, may be missing here; what git keeps may not.
        if out.def_path in outs and not out.use_cache and not _is_ignored(out):
            yield from _state(out)


def _changed_params(stage: "PipelineStage", entry: Entry) -> Iterator[str]:
    """Every single parameter that has another value than in dvc.lock."""
    from dvc.dependency import ParamsDependency

    for dep in stage.deps:
        if not isinstance(dep, ParamsDependency):
            continue
        before = dict(_leaves(entry.get("params", {}).get(dep.def_path, {})))
        now = dict(_leaves(dep.read_params()))
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


def _changed_dependency(dep: "Dependency", recorded: str, made: Hashes) -> Iterator[str]:
    """Whether a stage read something else than what is here, or than what another stage made."""
    path = dep.def_path
    parts = {out: md5 for out, md5 in made.items() if out.startswith(f"{path}/")}
    if path in made:
        expected = made[path]
    elif parts and not any(md5.endswith(".dir") for md5 in parts.values()):
        expected = _folder_hash(path, parts)
    else:
        # Either git holds it, or dvc.lock does not tell: it has no hashes from within a folder.
        wholes = [out for out in made if path.startswith(f"{out}/")]
        if all(dep.fs.exists(dep.fs.join(dep.repo.root_dir, out)) for out in [*parts, *wholes]):
            yield from _state(dep)
        return
    if expected != recorded:
        yield f"{path} was made anew since"


def _folder_hash(folder: str, parts: Hashes) -> str:
    """The hash that DVC gives to a folder of files."""
    from dvc_data.hashfile.tree import Tree

    listing = [{"relpath": out.removeprefix(f"{folder}/"), "md5": parts[out]} for out in parts]
    tree = Tree.from_list(listing, hash_name="md5")
    tree.digest()
    return str(tree.hash_info.value)


def _state(file: "Output") -> Iterator[str]:
    """How a file on disk differs from dvc.lock, if it does."""
    for state in file.workspace_status().values():
        yield f"{file.def_path} {'is missing' if state == 'deleted' else 'changed'}"


def _is_ignored(file: "Output") -> bool:
    """Whether git leaves a file alone; without git, whether it is not there."""
    scm = file.repo.scm
    if hasattr(scm, "is_ignored"):
        return bool(scm.is_ignored(file.fs_path))
    return not file.exists


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

"""All that is used of DVC beyond what it documents: its commands, its files and `dvc.api`.

Any release of DVC may change it. tests/test_private_interfaces.py names what is gone, and sees that
no other module imports any of it. Nothing is imported from DVC before it is needed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_text
from reelvec.base.project.paths import STAGES

if TYPE_CHECKING:
    from dvc.output import Output
    from dvc.repo import Repo
    from dvc.repo.index import Index
    from dvc.stage import PipelineStage
    from networkx import DiGraph

LOADED_TO_REPRODUCE = (
    "dvc.cli.parser",
    "dvc.cachemgr",
    "dvc.commands.repro",
    "dvc.data_cloud",
    "dvc.lock",
    "dvc.repo.artifacts",
    "dvc.repo.datasets",
    "dvc.repo.metrics",
    "dvc.repo.params",
    "dvc.repo.plots",
    "dvc.repo.reproduce",
    "dvc.repo.stage",
    "dvc.rwlock",
    "dvc.scm",
    "dvc.utils.strictyaml",
    "dvc_data.hashfile.db.local",
)
"""What `dvc repro` imports: for processes that are forked to run it."""

LOCK_SUFFIX, LOCKED_STAGES = ".lock", "stages:\n"
"""Of a dvc.lock: how its name ends, and the line behind which its stages stand."""

PRINTED_BEFORE_A_RUN = b"Running stage '"
"""By DVC, of a stage that it runs, and not of one that is up to date or in its cache."""

ANCHOR = "&id"
"""How YAML begins what it writes once and refers to again."""

LOCKED_PATHS = Path(".dvc/tmp/rwlock")
"""DVC's file of paths that are read and written, each by the number of a process."""


class Pipeline:
    """The stages of a project's own `dvc.yaml`; `opened` makes it.

    Attributes:
        stages: by name, in the order of the file, each of a `foreach` by itself.
    """

    def __init__(self, repo: "Repo", index: "Index") -> None:
        self._repo, self._index = repo, index
        self.stages = {str(stage.name): Stage(stage) for stage in index.stages}

    @property
    def root(self) -> Path:
        """The project's folder."""
        return Path(self._repo.root_dir)

    def graph(self) -> "DiGraph":
        """The names of the stages; edges lead from a stage to what it needs."""
        from networkx import relabel_nodes

        return relabel_nodes(self._index.graph, lambda stage: str(stage.name))

    def order(self) -> list[str]:
        """The names in the order in which `dvc repro` runs the stages."""
        from dvc.repo.reproduce import plan_repro

        graph = self._index.graph
        return [str(stage.name) for stage in plan_repro(graph, list(graph))]

    def changed(self, names: Iterable[str]) -> set[str]:
        """Those of some stages that `dvc status` would name."""
        with _params_read_once():
            return {name for name in names if self.stages[name].has_changed()}

    def locked(self) -> dict[str, Any]:
        """The stages of `dvc.lock`: cmd, deps, params and outs by name."""
        from dvc.dvcfile import Lockfile

        lock = Lockfile(self._repo, str((self.root / STAGES).with_suffix(".lock")))
        return dict(lock.load().get("stages", {}))


class Stage:
    """One stage, and how it differs from its entry of `dvc.lock`."""

    def __init__(self, stage: "PipelineStage") -> None:
        self._stage = stage

    def has_changed(self) -> bool:
        """Whether `dvc repro` would run it."""
        return bool(self._stage.status())

    def has_another_command(self) -> bool:
        """Whether its command has changed."""
        return bool(self._stage.changed_stage())

    def params(self) -> dict[str, Mapping[str, Any]]:
        """The parameters that it reads, as they are now, by the file that has them."""
        from dvc.dependency import ParamsDependency

        read = [dep for dep in self._stage.deps if isinstance(dep, ParamsDependency)]
        return {str(dep.def_path): dep.read_params() for dep in read}

    def dependencies(self) -> list["File"]:
        """The files and folders that it reads."""
        from dvc.dependency import ParamsDependency

        return [File(dep) for dep in self._stage.deps if not isinstance(dep, ParamsDependency)]

    def outputs(self) -> list["File"]:
        """The files and folders that it makes."""
        return [File(out) for out in self._stage.outs]


class File:
    """A file or a folder that a stage reads or makes."""

    def __init__(self, file: "Output") -> None:
        self._file = file

    @property
    def path(self) -> str:
        """Where it is, as `dvc.yaml` says."""
        return str(self._file.def_path)

    @property
    def is_cached(self) -> bool:
        """Whether DVC keeps it, and not git."""
        return bool(self._file.use_cache)

    def is_ignored(self) -> bool:
        """Whether git leaves it alone; without git, whether it is not there."""
        scm = self._file.repo.scm
        if hasattr(scm, "is_ignored"):
            return bool(scm.is_ignored(self._file.fs_path))
        return not self._file.exists

    def states(self) -> list[str]:
        """How it differs from `dvc.lock`, such as "deleted" or "modified"; nothing if it does not.

        A folder has one for itself.
        """
        return [str(state) for state in self._file.workspace_status().values()]


@contextmanager
def opened(project: Path, *, locked: bool = False) -> Iterator[Pipeline]:
    """A project as DVC reads it.

    Args:
        project: the folder of `dvc.yaml`.
        locked: wait for other commands of DVC, and let them wait.

    Raises:
        ReelvecError: DVC cannot read something, then or while it is open.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.repo.index import Index

    try:
        with (
            Repo(str(project), _wait_for_lock=True) as repo,
            repo.lock if locked else nullcontext(),
        ):
            # To read the studies' files too takes a second.
            yield Pipeline(repo, Index.from_file(repo, str(Path(repo.root_dir, STAGES))))
    except DvcException as error:
        raise ReelvecError(f"{project.resolve() / STAGES}: {error}") from None


@contextmanager
def _params_read_once() -> Iterator[None]:
    """Let DVC parse params.yaml once for all stages: it does so for each, in most of its time."""
    from dvc.dependency import param

    before = param.load_path
    param.load_path = cache(before)
    try:
        yield
    finally:
        param.load_path = before


@contextmanager
def held_file_of_locks(project: Path) -> Iterator[Path | None]:
    """The file `LOCKED_PATHS`, kept from other processes; None where there is none.

    None too while another process is changing it.
    """
    path = (project / LOCKED_PATHS).resolve()
    if not path.is_file():
        yield None
        return
    from dvc.lock import LockError, make_lock

    guard = make_lock(f"{path}.lock", tmp_dir=str(path.parent))
    try:
        guard.lock()
    except LockError:
        yield None
        return
    try:
        yield path
    finally:
        guard.unlock()


def hash_of_folder(hashes: Mapping[str, str]) -> str:
    """The MD5 that DVC gives to a folder of files, ending in `.dir`.

    Args:
        hashes: the MD5 of each file by its path within the folder.
    """
    from dvc_data.hashfile.tree import Tree

    listing = [{"relpath": path, "md5": md5} for path, md5 in hashes.items()]
    tree = Tree.from_list(listing, hash_name="md5")
    tree.digest()
    return str(tree.hash_info.value)


def run_command(arguments: Sequence[str]) -> int:
    """Be `dvc` with these arguments; its exit status."""
    from dvc import dvcfile
    from dvc.cli import main

    before = dvcfile.modify_yaml
    dvcfile.modify_yaml = partial(_modify_yaml, before)
    try:
        return int(main(list(arguments)))
    finally:
        dvcfile.modify_yaml = before


@contextmanager
def _modify_yaml(
    by_dvc: Callable[..., AbstractContextManager[Any]], path: str, fs: Any = None
) -> Iterator[Any]:
    """What DVC changes a file by; of a lock only the lines of the stages that have changed.

    DVC reads the whole lock as if there were comments to keep, and writes the whole: twice as long
    as all else that it does for a stage.
    """
    from dvc.utils.serialize import dumps_yaml, load_yaml

    lock = Path(path)
    parted = _parted(lock) if lock.suffix == LOCK_SUFFIX else None
    if parted is None:
        with by_dvc(path, fs=fs) as content:
            yield content
        return
    head, entries = parted
    content = load_yaml(path)
    before = dict(content["stages"])
    yield content
    changed = {
        name: entry for name, entry in content["stages"].items() if entry is not before.get(name)
    }
    written = dumps_yaml({"stages": changed})
    found = _entries(written)
    # What a parameter repeats by an anchor has a number that is one of the whole file.
    if ANCHOR in written or len(found) != len(changed):
        with by_dvc(path, fs=fs) as whole:
            whole["stages"].update(changed)
    elif changed:
        write_text(lock, "".join([head, *{**entries, **dict(found)}.values()]))


def locked_stages(lock: Path) -> list[tuple[str, str]]:
    """The entries of a dvc.lock in their order: the name of each stage and its lines."""
    return _entries(lock.read_text(encoding="utf-8")) if lock.exists() else []


def _entries(text: str) -> list[tuple[str, str]]:
    stages = text.partition(LOCKED_STAGES)[2]
    found = re.findall(r"^  (\S.*):\n((?:    .*\n?)*)", stages, re.MULTILINE)
    return [(name, f"  {name}:\n{lines}") for name, lines in found]


def _parted(lock: Path) -> tuple[str, dict[str, str]] | None:
    """The head of a lock and the lines of each stage; None where it holds anything else."""
    if lock.is_symlink() or not lock.exists():
        return None
    text = lock.read_text(encoding="utf-8")
    head, line, stages = text.partition(LOCKED_STAGES)
    entries = dict(_entries(text))
    joined = "".join(entries.values())
    alone = joined == stages and joined.endswith("\n") and ANCHOR not in text
    return (head + line, entries) if alone else None


def put_in_order(lock: Path, order: Sequence[str]) -> None:
    """DVC puts what is new at the end of its lock: let it stand as if run one by one."""
    if (parted := _parted(lock)) is None:
        return
    head, entries = parted
    place = {name: number for number, name in reversed([*enumerate(order)])}
    ordered = sorted(entries, key=lambda name: place.get(name, len(place)))
    if ordered != [*entries]:
        write_text(lock, "".join([head, *map(entries.__getitem__, ordered)]))

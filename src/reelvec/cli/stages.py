"""What DVC says of the stages: which need which, and which have changed.

Only those of the project's own dvc.yaml are looked at: to read the studies' files takes a second.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import one_of

if TYPE_CHECKING:
    from networkx import DiGraph


def stages_to_run(
    project: Path, targets: Sequence[str], force: bool
) -> tuple["DiGraph", list[str]]:
    """The stages that changed and all behind them, and the order in which DVC runs stages.

    Edges lead from a stage to what it needs.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.repo.index import Index
    from dvc.repo.reproduce import plan_repro
    from networkx import ancestors, descendants, relabel_nodes

    try:
        with Repo(str(project), _wait_for_lock=True) as repo, repo.lock:
            graph = Index.from_file(repo, str(Path(repo.root_dir, "dvc.yaml"))).graph
            stages = {str(stage.name): stage for stage in graph}
            whole = relabel_nodes(graph, lambda stage: str(stage.name))
            order = [str(stage.name) for stage in plan_repro(graph, list(graph))]
            asked = _asked(targets, list(stages))
            wanted = asked.union(*(descendants(whole, name) for name in asked))
            with _params_read_once():
                changed = {name for name in wanted if force or stages[name].status()}
    except DvcException as error:
        raise ReelvecError(f"{project / 'dvc.yaml'}: {error}") from None
    behind = changed.union(*(ancestors(whole, name) for name in changed))
    return whole.subgraph(behind & wanted), order


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


def _asked(targets: Sequence[str], names: Sequence[str]) -> set[str]:
    """The stages that are named, all of a group such as `train` by its name."""
    found: set[str] = set()
    for target in targets:
        named = {name for name in names if target in (name, name.partition("@")[0])}
        if not named:
            raise ReelvecError(f"dvc.yaml has no stage {target!r}: {one_of(target, names)}")
        found |= named
    return found or set(names)

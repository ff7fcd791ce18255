"""What DVC says of the stages: which need which, and which have changed.

Only those of the project's own dvc.yaml are looked at.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import one_of
from reelvec.dvc_interface import opened

if TYPE_CHECKING:
    from networkx import DiGraph


def stages_to_run(
    project: Path, targets: Sequence[str], force: bool
) -> tuple["DiGraph", list[str]]:
    """The stages that changed and all behind them, and the order in which DVC runs stages.

    Edges lead from a stage to what it needs.
    """
    from networkx import ancestors, descendants

    with opened(project, locked=True) as pipeline:
        whole, order = pipeline.graph(), pipeline.order()
        asked = _asked(targets, list(whole))
        wanted = asked.union(*(descendants(whole, name) for name in asked))
        changed = wanted if force else pipeline.changed(wanted)
    behind = changed.union(*(ancestors(whole, name) for name in changed))
    return whole.subgraph(behind & wanted), order


def _asked(targets: Sequence[str], names: Sequence[str]) -> set[str]:
    """The stages that are named, all of a group such as `train` by its name."""
    found: set[str] = set()
    for target in targets:
        named = {name for name in names if target in (name, name.partition("@")[0])}
        if not named:
            raise ReelvecError(f"dvc.yaml has no stage {target!r}: {one_of(target, names)}")
        found |= named
    return found or set(names)

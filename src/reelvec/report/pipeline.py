"""The stages of `dvc.yaml` and which feeds which."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reelvec.base.errors import ReelvecError

Edges = list[tuple[str, str]]
Parts = tuple[str | None, ...]


def stage_layers(path: Path) -> tuple[list[list[str]], Edges]:
    """Arrange the stages so that each stands below all that feed it.

    A `foreach` stage counts as one; what only a file in git feeds stands in the first layer.

    Args:
        path: `dvc.yaml`.

    Returns:
        layers of stage names, and (from, to) of each pair where one reads what the other makes,
        without those that a longer way implies.

    Raises:
        ReelvecError: the file is missing or no pipeline.
    """
    import networkx as nx

    try:
        stages: dict[str, Any] = YAML(typ="safe", pure=True).load(path)["stages"]
        parts = {name: stage.get("do", stage) for name, stage in stages.items()}
        made = {name: _paths(each.get("outs", [])) for name, each in parts.items()}
        read = {name: _paths(each.get("deps", [])) for name, each in parts.items()}
    except (OSError, YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ReelvecError(f"{path}: no pipeline of DVC ({type(error).__name__})") from None
    graph = nx.DiGraph()
    graph.add_nodes_from(parts)
    graph.add_edges_from(
        (one, other)
        for one in parts
        for other in parts
        if one != other and any(_meet(out, dep) for out in made[one] for dep in read[other])
    )
    layers = [list(layer) for layer in nx.topological_generations(graph)]
    return layers, list(nx.transitive_reduction(graph).edges)


def _paths(entries: list[Any]) -> list[Parts]:
    """Paths as their parts; a part with `${...}` in it is None."""
    texts = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    return [tuple(None if "${" in part else part for part in text.split("/")) for text in texts]


def _meet(one: Parts, other: Parts) -> bool:
    """Whether one path lies within the other.

    `${...}` stands for any name, where either both paths have one or only one of the two has:
    `data/${text}/train` is `data/processed/train`, and not `data/models/${variant}`.
    """
    pairs = list(zip(one, other, strict=False))
    open_sides = {a is None for a, b in pairs if (a is None) != (b is None)}
    if len(open_sides) > 1 or (open_sides and len(one) != len(other)):
        return False
    return all(a is None or b is None or a == b for a, b in pairs)

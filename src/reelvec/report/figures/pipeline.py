"""The stages of the pipeline and which feeds which, as DVC knows them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import STAGES
from reelvec.report.figures.style import empty_figure, house_style

if TYPE_CHECKING:
    import networkx as nx

Edges = list[tuple[str, str]]


def stage_layers(root: Path) -> tuple[list[list[str]], Edges]:
    """Arrange the stages of `dvc.yaml` so that each stands below all that feed it.

    A `foreach` stage counts as one; what only a file in git feeds stands in the first layer.

    Args:
        root: the project's folder.

    Returns:
        layers of stage names, and (from, to) of each pair where one reads what the other makes,
        without those that a longer way implies.

    Raises:
        ReelvecError: there is no pipeline, or DVC cannot read it.
    """
    import networkx as nx

    graph = _graph(root)
    layers = [list(layer) for layer in nx.topological_generations(graph)]
    needed = nx.transitive_reduction(graph).edges
    return layers, [edge for edge in graph.edges if edge in needed]


def mermaid(root: Path) -> str:
    """The same as a flow chart in Mermaid's language, which GitHub draws.

    Raises:
        ReelvecError: as for `stage_layers`.
    """
    _, edges = stage_layers(root)
    return "\n".join(["flowchart TD", *(f"    {one} --> {other}" for one, other in edges)])


def _graph(root: Path) -> "nx.DiGraph":
    """The stages of the folder's `dvc.yaml`, an edge from each to those that read its outputs."""
    import networkx as nx
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    file = root / STAGES
    try:
        with Repo(str(root)) as repo:
            found = repo.index.graph
    except DvcException as error:
        raise ReelvecError(f"{file}: DVC cannot read it: {error}") from None
    own = str(file.resolve())
    graph = nx.DiGraph()
    graph.add_nodes_from(_name(stage) for stage in found if stage.path == own)
    if not graph:
        raise ReelvecError(f"{file}: no pipeline: it names no stage")
    place = {name: number for number, name in enumerate(graph)}
    # DVC draws an arrow from what reads to what is read, and in no order.
    edges = {
        (_name(read), _name(reads))
        for reads, read in found.edges
        if reads.path == own and read.path == own and _name(reads) != _name(read)
    }
    graph.add_edges_from(sorted(edges, key=lambda edge: (place[edge[0]], place[edge[1]])))
    return graph


def _name(stage: Any) -> str:
    """A stage's name, that of its `foreach` where it is one of several."""
    return str(stage.name.partition("@")[0])


def draw_pipeline(layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> Figure:
    """The stages from top to bottom, an arrow for each that feeds another.

    Args:
        layers: names of stages, each layer below those that feed it.
        edges: (from, to).
    """
    places = _stage_places(layers, edges)
    with house_style():
        figure = empty_figure(9.6, 0.75 * len(layers) + 0.2)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(len(layers) - 0.4, -0.6))
        axes.axis("off")
        boxes = {
            name: axes.text(
                *place,
                name,
                ha="center",
                va="center",
                zorder=4,  # an arrow that passes a stage by runs beneath it
                bbox={"boxstyle": "round,pad=0.45", "facecolor": "#f6f8fa", "edgecolor": "#b0b0b0"},
            )
            for name, place in places.items()
        }
        for one, other in edges:
            axes.annotate(
                "",
                xy=places[other],
                xytext=places[one],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": "#9a9a9a",
                    "patchA": boxes[one].get_bbox_patch(),
                    "patchB": boxes[other].get_bbox_patch(),
                    "shrinkA": 2,
                    "shrinkB": 2,
                },
            )
    return figure


def _stage_places(
    layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    """x from 0 to 1 and y (the layer): in each layer ordered by where what feeds it stands."""
    places: dict[str, tuple[float, float]] = {}
    for depth, layer in enumerate(layers):

        def above(name: str) -> float:
            feeding = [places[one][0] for one, other in edges if other == name]
            return float(np.mean(feeding)) if feeding else 0.5

        ordered = sorted(layer, key=above)
        for number, name in enumerate(ordered):
            places[name] = ((number + 0.5) / len(ordered), float(depth))
    return places

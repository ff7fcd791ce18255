"""The stages of the pipeline and which feeds which, as DVC knows them."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import STAGES
from reelvec.dvc_interface import opened
from reelvec.report.figures.style import empty_figure, house_style

if TYPE_CHECKING:
    import networkx as nx

Edges = list[tuple[str, str]]

Stop = str | tuple[str, str, int]
"""A stage, or an edge on its way past a layer."""

LINE, ARROW = "#b0b0b0", "#9a9a9a"
HALF_BOX = 0.18
"""From the middle of a stage's box to its edge, where 1 is the distance of two layers."""


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

    with opened(root) as pipeline:
        found = pipeline.graph()
    graph = nx.DiGraph()
    graph.add_nodes_from(_group(name) for name in found)
    if not graph:
        raise ReelvecError(f"{root / STAGES}: no pipeline: it names no stage")
    place = {name: number for number, name in enumerate(graph)}
    # DVC draws an arrow from what reads to what is read, and in no order.
    edges = {
        (_group(read), _group(reads))
        for reads, read in found.edges
        if _group(reads) != _group(read)
    }
    graph.add_edges_from(sorted(edges, key=lambda edge: (place[edge[0]], place[edge[1]])))
    return graph


def _group(name: str) -> str:
    """A stage's name, that of its `foreach` where it is one of several."""
    return name.partition("@")[0]


def draw_pipeline(layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> Figure:
    """The stages from top to bottom, an arrow for each that feeds another.

    Args:
        layers: names of stages, each layer below those that feed it.
        edges: (from, to).
    """
    ways = _ways(layers, edges)
    places = _places(layers, ways)
    with house_style():
        figure = empty_figure(9.6, 0.75 * len(layers) + 0.2)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(len(layers) - 0.4, -0.6))
        axes.axis("off")
        for layer in layers:
            for name in layer:
                axes.text(
                    *places[name],
                    name,
                    ha="center",
                    va="center",
                    bbox={"boxstyle": "round,pad=0.45", "facecolor": "#f6f8fa", "edgecolor": LINE},
                )
        for way in ways:
            points = np.array([places[stop] for stop in way])
            points[[0, -1], 1] += HALF_BOX, -HALF_BOX
            axes.plot(*points[:-1].T, color=ARROW, linewidth=1)
            arrow = {"arrowstyle": "-|>", "color": ARROW, "shrinkA": 0, "shrinkB": 1}
            axes.annotate("", xy=points[-1], xytext=points[-2], arrowprops=arrow)
    return figure


def _ways(layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> list[list[Stop]]:
    """For each edge where it runs: from a stage to another, through each layer in between."""
    depth = {name: number for number, layer in enumerate(layers) for name in layer}
    return [
        [one, *((one, other, between) for between in range(depth[one] + 1, depth[other])), other]
        for one, other in edges
    ]


def _places(
    layers: Sequence[Sequence[str]], ways: Sequence[Sequence[Stop]]
) -> dict[Stop, tuple[float, float]]:
    """x from 0 to 1 and y (the layer): in each layer ordered by where what leads to it stands.

    An edge that passes a layer has a place there of its own (Sugiyama, Tagawa and Toda 1981), so
    that no arrow runs through a stage.
    """
    leading: dict[Stop, list[Stop]] = {}
    for way in ways:
        for before, stop in pairwise(way):
            leading.setdefault(stop, []).append(before)
    places: dict[Stop, tuple[float, float]] = {}
    for depth, layer in enumerate(layers):
        stops: list[Stop] = [
            *layer,
            *(stop for way in ways for stop in way if _passes(stop, depth)),
        ]

        def above(stop: Stop) -> float:
            feeding = [places[before][0] for before in leading.get(stop, [])]
            return float(np.mean(feeding)) if feeding else 0.5

        for number, stop in enumerate(sorted(stops, key=above)):
            places[stop] = ((number + 0.5) / len(stops), float(depth))
    return places


def _passes(stop: Stop, depth: int) -> bool:
    return not isinstance(stop, str) and stop[2] == depth

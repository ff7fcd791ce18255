"""The ragged reviews that an ONNX graph takes, and where they lie in it."""

from dataclasses import dataclass

import numpy as np

from reelvec.export.onnx_graph import INT32, INT64, Graph, Value

IDS, STARTS = "ids", "starts"
"""The inputs' names."""

MEMBER = "{}."
"""What the names of an ensemble's member begin with, its inputs among them."""

REVIEWS = "reviews"
"""The dimension that all parts of a model share."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """The graph's input: ids (T,) int64, starts (B,), lengths (B,) and the reviews' ends (B,)."""

    ids: Value
    starts: Value
    lengths: Value
    ends: Value


def reviews_in(graph: Graph) -> Reviews:
    """Two inputs of the graph, `ids` int32 (T,) and `starts` int32 (B,), as its nodes need them.

    A review ends where the next one starts, and the last one with the tokens.
    """
    ids = graph.input(IDS, INT32, f"{graph.part}tokens")
    starts = graph.cast(graph.input(STARTS, INT32, REVIEWS), INT64)
    all_but_first = graph.add(
        "Slice", starts, graph.constant([1]), graph.constant([np.iinfo(np.int64).max])
    )
    ends = graph.add("Concat", all_but_first, graph.length(ids), axis=0)
    return Reviews(graph.cast(ids, INT64), starts, graph.add("Sub", ends, starts), ends)


def row_of_each_id(graph: Graph, reviews: Reviews) -> Value:
    """The number of the review that each token lies in, int64 (T,)."""
    count = graph.length(reviews.ids)
    # A one where each review begins, added up along the tokens, numbers the tokens' reviews.
    places = graph.add("Add", count, graph.constant([1]))
    zeros = graph.add("Expand", graph.constant(0), places)
    ones = graph.add("Expand", graph.constant(1), graph.length(reviews.starts))
    begins = graph.add("ScatterElements", zeros, reviews.starts, ones, axis=0, reduction="add")
    number = graph.add("Sub", graph.add("CumSum", begins, graph.constant(0)), graph.constant(1))
    return graph.add("Slice", number, graph.constant([0]), count)

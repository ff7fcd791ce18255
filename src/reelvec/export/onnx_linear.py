"""What `linear` computes, as an ONNX graph over ragged reviews.

B reviews, T tokens in all, N pairs of a review and an id that occurs in it, C columns. Sums are in
double precision, as they are in Python.
"""

import numpy as np

from reelvec.export.onnx_graph import DOUBLE, Graph, Value
from reelvec.export.onnx_reviews import Reviews, row_of_each_id
from reelvec.models.linear import Baseline
from reelvec.text.vocabulary import UNKNOWN


def weigh(graph: Graph, model: Baseline, reviews: Reviews) -> Value:
    """`Baseline.logits_of` of reviews that its reader has read, double (B,).

    Args:
        graph: where to add it.
        model: its `scale` and `coefficients`, float32 (C,), become constants.
        reviews: ids below C; padding and unknown are passed over.
    """
    scale = model.scale.copy()
    # A column that is 0 adds nothing to the sum or to the norm: as if its token were not there.
    scale[: UNKNOWN + 1] = 0
    rows, ids, counts = _counted(graph, reviews, model.reader.columns)
    features = _looked_up(graph, scale, "scale", ids)  # (N,)
    if model.weighting in ("tfidf", "average"):
        features = graph.add("Mul", counts, features)
    weighted = graph.add(
        "Mul", features, _looked_up(graph, model.coefficients, "coefficients", ids)
    )
    sums = _summed(graph, weighted, rows, reviews)
    if model.weighting == "tfidf":
        squares = graph.add("Mul", features, features)
        norms = graph.add("Sqrt", _summed(graph, squares, rows, reviews))
        sums = _divided(graph, sums, norms)
    elif model.weighting == "average":
        sums = _divided(graph, sums, _summed(graph, features, rows, reviews))
    return graph.add("Add", sums, graph.double(model.intercept))


def _counted(graph: Graph, reviews: Reviews, columns: int) -> tuple[Value, Value, Value]:
    """The rows and ids of all pairs in rising order, int64 (N,), and how often, double (N,)."""
    width = graph.constant(columns)
    begins = graph.add("Mul", row_of_each_id(graph, reviews), width)
    keys, _, _, counts = graph.add_with(
        "Unique", (graph.add("Add", begins, reviews.ids),), 4, sorted=1
    )
    rows, ids = graph.add("Div", keys, width), graph.add("Mod", keys, width)
    return rows, ids, graph.cast(counts, DOUBLE)


def _looked_up(graph: Graph, table: np.ndarray, name: str, ids: Value) -> Value:
    """The entry of each id, double (N,)."""
    return graph.cast(graph.add("Gather", graph.constant(table, name), ids), DOUBLE)


def _summed(graph: Graph, values: Value, rows: Value, reviews: Reviews) -> Value:
    """The sum of each review's values, double (B,)."""
    zeros = graph.add("Expand", graph.double(0), graph.length(reviews.starts))
    return graph.add("ScatterElements", zeros, rows, values, axis=0, reduction="add")


def _divided(graph: Graph, sums: Value, norms: Value) -> Value:
    """Sums over norms, double (B,); 0 for a review of which no word is known."""
    none = graph.add("Equal", norms, graph.double(0))
    return graph.add("Div", sums, graph.add("Where", none, graph.double(1), norms))

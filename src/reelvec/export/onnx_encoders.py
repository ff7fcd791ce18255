"""What `pooling` and `sequences` compute, as ONNX graphs over ragged reviews.

B reviews, T tokens in all, L tokens in the longest, D the dimension of a vector, F of a feature.
"""

import numpy as np
from torch import Tensor, nn

from reelvec.base.schema.variants import VariantParams
from reelvec.export.onnx_graph import DOUBLE, FLOAT, INT32, Graph, Value
from reelvec.export.onnx_reviews import Reviews, row_of_each_id
from reelvec.models.classifier import Classifier
from reelvec.models.encoders import Attention, Convolution, Recurrent
from reelvec.models.pooling import Pooling
from reelvec.text.vocabulary import PADDING


def encode(graph: Graph, model: Classifier, reviews: Reviews) -> Value:
    """`Classifier.encode`: the features of each review, (B, F)."""
    params, encoder = model.params, model.sequence_encoder
    weight = graph.constant(array_of(model.embedding.weight), "embedding.weight")
    if encoder is None:
        parts: tuple[Pooling, ...]
        parts = ("mean", "max") if params.encoder == "mean_max" else (params.encoder,)  # type: ignore[assignment]
        pooled = [_pool(graph, weight, reviews, part, params) for part in parts]
        return graph.add("Concat", *pooled, axis=1) if len(pooled) > 1 else pooled[0]
    shortest = max(params.kernels) if params.encoder == "cnn" else 1
    padded, mask = _pad(graph, reviews, shortest)  # (B, L)
    vectors = graph.add("Gather", weight, padded)  # (B, L, D)
    vectors = graph.add("Mul", vectors, graph.at(graph.cast(mask, FLOAT), 2))
    if isinstance(encoder, Recurrent):
        return _recurrent(graph, encoder, vectors, mask, reviews)
    if isinstance(encoder, Convolution):
        return _convolution(graph, encoder, vectors, reviews)
    assert isinstance(encoder, Attention)
    return _attention(graph, encoder, vectors, mask)


def _pool(
    graph: Graph, weight: Value, reviews: Reviews, mode: Pooling, params: VariantParams
) -> Value:
    """`pool_tokens`, (B, D)."""
    if params.pool_padding:
        return _pool_padded(graph, weight, reviews, mode, params)
    vectors = graph.add("Gather", weight, reviews.ids)  # (T, D)
    if mode == "max":
        return _largest(graph, vectors, reviews)
    sums = _sums(graph, vectors, weight, reviews)
    lengths = graph.cast(graph.add("Max", reviews.lengths, graph.constant([1])), FLOAT)
    divisor = graph.add("Sqrt", lengths) if mode == "sqrtn" else lengths
    return graph.add("Div", sums, graph.at(divisor, 1))


def _sums(graph: Graph, vectors: Value, weight: Value, reviews: Reviews) -> Value:
    """The sum of each review's vectors, (B, D): the running sum at its end less at its start.

    In double precision, or a review would feel how many others come before it. ONNX Runtime's
    ScatterND would do, if its threads did not lose additions to the same row.
    """
    no_token = graph.add("Expand", graph.constant(0.0), _row_shape(graph, weight))  # (1, D)
    from_zero = graph.add("Concat", no_token, vectors, axis=0)
    running = graph.add("CumSum", graph.cast(from_zero, DOUBLE), graph.constant(0))  # (T + 1, D)
    at_end = graph.add("Gather", running, reviews.ends)
    at_start = graph.add("Gather", running, reviews.starts)
    return graph.cast(graph.add("Sub", at_end, at_start), FLOAT)


def _largest(graph: Graph, vectors: Value, reviews: Reviews) -> Value:
    """The element-wise maximum of each review's vectors, (B, D); zeros where there are none."""
    rows = row_of_each_id(graph, reviews)
    index = graph.add("Expand", graph.at(rows, 1), graph.add("Shape", vectors))  # (T, D)
    shape = graph.add("Concat", graph.length(reviews.starts), graph.length(vectors, axis=1), axis=0)
    lowest = graph.add("Expand", graph.constant(-np.inf), shape)  # (B, D)
    found = graph.add("ScatterElements", lowest, index, vectors, axis=0, reduction="max")
    empty = graph.add("Equal", reviews.lengths, graph.constant(0))
    return graph.add("Where", graph.at(empty, 1), graph.constant(0.0), found)


def _pool_padded(
    graph: Graph, weight: Value, reviews: Reviews, mode: Pooling, params: VariantParams
) -> Value:
    """The same where padding is a token like any other."""
    padded, _ = _pad(graph, reviews, 1, params)  # (B, L)
    vectors = graph.add("Gather", weight, padded)  # (B, L, D)
    if mode == "max":
        return graph.reduced("ReduceMax", vectors, 1)
    if mode == "mean":
        return graph.reduced("ReduceMean", vectors, 1)
    root = graph.add("Sqrt", graph.cast(graph.length(padded, axis=1), FLOAT))
    return graph.add("Div", graph.reduced("ReduceSum", vectors, 1), root)


def _pad(
    graph: Graph, reviews: Reviews, shortest: int, params: VariantParams | None = None
) -> tuple[Value, Value]:
    """`pad`: ids and mask, (B, L); L is `shortest` at least, and what `params` says if given."""
    if params is not None and params.max_length is not None:
        length = graph.constant([params.max_length])
    else:
        longest = graph.reduced("ReduceMax", reviews.lengths, 0, keepdims=1)
        length = graph.add("Max", longest, graph.constant([shortest]))
    steps = graph.at(graph.range(length), 0)  # (1, L)
    lengths = graph.at(reviews.lengths, 1)  # (B, 1)
    if params is not None and params.padding == "pre":
        steps = graph.add("Add", graph.add("Sub", steps, length), lengths)  # (B, L)
    inside = graph.add(
        "And",
        graph.add("Less", steps, lengths),
        graph.add("GreaterOrEqual", steps, graph.constant(0)),
    )
    places = graph.add("Add", steps, graph.at(reviews.starts, 1))
    ids = graph.add("Concat", reviews.ids, graph.constant([PADDING]), axis=0)
    behind = graph.length(reviews.ids)  # where the padding just added stands
    padded = graph.add("Gather", ids, graph.add("Where", inside, places, behind))
    return padded, inside


def _recurrent(
    graph: Graph, encoder: Recurrent, vectors: Value, mask: Value, reviews: Reviews
) -> Value:
    """`Recurrent`, (B, F).

    The operators' own backward direction starts at each review's last token.
    """
    lengths = graph.add("Max", reviews.lengths, graph.constant([1]))
    sizes = graph.cast(lengths, INT32)  # as the operators want them
    outputs = graph.add("Transpose", vectors, perm=[1, 0, 2])  # (L, B, D)
    last = ""
    for layer in encoder.layers:
        directions = list(layer.children())
        kind = "LSTM" if isinstance(directions[0], nn.LSTM) else "GRU"
        weights = [
            graph.constant(np.stack([_gates(direction, part, kind) for direction in directions]))
            for part in ("weight_ih_l0", "weight_hh_l0", "bias")
        ]
        found, last, *_ = graph.add_with(
            kind,
            (outputs, *weights, sizes),
            2,
            hidden_size=directions[0].hidden_size,
            direction="bidirectional" if len(directions) > 1 else "forward",
            **({"linear_before_reset": 1} if kind == "GRU" else {}),
        )  # (L, directions, B, U) and (directions, B, U)
        outputs = _joined_directions(graph, found, [0, 2, 1, 3])  # (L, B, F)
    shown = graph.at(graph.cast(mask, FLOAT), 2)  # (B, L, 1)
    states = graph.add("Transpose", outputs, perm=[1, 0, 2])  # (B, L, F)
    filled = graph.cast(graph.add("Greater", reviews.lengths, graph.constant(0)), FLOAT)
    if encoder.summary == "mean":
        sums = graph.reduced("ReduceSum", graph.add("Mul", states, shown), 1)
        return graph.add("Div", sums, graph.at(graph.cast(lengths, FLOAT), 1))
    if encoder.summary == "max":
        hidden = graph.add("Where", graph.at(mask, 2), states, graph.constant(-np.inf))
        largest = graph.reduced("ReduceMax", hidden, 1)
        empty = graph.at(graph.add("Equal", reviews.lengths, graph.constant(0)), 1)
        return graph.add("Where", empty, graph.constant(0.0), largest)
    ends = _joined_directions(graph, last, [1, 0, 2])  # (B, F)
    return graph.add("Mul", ends, graph.at(filled, 1))


def _joined_directions(graph: Graph, value: Value, order: list[int]) -> Value:
    """The directions' units side by side, in the last dimension."""
    moved = graph.add("Transpose", value, perm=order)
    shape = [0] * (len(order) - 2) + [-1]
    return graph.add("Reshape", moved, graph.constant(shape))


def _gates(layer: nn.Module, part: str, kind: str) -> np.ndarray:
    """A layer's weights with its gates in ONNX's order; `bias` is both biases end to end."""
    if part == "bias":
        return np.concatenate([_gates(layer, f"bias_{side}_l0", kind) for side in ("ih", "hh")])
    weight = array_of(getattr(layer, part))
    order = (0, 3, 1, 2) if kind == "LSTM" else (1, 0, 2)
    gates = np.split(weight, len(order))
    return np.concatenate([gates[gate] for gate in order])


def _convolution(graph: Graph, encoder: Convolution, vectors: Value, reviews: Reviews) -> Value:
    """`Convolution`, (B, F)."""
    columns = graph.add("Transpose", vectors, perm=[0, 2, 1])  # (B, D, L)
    pooled = []
    for width, convolution in zip(encoder.widths, encoder.convolutions, strict=True):
        weight, bias = (graph.constant(array_of(each)) for each in convolution.parameters())
        found = graph.add("Conv", columns, weight, bias, kernel_shape=[width])  # (B, U, L')
        starts = graph.range(graph.length(found, axis=2))
        last = graph.add("Sub", reviews.lengths, graph.constant(width))
        last = graph.add("Max", last, graph.constant(0))
        inside = graph.add("LessOrEqual", graph.at(starts, 0), graph.at(last, 1))  # (B, L')
        kept = graph.add("Where", graph.at(inside, 1), found, graph.constant(-np.inf))
        pooled.append(graph.reduced("ReduceMax", kept, 2))
    joined = graph.add("Relu", graph.add("Concat", *pooled, axis=1))
    filled = graph.cast(graph.add("Greater", reviews.lengths, graph.constant(0)), FLOAT)
    return graph.add("Mul", joined, graph.at(filled, 1))


def _attention(graph: Graph, encoder: Attention, vectors: Value, mask: Value) -> Value:
    """`Attention`, (B, D)."""
    query = graph.constant(array_of(encoder.query)[:, np.newaxis])
    scores = graph.without(graph.add("MatMul", vectors, query), 2)  # (B, L)
    lowest = graph.constant(float(np.finfo(np.float32).min))
    scores = graph.add("Where", mask, scores, lowest)
    shares = graph.add("Mul", graph.add("Softmax", scores, axis=1), graph.cast(mask, FLOAT))
    return graph.reduced("ReduceSum", graph.add("Mul", graph.at(shares, 2), vectors), 1)


def _row_shape(graph: Graph, weight: Value) -> Value:
    return graph.add("Concat", graph.constant([1]), graph.length(weight, axis=1), axis=0)


def array_of(tensor: Tensor) -> np.ndarray:
    """A parameter's numbers."""
    array: np.ndarray = tensor.detach().cpu().numpy()
    return array

"""A variant's network as an ONNX file, for programs without Python or torch.

The graph takes what `Reader.read` gives: the ids of all reviews end to end, and where each one
starts. Nothing is padded that the network itself does not pad.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import replacing
from reelvec.export.onnx_encoders import array_of, encode, reviews_in
from reelvec.export.onnx_graph import FLOAT, INT32, Graph, Value
from reelvec.models.classifier import Classifier
from reelvec.text.ragged import Ragged, offsets_from_lengths

TOLERANCE = 1e-5
"""How far a probability may be from torch's."""

IDS, STARTS, LOGITS, PROBABILITIES = "ids", "starts", "logits", "probabilities"

ABOUT = (
    "P(positive) of film reviews. `ids`: token ids of all reviews end to end; `starts`: where each "
    "review starts in `ids`. A review may be empty."
)

PROBE_LENGTHS = (7, 0, 1, 250, 3, 0, 40)
"""Tokens in the made-up reviews that a new file is checked with."""


def export_onnx(path: Path, name: str, model: Classifier) -> None:
    """Write a network and check it: the same network gives the same bytes.

    The file has two inputs, `ids` int32 (tokens,) and `starts` int32 (reviews,), and two outputs,
    `logits` and `probabilities`, float32 (reviews,).

    Args:
        path: where to, ending in `.onnx`.
        name: of the variant.
        model: not changed; on the CPU.

    Raises:
        ReelvecError: ONNX Runtime's probabilities differ from torch's.
    """
    graph = Graph()
    features = encode(graph, model, reviews_in(graph, IDS, STARTS))
    logits = _head(graph, model.head, features)
    graph.name(logits, LOGITS)
    graph.name(graph.add("Sigmoid", logits), PROBABILITIES)
    proto = graph.model(
        name,
        ABOUT,
        {IDS: (INT32, ["tokens"]), STARTS: (INT32, ["reviews"])},
        {LOGITS: (FLOAT, ["reviews"]), PROBABILITIES: (FLOAT, ["reviews"])},
    )
    with replacing(path) as temporary:
        temporary.write_bytes(proto.SerializeToString(deterministic=True))
        _check(temporary, path, model)


class OnnxModel:
    """A network that `export_onnx` wrote, run by ONNX Runtime on the CPU.

    Args:
        path: of the file.
        threads: that one call may use.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, seen: Ragged) -> NDArray[np.float32]:
        """P(positive) of reviews that the model's reader has read, float32 (reviews,)."""
        if not len(seen):
            return np.zeros(0, np.float32)
        starts = seen.offsets[:-1].astype(np.int32)
        feeds: dict[str, Any] = {IDS: np.ascontiguousarray(seen.ids), STARTS: starts}
        found: NDArray[np.float32] = self._session.run([PROBABILITIES], feeds)[0]
        return found


def _head(graph: Graph, head: nn.Sequential, value: Value) -> Value:
    """`make_head` without its dropout: (B, F) to logits (B,)."""
    for layer in head:
        if isinstance(layer, nn.BatchNorm1d):
            mean, variance = (array_of(each) for each in (layer.running_mean, layer.running_var))  # type: ignore[arg-type]
            deviation = np.sqrt(variance + np.float32(layer.eps))
            value = graph.add("Sub", value, graph.constant(mean))
            value = graph.add("Div", value, graph.constant(deviation))
        elif isinstance(layer, nn.Linear):
            weight, bias = (graph.constant(array_of(each)) for each in (layer.weight, layer.bias))
            value = graph.add("Gemm", value, weight, bias, transB=1)
        elif isinstance(layer, nn.ReLU):
            value = graph.add("Relu", value)
    return graph.without(value, 1)


def _check(written: Path, path: Path, model: Classifier) -> None:
    """Compare a file with its network on made-up reviews, some of them empty."""
    lengths = np.array(PROBE_LENGTHS)
    if model.params.max_length is not None:
        lengths = np.minimum(lengths, model.params.max_length)
    generator = np.random.default_rng(0)
    ids = generator.integers(0, model.reader.columns, lengths.sum()).astype(np.int32)
    reviews = Ragged(ids, offsets_from_lengths(lengths))
    with torch.inference_mode():
        starts = torch.from_numpy(reviews.offsets[:-1].astype(np.int32))
        logits = model.eval()(torch.from_numpy(ids), starts)
        expected = torch.sigmoid(logits).numpy()
    difference = float(np.abs(OnnxModel(written).probabilities(reviews) - expected).max())
    if not difference <= TOLERANCE:
        raise ReelvecError(
            f"{path}: its probabilities are up to {difference:.1g} from torch's, more than "
            f"{TOLERANCE:g}; try another release of onnxruntime"
        )

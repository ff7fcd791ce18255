"""A model as an ONNX file, for programs without Python or torch.

The graph takes what `Reader.read` gives: the ids of all reviews end to end, and where each one
starts. Nothing is padded that the network itself does not pad. An ensemble takes that for each of
its members, for each reads a review in its own way.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import replacing
from reelvec.export.onnx_encoders import array_of, encode
from reelvec.export.onnx_graph import DOUBLE, FLOAT, Graph, Value
from reelvec.export.onnx_linear import weigh
from reelvec.export.onnx_reviews import IDS, MEMBER, REVIEWS, STARTS, reviews_in
from reelvec.models.batches import as_tensors
from reelvec.models.classifier import Classifier
from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.logits import Logits, probabilities_of
from reelvec.models.model import Model
from reelvec.models.predictor import Predictor
from reelvec.text.ragged import Ragged, narrowed, offsets_from_lengths

TOLERANCE = 1e-5
"""How far a probability may be from that of the model itself."""

LOGITS, PROBABILITIES = "logits", "probabilities"

ABOUT = (
    "P(positive) of film reviews. `ids`: token ids of all reviews end to end; `starts`: where each "
    "review starts in `ids`. A review may be empty."
)

ABOUT_ENSEMBLE = (
    "P(positive) of film reviews, by several models. Each has two inputs that begin with its name, "
    "for each reads the reviews in its own way: `NAME.ids`, token ids of all reviews end to end, "
    "and `NAME.starts`, where each review starts in them. All get the same reviews in the same "
    "order. A review may be empty. The models, and the kind of text that each reads: "
)

PROBE_LENGTHS = (7, 0, 1, 250, 3, 0, 40)
"""Tokens in the made-up reviews that a new file is checked with."""

Single = Classifier | Baseline

Seen = Ragged | Mapping[str, Ragged]
"""Reviews as a model's reader gives them, or for an ensemble as that of each member does, by name.
"""


def export_onnx(path: Path, name: str, model: Single | Ensemble) -> None:
    """Write a model and check it: the same model gives the same bytes.

    The file has two inputs, `ids` int32 (tokens,) and `starts` int32 (reviews,), and two outputs,
    `logits` and `probabilities`, float32 (reviews,). That of an ensemble has `NAME.ids` int32
    (NAME.tokens,) and `NAME.starts` int32 (reviews,) for each of its members.

    Args:
        path: where to, ending in `.onnx`.
        name: of the variant, baseline or ensemble.
        model: not changed; on the CPU.

    Raises:
        ReelvecError: ONNX Runtime's probabilities differ from the model's own, or a member of the
            ensemble is neither a variant nor a baseline.
    """
    graph = Graph()
    if isinstance(model, Ensemble):
        logits, about = _combined(graph, model), _about(model)
    else:
        logits, about = _logits(graph, model), ABOUT
    if not isinstance(model, Classifier):
        logits = graph.cast(logits, FLOAT)
    graph.name(logits, LOGITS)
    graph.name(graph.add("Sigmoid", logits), PROBABILITIES)
    outputs = {LOGITS: (FLOAT, [REVIEWS]), PROBABILITIES: (FLOAT, [REVIEWS])}
    proto = graph.model(name, about, outputs)
    with replacing(path) as temporary:
        temporary.write_bytes(proto.SerializeToString(deterministic=True))
        _check(temporary, path, model)


class OnnxModel:
    """A model that `export_onnx` wrote, run by ONNX Runtime on the CPU.

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

    def logits(self, seen: Seen) -> NDArray[np.float32]:
        """Log odds of `positive` of reviews as the model reads them, float32 (reviews,).

        Raises:
            ValueError: an ensemble's members were given different numbers of reviews.
        """
        return self._run(LOGITS, seen)

    def probabilities(self, seen: Seen) -> NDArray[np.float32]:
        """P(positive) of the same, float32 (reviews,); it raises the same."""
        return self._run(PROBABILITIES, seen)

    def _run(self, output: str, seen: Seen) -> NDArray[np.float32]:
        if isinstance(seen, Ragged):
            parts = {"": seen}
        else:
            parts = {MEMBER.format(name): each for name, each in seen.items()}
        counts = {len(each) for each in parts.values()}
        if len(counts) != 1:  # a single review would count for all of the others'
            raise ValueError(f"the members were given different numbers of reviews: {counts}")
        if counts == {0}:
            return np.zeros(0, np.float32)
        feeds: dict[str, Any] = {}
        for part, each in parts.items():
            feeds[f"{part}{IDS}"] = np.ascontiguousarray(each.ids)
            feeds[f"{part}{STARTS}"] = narrowed(each.offsets)[:-1]
        found: NDArray[np.float32] = self._session.run([output], feeds)[0]
        return found


def _about(model: Ensemble) -> str:
    """What a reader of the file is told, the members among it."""
    members = ((name, *model.members[name].texts) for name in model.weighing.members)
    return f"{ABOUT_ENSEMBLE}{', '.join(f'{name} ({text})' for name, text in members)}."


def _combined(graph: Graph, model: Ensemble) -> Value:
    """`Weighing.combined`, double (B,), in which each member has inputs of its own."""
    terms = [graph.double(model.weighing.intercept)]
    for name, member in model.weighing.members.items():
        with graph.within(MEMBER.format(name)):
            logits = graph.cast(_logits(graph, _single(model.members[name])), DOUBLE)
            limits = graph.double(member.lowest), graph.double(member.highest)
            counted = graph.add("Clip", logits, *limits)
            terms.append(graph.add("Mul", counted, graph.double(member.weight)))
    return graph.add("Sum", *terms)


def _single(model: Model) -> Single:
    """A member's network, or the baseline that it is."""
    if isinstance(model, Predictor):
        return model.model
    if not isinstance(model, Baseline):
        raise ReelvecError(f"{model.name}: neither a variant nor a baseline, it has no ONNX graph")
    return model


def _logits(graph: Graph, model: Single) -> Value:
    """Logits (B,), float of a network and double of a baseline."""
    reviews = reviews_in(graph)
    if isinstance(model, Baseline):
        return weigh(graph, model, reviews)
    return _head(graph, model.head, encode(graph, model, reviews))


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


def _check(written: Path, path: Path, model: Single | Ensemble) -> None:
    """Compare a file with its model on made-up reviews, some of them empty."""
    seen: Seen
    if isinstance(model, Ensemble):
        members = {name: _single(member) for name, member in model.members.items()}
        seen = {name: _probe(member) for name, member in members.items()}
        own = {name: _own_logits(member, seen[name]) for name, member in members.items()}
        logits = model.weighing.combined(own)
    else:
        seen = _probe(model)
        logits = _own_logits(model, seen)
    found = OnnxModel(written).probabilities(seen)
    difference = float(np.abs(found - probabilities_of(logits)).max())
    if not difference <= TOLERANCE:
        raise ReelvecError(
            f"{path}: its probabilities are up to {difference:.1g} from the model's own, more than "
            f"{TOLERANCE:g}; try another release of onnxruntime"
        )


def _probe(model: Single) -> Ragged:
    """Made-up reviews as a model's reader could have read them."""
    lengths = np.array(PROBE_LENGTHS)
    if model.reader.max_length is not None:
        lengths = np.minimum(lengths, model.reader.max_length)
    generator = np.random.default_rng(0)
    ids = generator.integers(0, model.reader.columns, lengths.sum()).astype(np.int32)
    return Ragged(ids, offsets_from_lengths(lengths))


def _own_logits(model: Single, seen: Ragged) -> Logits:
    """What the model itself makes of reviews that its reader has read, float64 (reviews,)."""
    if isinstance(model, Baseline):
        weighted = model.features(seen) @ model.coefficients.astype(np.float64)
        return np.asarray(weighted + model.intercept, np.float64)
    with torch.inference_mode():
        logits = model.eval()(*as_tensors(seen, torch.device("cpu")))
    return np.asarray(logits.numpy(), np.float64)

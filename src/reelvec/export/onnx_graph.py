"""Writing an ONNX graph node by node."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 26
"""Of the operators: the newest that ONNX Runtime knows. A fixed one gives fixed bytes."""

IR_VERSION = 13
"""Of the file's format: the one that came with these operators."""

FLOAT, DOUBLE, INT32, INT64 = (
    TensorProto.FLOAT,
    TensorProto.DOUBLE,
    TensorProto.INT32,
    TensorProto.INT64,
)

Value = str
"""The name of a tensor in the graph."""


class Graph:
    """Nodes and constants in the order in which they were added.

    Names are numbers in that order: the same calls give the same bytes.

    Attributes:
        part: what the names of whatever is added next begin with; "" to begin with.
    """

    def __init__(self) -> None:
        self.part = ""
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []

    @contextmanager
    def within(self, part: str) -> Iterator[None]:
        """Let names begin with that of one part of a model, so that no two parts' are the same."""
        before, self.part = self.part, part
        yield
        self.part = before

    def input(self, name: str, kind: int, dimension: str) -> Value:
        """Add an input of one dimension, which has a name of its own."""
        name = f"{self.part}{name}"
        self._inputs.append(helper.make_tensor_value_info(name, kind, [dimension]))
        return name

    def add(self, operator: str, *inputs: Value, **attributes: Any) -> Value:
        """Add an operator with one output, whose name is given back."""
        return self.add_with(operator, inputs, 1, **attributes)[0]

    def add_with(
        self, operator: str, inputs: tuple[Value, ...], outputs: int, **attributes: Any
    ) -> list[Value]:
        """Add an operator with several outputs; an input of "" is one left out."""
        first = f"{self.part}{operator}_{len(self._nodes)}"
        names = [f"{first}_{number}" for number in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names

    def name(self, value: Value, name: str) -> None:
        """Give a tensor a name for the outside."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))

    def constant(self, array: Any, name: str | None = None) -> Value:
        """Add an array with its own type; a Python number becomes int64 or float32."""
        if isinstance(array, int | list):
            array = np.array(array, np.int64)
        if isinstance(array, float):
            array = np.array(array, np.float32)
        name = f"{self.part}{name or f'constant_{len(self._constants)}'}"
        contiguous: NDArray[Any] = np.array(array, order="C")
        self._constants.append(numpy_helper.from_array(contiguous, name))
        return name

    def double(self, number: float) -> Value:
        """Add a number in double precision."""
        return self.constant(np.array(number, np.float64))

    def cast(self, value: Value, kind: int) -> Value:
        """Convert to another type of number."""
        return self.add("Cast", value, to=kind)

    def at(self, value: Value, axis: int) -> Value:
        """A new dimension of length 1 at a place."""
        return self.add("Unsqueeze", value, self.constant([axis]))

    def without(self, value: Value, axis: int) -> Value:
        """The same without a dimension of length 1."""
        return self.add("Squeeze", value, self.constant([axis]))

    def length(self, value: Value, axis: int = 0) -> Value:
        """The length along an axis, int64 (1,)."""
        return self.add("Shape", value, start=axis, end=axis + 1)

    def range(self, stop: Value) -> Value:
        """0, 1, … below a length that is int64 (1,)."""
        scalar = self.without(stop, 0)
        return self.add("Range", self.constant(0), scalar, self.constant(1))

    def reduced(self, operator: str, value: Value, axis: int, keepdims: int = 0) -> Value:
        """`ReduceSum`, `ReduceMax` or another along one axis."""
        return self.add(operator, value, self.constant([axis]), keepdims=keepdims)

    def model(
        self,
        name: str,
        about: str,
        outputs: Mapping[str, tuple[int, list[str]]],
    ) -> onnx.ModelProto:
        """The checked model.

        Args:
            name: of the graph.
            about: what a reader of the file is told.
            outputs: the type and the dimensions' names of each.
        """
        graph = helper.make_graph(
            self._nodes,
            name,
            self._inputs,
            [helper.make_tensor_value_info(key, *value) for key, value in outputs.items()],
            self._constants,
            doc_string=about,
        )
        model = helper.make_model(
            graph,
            producer_name="reelvec",
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
        onnx.checker.check_model(model, full_check=True)
        return model

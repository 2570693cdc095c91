"""Products in whole numbers of 8 bits, with a step of its own for every row that is multiplied.

A row is one patch of one picture, or one token of one text. What stands in it is brought to 8 bits
by the largest number of that row alone: nothing of a vector depends on its neighbours, so pictures
can be read many at once, and an outlier costs its own row and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
from numpy.typing import NDArray
from onnx import helper

_PLAIN = ("", "ai.onnx")
_MIDDLE, _STEPS = 128, 127
# Of weights of 7 bits two products are added up within 16 without overflow, whatever they are.
_NARROW_STEPS = 63
_LEAST = 1e-12
_STEP, _SMALLEST, _ONE, _ZERO, _LAST = (
    f"by_rows.{name}" for name in ("step", "smallest", "one", "zero", "last")
)
_CONSTANTS: Mapping[str, NDArray[np.generic] | np.generic] = {
    _STEP: np.float32(1 / _STEPS),
    _SMALLEST: np.float32(_LEAST),
    _ONE: np.float32(1),
    _ZERO: np.uint8(_MIDDLE),
    _LAST: np.array([-1]),
}
# Since then the sides over which something is reduced are an input, not an attribute.
_SIDES_GIVEN = 18

OLDEST = 13
"""The operators of ONNX that can quantise row by row, and all since."""

MICROSOFT = "com.microsoft"
"""Where operators of onnxruntime stand that are none of ONNX."""


def opset(model: onnx.ModelProto) -> int:
    """Which version of the plain operators a model is written in."""
    return max((one.version for one in model.opset_import if one.domain in _PLAIN), default=1)


def read_elsewhere(graph: onnx.GraphProto) -> set[str]:
    """What others than its own nodes read: its outputs, and what its branches and loops read."""
    found = {one.name for one in graph.output}
    for node in graph.node:
        for one in node.attribute:
            for inner in (one.g, *one.graphs):
                found |= {name for reader in inner.node for name in reader.input}
                found |= read_elsewhere(inner)
    return found


def by_rows(
    model: onnx.ModelProto, products: Mapping[str, tuple[str, str]], *, is_narrow: bool
) -> None:
    """Write products with a weight as products of 8 bits, in place.

    Args:
        model: of float32, with the weights in it; its operators are of `OLDEST` or newer.
        products: by the node's name, what is multiplied and the weight: (inner, outer).
        is_narrow: weights have 7 bits.
    """
    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    nodes, read = list(graph.node), set[str]()
    for name, number in _CONSTANTS.items():
        _give(graph, name, number)
    for weight in sorted({weight for _, weight in products.values()}):
        numbers = onnx.numpy_helper.to_array(weights[weight])
        whole, steps = in_steps(numbers, _NARROW_STEPS if is_narrow else _STEPS)
        _give(graph, f"{weight}.whole", whole)
        _give(graph, f"{weight}.steps", steps)
    written: list[onnx.NodeProto] = []
    for node in nodes:
        if node.name not in products:
            written.append(node)
            continue
        of, weight = products[node.name]
        if of not in read:
            read.add(of)
            _give(graph, f"{of}.sides", np.array([-1, weights[weight].dims[0]]))
            written += _brought_to_8_bits(of, opset(model))
        written += _product(node, of, weight)
    del graph.node[:]
    graph.node.extend(written)
    forget_unread(graph)
    speak_microsoft(model)


def speak_microsoft(model: onnx.ModelProto) -> None:
    """Let a model use the operators of onnxruntime."""
    if all(one.domain != MICROSOFT for one in model.opset_import):
        model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))


def in_rows(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is left of numbers, (..., inner), once their rows have been brought to 8 bits."""
    steps = np.maximum(np.abs(numbers).max(axis=-1, keepdims=True), _LEAST) / _STEPS
    return np.asarray(np.rint(numbers / steps) * steps, dtype=np.float32)


def in_steps(
    weight: NDArray[np.float32], most: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A weight in whole numbers, each column with a step of its own.

    Args:
        weight: (inner, outer).
        most: the largest whole number, 127 or less.

    Returns:
        (inner, outer) int8 between -`most` and `most`, and the steps, (outer,) float32.
    """
    steps = np.maximum(np.abs(weight).max(axis=0), _LEAST).astype(np.float32) / np.float32(most)
    return np.rint(weight / steps).astype(np.int8), steps


def _brought_to_8_bits(of: str, opset_: int) -> Iterable[onnx.NodeProto]:
    """`of`.whole, in whole numbers around 128 in its own shape, and `of`.step, one for each row."""
    is_given = opset_ >= _SIDES_GIVEN
    sides: dict[str, Any] = {"keepdims": 1} | ({} if is_given else {"axes": [-1]})
    along = [of, _LAST] if is_given else [of]
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("ReduceMax", along, f"{of}.highest", sides),
        ("ReduceMin", along, f"{of}.lowest", sides),
        ("Neg", [f"{of}.lowest"], f"{of}.depth", {}),
        ("Max", [f"{of}.highest", f"{of}.depth", _SMALLEST], f"{of}.reach", {}),
        ("Mul", [f"{of}.reach", _STEP], f"{of}.step", {}),
        ("Reshape", [f"{of}.step", _LAST], f"{of}.steps", {}),
        ("Shape", [f"{of}.steps"], f"{of}.count", {}),
        ("Expand", [_ZERO, f"{of}.count"], f"{of}.zeros", {}),
        ("Reshape", [of, f"{of}.sides"], f"{of}.rows", {}),
        ("QuantizeLinear", [f"{of}.rows", f"{of}.steps", f"{of}.zeros"], f"{of}.read", {"axis": 0}),
        ("Shape", [of], f"{of}.shape", {}),
        ("Reshape", [f"{of}.read", f"{of}.shape"], f"{of}.whole", {}),
    ]
    return [
        helper.make_node(kind, inputs, [output], name=f"{output}.made", **how)
        for kind, inputs, output, how in steps
    ]


def _product(node: onnx.NodeProto, of: str, weight: str) -> Iterable[onnx.NodeProto]:
    product = f"{node.output[0]}.in_steps"
    given = [f"{of}.whole", f"{weight}.whole", _ONE, f"{weight}.steps", _ZERO]
    return (
        helper.make_node(
            "MatMulIntegerToFloat", given, [product], name=node.name, domain=MICROSOFT
        ),
        helper.make_node("Mul", [product, f"{of}.step"], [node.output[0]], name=f"{product}.made"),
    )


def _give(graph: onnx.GraphProto, name: str, numbers: NDArray[np.generic] | np.generic) -> None:
    graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(numbers), name))


def forget_unread(graph: onnx.GraphProto) -> None:
    """Let go of weights that nobody reads any more, as they stand in other numbers now."""
    read = {name for node in graph.node for name in node.input} | read_elsewhere(graph)
    kept = [one for one in graph.initializer if one.name in read]
    del graph.initializer[:]
    graph.initializer.extend(kept)

"""A convolution that lays a picture out in patches, written as the product that it is.

A vision transformer cuts the picture into squares that do not overlap and multiplies each with one
matrix. Exporters write that as a convolution, which nobody runs fast in whole numbers; as a product
it is one of many.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
from numpy.typing import NDArray
from onnx import helper


def as_products(model: onnx.ModelProto) -> int:
    """Write every such convolution of the picture itself as a product, in place; how many."""
    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    sides = {one.name: _sides(one) for one in graph.input}
    found = 0
    for at, node in reversed(list(enumerate(graph.node))):
        if node.op_type != "Conv" or node.input[1] not in weights or node.input[0] not in sides:
            continue
        kernel = onnx.numpy_helper.to_array(weights[node.input[1]])
        side = sides[node.input[0]]
        if kernel.dtype != np.float32 or side is None or not _is_in_patches(node, kernel, side):
            continue
        _write(graph, at, node, kernel, side)
        found += 1
    return found


def _sides(port: onnx.ValueInfoProto) -> tuple[int, int] | None:
    """Height and width of a picture with its colours first; None for anything else."""
    shape = [dim.dim_value for dim in port.type.tensor_type.shape.dim]
    return (shape[2], shape[3]) if len(shape) == 4 and shape[2] and shape[3] else None


def _is_in_patches(node: onnx.NodeProto, kernel: NDArray[Any], side: tuple[int, int]) -> bool:
    told = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    high, wide = kernel.shape[2:]
    is_plain = told.get("group", 1) == 1 and told.get("auto_pad", b"NOTSET") in (
        b"NOTSET",
        b"VALID",
    )
    return (
        is_plain
        and list(told.get("strides", [1, 1])) == [high, wide]
        and not any(told.get("pads", []))
        and set(told.get("dilations", [1])) == {1}
        and side[0] % high == 0
        and side[1] % wide == 0
    )


def _write(
    graph: onnx.GraphProto,
    at: int,
    node: onnx.NodeProto,
    kernel: NDArray[Any],
    side: tuple[int, int],
) -> None:
    count, colours, high, wide = kernel.shape
    down, across = side[0] // high, side[1] // wide
    # Not of the node's name: the kernel is often called by it.
    name = f"{node.output[0]}.patched"
    bias = list(node.input[2:3])
    given = {
        f"{name}.cut": np.array([-1, colours, down, high, across, wide]),
        f"{name}.rows": np.array([-1, down * across, colours * high * wide]),
        f"{name}.back": np.array([-1, count, down, across]),
        f"{name}.weight": np.ascontiguousarray(kernel.reshape(count, -1).T),
    }
    for key, value in given.items():
        graph.initializer.append(onnx.numpy_helper.from_array(value, key))
    product = f"{name}.product"
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("Reshape", [node.input[0], f"{name}.cut"], f"{name}.patches", {}),
        ("Transpose", [f"{name}.patches"], f"{name}.turned", {"perm": [0, 2, 4, 1, 3, 5]}),
        ("Reshape", [f"{name}.turned", f"{name}.rows"], f"{name}.read", {}),
        ("MatMul", [f"{name}.read", f"{name}.weight"], product, {}),
    ]
    if bias:
        steps.append(("Add", [product, bias[0]], f"{name}.sum", {}))
    steps += [
        ("Transpose", [steps[-1][2]], f"{name}.first", {"perm": [0, 2, 1]}),
        ("Reshape", [f"{name}.first", f"{name}.back"], node.output[0], {}),
    ]
    graph.node.remove(node)
    for offset, (kind, inputs, output, how) in enumerate(steps):
        made = helper.make_node(kind, inputs, [output], name=f"{name}.{offset}", **how)
        graph.node.insert(at + offset, made)

"""Layers as exporters write them, written as what processors are quick at; they give the same.

A product and its sum in one operator become two, so that the product can be one of 8 bits. And the
bend of CLIP, x * sigmoid(1.702 x), is quickest where its factor is 1: the factor is moved into the
weights before the bend, and out of those after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
from numpy.typing import NDArray
from onnx import helper

from gesso.core.encoders.clip.rows import MICROSOFT, read_elsewhere, speak_microsoft

# The factors of known bends lie between 1 and 2; far from there float32 would lose something.
_LEAST, _MOST = 0.1, 10.0


def split_sums(model: onnx.ModelProto) -> int:
    """Write every product of something with a weight, plus a sum, as two steps; how many."""
    layers = _Layers(model.graph)
    nodes: list[onnx.NodeProto] = []
    found = 0
    for node in model.graph.node:
        if layers.is_splittable(node):
            nodes += layers.split(node)
            found += 1
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return found


def free_bends(model: onnx.ModelProto) -> int:
    """Write every bend of CLIP between two layers with a factor of 1, in place; how many."""
    graph, found = model.graph, 0
    for node in [one for one in graph.node if one.op_type == "Sigmoid"]:
        layers = _Layers(graph)
        bend = layers.bend(node)
        if bend is None:
            continue
        layers.weigh(bend.product, 1, bend.factor)
        layers.weigh(bend.sum, list(bend.sum.input).index(bend.bias), bend.factor)
        for reader in bend.readers:
            layers.weigh(reader, 1, 1 / bend.factor)
        output = bend.last.output[0]
        made = helper.make_node(
            "QuickGelu", [bend.of], [output], f"{output}.bent", domain=MICROSOFT, alpha=1.0
        )
        graph.node.insert(list(graph.node).index(bend.last), made)
        for old in (bend.scaled, node, bend.last):
            graph.node.remove(old)
        found += 1
    if found:
        speak_microsoft(model)
    return found


@dataclass(frozen=True)
class _Bend:
    """x * sigmoid(factor x), where x is a layer of its own, and only layers read what it gives.

    Attributes:
        of: x.
        factor: before x in the sigmoid.
        product: of something with a weight.
        sum: of the product and the bias: x.
        bias: one number a column.
        scaled: the factor times x.
        last: x times the sigmoid.
        readers: the products after it.
    """

    of: str
    factor: float
    product: onnx.NodeProto
    sum: onnx.NodeProto
    bias: str
    scaled: onnx.NodeProto
    last: onnx.NodeProto
    readers: list[onnx.NodeProto]


class _Layers:
    """Who makes and who reads what in a graph, and its weights."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph
        self._weights = {one.name: one for one in graph.initializer}
        self._makers = {name: node for node in graph.node for name in node.output}
        self._given = read_elsewhere(graph)
        self._readers: dict[str, list[onnx.NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._readers.setdefault(name, []).append(node)

    def is_splittable(self, node: onnx.NodeProto) -> bool:
        told = _told(node)
        return (
            node.op_type == "Gemm"
            and self._is_weight(node.input[1], 2)
            and not told.get("transA", 0)
            and told.get("alpha", 1.0) == told.get("beta", 1.0) == 1.0
        )

    def split(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        if _told(node).get("transB", 0):
            self._write(node, 1, self._numbers(node.input[1]).T)
        output = node.output[0]
        sums = [name for name in node.input[2:3] if name]
        product = f"{output}.product" if sums else output
        first = helper.make_node("MatMul", node.input[:2], [product], f"{output}.multiplied")
        if not sums:
            return [first]
        return [first, helper.make_node("Add", [product, *sums], [output], f"{output}.added")]

    def bend(self, sigmoid: onnx.NodeProto) -> _Bend | None:
        """The bend that a sigmoid is in the middle of; None where anything is otherwise."""
        scaled = self._made_for(sigmoid.input[0], "Mul", 1)
        last = next(iter(self._readers.get(sigmoid.output[0], [])), None)
        if scaled is None or last is None or last.op_type != "Mul":
            return None
        of = _other(last, sigmoid.output[0])
        factor = self._factor(_other(scaled, of))
        sum_ = self._made_for(of, "Add", 2)
        readers = self._readers.get(last.output[0], [])
        is_own = self._made_for(sigmoid.output[0], "Sigmoid", 1) is not None and (
            self._made_for(last.output[0], "Mul", len(readers)) is not None
        )
        if factor is None or sum_ is None or not is_own:
            return None
        products = [self._made_for(name, "MatMul", 1) for name in sum_.input]
        product = next((one for one in products if one is not None), None)
        bias = _other(sum_, product.output[0]) if product is not None else ""
        if product is None or not (self._is_layer(product) and self._is_weight(bias, 1)):
            return None
        if not all(self._is_layer(one) and one.input[0] == last.output[0] for one in readers):
            return None
        return _Bend(of, factor, product, sum_, bias, scaled, last, readers)

    def weigh(self, node: onnx.NodeProto, at: int, factor: float) -> None:
        """Multiply the weight that is a node's input."""
        self._write(node, at, self._numbers(node.input[at]) * np.float32(factor))

    def _write(self, node: onnx.NodeProto, at: int, numbers: NDArray[Any]) -> None:
        """Give a node other numbers; who else reads the old ones still does."""
        name = node.input[at]
        is_shared = len(self._readers[name]) > 1 or name in self._given
        made = f"{name}.{node.output[0]}" if is_shared else name
        tensor = onnx.numpy_helper.from_array(np.ascontiguousarray(numbers), made)
        if is_shared:
            self._graph.initializer.append(tensor)
            node.input[at] = made
        else:
            self._weights[name].CopyFrom(tensor)

    def _numbers(self, name: str) -> NDArray[Any]:
        return onnx.numpy_helper.to_array(self._weights[name])

    def _is_layer(self, node: onnx.NodeProto) -> bool:
        return node.op_type == "MatMul" and self._is_weight(node.input[1], 2)

    def _is_weight(self, name: str, sides: int) -> bool:
        one = self._weights.get(name)
        is_float = one is not None and one.data_type == onnx.TensorProto.FLOAT
        return is_float and len(self._weights[name].dims) == sides

    def _factor(self, name: str) -> float | None:
        """A single number that stands in the graph; None where it is no factor of a bend."""
        one = self._weights.get(name)
        if one is None or one.data_type != onnx.TensorProto.FLOAT or np.prod(one.dims) != 1:
            return None
        factor = float(self._numbers(name).reshape(-1)[0])
        return factor if _LEAST < factor < _MOST else None

    def _made_for(self, name: str, kind: str, count: int) -> onnx.NodeProto | None:
        """Who makes something that is read so many times, and nowhere else."""
        node = self._makers.get(name)
        is_own = len(self._readers.get(name, [])) == count > 0 and name not in self._given
        return node if node is not None and node.op_type == kind and is_own else None


def _told(node: onnx.NodeProto) -> dict[str, Any]:
    return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def _other(node: onnx.NodeProto, name: str) -> str:
    """The other of a node's two inputs; "" where that is not one of them."""
    if name not in node.input:
        return ""
    return str(node.input[1 - list(node.input).index(name)])

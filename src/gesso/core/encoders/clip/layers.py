"""Layers as exporters write them, written as what processors are quick at; they give the same.

A product and its sum in one operator become two, so that the product can be one of 8 bits. And the
bend of CLIP, x * sigmoid(1.702 x), is quickest where its factor is 1: the factor is moved into the
weights before the bend, and out of those after it. So is a factor that stands behind a layer. What
lies between a wide layer and the next outgrows a processor's cache; in two halves it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
from numpy.typing import NDArray
from onnx import helper

from gesso.core.encoders.clip.rows import MICROSOFT, forget_unread, read_elsewhere, speak_microsoft

# The factors of known bends lie between 1 and 2; far from there float32 would lose something.
_LEAST, _MOST = 0.1, 10.0
# Operators that give each number from that number alone.
_EACH = ("Add", "Div", "Erf", "Gelu", "Mul", "QuickGelu", "Sigmoid", "Tanh")
# What only says where a number stands.
_PLACES = ("Reshape", "Transpose")
# A batch of eight in patches of 32 has 400 rows: of 3072 numbers each they are 4.9 MB.
_WIDE = 3072


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


def move_factors(model: onnx.ModelProto) -> int:
    """Move every single factor that stands behind a layer into the layer, in place; how many."""
    graph, found = model.graph, 0
    for node in [one for one in graph.node if one.op_type == "Mul"]:
        layers = _Layers(graph)
        if layers.take_in(node):
            graph.node.remove(node)
            found += 1
    return found


def halve_wide(model: onnx.ModelProto, least: int = _WIDE) -> int:
    """Write every wide layer with the one that reads it as two of half the width; how many.

    Args:
        model: changed in place.
        least: columns from which a layer is wide.
    """
    graph, found = model.graph, 0
    for node in [one for one in graph.node if one.op_type == "MatMul"]:
        layers = _Layers(graph)
        middle = layers.middle(node, least)
        if middle is None:
            continue
        at = list(graph.node).index(node)
        for offset, made in enumerate(layers.halves(middle)):
            graph.node.insert(at + offset, made)
        for old in (middle.product, *middle.between, node):
            graph.node.remove(old)
        found += 1
    if found:
        forget_unread(graph)
    return found


@dataclass(frozen=True)
class _Middle:
    """What lies between two layers, each of whose columns goes its own way.

    Attributes:
        product: the first layer's, of something with a weight.
        bias: one number a column.
        between: the sum of both, and what is done to each number of it, in order.
        reader: the second layer's product.
    """

    product: onnx.NodeProto
    bias: str
    between: list[onnx.NodeProto]
    reader: onnx.NodeProto


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
        pair = self._sum(sum_)
        if pair is None:
            return None
        if not all(self._is_layer(one) and one.input[0] == last.output[0] for one in readers):
            return None
        return _Bend(of, factor, pair[0], sum_, pair[1], scaled, last, readers)

    def take_in(self, node: onnx.NodeProto) -> bool:
        """Multiply the layer before a factor with it, and let who read the one read the other."""
        given = next((name for name in node.input if self._factor(name) is None), "")
        factor = self._factor(_other(node, given)) if given else None
        if factor is None or node.output[0] in self._given:
            return False
        name = given
        while (maker := self._made_for_one(name)) is not None and maker.op_type in _PLACES:
            name = maker.input[0]
        if maker is None:
            return False
        if self._is_layer(maker):
            self.weigh(maker, 1, factor)
        else:
            found = self._sum(maker)
            if found is None:
                return False
            self.weigh(found[0], 1, factor)
            self.weigh(maker, list(maker.input).index(found[1]), factor)
        for reader in self._readers.get(node.output[0], []):
            _read_instead(reader, node.output[0], given)
        return True

    def middle(self, reader: onnx.NodeProto, least: int) -> _Middle | None:
        """What lies between a layer and the one before it; None where columns meet, or are few."""
        width = self._numbers(reader.input[1]).shape[0] if self._is_layer(reader) else 0
        if width < least or width % 2:
            return None
        found: dict[str, onnx.NodeProto] = {}
        first, asked = None, [reader.input[0]]
        while asked:
            name = asked.pop()
            maker = self._makers.get(name)
            if name in found or self._is_number(name):
                continue
            if maker is None or maker.op_type not in _EACH or len(maker.output) != 1:
                return None
            found[name] = maker
            if self._sum(maker) is None:
                asked += maker.input
            elif first is None:
                first = maker
            else:
                return None
        pair = self._sum(first) if first is not None else None
        inside = [*map(id, found.values()), id(reader)]
        is_own = all(
            name not in self._given and all(id(one) in inside for one in self._readers[name])
            for name in found
        )
        # One weight of both layers would have to be cut both ways under one name.
        if pair is None or not is_own or pair[0].input[1] == reader.input[1]:
            return None
        between = [node for node in self._graph.node if any(node is one for one in found.values())]
        return _Middle(*pair, between, reader)

    def halves(self, middle: _Middle) -> list[onnx.NodeProto]:
        """Both halves, one after the other, and the sum of what they give."""
        reader, made, ends = middle.reader, list[onnx.NodeProto](), list[str]()
        wide = self._numbers(middle.product.input[1]).shape[1]
        for half, columns in enumerate((slice(0, wide // 2), slice(wide // 2, wide))):
            tail = f".{reader.output[0]}.half_{half}"
            cut = {
                middle.product.input[1]: self._numbers(middle.product.input[1])[:, columns],
                middle.bias: self._numbers(middle.bias)[columns],
                reader.input[1]: self._numbers(reader.input[1])[columns],
            }
            for name, numbers in cut.items():
                tensor = onnx.numpy_helper.from_array(np.ascontiguousarray(numbers), name + tail)
                self._graph.initializer.append(tensor)
            nodes = [middle.product, *middle.between, reader]
            own = {name for node in nodes for name in node.output} | set(cut)
            made += [_renamed(node, own, tail) for node in nodes]
            ends.append(reader.output[0] + tail)
        whole = helper.make_node("Add", ends, [reader.output[0]], f"{reader.output[0]}.both")
        return [*made, whole]

    def _sum(self, node: onnx.NodeProto) -> tuple[onnx.NodeProto, str] | None:
        """The product and the bias of a layer, of whose sum nobody else reads the parts."""
        if node.op_type != "Add":
            return None
        products = [self._made_for(name, "MatMul", 1) for name in node.input]
        product = next((one for one in products if one is not None), None)
        bias = _other(node, product.output[0]) if product is not None else ""
        is_layer = product is not None and self._is_layer(product) and self._is_weight(bias, 1)
        is_whole = is_layer and self._numbers(bias).shape[0] > 1
        return (product, bias) if product is not None and is_whole else None

    def _made_for_one(self, name: str) -> onnx.NodeProto | None:
        """Who makes something whose numbers one node reads; others may ask for its shape."""
        readers = [one for one in self._readers.get(name, []) if one.op_type != "Shape"]
        is_own = len(readers) == 1 and name not in self._given
        return self._makers.get(name) if is_own else None

    def _is_number(self, name: str) -> bool:
        return name in self._weights and int(np.prod(self._weights[name].dims)) == 1

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
        if (
            one is None
            or one.data_type != onnx.TensorProto.FLOAT
            or list(one.dims) not in ([], [1])
        ):
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


def _read_instead(node: onnx.NodeProto, old: str, new: str) -> None:
    for at, name in enumerate(node.input):
        if name == old:
            node.input[at] = new


def _renamed(node: onnx.NodeProto, own: set[str], tail: str) -> onnx.NodeProto:
    """A node once more, of whose names some end otherwise."""
    made = onnx.NodeProto()
    made.CopyFrom(node)
    # Nodes need no names; what they give has one.
    made.name = node.output[0] + tail
    for names in (made.input, made.output):
        for at, name in enumerate(names):
            names[at] = name + tail if name in own else name
    return made

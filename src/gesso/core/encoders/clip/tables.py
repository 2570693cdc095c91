"""Tables of words kept in 16 bits: a large vocabulary is most of a word tower.

A row is looked up and never added up, so half the bits cost next to nothing; it is widened as soon
as it is found.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnx.numpy_helper
from onnx import TensorProto, helper

from gesso.core.encoders.clip.rows import read_elsewhere

_LARGE = 2**20
"""Numbers from which a table is worth it: two megabytes are saved."""


def halve_tables(model: onnx.ModelProto) -> int:
    """Keep every large table that rows are only looked up in in 16 bits, in place; how many."""
    graph = model.graph
    kept = read_elsewhere(graph)
    tables = {one.name: one for one in graph.initializer if _is_large(one) and one.name not in kept}
    readers: dict[str, list[onnx.NodeProto]] = {name: [] for name in tables}
    for node in graph.node:
        for name in {*node.input} & set(tables):
            readers[name].append(node)
    found = 0
    for name, nodes in readers.items():
        is_looked_up = all(node.op_type == "Gather" and node.input[0] == name for node in nodes)
        numbers = onnx.numpy_helper.to_array(tables[name])
        if not (nodes and is_looked_up) or np.abs(numbers).max() > np.finfo(np.float16).max:
            continue
        tables[name].CopyFrom(onnx.numpy_helper.from_array(numbers.astype(np.float16), name))
        for node in nodes:
            _widen(graph, node)
        found += 1
    return found


def _is_large(one: onnx.TensorProto) -> bool:
    return one.data_type == TensorProto.FLOAT and int(np.prod(one.dims)) >= _LARGE


def _widen(graph: onnx.GraphProto, node: onnx.NodeProto) -> None:
    output = node.output[0]
    node.output[0] = f"{output}.half"
    cast = helper.make_node(
        "Cast", [node.output[0]], [output], f"{output}.wide", to=TensorProto.FLOAT
    )
    graph.node.insert(list(graph.node).index(node) + 1, cast)

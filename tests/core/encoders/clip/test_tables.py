"""A large table of words is kept in 16 bits, and its rows come out as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gesso.core.encoders.clip import tables
from gesso.core.encoders.clip.tables import halve_tables


def lookup(also: bool = False, scale: float = 1.0, in_a_branch: bool = False) -> onnx.ModelProto:
    """Rows of a table; `also` adds the table up, so that it is more than looked up in."""
    table = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32) * scale
    nodes = [helper.make_node("Gather", ["table", "text"], ["rows"])]
    last = "rows"
    if also:
        nodes.append(helper.make_node("ReduceSum", ["table"], ["sum"], keepdims=0))
        nodes.append(helper.make_node("Add", ["rows", "sum"], ["out"]))
        last = "out"
    if in_a_branch:
        taken = helper.make_graph(
            [helper.make_node("Gather", ["table", "text"], ["inner"])],
            "taken",
            [],
            [helper.make_tensor_value_info("inner", TensorProto.FLOAT, ["batch", 3, 8])],
        )
        nodes += [
            helper.make_node("ReduceMax", ["text"], ["largest"], keepdims=0),
            helper.make_node("Cast", ["largest"], ["is"], to=TensorProto.BOOL),
            helper.make_node("If", ["is"], ["out"], then_branch=taken, else_branch=taken),
        ]
        last = "out"
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("text", TensorProto.INT64, ["batch", 3])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["batch", 3, 8])],
        [numpy_helper.from_array(table, "table")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def run(model: onnx.ModelProto) -> NDArray[Any]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return np.asarray(session.run(None, {"text": np.array([[0, 7, 49]])})[0])


@pytest.fixture
def _every_table_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_LARGE", 1)


@pytest.mark.usefixtures("_every_table_is_large")
def test_a_table_is_half_as_large_and_says_the_same() -> None:
    model = lookup()
    before, size = run(model), model.ByteSize()

    assert halve_tables(model) == 1

    onnx.checker.check_model(model)
    assert model.ByteSize() < 0.7 * size
    np.testing.assert_allclose(run(model), before, rtol=1e-3)


@pytest.mark.usefixtures("_every_table_is_large")
@pytest.mark.parametrize(
    "model",
    [lookup(also=True), lookup(scale=1e6), lookup(in_a_branch=True)],
    ids=["used", "too wide", "in a branch"],
)
def test_a_table_that_is_more_or_wider_is_left_alone(model: onnx.ModelProto) -> None:
    before = model.SerializeToString()

    assert halve_tables(model) == 0
    assert model.SerializeToString() == before


def test_a_small_table_is_left_alone() -> None:
    assert halve_tables(lookup()) == 0

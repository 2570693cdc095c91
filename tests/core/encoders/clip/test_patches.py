"""A convolution in patches is written as the product that it is, and gives the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gesso.core.encoders.clip.patches import as_products

RNG = np.random.default_rng(2)


def convolution(
    bias: bool = True, kernel: tuple[int, int] = (4, 8), **more: Any
) -> onnx.ModelProto:
    """A picture of 12 x 16 through one convolution."""
    weight = RNG.normal(size=(5, 3, *kernel)).astype(np.float32)
    given = [numpy_helper.from_array(weight, "w")]
    if bias:
        given.append(numpy_helper.from_array(RNG.normal(size=5).astype(np.float32), "b"))
    how: dict[str, Any] = {"strides": list(kernel), **more}
    node = helper.make_node("Conv", ["image", *(one.name for one in given)], ["laid"], **how)
    last = helper.make_node("Relu", ["laid"], ["out"])
    graph = helper.make_graph(
        [node, last],
        "g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 12, 16])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 5, "h", "w"])],
        given,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def run(model: onnx.ModelProto) -> NDArray[Any]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    image = np.random.default_rng(1).normal(size=(2, 3, 12, 16)).astype(np.float32)
    return np.asarray(session.run(None, {"image": image})[0])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kernel", [(4, 8), (4, 4), (12, 16), (1, 1)])
def test_the_product_gives_what_the_convolution_gave(bias: bool, kernel: tuple[int, int]) -> None:
    model = convolution(bias, kernel)
    before = run(model)

    count = as_products(model)

    assert count == 1
    assert "Conv" not in {node.op_type for node in model.graph.node}
    onnx.checker.check_model(model)
    np.testing.assert_allclose(run(model), before, atol=1e-4)


def test_a_kernel_that_is_called_by_its_node_keeps_its_name_to_itself() -> None:
    model = convolution()
    kernel, bias = model.graph.initializer
    conv = model.graph.node[0]
    conv.name, kernel.name, bias.name = "conv", "conv.weight", "conv.bias"
    conv.input[1:] = ["conv.weight", "conv.bias"]
    before = run(model)

    assert as_products(model) == 1

    np.testing.assert_allclose(run(model), before, atol=1e-4)


@pytest.mark.parametrize(
    "more",
    [
        {"strides": [2, 4]},
        {"pads": [0, 0, 4, 8]},
        {"dilations": [1, 2], "kernel": (4, 4)},
        {"kernel": (5, 8)},
        {"auto_pad": "SAME_UPPER"},
    ],
    ids=["overlapping", "padded", "spread", "not even", "padded by rule"],
)
def test_any_other_convolution_is_left_alone(more: dict[str, Any]) -> None:
    model = convolution(**more)
    before = model.SerializeToString()

    assert as_products(model) == 0
    assert model.SerializeToString() == before

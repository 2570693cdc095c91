"""Layers are written as what processors are quick at, and give the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from gesso.core.encoders.clip.layers import free_bends, halve_wide, move_factors, split_sums
from gesso.core.encoders.clip.rows import by_rows

at = helper.make_node
WIDTH = 6


def graph(nodes: list[NodeProto], *more: str, **weights: Any) -> onnx.ModelProto:
    """Rows of six numbers through a few nodes, from x to y."""
    rng = np.random.default_rng(5)
    usual = {
        "up": rng.normal(size=(WIDTH, 8)),
        "up_bias": rng.normal(size=8),
        "down": rng.normal(size=(8, WIDTH)),
        "down_bias": rng.normal(size=WIDTH),
        "factor": 1.702,
    }
    read = {name for node in nodes for name in node.input}
    given = {name: value for name, value in (usual | weights).items() if name in read}
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", WIDTH])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", None])
            for name in ("y", *more)
        ],
        [numpy_helper.from_array(np.asarray(one, np.float32), name) for name, one in given.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def block(**parts: NodeProto) -> list[NodeProto]:
    """Two layers of CLIP and the bend between them."""
    usual = {
        "product": at("MatMul", ["x", "up"], ["wide"]),
        "sum": at("Add", ["wide", "up_bias"], ["raised"]),
        "scaled": at("Mul", ["raised", "factor"], ["scaled"]),
        "sigmoid": at("Sigmoid", ["scaled"], ["gate"]),
        "last": at("Mul", ["raised", "gate"], ["bent"]),
        "second": at("MatMul", ["bent", "down"], ["narrow"]),
        "end": at("Add", ["narrow", "down_bias"], ["y"]),
    }
    return list((usual | parts).values())


def branch(*parts: NodeProto) -> list[NodeProto]:
    """Nodes of a branch that is always taken, from x to z; it may read what stands outside."""
    given = [helper.make_tensor_value_info("inner", TensorProto.FLOAT, None)]
    taken = helper.make_graph(list(parts), "taken", [], given)
    return [
        at("ReduceMax", ["x"], ["largest"], keepdims=0),
        at("Cast", ["largest"], ["is"], to=TensorProto.BOOL),
        at("If", ["is"], ["z"], then_branch=taken, else_branch=taken),
    ]


def run(model: onnx.ModelProto) -> NDArray[Any]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    rows = np.random.default_rng(1).normal(size=(7, WIDTH)).astype(np.float32)
    return np.concatenate([np.asarray(one) for one in session.run(None, {"x": rows})], axis=1)


def operators(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {
            "sum": at("Add", ["up_bias", "wide"], ["raised"]),
            "scaled": at("Mul", ["factor", "raised"], ["scaled"]),
            "last": at("Mul", ["gate", "raised"], ["bent"]),
        },
    ],
    ids=["as transformers", "turned about"],
)
def test_a_bend_between_two_layers_has_a_factor_of_1(parts: Mapping[str, NodeProto]) -> None:
    model = graph(block(**parts))
    before = run(model)

    assert free_bends(model) == 1

    assert operators(model) == ["MatMul", "Add", "QuickGelu", "MatMul", "Add"]
    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


def test_a_weight_that_others_read_stays_for_them_as_it_was() -> None:
    again = [
        at("MatMul", ["x", "up"], ["other"]),
        at("Add", ["other", "up_bias"], ["z"]),
    ]
    model = graph([*block(), *again], "z")
    before = run(model)

    assert free_bends(model) == 1

    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


def test_a_weight_that_a_branch_reads_stays_for_it_as_it_was() -> None:
    model = graph([*block(), *branch(at("MatMul", ["x", "up"], ["inner"]))], "z")
    before = run(model)

    assert free_bends(model) == 1

    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


def test_a_product_of_8_bits_keeps_the_weight_that_a_branch_reads() -> None:
    block_ = block(product=at("MatMul", ["x", "up"], ["wide"], name="product"))
    model = graph([*block_, *branch(at("MatMul", ["x", "up"], ["inner"]))], "z")
    before = run(model)

    by_rows(model, {"product": ("x", "up")}, is_narrow=False)

    np.testing.assert_allclose(run(model), before, rtol=0.05, atol=0.2)


def test_all_that_read_a_bend_are_given_back_its_factor() -> None:
    more = at("MatMul", ["bent", "down"], ["z"])
    model = graph([*block(), more], "z")
    before = run(model)

    assert free_bends(model) == 1

    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


OTHERWISE: dict[str, Callable[[], onnx.ModelProto]] = {
    "x is read by more": lambda: graph([*block(), at("Neg", ["raised"], ["z"])], "z"),
    "x is given": lambda: graph(block(), "raised"),
    "the sigmoid is given": lambda: graph(block(), "gate"),
    "the bend is given": lambda: graph(block(), "bent"),
    "the product is given": lambda: graph(block(), "wide"),
    "the bend is read by another kind": lambda: graph([*block(), at("Neg", ["bent"], ["z"])], "z"),
    "a branch reads the bend": lambda: graph(
        [*block(), *branch(at("Neg", ["bent"], ["inner"]))], "z"
    ),
    "the factor is of each column": lambda: graph(block(), factor=np.linspace(1, 2, 8)),
    "the factor is far from 1": lambda: graph(block(), factor=0.0),
    "the factor is negative": lambda: graph(block(), factor=-1.702),
    "the factor is reckoned": lambda: graph(
        [
            at("ReduceMax", ["x"], ["reckoned"]),
            *block(scaled=at("Mul", ["raised", "reckoned"], ["scaled"])),
        ]
    ),
    "the bias is of each row": lambda: graph(block(), up_bias=np.ones((7, 8))),
    "there is no bias": lambda: graph(block(sum=at("Identity", ["wide"], ["raised"]))),
    "another number is bent": lambda: graph(block(last=at("Mul", ["wide", "gate"], ["bent"]))),
    "it is the second factor of the product": lambda: graph(
        block(
            second=at("MatMul", ["left", "bent"], ["narrow"]),
            end=at("Identity", ["narrow"], ["y"]),
        ),
        left=np.ones((3, 7)),
    ),
}


@pytest.mark.parametrize("told", OTHERWISE)
def test_what_is_no_bend_between_two_layers_is_left_alone(told: str) -> None:
    model = OTHERWISE[told]()
    before = model.SerializeToString()
    run(model)

    assert free_bends(model) == 0
    assert model.SerializeToString() == before


@pytest.mark.parametrize("is_turned", [True, False], ids=["turned", "straight"])
@pytest.mark.parametrize("has_bias", [True, False], ids=["bias", "no bias"])
def test_a_product_with_its_sum_is_two_steps(is_turned: bool, has_bias: bool) -> None:
    weight = np.random.default_rng(0).normal(size=(WIDTH, 8))
    given = ["x", "up", *(["up_bias"] if has_bias else [])]
    node = at("Gemm", given, ["y"], transB=int(is_turned))
    model = graph([node], up=weight.T if is_turned else weight)
    before = run(model)

    assert split_sums(model) == 1

    assert operators(model) == ["MatMul", "Add"][: 1 + has_bias]
    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


def test_a_turned_weight_that_others_read_stays_for_them_as_it_was() -> None:
    square = np.random.default_rng(0).normal(size=(WIDTH, WIDTH))
    nodes = [
        at("Gemm", ["x", "up"], ["first"], transB=1),
        at("Gemm", ["first", "up", "down_bias"], ["second"], transB=1),
        at("MatMul", ["second", "up"], ["y"]),
    ]
    model = graph(nodes, up=square)
    before = run(model)

    assert split_sums(model) == 2

    np.testing.assert_allclose(run(model), before, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("how", [{"alpha": 0.5}, {"beta": 2.0}, {"transA": 1}])
def test_any_other_product_with_a_sum_is_left_alone(how: dict[str, Any]) -> None:
    model = graph([at("Gemm", ["x", "up", "up_bias"], ["y"], **how)])
    before = model.SerializeToString()

    assert split_sums(model) == 0
    assert model.SerializeToString() == before


def scaled(*between: NodeProto, of: str = "raised") -> list[NodeProto]:
    """A layer, perhaps something between, and a factor of what that gives."""
    return [
        at("MatMul", ["x", "up"], ["wide"]),
        at("Add", ["wide", "up_bias"], ["raised"]),
        *between,
        at("Mul", [of, "factor"], ["times"]),
        at("Neg", ["times"], ["y"]),
    ]


TURNED = [
    at("Reshape", ["raised", "sides"], ["cut"]),
    at("Transpose", ["cut"], ["turned"], perm=[0, 2, 1]),
    # Who asks for the shape does not read the numbers.
    at("Shape", ["cut"], ["shape"]),
]


def with_sides(model: onnx.ModelProto) -> onnx.ModelProto:
    model.graph.initializer.append(numpy_helper.from_array(np.array([-1, 4, 2]), "sides"))
    return model


def outcome(model: onnx.ModelProto) -> list[NDArray[Any]]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    rows = np.random.default_rng(1).normal(size=(7, WIDTH)).astype(np.float32)
    return [np.asarray(one) for one in session.run(None, {"x": rows})]


FACTORS: dict[str, Callable[[], onnx.ModelProto]] = {
    "behind the sum": lambda: graph(scaled()),
    "behind the product": lambda: graph([*scaled(of="wide")[:1], *scaled(of="wide")[2:]]),
    "in front": lambda: graph(
        [*scaled()[:2], at("Mul", ["factor", "raised"], ["times"]), at("Neg", ["times"], ["y"])]
    ),
    "behind what is turned": lambda: with_sides(graph(scaled(*TURNED, of="turned"))),
}


@pytest.mark.parametrize("told", FACTORS)
def test_a_factor_behind_a_layer_is_moved_into_it(told: str) -> None:
    model = FACTORS[told]()
    before = outcome(model)

    assert move_factors(model) == 1

    assert "Mul" not in operators(model)
    for mine, other in zip(outcome(model), before, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-5)


LEFT: dict[str, Callable[[], onnx.ModelProto]] = {
    "the layer is read by more": lambda: graph([*scaled(), at("Abs", ["raised"], ["z"])], "z"),
    "the layer is given": lambda: graph(scaled(), "raised"),
    "what it gives is given": lambda: graph(scaled(), "times"),
    "a branch reads it": lambda: graph([*scaled(), *branch(at("Neg", ["times"], ["inner"]))], "z"),
    "it is of each column": lambda: graph(scaled(), factor=np.linspace(1, 2, 8)),
    "it adds a side": lambda: graph(scaled(), factor=np.full((1, 1, 1), 2.0)),
    "it is nought": lambda: graph(scaled(), factor=0.0),
    "something bends between": lambda: graph(scaled(at("Tanh", ["raised"], ["bent"]), of="bent")),
}


@pytest.mark.parametrize("told", LEFT)
def test_any_other_factor_is_left_alone(told: str) -> None:
    model = LEFT[told]()
    before = model.SerializeToString()

    assert move_factors(model) == 0
    assert model.SerializeToString() == before


GELU = [
    at("Div", ["raised", "root"], ["divided"]),
    at("Erf", ["divided"], ["error"]),
    at("Add", ["error", "one"], ["above"]),
    at("Mul", ["raised", "above"], ["doubled"]),
    at("Mul", ["doubled", "half"], ["bent"]),
]
NUMBERS = {"root": 2**0.5, "one": 1.0, "half": [0.5]}


def between(*nodes: NodeProto, **parts: NodeProto) -> list[NodeProto]:
    """Two layers and whatever lies between, from raised to bent."""
    whole = block(**parts)
    return [*whole[:2], *nodes, *whole[5:]]


@pytest.mark.parametrize(
    ("nodes", "kinds"),
    [
        ([at("Tanh", ["raised"], ["bent"])], ["MatMul", "Add", "Tanh", "MatMul"]),
        (GELU, ["MatMul", "Add", "Div", "Erf", "Add", "Mul", "Mul", "MatMul"]),
    ],
    ids=["one step", "as GELU is written"],
)
def test_a_wide_layer_goes_in_two_halves_one_after_the_other(
    nodes: list[NodeProto], kinds: list[str]
) -> None:
    model = graph(between(*nodes), **NUMBERS)
    before = run(model)

    assert halve_wide(model, 8) == 1

    assert operators(model) == [*kinds, *kinds, "Add", "Add"]
    assert {"up", "up_bias", "down"}.isdisjoint(one.name for one in model.graph.initializer)
    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


def test_a_bend_that_was_freed_goes_in_halves_too() -> None:
    model = graph(block())
    before = run(model)

    assert (free_bends(model), halve_wide(model, 8)) == (1, 1)

    assert operators(model).count("QuickGelu") == 2
    np.testing.assert_allclose(run(model), before, rtol=1e-5, atol=1e-5)


TANH = at("Tanh", ["raised"], ["bent"])
WHOLE: dict[str, Callable[[], onnx.ModelProto]] = {
    "it is narrow": lambda: graph(
        between(TANH), up=np.ones((WIDTH, 6)), up_bias=np.ones(6), down=np.ones((6, WIDTH))
    ),
    "its width is odd": lambda: graph(
        between(TANH), up=np.ones((WIDTH, 9)), up_bias=np.ones(9), down=np.ones((9, WIDTH))
    ),
    "its columns meet": lambda: graph(between(at("Softmax", ["raised"], ["bent"]))),
    "each column is weighed": lambda: graph(
        between(at("Mul", ["raised", "each"], ["bent"])), each=np.linspace(1, 2, 8)
    ),
    "the bend is read by more": lambda: graph([*between(TANH), at("Neg", ["bent"], ["z"])], "z"),
    "the sum is read by more": lambda: graph([*between(TANH), at("Neg", ["raised"], ["z"])], "z"),
    "the product is given": lambda: graph(between(TANH), "wide"),
    "the bend is given": lambda: graph(between(TANH), "bent"),
    "a branch reads the bend": lambda: graph(
        [*between(TANH), *branch(at("Neg", ["bent"], ["inner"]))], "z"
    ),
    "there is no layer before": lambda: graph(
        [at("Tanh", ["x"], ["bent"]), *between()[2:]], down=np.ones((WIDTH, WIDTH))
    ),
    "two layers meet": lambda: graph(
        [
            *between()[:2],
            at("MatMul", ["x", "other"], ["other_wide"]),
            at("Add", ["other_wide", "up_bias"], ["other_raised"]),
            at("Mul", ["raised", "other_raised"], ["bent"]),
            *between()[2:],
        ],
        other=np.ones((WIDTH, 8)),
    ),
    "both layers have one weight": lambda: graph(
        [
            at("MatMul", ["x", "up"], ["entered"]),
            at("MatMul", ["entered", "tied"], ["wide"]),
            at("Add", ["wide", "up_bias"], ["raised"]),
            TANH,
            at("MatMul", ["bent", "tied"], ["y"]),
        ],
        tied=np.eye(8),
    ),
}


@pytest.mark.parametrize("told", WHOLE)
def test_what_cannot_be_halved_is_left_whole(told: str) -> None:
    model = WHOLE[told]()
    before = model.SerializeToString()
    run(model)

    assert halve_wide(model, 7) == 0
    assert model.SerializeToString() == before

"""Models of the owner's: small ONNX graphs with the shapes of the real ones, made here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesso.core.errors import SettingsError
from gesso.core.pixels.picture import Picture
from gesso.study.lesson import Lesson, LessonOptions
from gesso.study.tools.subject.models.model import model_at
from gesso.study.tools.subject.subject import Subject, SubjectOptions

from ...conftest import gray, set_up
from .scenes import likeness
from .test_subject import mask_of

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402 - only where the extra is

FLOAT = TensorProto.FLOAT


def written(
    path: Path,
    nodes: Sequence[Any],
    takes: dict[str, list[Any]],
    gives: dict[str, list[Any]],
    constants: dict[str, object] | None = None,
) -> Path:
    held = [
        numpy_helper.from_array(np.asarray(value), name)
        for name, value in (constants or {}).items()
    ]
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in takes.items()],
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in gives.items()],
        held,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(path))
    return path


def salient(path: Path, side: int = 320, *, logits: bool = False) -> Path:
    """The input's mean over its channels, as a U2-Net's first output; light is the subject."""
    mean = helper.make_node("ReduceMean", ["input.1"], ["mean"], axes=[1], keepdims=1)
    scaled = helper.make_node("Mul", ["mean", "times"], ["scaled"])
    last = helper.make_node("Identity" if logits else "Sigmoid", ["scaled"], ["d0"])
    return written(
        path,
        [mean, scaled, last],
        {"input.1": [1, 3, side, side]},
        {"d0": [1, 1, side, side]},
        {"times": np.float32(4)},
    )


def mobile_sam(folder: Path) -> Path:
    """An encoder that looks at nothing, and a decoder whose mask is the box that it is shown."""
    folder.mkdir()
    written(
        folder / "mobile_sam_image_encoder.onnx",
        [
            helper.make_node("ReduceMean", ["input_image"], ["mean"], axes=[0, 1, 2], keepdims=1),
            helper.make_node("Unsqueeze", ["mean", "first"], ["wide"]),
            helper.make_node("Expand", ["wide", "shape"], ["image_embeddings"]),
        ],
        {"input_image": ["height", "width", 3]},
        {"image_embeddings": [1, 256, 64, 64]},
        {"first": np.array([0], np.int64), "shape": np.array([1, 256, 64, 64], np.int64)},
    )
    make = helper.make_node
    corner = [
        make("Slice", ["point_coords", f"{name}_from", f"{name}_to", "axis"], [f"{name}_corner"])
        for name in ("first", "last")
    ]
    axes = []
    for axis, size in (("y", 0), ("x", 1)):
        axes += [
            make("Gather", ["orig_im_size", f"i{size}"], [f"{axis}_size"]),
            make("Range", ["zero", f"{axis}_size", "one"], [f"{axis}_places"]),
            make("Mul", [f"{axis}_places", "scale"], [f"{axis}_scaled"]),
        ]
    nodes = [
        make("ReduceMax", ["orig_im_size"], ["longest"], keepdims=0),
        make("Div", ["side", "longest"], ["scale"]),
        *corner,
        *axes,
        make("Unsqueeze", ["y_scaled", "one_axis"], ["y_column"]),
    ]
    for axis, places, part in (("x", "x_scaled", 0), ("y", "y_column", 1)):
        nodes += [
            make("Gather", ["first_corner", f"i{part}"], [f"{axis}_low0"], axis=2),
            make("Gather", ["last_corner", f"i{part}"], [f"{axis}_high0"], axis=2),
            make("Reshape", [f"{axis}_low0", "scalar"], [f"{axis}_low"]),
            make("Reshape", [f"{axis}_high0", "scalar"], [f"{axis}_high"]),
            make("Sub", [places, f"{axis}_low"], [f"{axis}_after"]),
            make("Sub", [f"{axis}_high", places], [f"{axis}_before"]),
            make("Min", [f"{axis}_after", f"{axis}_before"], [f"{axis}_in"]),
        ]
    nodes += [
        make("Min", ["x_in", "y_in"], ["inside"]),
        make("Unsqueeze", ["inside", "two_axes"], ["masks"]),
        make("ReduceMax", ["masks"], ["iou0"], axes=[2, 3], keepdims=0),
        make("Identity", ["iou0"], ["iou_predictions"]),
        # What a real decoder takes and this one has no use for.
        make("ReduceSum", ["image_embeddings"], ["unused1"], keepdims=0),
        make("ReduceSum", ["point_labels"], ["unused2"], keepdims=0),
        make("ReduceSum", ["mask_input"], ["unused3"], keepdims=0),
        make("ReduceSum", ["has_mask_input"], ["unused4"], keepdims=0),
    ]
    big = np.iinfo(np.int64).max
    written(
        folder / "mobile_sam_mask_decoder.onnx",
        nodes,
        {
            "image_embeddings": [1, 256, 64, 64],
            "point_coords": [1, "points", 2],
            "point_labels": [1, "points"],
            "mask_input": [1, 1, 256, 256],
            "has_mask_input": [1],
            "orig_im_size": [2],
        },
        {"masks": [1, 1, "h", "w"], "iou_predictions": [1, 1]},
        {
            "zero": np.float32(0), "one": np.float32(1), "side": np.float32(1024),
            "i0": np.int64(0), "i1": np.int64(1), "axis": np.array([1], np.int64),
            "first_from": np.array([-2], np.int64), "first_to": np.array([-1], np.int64),
            "last_from": np.array([-1], np.int64), "last_to": np.array([big], np.int64),
            "one_axis": np.array([1], np.int64), "two_axes": np.array([0, 1], np.int64),
            "scalar": np.array([], np.int64),
        },
    )  # fmt: skip
    return folder


@pytest.fixture
def light_square() -> tuple[Picture, np.ndarray]:
    mask = np.zeros((240, 320), np.bool_)
    mask[60:180, 200:300] = True
    return gray(np.where(mask, 230.0, 50.0)), mask


@pytest.mark.parametrize(("side", "logits"), [(320, False), (320, True), (1024, False)])
def test_a_u2net_kind_of_file_finds_the_subject(
    tmp_path: Path, light_square: tuple[Picture, np.ndarray], side: int, logits: bool
) -> None:
    picture, mask = light_square
    file = salient(tmp_path / "u2netp.onnx", side, logits=logits)

    reading = Subject(SubjectOptions(model=str(file)), None).read(set_up(picture))

    assert likeness(mask_of(reading), mask) > 0.95
    assert reading.figures["estimate"] is False
    assert reading.maker.settings["model"] == "u2netp.onnx"
    assert len(str(reading.maker.settings["sha256"])) == 64
    assert not reading.maker.offline
    assert "u2netp.onnx" in reading.note
    assert str(tmp_path) not in repr(reading)


def test_strokes_correct_a_models_mask(
    tmp_path: Path, light_square: tuple[Picture, np.ndarray]
) -> None:
    picture, _ = light_square
    rgb = np.array(picture.rgb)
    rgb[60:180, 40:120] = 230
    file = salient(tmp_path / "u2net.onnx")
    easel = set_up(Picture(rgb))
    drop = (((0.15, 0.3), (0.35, 0.7)), ((0.35, 0.3), (0.15, 0.7)))

    before = mask_of(Subject(SubjectOptions(model=str(file)), None).read(easel))
    after = mask_of(Subject(SubjectOptions(model=str(file), drop=drop), None).read(easel))

    assert before[120, 80]
    assert not after[120, 80]
    assert after[120, 250]


def test_a_model_that_sees_nothing_claims_nothing(tmp_path: Path) -> None:
    file = salient(tmp_path / "u2net.onnx")

    reading = Subject(SubjectOptions(model=str(file)), None).read(set_up(gray(np.zeros((90, 90)))))

    assert "Nothing stands apart" in reading.abstains


def test_mobile_sam_is_shown_a_box_in_its_own_pixels(
    tmp_path: Path, light_square: tuple[Picture, np.ndarray]
) -> None:
    picture, mask = light_square
    folder = mobile_sam(tmp_path / "mobile_sam")
    box = (200 / 320, 60 / 240, 100 / 320, 120 / 240)

    boxed = Subject(SubjectOptions(model=str(folder), box=box), None).read(set_up(picture))
    alone = Subject(SubjectOptions(model=str(folder)), None).read(set_up(picture))

    assert likeness(mask_of(boxed), mask) > 0.9
    # Without a box it is shown the box of our own estimate.
    assert likeness(mask_of(alone), mask) > 0.9


def test_a_file_of_another_kind_is_refused_in_one_sentence(tmp_path: Path, scene: Picture) -> None:
    none = tmp_path / "none.onnx"
    words = tmp_path / "words.onnx"
    words.write_bytes(b"no model at all")
    double = written(
        tmp_path / "double.onnx",
        [helper.make_node("Add", ["a", "b"], ["c"])],
        {"a": [1, 3, 8, 8], "b": [1, 3, 8, 8]},
        {"c": [1, 3, 8, 8]},
    )
    flat = written(
        tmp_path / "flat.onnx",
        [helper.make_node("Identity", ["a"], ["c"])],
        {"a": [1, 100]},
        {"c": [1, 100]},
    )
    classes = written(
        tmp_path / "classes.onnx",
        [helper.make_node("Identity", ["a"], ["c"])],
        {"a": [1, 3, 32, 32]},
        {"c": [1, 3, 32, 32]},
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, said in (
        (none, "no model at"),
        (words, "cannot be opened"),
        (double, "takes 2 inputs"),
        (flat, "its input is"),
        (classes, "its answer is"),
        (empty, "0 ONNX files named 'encoder'"),
    ):
        with pytest.raises(SettingsError, match=said):
            model_at(path)
    reading = (
        Lesson([Subject(SubjectOptions(model=str(words)), None)])
        .study(scene, LessonOptions())
        .readings[0]
    )
    assert "words.onnx" in reading.abstains
    assert str(tmp_path) not in reading.abstains


def test_a_model_is_opened_once_until_its_file_changes(tmp_path: Path) -> None:
    file = salient(tmp_path / "u2net.onnx")
    first = model_at(file)

    assert model_at(file) is first
    salient(file, 640)
    assert model_at(file) is not first

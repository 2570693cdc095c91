"""A smaller model is made of one, held against it, and kept only if it agrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from tests.stubs.tiny_clip import Tiny, write_clip

from gesso.core.encoders.clip import quantise
from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.model.folder import read_folder
from gesso.core.encoders.clip.quantise import to_fp16, to_int8
from gesso.core.encoders.clip.reducer import LEAST_COSINE
from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture


def tell(line: str) -> None:
    del line


def pictures() -> list[Picture]:
    rng = np.random.default_rng(3)
    return [Picture(rng.integers(0, 256, (40, 55 + at, 3), dtype=np.uint8)) for at in range(4)]


def encoder(folder: Path) -> Clip:
    return Clip(ClipOptions(model=str(folder), idle_s=0))


def operators(folder: Path, tower: str = "visual") -> set[str]:
    return {node.op_type for node in onnx.load(folder / tower / "model.onnx").graph.node}


def with_outliers(folder: Path) -> None:
    """A few numbers in the layer before are a thousand times as large, and mean nothing after."""
    path = folder / "visual" / "model.onnx"
    model = onnx.load(path)
    weights = {one.name: one for one in model.graph.initializer}
    up, down = (numpy_helper.to_array(weights[name]).copy() for name in ("up", "down"))
    for node in model.graph.node:
        if node.op_type == "Tanh":
            node.op_type = "Relu"
    up[:, :2] = np.abs(up[:, :2]) * 3000
    down[:2] = 0
    weights["up"].CopyFrom(numpy_helper.from_array(up, "up"))
    weights["down"].CopyFrom(numpy_helper.from_array(down, "down"))
    onnx.save(model, path)


def test_a_model_of_8_bits_agrees_with_its_parent_and_says_how_well(tmp_path: Path) -> None:
    parent = write_clip(tmp_path / "parent")

    made = to_int8(read_folder(parent), tmp_path / "made", tell)

    assert set(made.cosine) == {"visual", "textual"}
    assert LEAST_COSINE <= min(made.cosine.values()) < 1
    assert "MatMulIntegerToFloat" in operators(made.folder.path)
    old, new = encoder(parent).pictures(pictures()), encoder(made.folder.path).pictures(pictures())
    assert (old * new).sum(axis=1).min() > 0.99


def test_a_vector_of_8_bits_does_not_depend_on_its_neighbours(tmp_path: Path) -> None:
    made = to_int8(read_folder(write_clip(tmp_path / "parent")), tmp_path / "made", tell)
    small = encoder(made.folder.path)

    together = small.pictures(pictures())

    alone = np.concatenate([small.pictures([picture]) for picture in pictures()])
    np.testing.assert_array_equal(together, alone)


def test_a_model_of_16_bits_is_smaller_and_agrees(tmp_path: Path) -> None:
    parent = write_clip(tmp_path / "parent")

    made = to_fp16(read_folder(parent), tmp_path / "made", tell)

    assert min(made.cosine.values()) > 0.9999
    old, new = (path / "visual" / "model.onnx" for path in (parent, made.folder.path))
    assert new.stat().st_size < 0.7 * old.stat().st_size
    assert encoder(made.folder.path).pictures(pictures()).dtype == np.float32


@pytest.mark.parametrize("reduce", [to_int8, to_fp16], ids=["int8", "fp16"])
@pytest.mark.parametrize(
    "tiny", [Tiny(external=True), Tiny(batch=1), Tiny(has_mask=True), Tiny(has_words=False)]
)
def test_every_form_of_model_can_be_made_smaller(
    tiny: Tiny, reduce: object, tmp_path: Path
) -> None:
    parent = read_folder(write_clip(tmp_path / "parent", tiny))

    made = reduce(parent, tmp_path / "made", tell)  # type: ignore[operator] # one of two functions

    assert set(made.cosine) == set(parent.towers())
    encoder(made.folder.path).try_out()


@pytest.mark.parametrize("reduce", [to_int8, to_fp16], ids=["int8", "fp16"])
def test_weights_that_are_inputs_too_are_made_smaller_like_others(
    reduce: object, tmp_path: Path
) -> None:
    parent = write_clip(tmp_path / "parent")
    for path in parent.rglob("model.onnx"):
        model = onnx.load(path)
        model.graph.input.extend(
            helper.make_tensor_value_info(one.name, one.data_type, one.dims)
            for one in model.graph.initializer
        )
        onnx.save(model, path)

    made = reduce(read_folder(parent), tmp_path / "made", tell)  # type: ignore[operator] # one of two functions

    assert min(made.cosine.values()) >= LEAST_COSINE
    encoder(made.folder.path).try_out()


def test_the_parent_stays_as_it_was(tmp_path: Path) -> None:
    parent = write_clip(tmp_path / "parent", Tiny(external=True))
    before = {path: path.read_bytes() for path in parent.rglob("*") if path.is_file()}

    made = to_int8(read_folder(parent), tmp_path / "made", tell)

    assert {path: path.read_bytes() for path in parent.rglob("*") if path.is_file()} == before
    assert encoder(made.folder.path).space.id != encoder(parent).space.id


def test_products_that_8_bits_fit_badly_are_left_as_they_were(tmp_path: Path) -> None:
    parent = write_clip(tmp_path / "parent", Tiny(has_words=False))
    with_outliers(parent)

    made = to_int8(read_folder(parent), tmp_path / "made", tell)

    assert made.left == {"visual": 1}
    assert made.cosine["visual"] >= LEAST_COSINE
    graph = onnx.load(made.folder.path / "visual" / "model.onnx").graph
    plain = [node.name for node in graph.node if node.op_type == "MatMul"]
    assert plain == ["down"]


def test_a_model_that_loses_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = write_clip(tmp_path / "parent", Tiny(has_words=False))
    with_outliers(parent)
    monkeypatch.setattr(quantise, "_TRIES", ((0.0, False),))

    with pytest.raises(InputError, match="loses too much in 8 bits"):
        to_int8(read_folder(parent), tmp_path / "made", tell)


def test_a_model_of_8_bits_is_not_made_smaller_again(tmp_path: Path) -> None:
    made = to_int8(read_folder(write_clip(tmp_path / "parent")), tmp_path / "made", tell)

    with pytest.raises(InputError, match="holds no products of 32 bits"):
        to_int8(made.folder, tmp_path / "again", tell)


@pytest.mark.parametrize("reduce", [to_int8, to_fp16], ids=["int8", "fp16"])
def test_a_model_too_large_for_one_file_keeps_its_weights_beside(
    reduce: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantise, "_LARGE", 1)
    parent = read_folder(write_clip(tmp_path / "parent", Tiny(external=True)))

    made = reduce(parent, tmp_path / "made", tell)  # type: ignore[operator] # one of two functions

    assert {"visual/model.onnx.data", "textual/model.onnx.data"} <= set(made.folder.files)
    names = {path.name for path in tmp_path.joinpath("made", "visual").iterdir()}
    assert names == {"model.onnx", "model.onnx.data", "preprocess_cfg.json"}
    encoder(made.folder.path).try_out()

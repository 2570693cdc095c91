"""A graph is asked for the files of its weights without being loaded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from tests.stubs.tiny_clip import Tiny, picture_tower, save, word_tower

from gesso.core.encoders.clip.model.graph import NotWhole, external_files


def place(model: onnx.ModelProto, name: str, **where: object) -> None:
    """Say that a weight lies elsewhere."""
    weight = next(one for one in model.graph.initializer if one.name == name)
    weight.data_location = onnx.TensorProto.EXTERNAL
    for key, value in where.items():
        weight.external_data.add(key=key, value=str(value))


def test_a_graph_that_holds_its_weights_needs_no_other_file(tmp_path: Path) -> None:
    save(picture_tower(Tiny()), tmp_path / "model.onnx")

    assert external_files(tmp_path / "model.onnx") == {}


def test_files_of_weights_are_told_with_their_least_length(tmp_path: Path) -> None:
    save(word_tower(Tiny()), tmp_path / "model.onnx", external=True)

    found = external_files(tmp_path / "model.onnx")

    assert set(found) == {path.name for path in tmp_path.iterdir()} - {"model.onnx"}
    assert found == {name: (tmp_path / name).stat().st_size for name in found}


def test_weights_that_share_a_file_need_it_to_the_end_of_the_last(tmp_path: Path) -> None:
    model = picture_tower(Tiny())
    place(model, "up", location="weights/all.bin", offset=0, length=12_288)
    place(model, "down", location="weights/all.bin", offset=12_288, length=4096)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())

    assert external_files(tmp_path / "model.onnx") == {"weights/all.bin": 16_384}


def test_weights_inside_of_a_node_are_found_too(tmp_path: Path) -> None:
    model = picture_tower(Tiny())
    place(model, "up", location="inner.bin", length=4)
    inner = next(one for one in model.graph.initializer if one.name == "up")
    model.graph.node.append(helper.make_node("Constant", [], ["more"], value=inner))
    model.graph.initializer.remove(inner)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())

    assert external_files(tmp_path / "model.onnx") == {"inner.bin": 4}


@pytest.mark.parametrize(
    "location", ["../../secret", "/etc/passwd", "a/../../b", "C:\\weights", "..\\up", ""]
)
def test_weights_from_outside_of_the_folder_are_refused(location: str, tmp_path: Path) -> None:
    model = picture_tower(Tiny())
    place(model, "up", location=location)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())

    with pytest.raises(NotWhole, match="outside of its folder"):
        external_files(tmp_path / "model.onnx")


@pytest.mark.parametrize(
    "data", [b"", b"<html>404</html>", b"\x00" * 50, b"PK\x03\x04" + b"x" * 99]
)
def test_a_file_that_is_no_graph_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(data)

    with pytest.raises(NotWhole):
        external_files(tmp_path / "model.onnx")


def test_a_graph_cut_anywhere_is_told(tmp_path: Path) -> None:
    data = picture_tower(Tiny()).SerializeToString()
    path = tmp_path / "model.onnx"
    whole = {len(data)}
    for length in {*range(0, len(data), 97), len(data) - 1, len(data)}:
        path.write_bytes(data[:length])
        if length in whole:
            assert external_files(path) == {}
            continue
        with pytest.raises(NotWhole):
            external_files(path)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_graph_or_told_not_to_be(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.onnx"
    path.write_bytes(b"\x3a" + bytes([len(data) & 0x7F]) + data)
    with suppress(NotWhole):
        external_files(path)

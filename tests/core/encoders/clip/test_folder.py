"""A model's folder is looked through before it is loaded: what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stubs.tiny_clip import Tiny, change_json, write_clip

from gesso.core.encoders.clip.model.folder import read_folder
from gesso.core.errors import SettingsError


def test_a_whole_folder_tells_what_it_is(tmp_path: Path) -> None:
    model = read_folder(write_clip(tmp_path / "mine", Tiny(external=True)))

    assert (model.name, model.size, model.towers()) == ("mine", 16, ("visual", "textual"))
    assert (model.preprocess.height, model.preprocess.mode) == (32, "shortest")
    assert model.words is not None
    assert (model.words.length, model.words.pad_token) == (8, "<pad>")
    assert {"visual/up", "visual/down", "textual/table"} <= set(model.files)


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "visual/model.onnx",
        "visual/preprocess_cfg.json",
        "visual/up",
        "textual/model.onnx",
        "textual/tokenizer.json",
        "textual/tokenizer_config.json",
        "textual/table",
    ],
)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine", Tiny(external=True))
    (folder / name).unlink()

    with pytest.raises(SettingsError, match=f"'mine' is not whole: {name} is missing"):
        read_folder(folder)


@pytest.mark.parametrize("name", ["visual/model.onnx", "textual/model.onnx", "visual/up"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_was_half_copied_is_named(name: str, share: float, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine", Tiny(external=True))
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: int(len(data) * share)])

    with pytest.raises(SettingsError, match=name) as refused:
        read_folder(folder)

    assert "cut short" in refused.value.message or "empty" in refused.value.message


def test_a_pointer_in_the_place_of_a_graph_is_named(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    (folder / "visual" / "model.onnx").write_text("version https://git-lfs.github.com/spec/v1\n")

    with pytest.raises(SettingsError, match="git lfs pull"):
        read_folder(folder)


@pytest.mark.parametrize(
    ("file", "field", "value", "said"),
    [
        ("config.json", "embed_dim", "many", "embed_dim is 'many'"),
        ("config.json", "embed_dim", 0, "embed_dim is 0"),
        ("config.json", "text_cfg", None, "text_cfg is not there"),
        ("visual/preprocess_cfg.json", "resize_mode", "crop", "resize_mode is 'crop'"),
        ("visual/preprocess_cfg.json", "interpolation", "magic", "interpolation is 'magic'"),
        ("visual/preprocess_cfg.json", "size", [0, 5], r"size is \[0, 5\]"),
        ("visual/preprocess_cfg.json", "size", 1e9, "size is 1000000000.0"),
        ("visual/preprocess_cfg.json", "std", [0, 1, 1], "std is"),
        ("visual/preprocess_cfg.json", "mean", [0.5], "mean is"),
        ("visual/preprocess_cfg.json", "mode", "L", "mode is 'L'"),
        ("visual/preprocess_cfg.json", "fill_color", -1, "fill_color is -1"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    file: str, field: str, value: object, said: str, tmp_path: Path
) -> None:
    folder = write_clip(tmp_path / "mine")
    change_json(folder / file, **{field: value})

    with pytest.raises(SettingsError, match=said) as refused:
        read_folder(folder)

    assert file in refused.value.message


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", "[" * 100_000])
def test_a_file_that_is_no_json_is_named(text: str, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    (folder / "config.json").write_text(text)

    with pytest.raises(SettingsError, match=r"config\.json: it is no JSON"):
        read_folder(folder)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing")

    with pytest.raises(SettingsError, match="is no encoder"):
        read_folder(tmp_path)
    with pytest.raises(SettingsError, match="There is no folder"):
        read_folder(tmp_path / "nowhere")

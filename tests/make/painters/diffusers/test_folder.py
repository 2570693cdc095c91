"""A pipeline's folder is told as it is before anything of it is loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.stubs.model_folder import weights, write_json, write_model

from gesso.core.errors import SettingsError
from gesso.make.painters.diffusers.folder import read_folder

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "mine", configs={"unet": {"sample_size": 64}})


def refusal(folder: Path, *, allow_pickle: bool = False) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_folder(folder, allow_pickle=allow_pickle)
    return caught.value


def test_a_whole_folder_is_read(folder: Path) -> None:
    model = read_folder(folder)

    assert (model.name, model.pipeline, model.variant) == ("mine", "StableDiffusionPipeline", "")
    assert model.configs["unet"] == {"sample_size": 64}
    assert set(model.configs) == {"scheduler", "text_encoder", "tokenizer", "unet", "vae"}


@pytest.mark.parametrize(
    "file",
    [
        "scheduler/scheduler_config.json",
        "tokenizer/tokenizer_config.json",
        "text_encoder/config.json",
        "text_encoder/model.safetensors",
        "vae/config.json",
        UNET,
    ],
)
def test_the_file_that_is_missing_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()

    error = refusal(folder)

    assert error.message == f"The model 'mine' is not whole: {file} is missing."
    assert str(folder) in error.advice


def test_a_tokenizer_without_words_is_not_whole(folder: Path) -> None:
    (folder / "tokenizer/vocab.json").unlink()

    assert "tokenizer/tokenizer.json is missing" in refusal(folder).message


def test_weights_that_were_half_copied_are_told_with_their_bytes(folder: Path) -> None:
    whole = (folder / UNET).read_bytes()
    (folder / UNET).write_bytes(whole[:-100])

    said = refusal(folder).message

    assert f"{UNET}: it has {len(whole) - 100:,} of {len(whole):,} bytes" in said


@pytest.mark.parametrize("data", [b"", b"\x10", weights()[:20], b"\xff" * 40])
def test_weights_without_a_header_are_not_whole(folder: Path, data: bytes) -> None:
    (folder / UNET).write_bytes(data)

    assert "no whole header" in refusal(folder).message


@pytest.mark.parametrize("header", [b"[]", b"{'a'", b'{"w": {}}', b'{"w": 1}', b"\xff\xfe"])
def test_weights_with_an_unreadable_header_are_not_whole(folder: Path, header: bytes) -> None:
    (folder / UNET).write_bytes(len(header).to_bytes(8, "little") + header)

    assert UNET in refusal(folder).message


def test_a_pointer_of_git_lfs_is_told_as_one(folder: Path) -> None:
    (folder / UNET).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")

    assert "git lfs pull" in refusal(folder).message


def test_every_piece_that_an_index_names_must_be_there(folder: Path) -> None:
    pieces = [f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    (folder / UNET).rename(folder / "unet" / pieces[0])
    index = {"weight_map": {"a": pieces[0], "b": pieces[1]}}
    write_json(folder / "unet/diffusion_pytorch_model.safetensors.index.json", index)

    assert f"unet/{pieces[1]} is missing" in refusal(folder).message

    (folder / "unet" / pieces[1]).write_bytes(weights())
    assert read_folder(folder).variant == ""


def test_an_index_cannot_point_out_of_its_folder(folder: Path) -> None:
    (folder / UNET).unlink()
    index = {"weight_map": {"a": "../../secret.safetensors"}}
    write_json(folder / "unet/diffusion_pytorch_model.safetensors.index.json", index)

    assert "unet/secret.safetensors is missing" in refusal(folder).message


def test_weights_of_half_precision_alone_are_a_variant(folder: Path) -> None:
    for part, stem in (("unet", "diffusion_pytorch_model"), ("text_encoder", "model")):
        plain = folder / part / f"{stem}.safetensors"
        plain.rename(plain.with_name(f"{stem}.fp16.safetensors"))

    assert read_folder(folder).variant == "fp16"


def test_plain_weights_are_taken_where_both_are_there(folder: Path) -> None:
    shutil.copy(folder / UNET, folder / "unet/diffusion_pytorch_model.fp16.safetensors")

    assert read_folder(folder).variant == ""


def test_pickles_are_refused_unless_the_owner_trusts_them(folder: Path) -> None:
    (folder / UNET).rename(folder / "unet/diffusion_pytorch_model.bin")

    error = refusal(folder)

    assert "are a pickle (unet/diffusion_pytorch_model.bin)" in error.message
    assert "allow_pickle = true" in error.advice
    assert read_folder(folder, allow_pickle=True).pipeline


def test_code_of_a_models_own_is_not_run(folder: Path) -> None:
    (folder / "unet/diffusers.py").write_text("raise SystemExit")
    assert "brings code of its own (unet/diffusers.py)" in refusal(folder).message

    (folder / "unet/diffusers.py").unlink()
    (folder / "pipeline.py").write_text("raise SystemExit")
    assert "brings code of its own" in refusal(folder, allow_pickle=True).message


def test_a_class_in_a_module_of_its_own_is_code(folder: Path) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    write_json(folder / "model_index.json", index | {"_class_name": ["mine", "MyPipeline"]})

    assert "brings code of its own" in refusal(folder).message


def test_a_checkpoint_alone_is_no_pipeline(tmp_path: Path) -> None:
    (tmp_path / "big.safetensors").write_bytes(weights())

    error = refusal(tmp_path)

    assert "it has no model_index.json" in error.message
    assert "'big.safetensors' alone is a checkpoint" in error.message


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert f"There is no folder '{tmp_path / 'none'}'." in refusal(tmp_path / "none").message


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_an_unreadable_index_is_told(folder: Path, text: str) -> None:
    (folder / "model_index.json").write_text(text)

    assert "model_index.json: it is no JSON" in refusal(folder).message


def test_a_component_stays_in_the_folder(folder: Path) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    write_json(folder / "model_index.json", index | {"../up": ["diffusers", "UNet2DModel"]})

    assert "its row '../up' is none" in refusal(folder).message


def test_two_models_of_one_shape_are_told_apart(tmp_path: Path) -> None:
    one, other = write_model(tmp_path / "a"), write_model(tmp_path / "b", fill=8)
    copy = shutil.copytree(one, tmp_path / "c")

    assert read_folder(one).weights != read_folder(other).weights
    assert read_folder(one).weights == read_folder(copy).weights

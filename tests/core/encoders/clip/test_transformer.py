"""A real tower, though a tiny one, is made smaller: as transformers has it and torch writes it."""

from __future__ import annotations

import shutil
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from tests.stubs.tiny_clip import Tiny, write_clip

from gesso.core.encoders.clip import quantise
from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.layers import halve_wide
from gesso.core.encoders.clip.model.folder import read_folder
from gesso.core.encoders.clip.quantise import to_int8
from gesso.core.encoders.encoder import Vectors
from gesso.core.pixels.picture import Picture

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

SIZE, SIDE, BLOCKS = 16, 32, 2


class Tower(torch.nn.Module):  # type: ignore[name-defined, misc] # torch is not checked here
    """Two blocks of attention and layers, as CLIP has twelve."""

    def __init__(self, opset: int) -> None:
        super().__init__()
        torch.manual_seed(1)
        shape = transformers.CLIPVisionConfig(
            hidden_size=48,
            intermediate_size=96,
            num_hidden_layers=BLOCKS,
            num_attention_heads=3,
            patch_size=8,
            image_size=SIDE,
            projection_dim=SIZE,
            # torch writes attention in one step since 14.
            attn_implementation="eager" if opset < 14 else "sdpa",
        )
        self.model = transformers.CLIPVisionModelWithProjection(shape).eval()
        # Of what is drawn at first nothing but the mean would be left.
        for weight in self.model.parameters():
            drawn = torch.randn_like(weight)
            weight.data = drawn * 0.2 if weight.ndim > 1 else drawn * 0.1 + 0.5

    def forward(self, image: Any) -> Any:
        return self.model(pixel_values=image).image_embeds


@pytest.fixture(scope="module", params=[13, 18])
def parent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_clip(
        tmp_path_factory.mktemp("clip") / "parent", Tiny(size=SIZE, side=SIDE, has_words=False)
    )
    with warnings.catch_warnings():
        # The older way of torch, in which most models are written, says that it is old.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tower(request.param),
            (torch.zeros(2, 3, SIDE, SIDE),),
            str(folder / "visual" / "model.onnx"),
            input_names=["image"],
            output_names=["embedding"],
            dynamic_axes={"image": {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=request.param,
            dynamo=False,
        )
    return folder


def vectors(folder: Path, batch: int = 16, threads: int = 1) -> Vectors:
    rng = np.random.default_rng(3)
    pictures = [Picture(rng.integers(0, 256, (40, 55 + at, 3), np.uint8)) for at in range(5)]
    return Clip(ClipOptions(model=str(folder), idle_s=0, batch=batch, threads=threads)).pictures(
        pictures
    )


def operators(folder: Path) -> list[str]:
    return [node.op_type for node in onnx.load(folder / "visual" / "model.onnx").graph.node]


def tell(line: str) -> None:
    del line


def test_every_layer_has_8_bits_and_every_bend_is_free_of_its_factor(
    parent: Path, tmp_path: Path
) -> None:
    made = to_int8(read_folder(parent), tmp_path / "made", tell)

    kinds = operators(made.folder.path)
    # Of each block four around the attention and two more; patches, and the last.
    assert kinds.count("MatMulIntegerToFloat") == 6 * BLOCKS + 2
    assert kinds.count("QuickGelu") == BLOCKS
    assert "Sigmoid" not in kinds
    assert made.left == {"visual": 0}
    assert (vectors(made.folder.path) * vectors(parent)).sum(axis=1).min() > 0.99


def test_the_vectors_agree_with_those_of_a_bend_that_is_left(
    parent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = to_int8(read_folder(parent), tmp_path / "free", tell)
    monkeypatch.setattr(quantise, "free_bends", lambda model: 0)
    left = to_int8(read_folder(parent), tmp_path / "left", tell)

    assert "Sigmoid" in operators(left.folder.path)
    both = vectors(free.folder.path) * vectors(left.folder.path)
    assert both.sum(axis=1).min() > 0.999


def test_a_vector_is_the_same_whatever_the_batch(parent: Path, tmp_path: Path) -> None:
    made = to_int8(read_folder(parent), tmp_path / "made", tell).folder.path

    for batch in (1, 2, 3):
        np.testing.assert_array_equal(vectors(made, batch), vectors(made))


def test_wide_layers_go_in_halves_and_agree(
    parent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantise, "halve_wide", partial(halve_wide, least=96))

    made = to_int8(read_folder(parent), tmp_path / "made", tell).folder.path

    kinds = operators(made)
    assert kinds.count("MatMulIntegerToFloat") == 8 * BLOCKS + 2
    assert kinds.count("QuickGelu") == 2 * BLOCKS
    assert (vectors(made) * vectors(parent)).sum(axis=1).min() > 0.99
    for batch in (1, 2, 3):
        np.testing.assert_array_equal(vectors(made, batch), vectors(made))


def test_a_vector_is_the_same_on_any_number_of_threads(parent: Path, tmp_path: Path) -> None:
    made = to_int8(read_folder(parent), tmp_path / "made", tell).folder.path

    for threads in (1, 2, 3):
        np.testing.assert_array_equal(vectors(made, threads=threads), vectors(made))


def test_a_graph_without_names_is_made_smaller_too(parent: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(parent, bare)
    path = bare / "visual" / "model.onnx"
    model = onnx.load(path)
    for node in model.graph.node:
        node.name = ""
    onnx.save(model, path)

    made = to_int8(read_folder(bare), tmp_path / "made", tell)

    assert operators(made.folder.path).count("MatMulIntegerToFloat") == 6 * BLOCKS + 2

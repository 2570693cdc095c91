"""Pictures are made ready as open_clip does it; square pictures could not tell the modes apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gesso.core.encoders.clip.towers.preprocess import Preprocess
from gesso.core.pixels.picture import Picture

SHAPES = [(300, 200), (200, 301), (97, 640), (640, 97), (224, 224), (60, 41), (1000, 733)]
MEAN, STD = np.array([0.48, 0.45, 0.4]), np.array([0.26, 0.25, 0.27])


def picture(height: int, width: int) -> Picture:
    """Waves of every length, with corners that differ."""
    down, across = np.mgrid[:height, :width]
    waves = [np.sin(across / k + down / (k + 3) + at) for at, k in enumerate((3, 11, 40))]
    rgb = np.stack(waves, axis=-1) * 100 + 128 + (across[..., None] / width - 0.5) * 50
    return Picture(np.clip(rgb, 0, 255).astype(np.uint8))


def cosine(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    a, b = ours.ravel().astype(float), theirs.ravel().astype(float)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


# The arithmetic of open_clip's image_transform for evaluation, written out with whole images.


def by_open_clip(rgb: NDArray[np.uint8], side: int, mode: str, fill: int = 0) -> NDArray[Any]:
    image = Image.fromarray(rgb)
    width, height = image.size
    if mode == "squash":
        return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))
    if mode == "longest":
        ratio = max(width, height) / side
        size = round(width / ratio), round(height / ratio)
        ground = Image.new("RGB", (side, side), (fill,) * 3)
        resized = image.resize(size, Image.Resampling.BICUBIC)
        ground.paste(resized, ((side - size[0]) // 2, (side - size[1]) // 2))
        return np.asarray(ground)
    longer = int(side * max(width, height) / min(width, height))
    size = (side, longer) if height > width else (longer, side)
    resized = image.resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return np.asarray(resized.crop((left, top, left + side, top + side)))


@pytest.mark.parametrize("mode", ["shortest", "squash", "longest"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape[0]}x{shape[1]}")
def test_a_picture_is_made_ready_as_open_clip_does(shape: tuple[int, int], mode: Any) -> None:
    asked = picture(*shape)
    ours = Preprocess(224, 224, mode=mode, fill=17).pixels(asked)

    theirs = by_open_clip(asked.rgb, 224, mode, fill=17)

    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "shape", [(300, 200), (200, 301), (97, 640), (640, 97), (500, 500), (301, 211)]
)
def test_a_picture_is_made_ready_as_transformers_does(shape: tuple[int, int]) -> None:
    transformers: Any = pytest.importorskip("transformers", reason="transformers is not installed")
    asked = picture(*shape)
    read = Preprocess(64, 64, tuple(MEAN), tuple(STD))
    processor = transformers.CLIPImageProcessor(
        size={"shortest_edge": 64},
        crop_size={"height": 64, "width": 64},
        image_mean=list(MEAN),
        image_std=list(STD),
    )

    theirs = processor(Image.fromarray(asked.rgb), return_tensors="np")["pixel_values"][0]

    ours = read.values(read.pixels(asked)).transpose(2, 0, 1)
    assert cosine(ours, theirs) >= 0.9999


def test_a_squashed_picture_is_made_ready_as_transformers_does_for_siglip() -> None:
    transformers: Any = pytest.importorskip("transformers", reason="transformers is not installed")
    asked = picture(201, 330)
    read = Preprocess(64, 64, (0.5,) * 3, (0.5,) * 3, "bicubic", "squash")
    processor = transformers.SiglipImageProcessor(size={"height": 64, "width": 64}, resample=3)

    theirs = processor(Image.fromarray(asked.rgb), return_tensors="np")["pixel_values"][0]

    ours = read.values(read.pixels(asked)).transpose(2, 0, 1)
    assert cosine(ours, theirs) >= 0.9999


def test_the_modes_see_different_parts_of_a_long_picture() -> None:
    rgb = np.zeros((50, 200, 3), dtype=np.uint8)
    rgb[:, :50], rgb[:, -50:] = (255, 0, 0), (0, 0, 255)
    long = Picture(rgb)

    cut = Preprocess(32, 32, mode="shortest").pixels(long)
    squashed = Preprocess(32, 32, mode="squash").pixels(long)
    shown = Preprocess(32, 32, mode="longest", fill=255).pixels(long)

    assert cut.max() == 0
    assert squashed[:, 2].tolist() == [[255, 0, 0]] * 32
    assert squashed[:, -3].tolist() == [[0, 0, 255]] * 32
    assert (shown[:12] == 255).all()
    assert (shown[20:] == 255).all()
    assert shown[16, 2].tolist() == [255, 0, 0]


def test_a_tower_that_is_not_square_is_served() -> None:
    read = Preprocess.read({"size": [48, 32]})

    made = read.pixels(picture(100, 300))

    assert made.shape == (48, 32, 3)
    whole = picture(100, 300)
    middle = Image.fromarray(whole.rgb).resize((144, 48), Image.Resampling.BICUBIC)
    assert cosine(made - 128.0, np.asarray(middle.crop((56, 0, 88, 48))) - 128.0) > 0.9999


def test_values_are_standardised_by_channel() -> None:
    read = Preprocess.read({"size": 2, "mean": [0.5, 0.0, 1.0], "std": [0.5, 1.0, 0.25]})
    pixels = np.full((2, 2, 3), 255, dtype=np.uint8)

    np.testing.assert_allclose(read.values(pixels)[0, 0], [1, 1, 0], atol=1e-6)
    assert read.values(pixels).dtype == np.float32


def test_a_model_that_says_little_is_read_as_clip_was() -> None:
    read = Preprocess.read({"size": 224})

    assert (read.mode, read.interpolation) == ("shortest", "bicubic")
    assert read.mean == pytest.approx((0.4815, 0.4578, 0.4082), abs=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50_000), (50_000, 1), (3, 5)])
@pytest.mark.parametrize("mode", ["shortest", "squash", "longest"])
def test_any_shape_is_made_ready_without_a_large_picture_between(
    shape: tuple[int, int], mode: Any
) -> None:
    thin = Picture(np.full((*shape, 3), 200, dtype=np.uint8))

    made = Preprocess(224, 224, mode=mode, fill=200).pixels(thin)

    assert made.shape == (224, 224, 3)
    assert (made == 200).all()

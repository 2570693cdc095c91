"""Encoding: what goes into a file comes out of it, also for other programs."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import SUFFIXES, MediaType, decode_own_png, encode
from gesso.core.pixels.metadata.containers import png_chunks
from gesso.core.pixels.metadata.write import Marks
from gesso.core.pixels.picture import Picture

MARKS = Marks("a naïve 潮\nSteps: 1", '{"words":"潮 🌊"}', b"<x:xmpmeta/>")


def test_a_png_gives_the_pixels_back_exactly(painted: Picture) -> None:
    assert decode(encode(painted)).picture == painted
    assert decode(encode(painted, marks=MARKS)).picture == painted


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_every_format_gives_nearly_the_same_picture_back(
    painted: Picture, media_type: MediaType
) -> None:
    decoded = decode(encode(painted, media_type, MARKS))

    assert decoded.media_type == media_type
    error = np.abs(decoded.picture.rgb.astype(int) - painted.rgb).mean()
    assert error < 3


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_the_same_picture_gives_the_same_bytes(painted: Picture, media_type: MediaType) -> None:
    assert encode(painted, media_type, MARKS) == encode(painted, media_type, MARKS)


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/webp", "image/avif"])
def test_a_lower_quality_makes_a_smaller_file(painted: Picture, media_type: MediaType) -> None:
    assert len(encode(painted, media_type, quality=30)) < len(encode(painted, media_type))


def test_another_program_finds_the_texts_in_a_png(painted: Picture) -> None:
    with Image.open(io.BytesIO(encode(painted, marks=MARKS))) as image:
        image.load()

    assert image.info["parameters"] == MARKS.parameters
    assert image.info["gesso"] == MARKS.recipe_json
    assert image.info["xmp"] == MARKS.xmp


def test_latin_parameters_are_a_plain_text_chunk_that_old_readers_know(painted: Picture) -> None:
    data = encode(painted, marks=Marks("naïve\nSteps: 1"))

    assert {part.kind: bytes(part.body) for part in png_chunks(data)}[b"tEXt"] == (
        b"parameters\0na\xefve\nSteps: 1"
    )


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/webp", "image/avif"])
def test_another_program_finds_the_texts_in_exif(painted: Picture, media_type: MediaType) -> None:
    with Image.open(io.BytesIO(encode(painted, media_type, MARKS))) as image:
        exif = image.getexif()

    comment = exif.get_ifd(0x8769)[0x9286]
    assert comment == b"UNICODE\0" + MARKS.parameters.encode("utf-16-be")
    assert exif[0x010E] == r'{"words":"\u6f6e \ud83c\udf0a"}'
    assert image.info["xmp"] == MARKS.xmp


def test_a_picture_without_marks_says_nothing(painted: Picture) -> None:
    for media_type in SUFFIXES:
        with Image.open(io.BytesIO(encode(painted, media_type))) as image:
            image.load()
            assert not image.getexif()
            assert not getattr(image, "text", {})
            assert "xmp" not in image.info


def test_texts_too_long_for_a_jpeg_give_way_in_order(painted: Picture) -> None:
    long_text = Marks("x" * 40_000, '{"kept":1}', b"<x/>")
    long_recipe = Marks("short\nSteps: 1", '{"a":"%s"}' % ("y" * 70_000), b"<x/>")

    with Image.open(io.BytesIO(encode(painted, "image/jpeg", long_text))) as image:
        assert image.getexif()[0x010E] == '{"kept":1}'
        assert 0x9286 not in image.getexif().get_ifd(0x8769)
    with Image.open(io.BytesIO(encode(painted, "image/jpeg", long_recipe))) as image:
        assert 0x010E not in image.getexif()
        assert 0x9286 in image.getexif().get_ifd(0x8769)
        assert image.info["xmp"] == b"<x/>"


def test_one_pixel_can_be_written_in_every_format() -> None:
    dot = Picture(np.full((1, 1, 3), 128, dtype=np.uint8))

    for media_type in SUFFIXES:
        rgb = decode(encode(dot, media_type)).picture.rgb
        assert np.abs(rgb.astype(int) - 128).max() <= 2


def test_a_flat_png_is_small() -> None:
    flat = Picture(np.full((1024, 1024, 3), 90, dtype=np.uint8))

    assert len(encode(flat)) < 20_000


def test_an_even_slope_takes_as_little_as_a_flat_picture() -> None:
    down, across = np.mgrid[0:1024, 0:1024]
    slope = np.repeat(((down + across) % 256)[:, :, np.newaxis], 3, axis=2).astype(np.uint8)

    assert len(encode(Picture(slope))) < 40_000


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (8, 2), (9, 3)])
def test_a_picture_of_a_few_pixels_comes_back_as_it_was(shape: tuple[int, int]) -> None:
    few = np.random.default_rng(5).integers(0, 256, (*shape, 3), dtype=np.uint8)

    assert np.array_equal(decode_own_png(encode(Picture(few))), few)


def test_what_is_flat_of_a_picture_takes_next_to_nothing() -> None:
    busy = np.random.default_rng(1).integers(0, 256, (192, 512, 3), dtype=np.uint8)
    flat = np.full((320, 512, 3), 90, dtype=np.uint8)

    both = encode(Picture(np.concatenate([busy, flat])))

    assert len(both) < 1.02 * len(encode(Picture(busy)))


def test_a_format_that_cannot_hold_the_picture_says_so() -> None:
    long = Picture(np.zeros((1, 17_000, 3), dtype=np.uint8))

    with pytest.raises(ValueError, match=r"16383 pixels"):
        encode(long, "image/webp")
    with pytest.raises(ValueError, match="not as image/bmp"):
        encode(long, "image/bmp")  # type: ignore[arg-type] # the wrong word is the test


def test_a_painting_of_a_megapixel_is_a_png_in_less_time_than_pillow_takes() -> None:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (1024, 1024), interpolation=cv2.INTER_CUBIC).astype(int)
    rgb = np.clip(smooth + rng.integers(-6, 7, smooth.shape), 0, 255).astype(np.uint8)
    picture = Picture(rgb)

    ours = min(_cpu_s(lambda: encode(picture)) for _ in range(3))
    theirs = min(
        _cpu_s(lambda: Image.fromarray(rgb).save(io.BytesIO(), "PNG", compress_level=3))
        for _ in range(3)
    )

    assert ours < theirs


def _cpu_s(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (2, 90_000), (513, 257)])
def test_a_png_gives_its_pixels_back_whatever_its_size(size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (*size, 3), dtype=np.uint8)

    data = encode(Picture(rgb))

    np.testing.assert_array_equal(decode_own_png(data), rgb)
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        np.testing.assert_array_equal(np.asarray(opened), rgb)

"""Files without their words: no pixel changes, nothing that was said stays but the source type."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from gesso.core.errors import InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import MediaType, encode
from gesso.core.pixels.metadata.containers import png_chunk
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.strip import STRIPPABLE, strip
from gesso.core.pixels.metadata.write import marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import Recipe

SECRET = "the-words-of-a-prompt"
TYPES: tuple[MediaType, ...] = ("image/png", "image/jpeg", "image/webp")


def scribbled(form: str, **settings: object) -> bytes:
    """A picture turned on its side, with words in every place that its format has for them."""
    rgb = np.random.default_rng(3).integers(0, 256, (24, 40, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SECRET
    exif[0x013B] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    words = PngImagePlugin.PngInfo()
    words.add_text("parameters", SECRET)
    words.add_itxt("Comment", SECRET, zip=False)
    extra: dict[str, object] = {
        "PNG": {"pnginfo": words},
        "JPEG": {"xmp": xmp, "comment": SECRET, "quality": 90, "progressive": True},
        "WEBP": {"xmp": xmp, "lossless": True},
    }[form]  # type: ignore[assignment]  # settings of three savers
    out = io.BytesIO()
    every = {"exif": exif.tobytes(), "icc_profile": profile, **extra, **settings}
    Image.fromarray(rgb).save(out, form, **every)
    return out.getvalue()


@pytest.mark.parametrize("media_type", TYPES)
def test_a_made_picture_keeps_its_pixels_and_only_its_source_type(
    painted: Picture, recipe: Recipe, media_type: MediaType
) -> None:
    data = encode(painted, media_type, marks_for(recipe))

    bare = strip(data, media_type, recipe.source_type, recipe.software)

    assert decode(bare).picture.pixels_sha256 == decode(data).picture.pixels_sha256
    found = read_recipe(bare)
    assert found is not None
    assert (found.container, found.text, found.source_type) == ("xmp", "", "algorithmicMedia")
    assert found.software == "gesso 0.1.0"
    for word in ("Tidal", "slack water", "cathedral", "9000"):
        assert word.encode() not in bare
        assert word.encode("utf-16-be") not in bare


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_words_go_from_every_place_and_the_picture_stays_upright_in_its_colours(form: str) -> None:
    data = scribbled(form)
    before = decode(data)
    assert SECRET.encode() in data

    bare = strip(data, before.media_type)
    after = decode(bare)

    assert SECRET.encode() not in bare
    assert after.picture.pixels_sha256 == before.picture.pixels_sha256
    assert (after.oriented, after.icc_name) == (True, before.icc_name)
    assert read_recipe(bare) is None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_what_hangs_behind_the_picture_goes(form: str) -> None:
    data = scribbled(form)

    bare = strip(data + SECRET.encode(), decode(data).media_type)

    assert SECRET.encode() not in bare
    assert decode(bare).picture.pixels_sha256 == decode(data).picture.pixels_sha256


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_to_strip_twice_is_to_strip_once(form: str) -> None:
    data = scribbled(form)
    once = strip(data, decode(data).media_type, "digitalCapture")

    assert strip(once, decode(data).media_type, "digitalCapture") == once


def test_an_upright_picture_without_a_source_type_says_nothing_at_all(painted: Picture) -> None:
    bare = strip(encode(painted), "image/png")

    assert b"eXIf" not in bare
    assert b"iTXt" not in bare


def test_chunks_that_nobody_knows_may_hold_words_and_go(painted: Picture) -> None:
    data = encode(painted)
    odd = data[:33] + png_chunk(b"quIx", SECRET.encode()) + data[33:]

    assert SECRET.encode() not in strip(odd, "image/png")


def test_a_plain_webp_gets_the_header_that_its_source_type_needs(painted: Picture) -> None:
    out = io.BytesIO()
    Image.fromarray(np.asarray(painted.rgb)).save(out, "WEBP", quality=80)
    assert b"VP8X" not in out.getvalue()

    bare = strip(out.getvalue(), "image/webp", "digitalCreation")

    assert bare[12:16] == b"VP8X"
    assert struct.unpack("<I", bare[4:8])[0] == len(bare) - 8
    assert Image.open(io.BytesIO(bare)).size == (160, 120)
    found = read_recipe(bare)
    assert found is not None
    assert found.source_type == "digitalCreation"


def test_transparency_stays(painted: Picture) -> None:
    rgba = np.dstack([painted.rgb, np.full((120, 160), 90, dtype=np.uint8)])
    for form in ("PNG", "WEBP"):
        out = io.BytesIO()
        Image.fromarray(rgba).save(out, form, lossless=True)
        data = out.getvalue()

        bare = strip(data, f"image/{form.lower()}", "digitalCreation")

        assert np.array_equal(np.asarray(Image.open(io.BytesIO(bare)).convert("RGBA")), rgba)


@pytest.mark.parametrize("media_type", ["image/gif", "image/tiff", "image/avif", "image/jpeg"])
def test_a_file_of_another_kind_is_refused(painted: Picture, media_type: str) -> None:
    with pytest.raises(InputError, match=f"of type {media_type} cannot be taken out"):
        strip(encode(painted), media_type)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_of_a_file_that_was_cut_off_no_word_comes_through(form: str) -> None:
    data = scribbled(form)
    media_type = decode(data).media_type

    for length in range(16, len(data), 97):
        with suppress(InputError):
            assert SECRET.encode() not in strip(data[:length], media_type)


def test_a_jpeg_without_a_picture_is_refused() -> None:
    with pytest.raises(InputError, match="cut off before its pixels begin"):
        strip(scribbled("JPEG")[:200], "image/jpeg")


def test_all_three_are_named() -> None:
    assert set(STRIPPABLE) == set(TYPES)

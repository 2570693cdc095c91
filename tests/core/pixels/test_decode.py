"""Decoding: one door, safe for whatever comes."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from gesso.core.errors import PictureError
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.encode import SUFFIXES, MediaType, encode
from gesso.core.pixels.metadata.containers import PNG_SIGNATURE, png_chunk, png_chunks
from gesso.core.pixels.picture import Picture


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def corners() -> Image.Image:
    """Red, green / blue, white: 48 x 32 pixels, so that every turn shows."""
    rgb = np.zeros((32, 48, 3), dtype=np.uint8)
    rgb[:16, :24] = (255, 0, 0)
    rgb[:16, 24:] = (0, 255, 0)
    rgb[16:, :24] = (0, 0, 255)
    rgb[16:, 24:] = 255
    return Image.fromarray(rgb)


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("AVIF", {"quality": 95}),
    ],
)
def test_each_accepted_format_is_read_whatever_it_is_called(
    form: str, options: dict[str, Any]
) -> None:
    decoded = decode(saved(corners(), form, **options), name="holiday.xyz")

    assert decoded.format == form
    assert decoded.media_type == f"image/{form.lower()}"
    assert (decoded.frames, decoded.oriented, decoded.had_alpha) == (1, False, False)
    error = np.abs(decoded.picture.rgb.astype(int) - np.asarray(corners()))
    assert error.mean() < 4


@pytest.mark.parametrize("form", ["BMP", "PPM", "ICO", "TGA", "PDF", "JPEG2000"])
def test_other_formats_are_refused_even_where_the_library_could_read_them(form: str) -> None:
    with pytest.raises(PictureError) as caught:
        decode(saved(corners(), form), name="scan.jpg")

    assert "'scan.jpg'" in caught.value.message
    assert "AVIF" in caught.value.advice


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "an SVG drawing"),
        (b"  <!DOCTYPE html><p>", "an HTML page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIF picture"),
        (b"GIF89a alert(1)", "its header is damaged"),
        (b"just words", "no picture"),
    ],
)
def test_a_refusal_says_what_the_file_is(data: bytes, named: str) -> None:
    with pytest.raises(PictureError, match=named):
        decode(data)


def test_an_empty_file_is_refused_by_name() -> None:
    with pytest.raises(PictureError, match=r"The picture is empty"):
        decode(b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(form: str, orientation: int) -> None:
    stored = corners()
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    if orientation in undo:
        stored = stored.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95, "subsampling": 0} if form == "JPEG" else {}

    decoded = decode(saved(stored, form, exif=exif, **options))

    assert (decoded.picture.width, decoded.picture.height) == (48, 32)
    assert decoded.oriented == (orientation > 1)
    for (row, column), colour in {
        (4, 4): (255, 0, 0),
        (4, 43): (0, 255, 0),
        (27, 4): (0, 0, 255),
        (27, 43): (255, 255, 255),
    }.items():
        assert decoded.picture.rgb[row, column].astype(int) == pytest.approx(colour, abs=12)


def test_transparency_lies_over_white_and_hides_what_was_under_it() -> None:
    rgba = np.zeros((4, 4, 4), dtype=np.uint8)
    rgba[..., 0] = 200
    rgba[:2, :, 3] = 255
    rgba[2, :, 3] = 128

    decoded = decode(saved(Image.fromarray(rgba), "PNG"))

    assert decoded.had_alpha
    assert decoded.picture.rgb[0, 0].tolist() == [200, 0, 0]
    assert decoded.picture.rgb[2, 0].tolist() == [227, 127, 127]
    assert decoded.picture.rgb[3, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("mode", ["LA", "P", "RGB", "L"])
def test_every_kind_of_transparency_shows_white(mode: str) -> None:
    image = Image.new("RGBA", (8, 8), (10, 10, 10, 255))
    image.paste((0, 0, 0, 0), (0, 0, 8, 4))
    options = {}
    if mode == "LA":
        image = image.convert("LA")
    elif mode == "P":
        image = image.quantize(4)
    else:  # one colour is declared transparent
        image = Image.new(mode, (8, 8), 10 if mode == "L" else (10, 10, 10))
        image.paste(77 if mode == "L" else (77, 77, 77), (0, 0, 8, 4))
        options = {"transparency": 77 if mode == "L" else (77, 77, 77)}

    decoded = decode(saved(image, "PNG", **options))

    assert decoded.had_alpha
    assert decoded.picture.rgb[0, 0].tolist() == [255, 255, 255]
    assert decoded.picture.rgb[7, 7].astype(int) == pytest.approx([10, 10, 10], abs=1)


def test_a_large_picture_is_composed_like_a_small_one() -> None:
    rng = np.random.default_rng(2)
    rgba = rng.integers(0, 256, (2100, 2000, 4), dtype=np.uint8)
    image = Image.fromarray(rgba)
    white = Image.new("RGBA", image.size, "white")
    expected = np.asarray(Image.alpha_composite(white, image).convert("RGB")).astype(int)

    rgb = decode(saved(image, "TIFF")).picture.rgb

    assert np.abs(rgb - expected).max() <= 1
    assert (rgb[-1] != 0).any()


def test_lab_is_converted() -> None:
    # Pillow's LAB: L* in 255 steps, a* and b* shifted by 128.
    lab = Image.new("LAB", (4, 4), (136, 128 + 60, 128 + 40))

    decoded = decode(saved(lab, "TIFF"))

    assert decoded.source_mode == "LAB"
    # CIE L* 53.3, a* 60, b* 40 under D50 is a strong red.
    assert decoded.picture.rgb[0, 0].astype(int) == pytest.approx([219, 68, 62], abs=6)


def test_an_opaque_alpha_channel_is_no_transparency() -> None:
    decoded = decode(saved(corners().convert("RGBA"), "PNG"))

    assert not decoded.had_alpha
    assert decoded.picture == Picture(np.asarray(corners()))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_gray_keeps_its_range(form: str) -> None:
    deep = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)

    rgb = decode(saved(Image.fromarray(deep), form)).picture.rgb

    assert rgb[..., 0].astype(int) == pytest.approx(deep / 257, abs=0.51)


@pytest.mark.parametrize(("mode", "order"), [("I;16", "<u2"), ("I;16B", ">u2")])
def test_a_dark_16_bit_picture_stays_dark_in_either_byte_order(mode: str, order: str) -> None:
    dark = np.full((4, 4), 200, dtype=order)

    decoded = decode(saved(Image.frombytes(mode, (4, 4), dark.tobytes()), "TIFF"))

    assert decoded.source_mode == mode
    assert set(np.unique(decoded.picture.rgb)) == {1}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.25, 0.5, 1.0], [0, 64, 128, 255]),
        ([0.0, 63.75, 127.5, 255.0], [0, 64, 128, 255]),
        ([0.0, 16384.0, 32768.0, 65535.0], [0, 64, 128, 255]),
        ([0.0, 0.5, 1.0, 3.0], [0, 128, 255, 255]),
        ([np.nan, -1.0, 0.5, np.inf], [0, 0, 128, 255]),
        ([np.nan, np.nan, np.nan, np.nan], [0, 0, 0, 0]),
        ([0.0, 1e6, 2e6, 4e6], [0, 64, 128, 255]),
    ],
)
def test_float_pictures_are_brought_to_8_bits_by_their_range(
    values: list[float], expected: list[int]
) -> None:
    data = saved(Image.fromarray(np.array([values], dtype=np.float32)), "TIFF")

    assert decode(data).picture.rgb[0, :, 0].tolist() == expected


def test_cmyk_is_not_inverted() -> None:
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))

    decoded = decode(saved(cmyk, "JPEG", quality=95))

    assert decoded.source_mode == "CMYK"
    red, green, blue = (int(v) for v in decoded.picture.rgb[8, 8])
    assert red > 200
    assert max(green, blue) < 80


def profile(gamma: float) -> bytes:
    """A display profile with the primaries of sRGB and another tone curve."""
    base = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = bytearray(base)
    count = struct.unpack_from(">I", data, 128)[0]
    for entry in range(count):
        at = 132 + 12 * entry
        tag = bytes(data[at : at + 4])
        if tag in {b"rTRC", b"gTRC", b"bTRC"}:
            curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
            offset = struct.unpack_from(">I", data, at + 4)[0]
            data[offset : offset + len(curve)] = curve
            struct.pack_into(">I", data, at + 8, 14)
        elif tag == b"desc":
            offset, length = struct.unpack_from(">II", data, at + 4)
            text = bytes(data[offset : offset + length]).replace(
                "sRGB".encode("utf-16-be"), "test".encode("utf-16-be")
            )
            data[offset : offset + length] = text
    return bytes(data)


def test_a_profile_is_applied_and_named() -> None:
    gray = Image.new("RGB", (4, 4), (128, 128, 128))

    decoded = decode(saved(gray, "PNG", icc_profile=profile(1.0)))

    # Linear 128/255 is 188 in sRGB.
    assert decoded.picture.rgb[0, 0].astype(int) == pytest.approx([188] * 3, abs=2)
    assert decoded.icc_name
    assert decoded.icc_name.startswith("test")


def test_an_srgb_profile_changes_nothing(painted: Picture) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    decoded = decode(saved(Image.fromarray(painted.rgb), "PNG", icc_profile=srgb))

    assert decoded.picture == painted
    assert decoded.icc_name
    assert decoded.icc_name.startswith("sRGB")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_profile_of_garbage_is_ignored(form: str, painted: Picture) -> None:
    plain = Image.fromarray(painted.rgb)
    garbage = np.random.default_rng(0).bytes(600)

    decoded = decode(saved(plain, form, icc_profile=garbage))

    assert decoded.icc_name is None
    assert decoded.picture == decode(saved(plain, form)).picture


def test_a_profile_for_other_inks_is_ignored() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    gray = Image.new("L", (4, 4), 90)

    decoded = decode(saved(gray, "PNG", icc_profile=srgb))

    assert decoded.picture.rgb[0, 0].tolist() == [90] * 3


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(form: str) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if form == "WEBP" else {}

    decoded = decode(saved(frames[0], form, save_all=True, append_images=frames[1:], **options))

    assert decoded.frames == 3
    assert decoded.picture.rgb[5, 5].tolist() == [255, 0, 0]


def test_the_pixel_limit_is_checked_before_anything_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = PNG_SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"") * 2

    with pytest.raises(PictureError, match="at most 64,000,000"):
        decode(data, name="big.png")


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_limits_hold_for_every_format(media_type: MediaType, painted: Picture) -> None:
    data = encode(painted, media_type)

    with pytest.raises(PictureError, match="160 x 120"):
        decode(data, DecodeLimits(max_pixels=160 * 120 - 1))
    with pytest.raises(PictureError, match="159 on a side"):
        decode(data, DecodeLimits(max_side_px=159))
    with pytest.raises(PictureError, match="bytes, more than"):
        decode(data, DecodeLimits(max_bytes=len(data) - 1))
    assert decode(data, DecodeLimits(max_pixels=160 * 120, max_bytes=len(data))).frames == 1


def test_a_text_bomb_never_reaches_the_decoder(painted: Picture) -> None:
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    text = png_chunk(b"zTXt", b"Comment\0\0" + bomb)
    data = encode(painted)

    assert decode(data[:33] + text + data[33:]).picture == painted


def test_a_profile_that_is_a_bomb_is_refused(painted: Picture) -> None:
    chunk = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 50_000_000, 9))
    data = encode(painted)

    with pytest.raises(PictureError, match="too large"):
        decode(data[:33] + chunk + data[33:])


def test_a_file_cut_into_a_hundred_thousand_parts_is_refused() -> None:
    chunks = png_chunk(b"tEXt", b"a\0b") * 100_000
    jpeg = saved(corners(), "JPEG")
    segments = b"\xff\xfe\x00\x02" * 100_000

    with pytest.raises(PictureError, match="more than 65,536 parts"):
        decode(encode(Picture(np.asarray(corners())))[:33] + chunks)
    with pytest.raises(PictureError, match="more than 65,536 parts"):
        decode(jpeg[:2] + segments + jpeg[2:])


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_half_a_file_is_refused_in_one_sentence(media_type: MediaType, painted: Picture) -> None:
    data = encode(painted, media_type)

    with pytest.raises(PictureError) as caught:
        decode(data[: len(data) // 2], name="half")

    assert caught.value.message.startswith("'half' ")
    assert caught.value.message.count("\n") == 0
    assert caught.value.advice


def test_bytes_after_the_end_of_a_png_change_nothing(painted: Picture) -> None:
    assert decode(encode(painted) + b"<script>" * 99).picture == painted


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_damaged_files_give_a_picture_or_one_of_our_errors(form: str, data: st.DataObject) -> None:
    original = saved(corners(), form)
    damaged = bytearray(original)
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    limits = DecodeLimits(max_pixels=4_000_000)

    for candidate in (bytes(damaged), bytes(damaged[:cut])):
        try:
            decoded = decode(candidate, limits)
        except PictureError:
            continue
        assert decoded.picture.rgb.size > 0


def test_warnings_stay_inside_even_where_threads_overlap() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "lime")]
    apng = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    # An animation that lies about its number of frames makes Pillow warn.
    parts = [bytes(part.whole) for part in png_chunks(apng) if part.kind != b"acTL"]
    lying = PNG_SIGNATURE + b"".join(
        [parts[0], png_chunk(b"acTL", struct.pack(">II", 0, 0)), *parts[1:]]
    )
    before = list(warnings.filters)

    with ThreadPoolExecutor(4) as threads:
        frames_found = list(threads.map(lambda _: decode(lying).frames, range(160)))

    assert frames_found == [1] * 160
    assert warnings.filters == before


def test_every_hostile_sample_is_answered_as_its_manifest_expects(
    bad_pictures: list[dict[str, Any]], sample_data: Path
) -> None:
    accepted = {"JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"}
    wrong = []
    for row in bad_pictures:
        path = sample_data / row["file"]
        try:
            decode(path.read_bytes(), name=path.name)
        except PictureError as error:
            answer = "reject" if path.name in error.message else "reject without its name"
        else:
            answer = "accept"
        expected = row["expect"]
        form = row.get("measured_pillow_13_0", {}).get("format")
        if expected == "accept" and form not in accepted:
            expected = "reject"  # BMP and PPM: readable, and not on our list
        if expected in {"accept", "reject"} and answer != expected:
            wrong.append((path.name, answer))

    assert len(bad_pictures) > 100
    assert wrong == []


def test_the_samples_that_are_checked_by_eye_hold(
    bad_pictures: list[dict[str, Any]], sample_data: Path
) -> None:
    def sample(name: str) -> NDArray[np.int_]:
        return decode((sample_data / "bad" / "image" / name).read_bytes()).picture.rgb.astype(int)

    gray8, gray16 = sample("gray.jpg"), sample("gray16.png")
    assert abs(gray8.mean() - gray16.mean()) < 25
    assert sample("float32.tif").mean() > 20
    assert sample("alpha-zero.png").min() == 255
    assert not np.allclose(sample("icc-p3.png")[60, 120], (128, 160, 90), atol=1)
    for number in range(1, 9):
        turned = sample(f"orientation-{number}.jpg")
        assert turned.shape == (80, 120, 3)
        red = turned[10, 10]
        assert red[0] > 150
        assert red[1:].max() < 110

"""Walking containers: every part once, nothing outside the bytes, and always an end."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gesso.core.pixels.metadata.containers import (
    PNG_SIGNATURE,
    TooManyParts,
    boxes,
    gif_frames,
    jpeg_segments,
    png_chunk,
    png_chunks,
    riff_chunks,
    tiff_pages,
    webp_size,
)


def saved(form: str, size: tuple[int, int] = (30, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def test_the_chunks_of_a_png_put_together_are_the_png() -> None:
    data = saved("PNG")

    parts = list(png_chunks(data + b"tail"))

    assert PNG_SIGNATURE + b"".join(bytes(part.whole) for part in parts) == data
    assert (parts[0].kind, parts[-1].kind) == (b"IHDR", b"IEND")
    assert all(png_chunk(part.kind, bytes(part.body)) == part.whole for part in parts)


def test_the_segments_of_a_jpeg_end_at_the_scan() -> None:
    kinds = [part.kind for part in jpeg_segments(saved("JPEG", comment=b"words"))]

    assert kinds[0] == b"\xe0"
    assert b"\xfe" in kinds
    assert b"\xc0" in kinds
    assert b"\xda" not in kinds


def test_the_chunks_of_a_webp_and_the_boxes_of_an_avif_are_named() -> None:
    assert [part.kind for part in riff_chunks(saved("WEBP"))] == [b"VP8 "]
    assert [part.kind for part in boxes(saved("AVIF"))][:2] == [b"ftyp", b"meta"]


@pytest.mark.parametrize(
    "options", [{}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}]
)
def test_the_size_of_a_webp_is_read_from_each_kind_of_header(options: dict[str, object]) -> None:
    assert webp_size(saved("WEBP", (300, 17), **options)) == (300, 17)
    assert webp_size(b"RIFF\0\0\0\0WEBP") is None


def test_gif_frames_and_tiff_pages_are_counted() -> None:
    others = [Image.new("RGB", (5, 5), colour) for colour in ("red", "lime", "blue")]

    assert gif_frames(saved("GIF", save_all=True, append_images=others)) == 4
    assert tiff_pages(saved("TIFF", save_all=True, append_images=others)) == 4
    assert gif_frames(saved("GIF")) == tiff_pages(saved("TIFF")) == 1


def test_pages_in_a_circle_are_counted_once() -> None:
    assert tiff_pages(b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0") == 1


def test_files_of_endless_parts_are_given_up() -> None:
    with pytest.raises(TooManyParts, match="65,536"):
        list(png_chunks(PNG_SIGNATURE + png_chunk(b"tEXt", b"") * 70_000))
    with pytest.raises(TooManyParts, match="1,000,000"):
        gif_frames(b"GIF89a" + b"\0" * 7 + b"\x21\xfe" + b"\x01x" * 1_000_002)


WALKS: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "png": (png_chunks, PNG_SIGNATURE),
    "riff": (riff_chunks, b"RIFF\0\0\0\0WEBP"),
    "jpeg": (jpeg_segments, b"\xff\xd8"),
    "boxes": (boxes, b""),
    "gif": (gif_frames, b"GIF89a"),
    "tiff": (tiff_pages, b"II*\0"),
    "webp": (webp_size, b"RIFF\0\0\0\0WEBP"),
}


@pytest.mark.parametrize("walk", WALKS)
@given(rest=st.binary(max_size=200))
def test_any_bytes_are_walked_to_an_end(walk: str, rest: bytes) -> None:
    walker, start = WALKS[walk]

    result = walker(start + rest)

    if walk in {"png", "riff", "jpeg", "boxes"}:
        assert len(list(result)) <= 200

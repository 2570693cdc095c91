"""A Picture into a file, with its marks."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Literal

import cv2
import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

from gesso.core.pixels.metadata.containers import PNG_SIGNATURE, png_chunk, png_chunks
from gesso.core.pixels.metadata.write import Marks
from gesso.core.pixels.picture import Picture

MediaType = Literal["image/png", "image/jpeg", "image/webp", "image/avif"]

SUFFIXES: dict[MediaType, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/avif": ".avif",
}

_QUALITY = {"image/jpeg": 92, "image/webp": 90, "image/avif": 80}
# At and above this quality colours keep their full resolution: paintings have hard hue edges.
_FULL_CHROMA = 90

# Average-filtered rows, deflated by ISA-L. A painted 1024 x 1024 picture takes 12 ms and 1.46 MB,
# against 33 ms and 1.52 MB by zlib without looking for repetitions, 105 ms and 2.10 MB by OpenCV's
# own level 3 and 180 ms, 2.12 MB by Pillow's.
_DEFLATE_LEVEL = 2
_FILTER_AVERAGE = 3
# Rows that stay in the processor's cache from the filter to the end.
_BAND_BYTES = 1 << 18
_PNG_HEADER = struct.Struct(">IIBBBBB")
# Signature and IHDR, after which other chunks may follow.
_PNG_HEAD = len(PNG_SIGNATURE) + 25
# What marks bring themselves, so what was there of it goes.
_TOLD_ANEW = frozenset({b"sRGB", b"tEXt", b"zTXt", b"iTXt"})

_IMAGE_DESCRIPTION = 0x010E
_EXIF_IFD = 0x8769
_USER_COMMENT = 0x9286
# One JPEG segment holds 65,533 bytes; the rest is for EXIF's own tables.
_MAX_JPEG_EXIF = 65_000


def encode(
    picture: Picture,
    media_type: MediaType = "image/png",
    marks: Marks | None = None,
    quality: int | None = None,
) -> bytes:
    """Write a picture as a file; on one machine the same bytes for the same picture and marks.

    A JPEG has room for 65,000 bytes of texts. Where they are longer, the A1111 form goes first
    (the recipe holds all of it), then the recipe; the XMP always stays.

    Args:
        picture: what to write.
        media_type: PNG is lossless; the others are not.
        marks: what the file says about the picture, None for nothing.
        quality: 1 to 100, None for 92 (JPEG), 90 (WebP), 80 (AVIF); PNG has none.

    Raises:
        ValueError: a media type that we do not write, or a side longer than the format allows
            (JPEG and AVIF 65,535, WebP 16,383 pixels).
    """
    marks = marks or Marks()
    if media_type == "image/png":
        return _png(picture, marks)
    if media_type not in _QUALITY:
        raise ValueError(f"Pictures are written as {', '.join(SUFFIXES)}, not as {media_type}.")
    longest = 16_383 if media_type == "image/webp" else 65_535
    if max(picture.width, picture.height) > longest:
        raise ValueError(f"{media_type} holds {longest} pixels on a side; {picture!r} has more.")
    quality = _QUALITY[media_type] if quality is None else quality
    image = Image.fromarray(np.asarray(picture.rgb))
    out = io.BytesIO()
    if media_type == "image/jpeg":
        exif = _exif_within(marks, _MAX_JPEG_EXIF)
        chroma = 0 if quality >= _FULL_CHROMA else 2
        image.save(
            out, "JPEG", quality=quality, subsampling=chroma, exif=exif, xmp=marks.xmp or None
        )
    elif media_type == "image/webp":
        image.save(out, "WEBP", quality=quality, method=4, exif=_exif(marks), xmp=marks.xmp)
    else:
        chroma_name = "4:4:4" if quality >= _FULL_CHROMA else "4:2:0"
        image.save(
            out,
            "AVIF",
            quality=quality,
            subsampling=chroma_name,
            speed=8,
            exif=_exif(marks),
            xmp=marks.xmp or None,
        )
    return out.getvalue()


def mark_png(data: bytes, marks: Marks) -> bytes:
    """Put other marks into a PNG that `encode` wrote, as if it had been written with them.

    Every text that it has goes; its pixels stay to the byte and are not looked at.

    Args:
        data: the whole file.
        marks: what the file says from now on.

    Raises:
        ValueError: the bytes are no PNG.
    """
    if not data.startswith(PNG_SIGNATURE) or len(data) < _PNG_HEAD:
        raise ValueError("Only the texts of a PNG can be changed in place.")
    kept = [part.whole for part in png_chunks(data) if part.kind not in _TOLD_ANEW]
    return b"".join([PNG_SIGNATURE, kept[0], *_chunks(marks), *kept[1:]])


def decode_own_png(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG that `encode` wrote in this program: (height, width, 3) uint8 sRGB.

    A file from elsewhere is for `decode`.
    """
    bgr = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("These bytes are no PNG that was written here.")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _png(picture: Picture, marks: Marks) -> bytes:
    # Eight bits a channel, red, green and blue, one after the other.
    header = _PNG_HEADER.pack(picture.width, picture.height, 8, 2, 0, 0, 0)
    deflate = isal_zlib.compressobj(_DEFLATE_LEVEL)
    data = b"".join([*map(deflate.compress, _filtered(np.asarray(picture.rgb))), deflate.flush()])
    chunks = [
        png_chunk(b"IHDR", header),
        *_chunks(marks),
        png_chunk(b"IDAT", data),
        png_chunk(b"IEND", b""),
    ]
    return b"".join([PNG_SIGNATURE, *chunks])


def _filtered(rgb: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """What the average of the bytes to the left and above leaves of each row, a band at a time."""
    height, width = rgb.shape[:2]
    rows = np.ascontiguousarray(rgb).reshape(height, 3 * width)
    step = max(1, _BAND_BYTES // rows.shape[1])
    for first in range(0, height, step):
        band = rows[first : first + step]
        left, above = np.zeros_like(band), np.zeros_like(band)
        left[:, 3:] = band[:, :-3]
        above[1:] = band[:-1]
        if first:
            above[0] = rows[first - 1]
        # The floor of the mean of two bytes, without a ninth bit.
        mean = (left & above) + ((left ^ above) >> np.uint8(1))
        made = np.empty((len(band), 1 + rows.shape[1]), dtype=np.uint8)
        made[:, 0] = _FILTER_AVERAGE
        np.subtract(band, mean, out=made[:, 1:])
        yield made


def _chunks(marks: Marks) -> list[bytes]:
    chunks = [png_chunk(b"sRGB", b"\x00")]
    if marks.parameters:
        chunks.append(_text_chunk("parameters", marks.parameters))
    if marks.recipe_json:
        chunks.append(_international("gesso", marks.recipe_json.encode(), compressed=True))
    if marks.xmp:
        chunks.append(_international("XML:com.adobe.xmp", marks.xmp, compressed=False))
    return chunks


def _text_chunk(keyword: str, text: str) -> bytes:
    # Older readers of A1111 texts know only tEXt, which is Latin-1.
    try:
        return png_chunk(b"tEXt", keyword.encode() + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _international(keyword, _utf8(text), compressed=False)


def _international(keyword: str, text: bytes, *, compressed: bool) -> bytes:
    head = keyword.encode() + (b"\0\1\0" if compressed else b"\0\0\0") + b"\0\0"
    return png_chunk(b"iTXt", head + (zlib.compress(text) if compressed else text))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _exif_within(marks: Marks, max_bytes: int) -> bytes:
    for kept in (marks, Marks("", marks.recipe_json), Marks(marks.parameters, ""), Marks()):
        exif = _exif(kept)
        if len(exif) <= max_bytes:
            return exif
    return b""


def _exif(marks: Marks) -> bytes:
    """The A1111 text as UserComment, the recipe as ImageDescription; b"" for neither."""
    exif = Image.Exif()
    if marks.recipe_json:
        # EXIF's strings are ASCII, and JSON can say every letter in ASCII.
        ascii_json = json.dumps(json.loads(marks.recipe_json), separators=(",", ":"))
        exif[_IMAGE_DESCRIPTION] = ascii_json
    if marks.parameters:
        comment = b"UNICODE\0" + marks.parameters.encode("utf-16-be", "replace")
        exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = comment
    return exif.tobytes() if len(exif) or marks.parameters else b""

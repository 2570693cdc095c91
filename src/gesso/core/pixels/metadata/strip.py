"""A picture's file without its words: the pixels as they lie there, and only the source type."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from PIL import Image

from gesso.core.errors import InputError
from gesso.core.pixels.metadata.containers import (
    PNG_SIGNATURE,
    Part,
    jpeg_segments,
    png_chunk,
    png_chunks,
    riff_chunks,
    webp_size,
)
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.pixels.metadata.write import source_marks

STRIPPABLE = ("image/png", "image/jpeg", "image/webp")

# What the pixels need, and how large they are printed; every other chunk may hold words.
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS iCCP sRGB gAMA cHRM sBIT cICP bKGD pHYs acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
_VP8X_ICC, _VP8X_ALPHA, _VP8X_EXIF, _VP8X_XMP, _VP8X_ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02
_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_ORIENTATION = 0x0112


def strip(data: bytes, media_type: str, source_type: str = "", software: str = "") -> bytes:
    """Take every word out of a picture's file: prompts, recipes, EXIF, seals, comments.

    No pixel is encoded anew. The colour profile stays, and the way the picture is turned.

    Args:
        data: the file.
        media_type: one of `STRIPPABLE`, by content.
        source_type: what stays said, in XMP: the IPTC digital source type; "" where nobody knows.
        software: said beside it, "" for no word about it.

    Raises:
        InputError: it is a file of another kind, or a JPEG without a picture.
    """
    xmp = source_marks(source_type, software).xmp
    turned = _turned(data)
    if media_type == "image/png" and data.startswith(PNG_SIGNATURE):
        return _png(data, xmp, turned)
    if media_type == "image/jpeg" and data.startswith(b"\xff\xd8"):
        return _jpeg(data, xmp, turned)
    if media_type == "image/webp" and data[8:12] == b"WEBP":
        return _webp(data, xmp, turned)
    raise InputError(
        f"The words in a file of type {media_type} cannot be taken out.",
        "Export it without --strip, or bring it in as a PNG.",
    )


def _turned(data: bytes) -> bytes:
    """EXIF that holds nothing but the orientation, b"" for a picture that is upright."""
    try:
        with hushed(), Image.open(io.BytesIO(data)) as image:
            orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - Pillow raises anything on damaged EXIF
        return b""
    if not isinstance(orientation, int) or not 2 <= orientation <= 8:
        return b""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()  # begins with "Exif\0\0", as JPEG wants it


def _png(data: bytes, xmp: bytes, turned: bytes) -> bytes:
    said = [png_chunk(b"eXIf", turned.removeprefix(b"Exif\0\0"))] if turned else []
    if xmp:
        said.append(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
    kept = [part for part in png_chunks(data) if part.kind in _PNG_KEPT]
    head, rest = kept[:1], kept[1:]
    return b"".join([PNG_SIGNATURE, *_whole(head), *said, *_whole(rest)])


def _whole(parts: list[Part]) -> Iterator[bytes]:
    return (bytes(part.whole) for part in parts)


def _jpeg(data: bytes, xmp: bytes, turned: bytes) -> bytes:
    kept, at = [], 2
    for part in jpeg_segments(data):
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        at += len(part.whole)
        if _is_for_pixels(part):
            kept.append(part)
    if data[at : at + 2] != b"\xff\xda":
        raise InputError("This JPEG is cut off before its pixels begin.", "Get the file again.")
    said = [_segment(0xE1, turned)] if turned else []
    if xmp:
        said.append(_segment(0xE1, _XMP_MARK + xmp))
    # JFIF's own segment, where there is one, must come first.
    first = 1 if kept and kept[0].kind == b"\xe0" else 0
    scans = data[at : _end_of_scans(data, at)]
    return b"".join([b"\xff\xd8", *_whole(kept[:first]), *said, *_whole(kept[first:]), scans])


def _is_for_pixels(part: Part) -> bool:
    """Tables, JFIF, Adobe's note on the colour transform, ICC profiles."""
    marker = part.kind[0]
    if marker == 0xE2:
        return bytes(part.body[:12]) == b"ICC_PROFILE\0"
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _end_of_scans(data: bytes, at: int) -> int:
    """Where the picture ends; phones and editors hang other things behind it."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD7:  # stuffed, fill, restart
            at += 1 if marker == 0xFF else 2
        else:  # between two scans: a table, or the next scan's header
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)


def _webp(data: bytes, xmp: bytes, turned: bytes) -> bytes:
    parts = [part for part in riff_chunks(data) if part.kind in _WEBP_KEPT]
    body = [part for part in parts if part.kind != b"VP8X"]
    chunks = [_chunk(part.kind, bytes(part.body)) for part in body]
    if turned:
        chunks.append(_chunk(b"EXIF", turned))
    if xmp:
        chunks.append(_chunk(b"XMP ", xmp))
    if len(chunks) > 1:
        chunks.insert(0, _chunk(b"VP8X", _vp8x(data, parts, bool(turned), bool(xmp))))
    whole = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def _vp8x(data: bytes, parts: list[Part], turned: bool, xmp: bool) -> bytes:
    """The header of a WebP of several parts: what there is, and how large the canvas is."""
    old = next((part.body[0] for part in parts if part.kind == b"VP8X" and part.body), 0)
    lossless = next((bytes(part.body[:5]) for part in parts if part.kind == b"VP8L"), b"")
    has_alpha = len(lossless) == 5 and bool(int.from_bytes(lossless[1:], "little") >> 28 & 1)
    flags = old & (_VP8X_ICC | _VP8X_ALPHA | _VP8X_ANIMATION)
    flags |= has_alpha * _VP8X_ALPHA | turned * _VP8X_EXIF | xmp * _VP8X_XMP
    width, height = webp_size(data) or (1, 1)
    return bytes([flags, 0, 0, 0]) + b"".join(
        (side - 1).to_bytes(3, "little") for side in (width, height)
    )

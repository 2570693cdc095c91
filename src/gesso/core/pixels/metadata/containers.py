"""How the formats nest their parts: PNG chunks, RIFF chunks, JPEG segments, boxes, pages, frames.

Everything here walks bytes that may lie. A walk ends quietly where the bytes stop making sense,
never reads outside them, and gives up on a file that is cut into more parts than any tool writes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# libpng cuts 64 MiB into 8,192 chunks; a hostile file could hold five million.
_MOST_PARTS = 65_536
# A GIF of 64 MiB that is written in full blocks has 263,172 of them.
_MOST_GIF_BLOCKS = 1_000_000
_MOST_PAGES = 65_536


class TooManyParts(ValueError):
    """The file is cut into more parts than a picture has reason to be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it is cut into more than {most:,} parts")


@dataclass(frozen=True)
class Part:
    """One chunk, segment or box.

    Attributes:
        kind: its name as the format writes it.
        body: what it holds.
        whole: the part with its own header and checks.
    """

    kind: bytes
    body: memoryview
    whole: memoryview


def png_chunks(data: bytes) -> Iterator[Part]:
    """The chunks of a PNG, IEND the last one; what follows IEND is not part of the picture."""
    view = memoryview(data)
    at = len(PNG_SIGNATURE)
    for _ in range(_MOST_PARTS):
        if at + 12 > len(data):
            return
        length = int.from_bytes(view[at : at + 4], "big")
        end = at + 12 + length
        if end > len(data):
            return
        part = Part(bytes(view[at + 4 : at + 8]), view[at + 8 : end - 4], view[at:end])
        yield part
        if part.kind == b"IEND":
            return
        at = end
    raise TooManyParts(_MOST_PARTS)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Write one PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def riff_chunks(data: bytes) -> Iterator[Part]:
    """The chunks of a RIFF file (WebP)."""
    view = memoryview(data)
    at = 12
    for _ in range(_MOST_PARTS):
        if at + 8 > len(data):
            return
        length = int.from_bytes(view[at + 4 : at + 8], "little")
        end = at + 8 + length
        yield Part(bytes(view[at : at + 4]), view[at + 8 : end], view[at:end])
        at = end + (length & 1)
    raise TooManyParts(_MOST_PARTS)


def jpeg_segments(data: bytes) -> Iterator[Part]:
    """The segments of a JPEG before its scan; `kind` is the marker's one byte."""
    view = memoryview(data)
    at = 2
    for _ in range(_MOST_PARTS):
        if at + 4 > len(data) or view[at] != 0xFF:
            return
        marker = view[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0xDA:  # start of scan
            return
        length = int.from_bytes(view[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            return
        yield Part(bytes([marker]), view[at + 4 : end], view[at:end])
        at = end
    raise TooManyParts(_MOST_PARTS)


def boxes(data: bytes | memoryview) -> Iterator[Part]:
    """The boxes of one level of an ISO base media file (AVIF)."""
    view = memoryview(data)
    at = 0
    for _ in range(_MOST_PARTS):
        if at + 8 > len(view):
            return
        length = int.from_bytes(view[at : at + 4], "big")
        head = 8
        if length == 1:
            length = int.from_bytes(view[at + 8 : at + 16], "big")
            head = 16
        elif length == 0:
            length = len(view) - at
        if length < head or at + length > len(view):
            return
        yield Part(
            bytes(view[at + 4 : at + 8]),
            view[at + head : at + length],
            view[at : at + length],
        )
        at += length
    raise TooManyParts(_MOST_PARTS)


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a WebP claims, read without opening a decoder."""
    for part in riff_chunks(data):
        body = bytes(part.body[:16])
        if part.kind == b"VP8X" and len(body) >= 10:
            return (
                int.from_bytes(body[4:7], "little") + 1,
                int.from_bytes(body[7:10], "little") + 1,
            )
        if part.kind == b"VP8L" and len(body) >= 5:
            bits = int.from_bytes(body[1:5], "little")
            return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
        if part.kind == b"VP8 " and len(body) >= 10:
            return (
                int.from_bytes(body[6:8], "little") & 0x3FFF,
                int.from_bytes(body[8:10], "little") & 0x3FFF,
            )
    return None


def gif_frames(data: bytes) -> int:
    """Count a GIF's frames by walking its blocks, without decoding any.

    Raises:
        TooManyParts: there are more than a million blocks.
    """
    if len(data) < 13:
        return 1
    at = 13 + _colour_table_bytes(data[10])
    frames = steps = 0
    while at < len(data):
        block = data[at]
        if block == 0x21:  # extension
            at += 2
        elif block == 0x2C and at + 10 < len(data):  # frame
            frames += 1
            at += 11 + _colour_table_bytes(data[at + 9])
        else:
            break
        while at < len(data) and data[at]:
            at += data[at] + 1
            steps += 1
            if steps > _MOST_GIF_BLOCKS:
                raise TooManyParts(_MOST_GIF_BLOCKS)
        at += 1
    return max(frames, 1)


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def tiff_pages(data: bytes) -> int:
    """Count a TIFF's pages by following its chain of directories; a circle ends the count.

    Raises:
        TooManyParts: there are more than 65,536 pages.
    """
    order = "<" if data[:2] == b"II" else ">"
    # Of a BigTIFF, whose chain is laid out otherwise, one page is all that is promised.
    if data[2:4] not in {b"\x2a\x00", b"\x00\x2a"} or len(data) < 8:
        return 1
    seen: set[int] = set()
    (at,) = struct.unpack_from(order + "I", data, 4)
    while at and at not in seen and at + 2 <= len(data):
        seen.add(at)
        if len(seen) > _MOST_PAGES:
            raise TooManyParts(_MOST_PAGES)
        (entries,) = struct.unpack_from(order + "H", data, at)
        after = at + 2 + entries * 12
        if after + 4 > len(data):
            break
        (at,) = struct.unpack_from(order + "I", data, after)
    return max(len(seen), 1)

"""Picture files that were damaged on purpose: the same seed gives the same damage."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

# The longest file that is damaged: small ones are reached everywhere by a few blows.
_LONGEST = 120_000
# Numbers that lengths and sizes are known to stumble over.
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)

Blow = Callable[[bytearray, random.Random, list[bytes]], bytes]


def mutated(files: list[bytes], count: int, seed: int = 4) -> Iterator[bytes]:
    """Damaged files, each by one to three blows."""
    luck = random.Random(seed)
    short = [data for data in files if 0 < len(data) <= _LONGEST]
    for _ in range(count):
        data = luck.choice(short)
        for _ in range(luck.choice((1, 1, 1, 2, 3))):
            data = luck.choice(BLOWS)(bytearray(data), luck, short)
        yield data


def made_files() -> list[bytes]:
    """Sound files of every accepted format and of many kinds of pixels, made here."""
    noise = Image.effect_noise((61, 47), 90)
    colour = Image.merge(
        "RGB", (noise, noise.rotate(90, expand=False), noise.point(lambda v: 255 - v))
    )
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    frames = [colour.rotate(angle) for angle in (0, 90, 180)]
    kinds: list[tuple[Image.Image, str, dict[str, object]]] = [
        (colour, "JPEG", {"quality": 80, "exif": exif.tobytes()}),
        (colour, "JPEG", {"progressive": True, "subsampling": 0}),
        (noise, "JPEG", {}),
        (colour.convert("CMYK"), "JPEG", {}),
        (colour, "PNG", {"exif": exif.tobytes()}),
        (colour.convert("RGBA"), "PNG", {}),
        (colour.convert("P"), "PNG", {"bits": 8, "transparency": 3}),
        (noise.convert("1"), "PNG", {}),
        (noise.convert("I;16"), "PNG", {}),
        (colour, "PNG", {"save_all": True, "append_images": frames}),
        (colour, "WEBP", {"quality": 70}),
        (colour.convert("RGBA"), "WEBP", {"lossless": True}),
        (colour, "WEBP", {"save_all": True, "append_images": frames}),
        (colour, "GIF", {}),
        (colour, "GIF", {"save_all": True, "append_images": frames}),
        (colour, "TIFF", {"compression": "tiff_lzw"}),
        (colour, "TIFF", {"compression": "jpeg"}),
        (colour, "TIFF", {"compression": "tiff_adobe_deflate", "exif": exif}),
        (noise.convert("F"), "TIFF", {}),
        (noise.convert("1"), "TIFF", {"compression": "group4"}),
        (colour, "TIFF", {"save_all": True, "append_images": frames}),
        (colour, "AVIF", {"quality": 60}),
    ]
    return [_saved(image, form, options) for image, form, options in kinds]


def sample_files(folder: Path) -> list[bytes]:
    """The hostile pictures of the sample data."""
    return [path.read_bytes() for path in sorted((folder / "bad" / "image").iterdir())]


def _saved(image: Image.Image, form: str, options: dict[str, object]) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


# Blows -------------------------------------------------------------------------------------


def flip_bits(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Flip one bit, or up to sixty."""
    for _ in range(luck.choice((1, 1, 2, 4, 12, 60))):
        at = luck.randrange(len(data))
        data[at] ^= 1 << luck.randrange(8)
    return bytes(data)


def flip_early(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Change bytes of the header."""
    for _ in range(luck.randint(1, 4)):
        data[luck.randrange(min(len(data), 200))] = luck.randrange(256)
    return bytes(data)


def cut(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Cut the end off."""
    return bytes(data[: luck.randint(1, len(data))])


def cut_out(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Take a piece out of the middle."""
    start, end = sorted(luck.randrange(len(data)) for _ in range(2))
    return bytes(data[:start] + data[end:]) or b"\0"


def splice(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Go on with another file."""
    other = luck.choice(files)
    return bytes(data[: luck.randint(1, len(data))]) + other[luck.randrange(len(other)) :]


def repeat(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Say a piece several times."""
    start = luck.randrange(len(data))
    piece = data[start : start + luck.randint(1, 400)]
    return bytes(data[:start] + piece * luck.randint(2, 50) + data[start:])


def blank(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Blank a piece."""
    start = luck.randrange(len(data))
    length = luck.randint(1, 300)
    data[start : start + length] = luck.choice((b"\0", b"\xff")) * len(data[start : start + length])
    return bytes(data)


def extreme(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Put a number that is hard on parsers where a length or a size may stand."""
    form = luck.choice((">B", ">H", "<H", ">I", "<I"))
    size = struct.calcsize(form)
    if len(data) > size:
        at = luck.randrange(min(len(data) - size, luck.choice((64, 512, 1 << 20))))
        number = luck.choice(_EXTREMES) & ((1 << 8 * size) - 1)
        struct.pack_into(form, data, at, number)
    return bytes(data)


def edit_chunk(data: bytearray, luck: random.Random, files: list[bytes]) -> bytes:
    """Change a PNG's chunk and make its checksum right, so that the lie is believed further in."""
    chunks = _png_chunks(bytes(data))
    if not chunks:
        return extreme(data, luck, files)
    index = luck.randrange(len(chunks))
    kind, body = chunks[index]
    changed = bytearray(body or b"\0")
    for _ in range(luck.randint(1, 4)):
        changed[luck.randrange(len(changed))] = luck.choice((0, 1, 2, 127, 128, 255))
    chunks[index] = (kind, bytes(changed))
    if luck.random() < 0.3:
        luck.shuffle(chunks)
    if luck.random() < 0.3:
        chunks.insert(luck.randrange(len(chunks)), luck.choice(chunks))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = [], 8
    while data.startswith(b"\x89PNG") and at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


BLOWS: tuple[Blow, ...] = (
    flip_bits,
    flip_early,
    cut,
    cut_out,
    splice,
    repeat,
    blank,
    extreme,
    extreme,
    edit_chunk,
)

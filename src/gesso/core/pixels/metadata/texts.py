"""The texts in a picture's file, gathered from wherever its format keeps them."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field

from PIL import Image

from gesso.core.pixels.metadata.containers import (
    PNG_SIGNATURE,
    Part,
    boxes,
    jpeg_segments,
    png_chunks,
    riff_chunks,
)
from gesso.core.pixels.metadata.found import MAX_TEXT

_MAX_XMP = 1 << 20
_MAX_EXIF = 8 << 20

_EXIF_MARK = b"Exif\0\0"
_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
# C2PA 2.1, "Embedding manifests": the box type in ISO media files.
_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")

_EXIF_IFD = 0x8769
_XMP_TAG = 700
_C2PA_TAG = 0xCD41
_TAGS = {
    0x010E: "image_description",
    0x010F: "make",
    0x0110: "model",
    0x0131: "software",
    0x927C: "maker_note",
    0x9286: "user_comment",
}


@dataclass
class Texts:
    """What a file says in words.

    Attributes:
        named: texts by their keyword (PNG), the first of each name.
        exif: texts by the names in `_TAGS`.
        xmp: the XMP packet, b"" for none.
        c2pa: there is a C2PA manifest.
    """

    named: dict[str, str] = field(default_factory=dict)
    exif: dict[str, str] = field(default_factory=dict)
    xmp: bytes = b""
    c2pa: bool = False

    def take_named(self, keyword: str, text: str) -> None:
        """Keep a text unless there is one of that keyword; all of them share one allowance."""
        room = MAX_TEXT - sum(map(len, self.named.values()))
        if room > 0 and len(self.named) < 100:
            self.named.setdefault(keyword, text[:room])

    def take_exif(self, data: bytes) -> None:
        """Read an EXIF block; a damaged one gives what could be read, or nothing."""
        if not data or len(data) > _MAX_EXIF:
            return
        exif = Image.Exif()
        try:
            exif.load(data)
            self.take_tags(exif)
        except Exception:  # noqa: BLE001 - Pillow raises anything on damaged EXIF
            return

    def take_tags(self, exif: Image.Exif) -> None:
        """Keep the texts of an EXIF block; some programs put the inner tags outside."""
        inner = exif.get_ifd(_EXIF_IFD)
        for tag, name in _TAGS.items():
            value = inner.get(tag, exif.get(tag))
            text = comment_text(value) if isinstance(value, bytes) else value
            if isinstance(text, str) and text.strip("\0 "):
                self.exif.setdefault(name, text.strip("\0")[:MAX_TEXT])


def texts_in(data: bytes) -> Texts:
    """Gather the texts of a PNG, JPEG, WebP, AVIF or TIFF; other bytes have none.

    Raises:
        TooManyParts: the file is cut into absurdly many parts.
    """
    texts = Texts()
    if data.startswith(PNG_SIGNATURE):
        for part in png_chunks(data):
            _from_png(part, texts)
    elif data.startswith(b"\xff\xd8"):
        for part in jpeg_segments(data):
            _from_jpeg(part, texts)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        for part in riff_chunks(data):
            _from_webp(part, texts)
    elif data[4:8] == b"ftyp":
        texts.c2pa = any(
            part.kind == b"uuid" and part.body[:16] == _C2PA_UUID for part in boxes(data)
        )
        _by_pillow(data, "AVIF", texts)
    elif data[:4] in {b"II*\0", b"MM\0*"}:
        _by_pillow(data, "TIFF", texts)
    return texts


def comment_text(value: bytes) -> str:
    """Decode an EXIF UserComment: its first eight bytes name the code, if the writer kept to it.

    "UNICODE" means UTF-16 in the byte order of the file, which writers disagree about: the order
    that gives more letters of the common alphabets is taken.
    """
    code, body = value[:8], value[8:]
    if code == b"UNICODE\0":
        if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return body.decode("utf-16", "replace")
        big = body.decode("utf-16-be", "replace")
        little = body.decode("utf-16-le", "replace")
        return little if _plain(little) > _plain(big) else big
    if code in {b"ASCII\0\0\0", b"\0" * 8}:
        return body.decode("utf-8", "replace")
    return value.decode("utf-8", "replace")


def _plain(text: str) -> int:
    return sum(" " <= letter <= "\u04ff" or letter in "\n\t" for letter in text[:4096])


def _from_png(part: Part, texts: Texts) -> None:
    body = bytes(part.body) if len(part.body) <= _MAX_EXIF else b""
    if part.kind == b"tEXt":
        keyword, _, text = body.partition(b"\0")
        texts.take_named(keyword.decode("latin-1"), _latin_or_utf8(text))
    elif part.kind == b"zTXt":
        keyword, _, rest = body.partition(b"\0")
        texts.take_named(keyword.decode("latin-1"), _latin_or_utf8(_inflated(rest[1:])))
    elif part.kind == b"iTXt":
        _international(body, texts)
    elif part.kind == b"comf":  # ComfyUI's animated PNG, after the pixels
        keyword, _, text = body.partition(b"\0")
        texts.take_named(keyword.decode("latin-1"), _latin_or_utf8(text))
    elif part.kind == b"eXIf":
        texts.take_exif(body)
    elif part.kind == b"caBX":
        texts.c2pa = True


def _international(body: bytes, texts: Texts) -> None:
    keyword, _, rest = body.partition(b"\0")
    compressed = rest[:1] == b"\1"
    _language, _, rest = rest[2:].partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    plain = _inflated(text) if compressed else text
    if keyword == b"XML:com.adobe.xmp":
        texts.xmp = texts.xmp or plain[:_MAX_XMP]
    else:
        texts.take_named(keyword.decode("latin-1"), plain.decode("utf-8", "replace"))


def _from_jpeg(part: Part, texts: Texts) -> None:
    body = bytes(part.body)
    if part.kind == b"\xe1" and body.startswith(_EXIF_MARK):
        texts.take_exif(body)
    elif part.kind == b"\xe1" and body.startswith(_XMP_MARK):
        texts.xmp = texts.xmp or body[len(_XMP_MARK) :]
    elif part.kind == b"\xeb" and body.startswith(b"JP") and b"jumb" in body[:32]:
        texts.c2pa = True


def _from_webp(part: Part, texts: Texts) -> None:
    if part.kind == b"EXIF":
        texts.take_exif(bytes(part.body[: _MAX_EXIF + 1]))
    elif part.kind == b"XMP ":
        texts.xmp = texts.xmp or bytes(part.body[:_MAX_XMP])
    elif part.kind == b"C2PA":
        texts.c2pa = True


def _by_pillow(data: bytes, form: str, texts: Texts) -> None:
    """Where the parts lie scattered through the file, the decoder's own parser finds them."""
    try:
        with Image.open(io.BytesIO(data), formats=(form,)) as image:
            if form == "TIFF":
                exif = image.getexif()
                texts.take_tags(exif)
                packet, texts.c2pa = exif.get(_XMP_TAG), _C2PA_TAG in exif
            else:
                texts.take_exif(image.info.get("exif") or b"")
                packet = image.info.get("xmp")
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes
        return
    if isinstance(packet, bytes):
        texts.xmp = packet[:_MAX_XMP]


def _inflated(data: bytes) -> bytes:
    """Decompress up to the allowance; a bomb gives its beginning, damage what came before it."""
    try:
        return zlib.decompressobj().decompress(data, MAX_TEXT)
    except zlib.error:
        return b""


def _latin_or_utf8(text: bytes) -> str:
    # The format says Latin-1; many programs write UTF-8, which Latin-1 text seldom happens to be.
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")

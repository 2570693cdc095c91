"""A work's file to take away: as it was kept, or without its words; what it tells is said first."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from PIL import Image

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import UnknownItem
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.containers import PNG_SIGNATURE, png_chunks
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.pixels.metadata.strip import STRIPPABLE, strip
from gesso.core.pixels.metadata.write import marks_for, source_marks
from gesso.core.records.works import Work

Form = Literal["original", "stripped"]

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/tiff": ".tif",
    "image/avif": ".avif",
}
_MOST_NAME = 80
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_CAMERA = (0x010F, 0x0110)
_TAKEN_AT = (0x9003, 0x0132)
_MAKER_NOTE = 0x927C
_XMP_KEYWORD_BYTES = 18


@dataclass(frozen=True)
class Download:
    """A file to take away.

    Attributes:
        name: a plain file name, safe on every system.
        media_type: of the file.
        data: the file.
    """

    name: str
    media_type: str
    data: bytes

    @property
    def disposition(self) -> str:
        """What the header `Content-Disposition` says (RFC 6266): ASCII, then every letter."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        plain = " ".join(re.sub(r"[^A-Za-z0-9. _-]", "", plain).split()) or "work"
        return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name, safe='')}"


class Downloads:
    """Brings files. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        software: what names itself in the sidecar of a work that was not made here.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], software: str) -> None:
        self._catalogue = catalogue
        self._software = software

    def file(self, work: Work, form: Form) -> Download:
        """A work's file.

        "stripped" takes the words out without encoding a pixel anew; kinds of files in which that
        cannot be done come as PNG.

        Raises:
            UnknownItem: its original is not kept here.
            DamageError: it is missing.
        """
        data = self._catalogue().data(work)
        if form == "original":
            return Download(_name(work, work.media_type), work.media_type, data)
        source_type = work.provenance.source_type
        if work.media_type in STRIPPABLE:
            clean = strip(data, work.media_type, source_type)
            return Download(_name(work, work.media_type), work.media_type, clean)
        picture = self._catalogue().picture(work)
        clean = encode(picture, "image/png", source_marks(source_type))
        return Download(_name(work, "image/png"), "image/png", clean)

    def sidecar(self, work: Work) -> Download:
        """What is known of a work as an XMP file to lie beside the picture's.

        Raises:
            UnknownItem: the work is gone.
        """
        recipe = self._catalogue().works.recipe(work.id)
        marks = (
            marks_for(recipe)
            if recipe is not None
            else source_marks(work.provenance.source_type, self._software)
        )
        name = _name(work, work.media_type)
        return Download(f"{name}.xmp", "application/rdf+xml", marks.xmp)

    def contents(self, work: Work) -> list[str]:
        """What the original tells beside its pixels, each in a few words; never what it tells.

        Raises:
            UnknownItem: its original is not kept here.
            DamageError: it is missing.
        """
        found = contents_of(self._catalogue().data(work))
        recipe = self._catalogue().works.recipe(work.id)
        return (["how it was made, with its prompt"] if recipe else []) + found


def contents_of(data: bytes) -> list[str]:
    """What a file tells beside its pixels: the place first, for it is what people forget."""
    try:
        exif, others = _png_tells(data) if data.startswith(PNG_SIGNATURE) else _tells(data)
        details = exif.get_ifd(_EXIF_IFD)
        told = [
            ("the place where it was taken (GPS)", bool(exif.get_ifd(_GPS_IFD))),
            ("the camera", any(tag in exif for tag in _CAMERA) or _MAKER_NOTE in details),
            ("when it was taken", any(t in exif or t in details for t in _TAKEN_AT)),
        ]
    except Exception:  # noqa: BLE001 - Pillow raises anything on damaged metadata
        return ["data that cannot be read"]
    return [words for words, is_there in told if is_there] + others


def _tells(data: bytes) -> tuple[Image.Exif, list[str]]:
    with hushed(), Image.open(io.BytesIO(data)) as image:
        told = [
            ("a colour profile", "icc_profile" in image.info),
            ("XMP", "xmp" in image.info),
            ("texts", "comment" in image.info),
        ]
        return image.getexif(), [words for words, is_there in told if is_there]


def _png_tells(data: bytes) -> tuple[Image.Exif, list[str]]:
    """By its chunks: Pillow would decode all pixels to reach the last of them."""
    exif, found = Image.Exif(), dict.fromkeys(("a colour profile", "XMP", "texts"), False)
    for part in png_chunks(data):
        if part.kind == b"eXIf":
            exif.load(bytes(part.body))
        elif part.kind == b"iCCP":
            found["a colour profile"] = True
        elif part.kind in (b"tEXt", b"zTXt", b"iTXt"):
            is_xmp = bytes(part.body[:_XMP_KEYWORD_BYTES]).startswith(b"XML:com.adobe.xmp")
            found["XMP" if is_xmp else "texts"] = True
    return exif, [words for words, is_there in found.items() if is_there]


def safe_name(title: str, number: int) -> str:
    """A title as a file name without its ending: letters, digits, blanks, `-`, `_`, `'`, `,`."""
    plain = "".join(
        letter if letter.isalnum() or letter in " -_'," else " "
        for letter in unicodedata.normalize("NFC", title)
    )
    words = " ".join(plain.split())[:_MOST_NAME].strip(" -_',")
    return f"{words or 'work'} {number}"


def _name(work: Work, media_type: str) -> str:
    if not work.has_original:
        raise UnknownItem(
            f"The original of work {work.id} is not kept here.",
            f"Look at it where it is: {work.page}" if work.page else "",
        )
    return safe_name(work.title, work.id) + SUFFIXES.get(media_type, ".bin")

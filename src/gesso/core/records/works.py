"""A work is the record of a picture: where it came from, whose it is, what it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gesso.core.records.maker import Maker

Origin = Literal["made", "collected", "brought"]
Standing = Literal["kept", "take", "record"]


@dataclass(frozen=True)
class Swatch:
    """A colour of a picture with its share.

    Attributes:
        lightness: OKLab L, 0 to 1.
        a, b: OKLab, about -0.4 to 0.4.
        share: part of the picture's area, 0 to 1; a picture's shares add up to 1.
    """

    lightness: float
    a: float
    b: float
    share: float


@dataclass(frozen=True)
class Rights:
    """Whose a picture is and what may be done with it.

    Attributes:
        licence: an SPDX id or a rights statement's URI, "" for unknown.
        credit: the line to show beside the picture.
        url: where the statement can be read.
    """

    licence: str = ""
    credit: str = ""
    url: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where a picture came from.

    Attributes:
        origin: made here, collected from a source, or brought in by a person.
        source: the painter, the source, or the name of the file that was brought.
        identifier: what the origin calls it (an object id, a path); one origin and source never
            hold two works of one identifier.
        run: the run that made it, "" for none.
        source_type: the IPTC digital source type, last part of its URI, "" for unknown.
    """

    origin: Origin
    source: str
    identifier: str = ""
    run: str = ""
    source_type: str = ""


@dataclass(frozen=True)
class Caption:
    """What is said about a picture, by a person, an llm or measurements."""

    title: str
    text: str
    tags: tuple[str, ...]
    maker: Maker


@dataclass(frozen=True)
class Fingerprint:
    """Four answers to "seen before?".

    Attributes:
        data: sha256 of the stored bytes, hex.
        pixels: sha256 of the upright sRGB pixels with their size, hex.
        dhash: 64-bit difference hash, 16 hex digits.
        phash: 64-bit DCT hash, 16 hex digits.
    """

    data: str
    pixels: str
    dhash: str
    phash: str


@dataclass(frozen=True)
class Work:
    """One picture in the catalogue. The record travels, never the pixels.

    Attributes:
        id: the catalogue's number, never used twice.
        title: what it is called.
        creator: the artist, or for made works the painter.
        standing: "kept" works hang in the gallery; "take" is a round's picture beside the kept
            one; "record" is a work of which there is no picture here, so it hangs nowhere.
        width, height: of the original in pixels, upright; 0 where there is no picture.
        media_type: of the original: "image/png"; "" where there is no picture.
        size_bytes: of the original; 0 where there is no picture.
        blob: the key of the original in the blob store; "" where it may not be kept, or where
            there is none.
        thumbnails: blob keys by long side in pixels: ((512, key), (256, key)), largest first;
            none where there is no picture.
        thumbhash: base64, a 20-odd byte picture of the picture; "" where there is none.
        swatches: eight at most, largest share first.
        added_at: when it came in, UTC.
        favourite: a person's mark.
        date: as the source writes it: "c. 1665".
        year_from, year_to: the years that the date allows, None for unknown.
        medium: "oil on canvas".
        kind: the source's classification: "Paintings".
        style: the movement.
        place: school, culture or nationality: "Dutch".
        page: where a person can look at it at its source, "" for nowhere.
        text: what the source says about it, plain text.
        caption: the best caption there is, its title, text and tags in one; "" for none.
    """

    id: int
    title: str
    creator: str
    provenance: Provenance
    rights: Rights
    standing: Standing
    width: int
    height: int
    media_type: str
    size_bytes: int
    blob: str
    fingerprint: Fingerprint
    thumbnails: tuple[tuple[int, str], ...]
    thumbhash: str
    swatches: tuple[Swatch, ...]
    added_at: datetime
    favourite: bool = False
    date: str = ""
    year_from: int | None = None
    year_to: int | None = None
    medium: str = ""
    kind: str = ""
    style: str = ""
    place: str = ""
    page: str = ""
    text: str = ""
    caption: str = ""

    @property
    def has_original(self) -> bool:
        """Its file is here, not only its thumbnails or its record."""
        return bool(self.blob)

"""What a link to a work unfolds to elsewhere: OpenGraph, schema.org, oEmbed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gesso.core.records.works import Work
from gesso.show.abroad.addresses import web_address
from gesso.show.iiif.rights import rights_of

_CARD_PX = 1200
_MOST_WORDS = 300


@dataclass(frozen=True)
class Card:
    """A work as other sites show it.

    Attributes:
        work: its record.
        page: the address of its page.
        images: the address of its picture in the Image API.
        site: the studio's name.
        origin: `http://host:port`.
    """

    work: Work
    page: str
    images: str
    site: str
    origin: str

    def size(self, most: int = _CARD_PX) -> tuple[int, int]:
        """(width, height) of its picture, at most so many pixels on a side."""
        longest = max(self.work.width, self.work.height, 1)
        scale = min(1.0, most / longest)
        return max(1, round(self.work.width * scale)), max(1, round(self.work.height * scale))

    def picture(self, most: int = _CARD_PX) -> str:
        """The address of its picture at that size."""
        wide, high = self.size(most)
        return f"{self.images}/full/{wide},{high}/0/default.jpg"

    @property
    def words(self) -> str:
        """A sentence or two on it."""
        words = " ".join((self.work.caption or self.work.text or self.work.title).split())
        return words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1].rstrip() + "…"


def open_graph(card: Card) -> list[tuple[str, str]]:
    """(property, content) of the `meta` elements of a page (ogp.me)."""
    wide, high = card.size()
    told = [
        ("og:type", "article"),
        ("og:site_name", card.site),
        ("og:title", card.work.title),
        ("og:description", card.words),
        ("og:url", card.page),
    ]
    if card.work.width:
        told += [
            ("og:image", card.picture()),
            ("og:image:type", "image/jpeg"),
            ("og:image:width", str(wide)),
            ("og:image:height", str(high)),
            ("og:image:alt", card.work.caption or card.work.title),
        ]
    return told


def linked_data(card: Card) -> str:
    """A schema.org VisualArtwork as JSON-LD that is safe inside a `script` element."""
    work = card.work
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VisualArtwork",
        "@id": card.page,
        "url": card.page,
        "name": work.title,
        "description": card.words,
        "image": card.picture() if work.width else "",
        "thumbnailUrl": card.picture(400) if work.width else "",
        "artMedium": work.medium,
        "artform": work.kind,
        "dateCreated": str(work.year_from) if work.year_from is not None else work.date,
        "license": rights_of(work.rights) or web_address(work.rights.url),
        "creditText": work.rights.credit,
        "isPartOf": {"@type": "Collection", "name": card.site, "url": f"{card.origin}/"},
    }
    if work.creator:
        kind = "SoftwareApplication" if work.provenance.origin == "made" else "Person"
        told["creator"] = {"@type": kind, "name": work.creator}
    if work.width:
        told["width"] = {"@type": "QuantitativeValue", "value": work.width, "unitText": "px"}
        told["height"] = {"@type": "QuantitativeValue", "value": work.height, "unitText": "px"}
    kept = {name: value for name, value in told.items() if value}
    written = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    # Nothing in it can end the element that it stands in.
    for letter in "<>&\u2028\u2029":
        written = written.replace(letter, f"\\u{ord(letter):04x}")
    return written


def oembed(card: Card, most: int) -> dict[str, Any]:
    """An oEmbed answer of the type "photo" (oembed.com), its picture at most so many pixels."""
    wide, high = card.size(most)
    thumb_wide, thumb_high = card.size(min(most, 400))
    told = {
        "version": "1.0",
        "type": "photo",
        "title": card.work.title,
        "author_name": card.work.creator,
        "provider_name": card.site,
        "provider_url": f"{card.origin}/",
        "cache_age": 86400,
        "url": card.picture(most),
        "width": wide,
        "height": high,
        "thumbnail_url": card.picture(min(most, 400)),
        "thumbnail_width": thumb_wide,
        "thumbnail_height": thumb_high,
    }
    return {name: value for name, value in told.items() if value}

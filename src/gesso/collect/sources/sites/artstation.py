"""ArtStation: the projects of an artist, an album or a search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gesso.collect.sources.remote import plain
from gesso.collect.sources.sites.site import Site, is_picture, named, tags_of
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_ARTIST = re.compile(r"[A-Za-z0-9_]{2,64}")


class ArtStationSource(Site):
    """ArtStation. It has no open interface and bars most programs; that is taken as its word."""

    name = "artstation"
    title = "ArtStation"
    takes = "an artist's name, or an address there"
    hosts = ("artstation.com",)

    def address(self, place: str) -> str:
        """An artist's projects."""
        return f"https://www.artstation.com/{place}" if _ARTIST.fullmatch(place) else ""

    def read(self, url: str, about: Mapping[str, Any]) -> Find | None:
        """A picture of a project."""
        asset = about.get("asset")
        asset = asset if isinstance(asset, dict) else {}
        # The message's own address names a size that may not be, and a number against caches.
        url = str(asset.get("image_url") or url)
        parts = urlsplit(url)
        if not is_picture(url):
            return None
        project = str(about.get("hash_id") or about["id"])
        creator = named(about.get("user"), "full_name", "username")
        number = asset.get("id") or about.get("num") or 0
        return Find(
            source=self.name,
            identifier=f"{project}/{int(number)}",
            url=f"{parts.scheme}://{parts.netloc}{parts.path}",
            page=f"https://www.artstation.com/artwork/{project}",
            facts=Facts(
                title=plain(about.get("title")),
                creator=creator,
                date=plain(about.get("date"))[:10],
                medium=", ".join(tags_of(about.get("mediums"))),
                kind=", ".join(tags_of(about.get("categories"))),
                text=plain(about.get("description")),
                tags=tags_of(about.get("tags")),
                extra={"mature": self.is_mature(about)},
            ),
            rights=Rights(credit=f"{creator} on ArtStation".strip()),
        )

    def is_mature(self, about: Mapping[str, Any]) -> bool:
        """Marked as mature."""
        return bool(about.get("adult_content") or about.get("hide_as_adult"))

"""DeviantArt: the works of an artist, a gallery, a tag or a search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gesso.collect.sources.remote import plain
from gesso.collect.sources.sites.site import Site, is_picture, named, tags_of
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_ARTIST = re.compile(r"[A-Za-z0-9-]{2,40}")
_TAG = re.compile(r"#([A-Za-z0-9_]{2,60})")


class DeviantArtSource(Site):
    """DeviantArt, with the owner's own client id: the one that all share is used up."""

    name = "deviantart"
    title = "DeviantArt"
    takes = 'an artist\'s name, "#tag", or an address there'
    hosts = ("deviantart.com",)

    def address(self, place: str) -> str:
        """An artist's gallery, or a tag."""
        tag = _TAG.fullmatch(place)
        if tag:
            return f"https://www.deviantart.com/tag/{tag[1]}"
        is_artist = _ARTIST.fullmatch(place)
        return f"https://www.deviantart.com/{place}/gallery/all" if is_artist else ""

    def read(self, url: str, about: Mapping[str, Any]) -> Find | None:
        """A deviation's picture."""
        if not is_picture(url):
            return None
        creator = named(about.get("author"), "username")
        page = str(about["url"])
        published = plain(about.get("date"))[:10]
        return Find(
            source=self.name,
            identifier=str(about["deviationid"]),
            url=url,
            page=page if page.startswith("https://") else "",
            facts=Facts(
                title=plain(about.get("title")),
                creator=creator,
                date=published,
                kind=plain(about.get("category")),
                text=plain(about.get("description")),
                tags=tags_of(about.get("tags")),
                extra={
                    "mature": self.is_mature(about),
                    "downloadable": about.get("is_downloadable") is True,
                    "licence": plain(about.get("license")),
                },
            ),
            rights=Rights(credit=f"{creator} on DeviantArt".strip()),
        )

    def is_mature(self, about: Mapping[str, Any]) -> bool:
        """Marked as mature."""
        return bool(about.get("is_mature"))

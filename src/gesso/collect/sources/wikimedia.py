"""Wikimedia Commons: the files of a category, of a search, or named one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from urllib.parse import unquote, urlencode

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.remote import (
    address,
    bring,
    licence,
    limited,
    moment,
    plain,
    read_each,
    refuse_place,
)
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import BadOutput, Transient
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_TAKES = 'a category ("Category:Claude Monet"), a file ("File:X.jpg"), its address, or words'
_PAGE = re.compile(
    r"https?://commons\.(?:m\.)?wikimedia\.org/(?:wiki/|w/index\.php\?title=)([^?&#]+)"
)
# Widths that are kept ready; others are made anew for each who asks, and such asking is limited.
_WIDTHS = (330, 500, 960, 1280, 1920, 3840)
# What the machines of Commons ask of programs that can wait (API:Etiquette).
_MAXLAG_S = 5
_BATCH = 50
_WAITS = 8
_BUSY = frozenset({"maxlag", "ratelimited", "readonly"})
_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
_CLAIMS = (
    "LicenseShortName", "License", "LicenseUrl", "UsageTerms", "Artist", "Credit", "Attribution",
    "ObjectName", "ImageDescription", "DateTimeOriginal", "Categories", "Restrictions",
)  # fmt: skip


@dataclass(frozen=True)
class WikimediaOptions:
    """How Commons is asked.

    Attributes:
        width: of the pictures, pixels, one of those that are kept ready (330, 500, 960, 1280,
            1920, 3840); a smaller file comes as it is.
        original: the files themselves instead; Commons bars programs that ask for many.
        depth: how many levels of categories inside a category are read, 0 to 5.
        api_url: of the Action API.
    """

    width: int = 1920
    original: bool = False
    depth: int = 0
    api_url: str = "https://commons.wikimedia.org/w/api.php"

    def __post_init__(self) -> None:
        if self.width not in _WIDTHS:
            raise ValueError(f"a width is one of {', '.join(map(str, _WIDTHS))}, not {self.width}")
        if not 0 <= self.depth <= 5:
            raise ValueError(f"a depth is 0 to 5, not {self.depth}")


class WikimediaSource:
    """Wikimedia Commons. Every file brings its own licence and the name of its author.

    Args:
        options: how it is asked.
        fetcher: over which everything goes.
    """

    Options: ClassVar[type] = WikimediaOptions
    name = "wikimedia"
    is_remote = True

    def __init__(self, options: WikimediaOptions, fetcher: Fetcher) -> None:
        self._options = options
        self._fetcher = fetcher
        self._complaints = Complaints()

    def finds(self, wish: Wish) -> Iterator[Find]:
        """The pictures of the wanted categories, searches and files.

        Raises:
            InputError: no place is named, or one that Commons does not take.
            OutsideError: a list cannot be had.
        """
        if not wish.places:
            raise refuse_place("Commons", "", _TAKES)
        lists = [self._list(place) for place in _titles(wish.places)]
        return limited((find for each in lists for find in self._read(each, wish)), wish.limit)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """The picture, scaled by Commons unless the original is wished for."""
        return bring(self._fetcher, find, find.url, validator)

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far."""
        return self._complaints.lines()

    def _list(self, place: str) -> Iterator[Mapping[str, Any]]:
        if place.startswith("Category:"):
            return self._category(place)
        if place.startswith("File:"):
            return self._pages({"titles": place})
        return self._pages(
            {
                "generator": "search",
                "gsrsearch": f"filetype:bitmap|drawing {place}",
                "gsrnamespace": "6",
                "gsrlimit": str(_BATCH),
            }
        )

    def _read(self, pages: Iterator[Mapping[str, Any]], wish: Wish) -> Iterator[Find]:
        read = partial(self._find_of, wish)
        return read_each(pages, read, self._complaints, "A file's record:")

    def _find_of(self, wish: Wish, page: Mapping[str, Any]) -> Find | None:
        title = plain(page["title"])
        if page.get("missing") or not page.get("imageinfo"):
            self._complaints.add(f"Commons has no file '{title}'.")
            return None
        info = page["imageinfo"][0]
        mime = str(info.get("mime", ""))
        if not mime.startswith("image/"):
            return None  # sound, film and books stand in the same categories
        changed = moment(info.get("timestamp"))
        if wish.since and changed and changed < wish.since:
            return None
        claims = _claims(info.get("extmetadata"))
        is_scaled = not self._options.original and bool(info.get("thumburl"))
        return Find(
            source=self.name,
            identifier=f"M{int(page['pageid'])}",  # a file may be renamed; its number stays
            url=address(info["thumburl"] if is_scaled else info["url"]),
            page=str(info.get("descriptionurl", "")),
            facts=_facts(title, claims, info),
            rights=_rights(claims, info),
            revision=str(info.get("sha1", "")),
            media_type="" if is_scaled else mime,
            size_bytes=None if is_scaled else int(info.get("size", 0)) or None,
        )

    # The API -------------------------------------------------------------------------------

    def _category(self, title: str) -> Iterator[Mapping[str, Any]]:
        """The files of a category, then of those inside it, each category once."""
        waiting, seen = [(title, 0)], {title}
        while waiting:
            category, depth = waiting.pop(0)
            yield from self._pages(
                {
                    "generator": "categorymembers",
                    "gcmtitle": category,
                    "gcmtype": "file",
                    "gcmlimit": str(_BATCH),
                }
            )
            inside = self._inside(category) if depth < self._options.depth else ()
            fresh = [child for child in inside if child not in seen]
            seen.update(fresh)
            waiting.extend((child, depth + 1) for child in fresh)

    def _inside(self, category: str) -> Iterator[str]:
        wanted = {"list": "categorymembers", "cmtitle": category, "cmtype": "subcat"}
        for reply in self._replies({**wanted, "cmlimit": "500"}):
            for member in reply.get("query", {}).get("categorymembers", []):
                yield str(member.get("title", ""))

    def _pages(self, wanted: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Pages with their picture's claims, each once it is whole.

        A batch may come in several replies, each with another part of the same pages.
        """
        about = {
            "prop": "imageinfo",
            "iiprop": "url|size|sha1|mime|timestamp|user|extmetadata",
            "iiurlwidth": str(self._options.width),
            "iiextmetadatafilter": "|".join(_CLAIMS),
            "iiextmetadatalanguage": "en",
        }
        pages: dict[str, dict[str, Any]] = {}
        for reply in self._replies({**wanted, **about}):
            for page in reply.get("query", {}).get("pages", []):
                pages.setdefault(str(page.get("title")), {}).update(page)
            if reply.get("batchcomplete"):
                yield from pages.values()
                pages = {}
        yield from pages.values()

    def _replies(self, wanted: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        going_on: Mapping[str, str] = {}
        while True:
            reply = self._ask({**wanted, **going_on})
            yield reply
            following = reply.get("continue")
            if not isinstance(following, dict) or following == going_on:
                return
            going_on = {str(name): str(value) for name, value in following.items()}

    def _ask(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        always = {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "maxlag": str(_MAXLAG_S),
        }
        url = f"{self._options.api_url}?{urlencode({**always, **wanted})}"
        for _ in range(_WAITS):
            reply = self._fetcher.json(url)
            if not isinstance(reply, dict):
                raise BadOutput("Commons answered with no object.", provider=self.name)
            error = reply.get("error")
            if not isinstance(error, dict):
                return reply
            if error.get("code") not in _BUSY:
                said = plain(error.get("info"))[:200]
                raise BadOutput(f"Commons refused the list: {said}.", provider=self.name)
            lag = error.get("lag")
            self._fetcher.rest(max(_MAXLAG_S, lag if isinstance(lag, int | float) else 0.0))
        raise Transient("Commons is too busy for programs that can wait.", provider=self.name)


def _titles(places: tuple[str, ...]) -> list[str]:
    """What is wanted, as titles or words."""
    found = []
    for place in places:
        page = _PAGE.match(place)
        title = unquote(page[1]).replace("_", " ") if page else place.strip()
        if "|" in title or not title or ("://" in title):
            raise refuse_place("Commons", place, _TAKES)
        name, colon, rest = title.partition(":")
        is_title = colon and name.strip().lower() in {"category", "file"}
        if page and not is_title:
            raise refuse_place("Commons", place, _TAKES)
        found.append(f"{name.strip().capitalize()}:{rest.strip()}" if is_title else title)
    return found


def _claims(said: object) -> dict[str, str]:
    if not isinstance(said, dict):
        return {}
    return {
        str(name): plain(claim.get("value"))
        for name, claim in said.items()
        if isinstance(claim, dict)
    }


def _facts(title: str, claims: Mapping[str, str], info: Mapping[str, Any]) -> Facts:
    date = claims.get("DateTimeOriginal", "")
    years = [int(found) for found in _YEAR.findall(date)]
    name = claims.get("ObjectName") or title.removeprefix("File:").rpartition(".")[0]
    extra = {"uploader": plain(info.get("user")), "restrictions": claims.get("Restrictions", "")}
    return Facts(
        title=name,
        creator=claims.get("Artist", ""),
        date=date,
        year_from=min(years, default=None),
        year_to=max(years, default=None),
        text=claims.get("ImageDescription", ""),
        tags=tuple(tag for tag in claims.get("Categories", "").split("|") if tag)[:50],
        extra={key: text for key, text in extra.items() if text},
    )


def _rights(claims: Mapping[str, str], info: Mapping[str, Any]) -> Rights:
    url = claims.get("LicenseUrl", "")
    if url.startswith("//"):
        url = f"https:{url}"
    said = (
        url if "creativecommons.org" in url else "",
        claims.get("License", ""),
        claims.get("LicenseShortName", ""),
        url,
    )
    found = next((known for known in map(licence, said) if known), "")
    who = claims.get("Attribution") or claims.get("Artist") or plain(info.get("user"))
    parts = (who, claims.get("LicenseShortName", ""), "Wikimedia Commons")
    return Rights(found, ", ".join(part for part in parts if part), url)

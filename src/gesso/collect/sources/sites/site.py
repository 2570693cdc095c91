"""What the sites have in common: off until switched on, listed by gallery-dl, fetched by us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.remote import bring, limited, moment, plain, refuse_place, words
from gesso.collect.sources.sites.process import GalleryDl, Message, ProcessOptions, failure
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import OutsideError, SettingsError
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.records.finds import Find

# What artists write on a work that must not be taken to teach machines.
_NO_AI = frozenset({"noai", "no-ai", "no ai", "noimageai"})
_PICTURE = re.compile(r"(?i)\.(?:jpe?g|png|webp|gif|avif|tiff?)$")


@dataclass(frozen=True)
class SiteOptions(ProcessOptions):
    """How a site is asked.

    Attributes:
        enabled: the owner's word that the site may be asked at all.
        mature: also what its makers mark as mature.
    """

    enabled: bool = False
    mature: bool = False


class Site:
    """A site whose list gallery-dl makes. A subclass says what its messages mean.

    Nothing here knows a licence: whoever made a picture has every right to it, so the gate of the
    acquisition keeps a link and a thumbnail unless the owner says otherwise.

    Args:
        options: how it is asked.
        fetcher: over which every picture goes.
    """

    Options: ClassVar[type] = SiteOptions
    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    takes: ClassVar[str] = ""
    hosts: ClassVar[tuple[str, ...]] = ()
    is_remote = True

    def __init__(self, options: SiteOptions, fetcher: Fetcher) -> None:
        self._options = options
        self._fetcher = fetcher
        self._complaints = Complaints()

    def finds(self, wish: Wish) -> Iterator[Find]:
        """The pictures at the wanted places, in the site's order.

        Raises:
            SettingsError: the site is off, or gallery-dl is not here.
            InputError: a place that the site does not have.
            OutsideError: the list cannot be had; what came before the failure is given first.
        """
        if not self._options.enabled:
            raise SettingsError(
                f"{self.title} is off until you switch it on: read its terms first.",
                f"[collect.sources.{self.name}] enabled = true",
            )
        if not wish.places:
            raise refuse_place(self.title, "", self.takes)
        urls = [self._url(place) for place in wish.places]
        process = GalleryDl(self._options, self._fetcher.user_agent, self._fetcher.rest)
        found = (find for url in urls for find in self._listed(process, url, wish))
        return limited(found, wish.limit)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """The picture, by the polite fetcher."""
        return bring(self._fetcher, find, find.url, validator)

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far."""
        return self._complaints.lines()

    # For the sites -------------------------------------------------------------------------

    def address(self, place: str) -> str:
        """The address of a place in the site's own short words, "" where it is none."""
        raise NotImplementedError

    def read(self, url: str, about: Mapping[str, Any]) -> Find | None:
        """The find in a message about a file; None for what is no picture.

        Raises:
            KeyError, TypeError, ValueError: the message lacks what a find needs.
        """
        raise NotImplementedError

    def is_mature(self, about: Mapping[str, Any]) -> bool:
        """Whether its maker marked it so."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------------

    def _url(self, place: str) -> str:
        if "://" not in place:
            url = self.address(place.strip())
        else:
            parts = urlsplit(place)
            host = (parts.hostname or "").lower()
            is_here = any(host == own or host.endswith(f".{own}") for own in self.hosts)
            url = place if is_here and parts.scheme in {"http", "https"} else ""
        if not url or plain(url) != url:
            raise refuse_place(self.title, place, self.takes)
        return url

    def _listed(self, process: GalleryDl, url: str, wish: Wish) -> Iterator[Find]:
        # A date is not something that gallery-dl stops at, so with one all are listed.
        limit = wish.limit if wish.since is None else None
        for message in process.messages(self.title, url, limit):
            if message.kind == "failure":
                raise self._failure(message)
            if message.kind == "link":
                self._complaints.add(f"A link to elsewhere is passed over: {message.url}")
            elif message.kind == "file":
                find = self._find(message)
                if find is not None and _is_since(message.about, wish):
                    yield find

    def _failure(self, message: Message) -> OutsideError:
        return failure(message, self.title)

    def _find(self, message: Message) -> Find | None:
        about = message.about
        try:
            find = self.read(message.url, about)
            if find is None or (self.is_mature(about) and not self._options.mature):
                return None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._complaints.add(f"A file of {self.title} cannot be read: {error!r}.")
            return None
        unwanted = {tag.casefold() for tag in find.facts.tags} & _NO_AI
        if unwanted:
            self._complaints.add(f"{find.page} asks not to be taken ({unwanted.pop()}).")
            return None
        return find


def is_picture(url: str) -> bool:
    """Whether an address is http(s) and ends like a picture's."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(_PICTURE.search(parts.path))


def tags_of(value: object) -> tuple[str, ...]:
    """Tags, as words or as objects with a name."""
    if isinstance(value, list):
        return words([one.get("name") if isinstance(one, dict) else one for one in value])
    return ()


def named(value: object, *names: str) -> str:
    """The first of the names that an object has, as plain text."""
    if not isinstance(value, dict):
        return ""
    return next((text for name in names if (text := plain(value.get(name)))), "")


def _is_since(about: Mapping[str, Any], wish: Wish) -> bool:
    if wish.since is None:
        return True
    at = _made(about)
    return at is None or at >= wish.since


def _made(about: Mapping[str, Any]) -> datetime | None:
    stamp = about.get("created_utc")
    if isinstance(stamp, int | float):
        return datetime.fromtimestamp(stamp, UTC)
    return moment(about.get("date"))

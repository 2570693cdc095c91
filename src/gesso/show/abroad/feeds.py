"""Feeds of works: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Tree

from gesso.core.records.works import Work

ATOM, JSON = "application/atom+xml", "application/feed+json"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_PICTURE_PX = 1200


@dataclass(frozen=True)
class Feed:
    """What a feed says of itself.

    Attributes:
        title: of the feed.
        origin: `http://host:port`.
        address: of the feed itself.
        home: of the page that shows the same to people.
        maker: name and version of the program.
    """

    title: str
    origin: str
    address: str
    home: str
    maker: tuple[str, str]


def atom(feed: Feed, works: Sequence[Work]) -> bytes:
    """An Atom feed, the works in the order in which they are given."""
    Tree.register_namespace("", _NAMESPACE)
    root = Tree.Element(f"{{{_NAMESPACE}}}feed")
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(max((work.added_at for work in works), default=_NEVER)))
    _add(root, "link", rel="self", type=ATOM, href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(root, "generator", feed.maker[0], version=feed.maker[1])
    for work in works:
        _add_entry(root, feed, work)
    written: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(feed: Feed, works: Sequence[Work]) -> bytes:
    """A JSON Feed, the works in the order in which they are given."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "items": [
            {
                "id": _page(feed, work),
                "url": _page(feed, work),
                "title": work.title,
                "content_text": _words(work),
                "image": _picture(feed, work),
                "date_published": _time(work.added_at),
                "authors": [{"name": work.creator or work.provenance.source}],
            }
            for work in works
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _add_entry(root: Tree.Element, feed: Feed, work: Work) -> None:
    entry = Tree.SubElement(root, f"{{{_NAMESPACE}}}entry")
    _add(entry, "id", _page(feed, work))
    _add(entry, "title", work.title or f"Work {work.id}")
    _add(entry, "updated", _time(work.added_at))
    _add(entry, "published", _time(work.added_at))
    author = _add(entry, "author")
    _add(author, "name", work.creator or work.provenance.source or "unknown")
    _add(entry, "link", rel="alternate", type="text/html", href=_page(feed, work))
    _add(entry, "link", rel="enclosure", type="image/jpeg", href=_picture(feed, work))
    if work.rights.licence or work.rights.credit:
        _add(entry, "rights", " ".join(filter(None, (work.rights.licence, work.rights.credit))))
    _add(entry, "summary", _words(work))


def _add(above: Tree.Element, name: str, words: str = "", **attributes: str) -> Tree.Element:
    plain = {key: _clean(value) for key, value in attributes.items()}
    found = Tree.SubElement(above, f"{{{_NAMESPACE}}}{name}", plain)
    if words:
        found.text = _clean(words)
    return found


def _clean(words: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(
        letter
        for letter in words
        if letter in "\t\n\r"
        or " " <= letter <= "\ud7ff"
        or "\ue000" <= letter <= "\ufffd"
        or letter >= "\U00010000"
    )


def _page(feed: Feed, work: Work) -> str:
    return f"{feed.origin}/works/{work.id}"


def _picture(feed: Feed, work: Work) -> str:
    size = f"!{_PICTURE_PX},{_PICTURE_PX}"
    return f"{feed.origin}/iiif/image/3/{work.id}/full/{size}/0/default.jpg"


def _words(work: Work) -> str:
    return work.caption or work.text or work.title or f"Work {work.id}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

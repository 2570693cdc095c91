"""Lists of works as addresses name them: all, favourites, tag?tag=..., set-12."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from gesso.core.errors import UnknownItem
from gesso.show.abroad.listing import Listing
from gesso.web.answers.house import House
from gesso.web.server.problems import Halt

_SET = re.compile(r"set-([1-9][0-9]{0,17})", re.ASCII)


def listing_of(kind: str, tag: str) -> Listing:
    """The list that an address names.

    Raises:
        Halt: there is none of that name (404), or a tag is missing (400).
    """
    numbered = _SET.fullmatch(kind)
    if numbered:
        return Listing("set", set=int(numbered[1]))
    if kind == "tag":
        words = " ".join(tag.split())
        if not words:
            raise Halt(400, "tag", "Which tag?", "Ask for .../tag?tag=dusk.")
        return Listing("tag", words)
    if kind == "all":
        return Listing("all")
    if kind == "favourites":
        return Listing("favourites")
    raise Halt(404, "list", "There is no such list.", "There are all, favourites, tag and set-N.")


def named(house: House, listing: Listing) -> Listing:
    """A list that is there, with its name; runs in a thread.

    Raises:
        UnknownItem: it is a set that is not there, or not any more.
    """
    if listing.kind != "set":
        return listing
    board = house.gallery.sets.get(listing.set)
    if board.is_deleted:
        raise UnknownItem(f"The set {listing.set} was deleted.", "It can be had back on its page.")
    return replace(listing, name=board.name)


def home_of(listing: Listing) -> str:
    """The path of the page that shows a list to people."""
    if listing.kind == "tag":
        words = f'tag:"{listing.tag}"' if " " in listing.tag else f"tag:{listing.tag}"
        return f"/search?words={quote(words, safe='')}"
    if listing.kind == "set":
        return f"/sets/{listing.set}"
    return "/?room=favourites" if listing.kind == "favourites" else "/"

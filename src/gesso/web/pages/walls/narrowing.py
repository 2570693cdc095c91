"""What a search's page offers to go on with: facets, changes, what can be taken away again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from gesso.core.errors import InputError
from gesso.search.looks.changes import CHANGES
from gesso.search.looks.colour import NAMES, read_colour
from gesso.search.records import Answer

FACETS = ("style", "artist", "decade", "medium", "place", "kind", "source")
ROOMS = {"made": "Made", "collected": "Collected", "brought": "Brought in"}
_FEW, _MANY = 6, 12
"""Values of a facet: beside what was found, and where nothing was asked for yet."""
_PLAIN = re.compile(r"[\w-]+")
_PART = re.compile(r'(?:[^\s"]|"[^"]*")+')
_SAME = {"gray", "crimson", "cream"}
PALETTE = tuple((name, code) for name, code in NAMES.items() if name not in _SAME)
"""Colours that can be had by one touch: by name, and as #rrggbb."""

Given = Mapping[str, list[str]]
"""What an address says: the values of each name, all of them wished."""


@dataclass(frozen=True)
class Way:
    """One way on: where it leads, what it says, how many works are there, whether it is taken."""

    href: str
    words: str
    count: int | None = None
    is_taken: bool = False


@dataclass(frozen=True)
class Facet:
    """The ways of one facet."""

    name: str
    ways: tuple[Way, ...]


def address(given: Given, **changes: list[str]) -> str:
    """The page of a search; what is empty is left out."""
    told = {**given, **changes}
    asked = [(name, value) for name, values in told.items() for value in values if value]
    return f"/search?{urlencode(asked)}" if asked else "/search"


def facets_of(given: Given, answer: Answer) -> tuple[Facet, ...]:
    """The facets that tell works apart, and those that are asked for, which can be left again."""
    told = (Facet(name, tuple(_ways(given, answer, name))) for name in FACETS)
    return tuple(one for one in told if one.ways)


@dataclass(frozen=True)
class Elsewhere:
    """Where a search would find something that found nothing.

    Attributes:
        href: of the same search of everything; "" where it cannot be a link.
        told: how many works match there, in words.
        ways: the rooms in which they are, each with its search.
    """

    href: str
    told: str
    ways: tuple[Way, ...]


def without_filter(given: Given) -> Given:
    """What is looked for, without conditions."""
    return {**given, "filter": []}


def elsewhere_of(given: Given, found: Answer, *, is_linked: bool) -> Elsewhere:
    """What a search without conditions found, and in which rooms.

    Args:
        given: what is looked for, without conditions.
        found: the answer to it.
        is_linked: its page has an address.
    """
    total = found.total if found.total is not None else found.admitted
    many = "Some works match" if total is None else f"{total:,} works match"
    told = "One work matches" if total == 1 else many
    ways = tuple(
        Way(address(given, filter=[f"kind:{kind}"]) if is_linked else "", ROOMS[kind], count)
        for kind, count in found.facets.get("origin", ())
        if kind in ROOMS
    )
    return Elsewhere(address(given) if is_linked else "", told, ways)


def _ways(given: Given, answer: Answer, name: str) -> Iterable[Way]:
    parts = _PART.findall(" ".join(given["filter"]))
    most = _FEW if any(given.values()) else _MANY
    for value, count in answer.facets.get(name, ())[:most]:
        condition = condition_of(name, value)
        is_taken = condition in parts
        if not condition or (count == answer.total and not is_taken):
            continue  # it would narrow nothing
        left = [one for one in parts if one != condition] + ([] if is_taken else [condition])
        href = address(given, filter=[" ".join(left)])
        yield Way(href, f"{value}s" if name == "decade" else value, count, is_taken)


def condition_of(facet: str, value: str) -> str:
    """A value of a facet as a condition; "" where it cannot be written as one."""
    if facet == "decade":
        return f"year:{value}..{int(value) + 9}"
    if _PLAIN.fullmatch(value):
        return f"{facet}:{value}"
    return "" if '"' in value else f'{facet}:"{value}"'


def changes_of(given: Given) -> tuple[Way, ...]:
    """How hits may differ from the pictures that are asked for; none without a picture."""
    if not given["like"]:
        return ()
    taken = given["but"]
    return tuple(
        Way(
            address(given, but=[one for one in taken if one != name] if name in taken else
                    [*taken, name]),
            name,
            is_taken=name in taken,
        )
        for name in CHANGES
    )  # fmt: skip


def mixed(given: Given) -> list[tuple[str, str]]:
    """The colours that are asked for and lie on no palette: as they are written, as #rrggbb."""
    known, found = dict(PALETTE), []
    for text in given["colour"]:
        try:
            name = read_colour(text).name
        except InputError:  # the answer says that it is none
            continue
        if text not in known:
            found.append((text, NAMES.get(name, name)))
    return found


def without(given: Given, name: str, value: str) -> str:
    """The page without one of the things that are asked for."""
    return address(given, **{name: [one for one in given[name] if one != value]})

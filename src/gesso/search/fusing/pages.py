"""Pages of a ranking: a mark says how far it was shown, and whose ranking it was."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from hashlib import blake2b

from gesso.core.errors import InputError
from gesso.search.records import MOST_HITS, Query

_LONGEST = 300
DEPTHS = (64, 640, 6400, 64_000, 640_000, 6_400_000)
"""How far a ranking is worked out: a next depth is taken up where the one before is used up."""


@dataclass(frozen=True)
class Place:
    """How far a ranking was shown.

    Attributes:
        level: of the depths, the one that was being shown.
        score: of the last hit.
        work: the last hit.
    """

    level: int
    score: float
    work: int


def check_limit(limit: int) -> None:
    """Refuse a page of no or of too many hits.

    Raises:
        InputError: it is one.
    """
    if not 1 <= limit <= MOST_HITS:
        raise InputError(
            f"A page of {limit:,} hits cannot be had.",
            f"Ask for 1 to {MOST_HITS:,}; what follows comes with the mark of the next page.",
        )


def write_mark(place: Place, query: Query) -> str:
    """The mark behind a hit, for the same query only."""
    told = json.dumps([place.level, place.score, place.work, _of(query)], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_mark(mark: str, query: Query) -> Place:
    """The place that a mark means.

    Raises:
        InputError: it was never written by us, or for another query.
    """
    try:
        padded = mark[:_LONGEST].encode("ascii") + b"=" * (-len(mark) % 4)
        level, score, work, of = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Place(int(level), float(score), int(work))
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as error:
        raise _unusable(mark) from error
    if len(mark) > _LONGEST or of != _of(query) or not 0 <= place.level < len(DEPTHS):
        raise _unusable(mark)
    return place


def _unusable(mark: str) -> InputError:
    return InputError(
        f"The page mark '{mark[:40]}' belongs to no page of this search.",
        "Begin again with the first page, and keep the query as it was.",
    )


def _of(query: Query) -> str:
    """What a mark is good for: the query without its page."""
    asked = replace(query, after=None, limit=1, facets=(), likes=(), values=None)
    pictures = [
        [one.work, one.picture.pixels_sha256 if one.picture is not None else "", one.is_minus]
        for one in (*query.likes, *((query.values,) if query.values else ()))
    ]
    told = json.dumps([repr(asked), pictures])
    return blake2b(told.encode(), digest_size=6).hexdigest()

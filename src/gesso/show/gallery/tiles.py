"""What a tile says of its work, as a record for pages and as JSON that was put together once."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.core.records.works import Work

_WORDS = {"made": "made", "collected": "collected", "brought": "brought in"}
_COLUMNS = (
    works.c.id, works.c.title, works.c.creator, works.c.origin, works.c.source, works.c.date_text,
    works.c.width, works.c.height, works.c.favourite, works.c.thumbhash, works.c.thumb_512,
    works.c.thumb_256, works.c.caption, works.c.added_at, works.c.standing,
)  # fmt: skip
# The numbers stand in the statement, and the rows come as the driver hands them over: to have
# sixty of them put in and taken out by the toolkit takes longer than to find them.
_ASKED = f"SELECT {', '.join(column.name for column in _COLUMNS)} FROM works WHERE id IN "  # noqa: S608 - names of ours
_LONGEST = 300
_MOST_IN_LIST = 400
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Tile:
    """What a tile says.

    Attributes:
        id: the work's number.
        title: what it is called.
        line: what stands under the title: where it comes from, and when or how good.
        alt: what a person who does not see it is told.
        creator, date, origin, source: as in the work.
        standing: "kept".
        width, height: in pixels.
        favourite: a person's mark.
        thumbhash: base64.
        small, large: addresses of its thumbnails, 256 and 512 pixels; "" where there is none.
        score: of its critic, 0 to 1, None for none.
        added_at: ISO 8601, UTC.
    """

    id: int
    title: str
    line: str
    alt: str
    creator: str
    date: str
    origin: str
    source: str
    standing: str
    width: int
    height: int
    favourite: bool
    thumbhash: str
    small: str
    large: str
    score: float | None
    added_at: str


def tile_of(work: Work, score: float | None = None) -> Tile:
    """The tile of a work that is at hand."""
    keys = dict(work.thumbnails)
    return Tile(
        id=work.id,
        title=work.title,
        line=line_of(work.provenance.origin, work.creator, work.date, score),
        alt=alt_of(work.title, work.caption),
        creator=work.creator,
        date=work.date,
        origin=work.provenance.origin,
        source=work.provenance.source,
        standing=work.standing,
        width=work.width,
        height=work.height,
        favourite=work.favourite,
        thumbhash=work.thumbhash,
        small=thumb_href(keys.get(256) or keys.get(512)),
        large=thumb_href(keys.get(512) or keys.get(256)),
        score=score,
        added_at=work.added_at.isoformat(),
    )


def line_of(origin: str, creator: str, date: str, score: float | None) -> str:
    """What stands under a title."""
    maker = creator if origin != "made" else ""
    told = f"{score:.2f}" if score is not None and origin == "made" else ""
    return ", ".join(word for word in (maker or _WORDS.get(origin, ""), date or told) if word)


def alt_of(title: str, caption: str) -> str:
    """What a person who does not see a work is told: its caption, else its title."""
    said = " ".join(caption.split()) or title
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def thumb_href(key: str | None) -> str:
    """The address of a thumbnail, which never changes: its name is a hash of its bytes."""
    return f"/t/{key.rpartition('/')[2]}" if key else ""


class Tiles:
    """Tiles of works, the last ones kept. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        most: tiles that are kept.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], most: int = 30_000) -> None:
        self._catalogue = catalogue
        self._most = most
        self._kept: OrderedDict[int, tuple[Tile, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, ids: Sequence[int]) -> list[bytes] | None:
        """Their JSON where all of them are at hand."""
        kept = self._kept
        try:
            return [kept[number][1] for number in ids]
        except KeyError:
            return None

    def some(self, ids: Sequence[int], scores: Mapping[int, float]) -> list[tuple[Tile, bytes]]:
        """(tile, its JSON) of each work, in this order; those that are gone are left out."""
        kept = self._kept
        missing = [number for number in ids if number not in kept]
        found: dict[int, tuple[Tile, bytes]] = {}
        if missing:
            with self._catalogue().database.read() as connection:
                for start in range(0, len(missing), _MOST_IN_LIST):
                    some = ",".join(map(str, missing[start : start + _MOST_IN_LIST]))
                    for row in connection.exec_driver_sql(f"{_ASKED}({some})"):
                        tile = _tile(row, scores.get(row[0]))
                        found[tile.id] = tile, _encoded(vars(tile)).encode("utf-8")
            self._keep(found)
        pairs = (kept.get(number) or found.get(number) for number in ids)
        return [pair for pair in pairs if pair is not None]

    def forget(self, ids: Iterable[int]) -> None:
        """Works that have changed; all of them where none is named."""
        with self._lock:
            named = list(ids)
            for number in named:
                self._kept.pop(number, None)
            if not named:
                self._kept.clear()

    def _keep(self, found: Mapping[int, tuple[Tile, bytes]]) -> None:
        with self._lock:
            self._kept.update(found)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def _tile(row: Any, score: float | None) -> Tile:
    (
        number, title, creator, origin, source, date, width, height, favourite, thumbhash,
        large, small, caption, added_at, standing,
    ) = row  # fmt: skip
    # A frozen record with all its values at once: its own way in sets one after the other.
    tile = object.__new__(Tile)
    tile.__dict__.update(
        id=number,
        title=title,
        line=line_of(origin, creator, date, score),
        alt=alt_of(title, caption),
        creator=creator,
        date=date,
        origin=origin,
        source=source,
        standing=standing,
        width=width,
        height=height,
        favourite=bool(favourite),
        thumbhash=thumbhash or "",
        small=thumb_href(small or large),
        large=thumb_href(large or small),
        score=None if score is None else round(score, 4),
        added_at=_moment(added_at),
    )
    return tile


def _moment(told: str | datetime) -> str:
    """A time of the catalogue, UTC, as databases keep it: as text, or as a time without a zone."""
    return f"{told if isinstance(told, str) else told.isoformat()}+00:00".replace(" ", "T")

"""The gallery: pages of works in every order, and one work with all that is known of it."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from gesso._version import __version__
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.works import Origin
from gesso.show.closeup.closeups import Closeups
from gesso.show.gallery.hanging import Hanging, followed, hung, in_order, ranks
from gesso.show.gallery.making import InTheMaking, Making
from gesso.show.gallery.marks import Mark, marks_of
from gesso.show.gallery.roll import Roll
from gesso.show.gallery.spectrum import Stripe, stripes, weigh
from gesso.show.gallery.tiles import Tile, Tiles
from gesso.show.gallery.wall import Wall
from gesso.show.sets import Sets

CHUNK = 1_000
"""Works of one line of the outline."""
MOST = 1_000
_KEPT_WALLS = 12
_KEPT_OLDER = 24


@dataclass(frozen=True)
class Page:
    """Some works of a wall.

    Attributes:
        tiles: in its order, as records.
        prepared: the same as JSON.
        place: of the first of them, from 0.
        count: works on the whole wall.
        next: the mark of the page that follows, None after the last.
        tag: changes whenever the page does.
    """

    tiles: tuple[Tile, ...]
    prepared: tuple[bytes, ...]
    place: int
    count: int
    next: str | None
    tag: str


@dataclass(frozen=True)
class Outline:
    """A wall from far away: enough to know where each work will hang.

    Attributes:
        version: what places mean; `aspects` and `tiles` are asked for with it.
        count: works on the wall.
        chunk: works of one entry of `widths`.
        widths: the sum of the aspects (width over height) of every so many works.
        marks: what is written beside it.
    """

    version: int
    count: int
    chunk: int
    widths: tuple[float, ...]
    marks: tuple[Mark, ...]


class Gallery(Closeups):
    """Shows what the catalogue holds. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
    """

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        super().__init__(catalogue)
        self._roll = Roll(catalogue)
        self._tiles = Tiles(catalogue)
        self._roll.listen(self._tiles.forget)
        self._making = InTheMaking(catalogue)
        self._lock = threading.RLock()
        # By wall: what hangs now, and up to which version of the roll (and set) that is known.
        self._now: OrderedDict[Wall, tuple[Hanging, tuple[int, int]]] = OrderedDict()
        self._older: OrderedDict[tuple[Wall, int], Hanging] = OrderedDict()
        self._bars: dict[Wall, tuple[int, tuple[Stripe, ...]]] = {}
        # Numbers that no earlier process has used: pages that it sent may still be open.
        self._hung = int(time.time()) << 12
        self.sets = Sets(catalogue)

    # Walls -------------------------------------------------------------------------------------

    def page(self, wall: Wall, after: str | None = None, limit: int = 60) -> Page:
        """A page of a wall; any page costs what the first costs.

        Works that come in meanwhile shift nothing: no work is missed and none comes twice.

        Raises:
            InputError: `after` is no mark of this wall, or `limit` is out of bounds.
            UnknownItem: there is no such set.
        """
        if not 1 <= limit <= MOST:
            raise InputError(f"A page of {limit} works?", f"Ask for 1 to {MOST}.")
        hanging = self._hanging(wall)
        return self._page(hanging, hanging.place_after(after), limit)

    def page_at(self, wall: Wall, place: int, limit: int = 60) -> Page:
        """The page whose first work hangs at a place, from 0."""
        return self._page(self._hanging(wall), max(0, place), limit)

    @property
    def is_current(self) -> bool:
        """Whether nobody has written to the catalogue since it was last looked at."""
        return self._roll.is_current()

    @property
    def roll(self) -> Roll:
        """All works that hang, in the few numbers by which walls are put together."""
        return self._roll

    @property
    def state(self) -> int:
        """The catalogue's last change that is known here."""
        return self._roll.seen

    def prepared(self, wall: Wall, after: str | None, limit: int) -> Page | None:
        """A page that is at hand whole and current, without asking the catalogue; else None.

        Raises:
            InputError: `after` is no mark of this wall.
        """
        known = self._now.get(wall)
        if known is None or wall.set or not 1 <= limit <= MOST or not self._roll.is_current():
            return None
        hanging, checked = known
        if checked[0] != self._roll.version:
            return None
        place = hanging.place_after(after)
        ids = self._roll.columns.ids[hanging.rows[place : place + limit]].tolist()
        tiles = self._tiles.known(ids)
        if tiles is None:
            return None
        return self._told(hanging, place, limit, (), tuple(tiles))

    def outline(self, wall: Wall) -> Outline:
        """A wall from far away.

        Raises:
            UnknownItem: there is no such set.
        """
        hanging = self._hanging(wall)
        aspects = self._roll.columns.aspects[hanging.rows].astype(np.int64)
        starts = np.arange(0, len(aspects), CHUNK)
        sums = np.add.reduceat(aspects, starts) if len(aspects) else np.zeros(0, np.int64)
        widths = tuple(round(total / 1000, 3) for total in sums.tolist())
        return Outline(hanging.version, len(hanging), CHUNK, widths, marks_of(hanging))

    def outline_version(self, wall: Wall) -> int:
        """The version of a wall as it is now."""
        return self._hanging(wall).version

    def aspects(self, wall: Wall, version: int, start: int, count: int) -> bytes:
        """Width over height of some works, in thousandths, as little-endian 16-bit numbers.

        Raises:
            UnknownItem: that version of the wall is forgotten.
        """
        hanging = self._at(wall, version)
        rows = hanging.rows[start : start + count]
        return bytes(self._roll.columns.aspects[rows].astype("<u2").tobytes())

    def tiles(self, wall: Wall, version: int, start: int, count: int) -> list[bytes]:
        """The tiles at some places, as JSON.

        Raises:
            UnknownItem: that version of the wall is forgotten.
        """
        hanging = self._at(wall, version)
        return [told for _, told in self._some(hanging, start, count)]

    def tiles_of(self, work_ids: Sequence[int]) -> list[Tile]:
        """The tiles of some works, wherever they hang; those that are gone are left out."""
        self._roll.look()
        return [tile for tile, _ in self._tiles.some(list(work_ids), {})]

    def place_of(self, wall: Wall, work_id: int) -> int | None:
        """Where a work hangs on a wall, from 0; None where it does not hang there."""
        hanging = self._hanging(wall)
        rows = self._roll.rows_of([work_id])
        if not len(rows):
            return None
        if wall.set:
            found = np.flatnonzero(hanging.rows == rows[0])
            return int(found[0]) if len(found) else None
        keys, ties = ranks(self._roll, wall, rows)
        return hanging.place_of(int(keys[0]), int(ties[0]))

    def beside(self, wall: Wall, work_id: int) -> tuple[int | None, int | None]:
        """The works that hang before and after a work on a wall."""
        place = self.place_of(wall, work_id)
        if place is None:
            return None, None
        hanging = self._hanging(wall)
        ids = self._roll.columns.ids
        before = int(ids[hanging.rows[place - 1]]) if place else None
        after = int(ids[hanging.rows[place + 1]]) if place + 1 < len(hanging) else None
        return before, after

    def spectrum(self, wall: Wall) -> tuple[Stripe, ...]:
        """The colours of a wall as if no colour were asked for, side by side."""
        plain = Wall(wall.room, source=wall.source, set=wall.set)
        hanging = self._hanging(plain)
        known = self._bars.get(plain)
        if known is None or known[0] != hanging.version:
            columns = self._roll.columns
            weights = weigh(columns.cells[hanging.rows], columns.shares[hanging.rows])
            known = hanging.version, stripes(weights, self._roll.hexes())
            self._bars[plain] = known
        return known[1]

    def sources(self) -> list[str]:
        """What works may come from, by name."""
        self._roll.look()
        return sorted(self._roll.sources)

    def counts(self) -> Mapping[Origin, int]:
        """How many works hang, by where they came from."""
        found: dict[Origin, int] = {"made": 0, "collected": 0, "brought": 0}
        for (origin, _, standing), count in self._catalogue().works.counts().items():
            if standing == "kept" and origin in found:
                found[origin] += count
        return found

    def look(self) -> None:
        """Follow the catalogue now, so that who comes next need not wait for it."""
        self._roll.look()

    def making(self) -> tuple[Making, ...]:
        """What is being made now."""
        return self._making.now()

    def close(self) -> None:
        """Let go of the catalogue."""
        self._roll.close()

    def _hanging(self, wall: Wall) -> Hanging:
        version = self._roll.look()
        checked = version, self._set_version(wall)
        known = self._now.get(wall)
        if known is not None and known[1] == checked:
            return known[0]
        with self._lock:
            known = self._now.get(wall)
            hanging = self._hung_now(wall, known)
            self._now[wall] = hanging, checked
            self._now.move_to_end(wall)
            self._older[wall, hanging.version] = hanging
            while len(self._now) > _KEPT_WALLS:
                self._now.popitem(last=False)
            while len(self._older) > _KEPT_OLDER:
                self._older.popitem(last=False)
            return hanging

    def _hung_now(self, wall: Wall, known: tuple[Hanging, tuple[int, int]] | None) -> Hanging:
        self._hung += 1
        if wall.set:
            rows = self._roll.rows_of(self.sets.works(wall.set))
            hanging = in_order(self._roll, wall, rows, self._hung)
            is_same = known is not None and np.array_equal(known[0].rows, hanging.rows)
            return known[0] if known is not None and is_same else hanging
        changes = self._roll.changed_since(known[1][0]) if known is not None else None
        if known is None or changes is None:
            return hung(self._roll, wall, self._hung)
        return followed(self._roll, known[0], changes, self._hung)

    def _set_version(self, wall: Wall) -> int:
        if not wall.set:
            return 0
        version = self.sets.version(wall.set)
        if version < 0:
            raise UnknownItem(f"There is no set number {wall.set}.", "See them: /sets")
        return version

    def _at(self, wall: Wall, version: int) -> Hanging:
        found = self._older.get((wall, version))
        if found is None:
            raise UnknownItem(
                f"Version {version} of this wall is forgotten.", "Ask for its outline again."
            )
        return found

    def _some(self, hanging: Hanging, start: int, count: int) -> list[tuple[Tile, bytes]]:
        rows = hanging.rows[start : start + count]
        ids = self._roll.columns.ids[rows].tolist()
        scores = self._roll.scores[rows].tolist()
        told = {one: score for one, score in zip(ids, scores, strict=True) if score >= 0}
        return self._tiles.some(ids, told)

    def _page(self, hanging: Hanging, place: int, limit: int) -> Page:
        found = self._some(hanging, place, limit)
        tiles, prepared = tuple(one[0] for one in found), tuple(one[1] for one in found)
        return self._told(hanging, place, limit, tiles, prepared)

    def _told(
        self,
        hanging: Hanging,
        place: int,
        limit: int,
        tiles: tuple[Tile, ...],
        prepared: tuple[bytes, ...],
    ) -> Page:
        end = place + limit
        is_last = end >= len(hanging)
        # The number of the catalogue's last change: the same in every process and after a restart.
        asked = f"{__version__}/{hanging.wall.question}/{place}/{limit}"
        tag = f"{self._roll.seen:x}-{crc32(asked.encode()):x}"
        after = None if is_last else hanging.mark_of(end - 1)
        return Page(tiles, prepared, place, len(hanging), after, tag)


def prepared_json(page: Page) -> bytes:
    """A page as it is sent: put together of what is there, nothing is encoded anew."""
    return _listed(page.prepared) + (
        b',"place":%d,"count":%d,"next":%s}'
        % (page.place, page.count, json.dumps(page.next).encode())
    )


def tiles_json(tiles: Sequence[bytes]) -> bytes:
    """Tiles as they are sent."""
    return _listed(tiles) + b"}"


def _listed(tiles: Sequence[bytes]) -> bytes:
    return b'{"works":[' + b",".join(tiles) + b"]"

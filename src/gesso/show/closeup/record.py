"""A work's record: its hash, when its file was last held against it, its calls, its cost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from sqlalchemy import case, func, select

from gesso.core.catalogue.calls.ledger import COUNTED_USD
from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.store.tables import api_calls
from gesso.core.errors import DamageError, StorageError
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Work

_AGAIN = timedelta(hours=1)
_LOOKED_AT = 4096
_MOST_BYTES = 32 << 20
"""Of a file that is read while a page waits: a fiftieth of a second."""


@dataclass(frozen=True)
class Calls:
    """The calls to the world outside for one picture's item.

    Attributes:
        count: how many left, repetitions too.
        retries: repetitions among them.
        seconds: from the first that left to the last answer.
        cost_usd: of all of them.
    """

    count: int = 0
    retries: int = 0
    seconds: float = 0.0
    cost_usd: float = 0.0


@dataclass(frozen=True)
class Checked:
    """A file held against its hash.

    Attributes:
        at: when, UTC.
        damage: what is wrong with it, "" for nothing.
    """

    at: datetime
    damage: str = ""


class Records:
    """Looks records up. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        clock: tells the time, UTC.
    """

    def __init__(
        self, catalogue: Callable[[], Catalogue], clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._checked: OrderedDict[str, Checked] = OrderedDict()
        self._lock = Lock()

    def calls(self, recipe: Recipe | None) -> Calls:
        """What was called for the item that a work was made for; nothing where nobody called."""
        if recipe is None or not recipe.run:
            return Calls()
        wanted = select(
            func.count(),
            func.sum(case((api_calls.c.attempt > 1, 1), else_=0)),
            func.min(api_calls.c.started_at),
            func.max(api_calls.c.ended_at),
            func.sum(COUNTED_USD),
        ).where(api_calls.c.run == recipe.run, api_calls.c.item == recipe.item)
        with self._catalogue().database.read() as connection:
            count, retries, first, last, cost = connection.execute(wanted).one()
        seconds = (last - first).total_seconds() if first and last else 0.0
        return Calls(count, int(retries or 0), max(0.0, seconds), float(cost or 0.0))

    def checked(self, work: Work) -> Checked | None:
        """A work's file held against its hash, now or within the last hour.

        None where there is no original here, or it is too large to be read while a page waits;
        `gesso check --read-data` reads those.
        """
        if not work.has_original or work.size_bytes > _MOST_BYTES:
            return None
        now = self._clock()
        with self._lock:
            found = self._checked.get(work.blob)
        if found is None or found.damage or now - found.at >= _AGAIN:
            found = Checked(now, self._damage(work))
            with self._lock:
                self._checked[work.blob] = found
                self._checked.move_to_end(work.blob)
                while len(self._checked) > _LOOKED_AT:
                    self._checked.popitem(last=False)
        return found

    def _damage(self, work: Work) -> str:
        try:
            data = self._catalogue().data(work)
        except (DamageError, StorageError) as error:
            return error.message
        if sha256(data).hexdigest() != work.fingerprint.data:
            now = self._catalogue().works.get(work.id)  # it may have been sealed meanwhile
            if now.fingerprint.data == work.fingerprint.data:
                return f"The file of work {work.id} holds other bytes than it did."
        return ""


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in words: "just now", "20 minutes ago", "2 hours ago"."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'} ago"
    hours = minutes // 60
    return f"{hours} {'hour' if hours == 1 else 'hours'} ago"

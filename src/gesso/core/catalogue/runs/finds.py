"""The shelf of finds: what sources offered, how far each came, and which are due."""

from __future__ import annotations

import builtins
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from gesso.core.catalogue.runs.find_rows import FIND_COLUMNS, find_row, find_values
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import finds
from gesso.core.records.finds import Find, FindRow, FindState

Fate = Literal["queued", "unchanged", "refused", "held", "resting"]
KEPT: tuple[FindState, ...] = ("stored", "thumbed", "embedded", "captioned")

LONGEST_WAIT = timedelta(days=1)
"""No find waits longer for its next try; a time beyond that was set by a clock that was wrong."""

_REST = timedelta(days=1)
_MOST_SAME_IN_LIST = 400


@dataclass(frozen=True)
class Offer:
    """A find as it is offered to the catalogue.

    Attributes:
        find: what the source offers.
        whole: its original may be kept, not only its thumbnails.
        refused: why it is not to be fetched at all, "" for no reason.
    """

    find: Find
    whole: bool = True
    refused: str = ""


@dataclass(frozen=True)
class Taken:
    """A find that this run has taken up.

    Attributes:
        number: of its row.
        row: as it stood when it was taken up.
    """

    number: int
    row: FindRow


@dataclass(frozen=True)
class Outcome:
    """What became of a find.

    Attributes:
        number: of its row.
        state: where it stands now.
        reason: why it is blocked, gone or failed.
        work: the work it became; None leaves the one it had.
        next_try: when it is tried again, None for never or at once, by the state.
        tries: failed tries so far.
        find: what was learnt of it; None leaves it as it is.
        validator: for the next conditional fetch; None leaves it as it is.
    """

    number: int
    state: FindState
    reason: str = ""
    work: int | None = None
    next_try: datetime | None = None
    tries: int = 0
    find: Find | None = None
    validator: str | None = None


class FindShelf:
    """All finds, one row for each source and identifier.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def offer(
        self, run: str, offers: Sequence[Offer], is_alive: Callable[[str], bool]
    ) -> Counter[Fate]:
        """Take notice of what a source offers to a run, in one transaction.

        New and changed finds are queued; what is kept and unchanged is left alone; what another
        living run is fetching stays with that run; what is gone rests for a day, unless it
        changed. Of two offers of one find the later one counts.

        Args:
            run: the id of the acquisition.
            offers: at most a few hundred.
            is_alive: whether another run is still at work.
        """
        latest = {(offer.find.source, offer.find.identifier): offer for offer in offers}
        fates: Counter[Fate] = Counter()
        now = self._clock()
        fresh: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        with self._database.write() as connection:
            known = self._known(connection, latest)
            for key, offer in latest.items():
                row = known.get(key)
                fate = _fate(offer, row, run, now, is_alive)
                fates[fate] += 1
                values = _offered(offer, fate, run, now, row)
                if row is None:
                    fresh.append(values)
                elif values:
                    changed.append({"number": row["id"], "values": values})
            if fresh:
                connection.execute(insert(finds), fresh)
            for one in changed:
                is_it = finds.c.id == one["number"]
                connection.execute(update(finds).where(is_it).values(one["values"]))
        return fates

    def known(self, offers: Iterable[Offer]) -> Counter[Fate]:
        """What would become of some offers; nothing is written."""
        latest = {(offer.find.source, offer.find.identifier): offer for offer in offers}
        now = self._clock()
        with self._database.read() as connection:
            known = self._known(connection, latest)
        return Counter(
            _fate(offer, known.get(key), "", now, lambda _run: True)
            for key, offer in latest.items()
        )

    def take(self, run: str, count: int) -> list[Taken]:
        """Take up to `count` due finds of a run; nobody else is given them.

        Queued ones come first, in the order in which they were offered; then those whose next
        try has come.
        """
        now = self._clock()
        with self._database.write() as connection:
            # Each is a walk along the index, however many wait.
            taken = _some(connection, run, _is_new, count)
            for state in _TRIED_AGAIN:
                is_again = (finds.c.state == state) & _is_time(now)
                taken += _some(connection, run, is_again, count - len(taken))
            if taken:
                mine = finds.c.id.in_([one.number for one in taken])
                connection.execute(
                    update(finds).where(mine).values(state="fetching", updated_at=now)
                )
        return taken

    def give_back(self, run: str, numbers: Sequence[int] | None = None) -> int:
        """Queue again what the run was fetching: these, or all of it; returns how many."""
        is_it = (finds.c.run == run) & (finds.c.state == "fetching")
        if numbers is not None:
            is_it &= finds.c.id.in_(numbers)
        with self._database.write() as connection:
            return connection.execute(update(finds).where(is_it).values(state="queued")).rowcount

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what became of finds, in one transaction."""
        if outcomes:
            with self._database.write() as connection:
                self.settle_in(connection, outcomes)

    def settle_in(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        """Keep what became of finds in a transaction that is open: with their works."""
        now = self._clock()
        for outcome in outcomes:
            values: dict[str, Any] = {
                "state": outcome.state,
                "reason": outcome.reason,
                "next_try": _bounded(outcome.next_try, now),
                "tries": outcome.tries,
                "updated_at": now,
            }
            if outcome.work is not None:
                values["work"] = outcome.work
            if outcome.validator is not None:
                values["validator"] = outcome.validator
            if outcome.find is not None:
                values |= find_values(outcome.find)
            is_it = finds.c.id == outcome.number
            connection.execute(update(finds).where(is_it).values(values))

    def caption_in(self, connection: Connection, works: Sequence[int]) -> None:
        """Say of the finds of some works that they are captioned, in a transaction that is open.

        A find of which only the thumbnail is kept stays "thumbed": its picture may come yet.
        """
        for start in range(0, len(works), _MOST_SAME_IN_LIST):
            is_one = finds.c.work.in_(works[start : start + _MOST_SAME_IN_LIST])
            came = is_one & finds.c.state.in_(("stored", "embedded"))
            connection.execute(update(finds).where(came).values(state="captioned"))

    def embedded(self, works: Sequence[int]) -> None:
        """Say of the finds of some works that they are embedded.

        A find of which only the thumbnail is kept stays "thumbed": its picture may come yet.
        """
        with self._database.write() as connection:
            for start in range(0, len(works), _MOST_SAME_IN_LIST):
                is_one = finds.c.work.in_(works[start : start + _MOST_SAME_IN_LIST])
                came = is_one & (finds.c.state == "stored")
                connection.execute(update(finds).where(came).values(state="embedded"))

    def postpone(self, run: str, beginning: str, until: datetime) -> int:
        """Let a run's queued finds at one host wait; returns how many.

        Args:
            run: the run.
            beginning: of their addresses: "https://example.org/".
            until: not before this time.
        """
        now = self._clock()
        is_it = (
            (finds.c.run == run)
            & (finds.c.state == "queued")
            & finds.c.next_try.is_(None)
            & finds.c.url.startswith(beginning, autoescape=True)
        )
        with self._database.write() as connection:
            waiting = update(finds).where(is_it).values(next_try=_bounded(until, now))
            return connection.execute(waiting).rowcount

    def next_due(self, run: str) -> datetime | None:
        """When the next find of a run that waits is due, None where none waits."""
        waits = finds.c.next_try.is_not(None) & finds.c.state.in_(_TRIED_AGAIN)
        wanted = select(func.min(finds.c.next_try)).where(finds.c.run == run, waits)
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(wanted)
            return found

    def counts(self, run: str) -> Mapping[FindState, int]:
        """How many finds of a run are in each state."""
        wanted = select(finds.c.state, func.count()).where(finds.c.run == run)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(wanted.group_by(finds.c.state))}

    def waiting(self, run: str) -> int:
        """How many finds of a run are not at their end: queued, being fetched, or tried again."""
        open_states = finds.c.state.in_(("queued", "fetching"))
        again = finds.c.next_try.is_not(None) & finds.c.state.in_(_TRIED_AGAIN)
        wanted = select(func.count()).where(finds.c.run == run, or_(open_states, again))
        with self._database.read() as connection:
            return connection.scalar(wanted) or 0

    def reasons(self, run: str, most: int = 20) -> list[tuple[FindState, str, int]]:
        """Why finds of a run are blocked, gone or failed, the most frequent reason first."""
        told = finds.c.state.in_(("blocked", "gone", "failed"))
        wanted = (
            select(finds.c.state, finds.c.reason, func.count())
            .where(finds.c.run == run, told)
            .group_by(finds.c.state, finds.c.reason)
            .order_by(func.count().desc(), finds.c.reason)
            .limit(most)
        )
        with self._database.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(wanted)]

    def list(self, run: str, states: Sequence[FindState] = (), limit: int = 100) -> list[FindRow]:
        """Finds of a run in the order in which they were first offered; no states for any."""
        wanted = select(*FIND_COLUMNS).where(finds.c.run == run).order_by(finds.c.id).limit(limit)
        if states:
            wanted = wanted.where(finds.c.state.in_(states))
        with self._database.read() as connection:
            return [find_row(row) for row in connection.execute(wanted).mappings()]

    def newest_works(self, run: str, limit: int = 24) -> builtins.list[int]:
        """The works that a run brought in last, the newest first; costs the same at any size."""
        newest: builtins.list[tuple[int, int]] = []
        with self._database.read() as connection:
            for state in KEPT:  # each of them is the end of a walk along one index
                is_one = (finds.c.run == run, finds.c.state == state, finds.c.next_try.is_(None))
                wanted = select(finds.c.id, finds.c.work).where(*is_one)
                rows = connection.execute(wanted.order_by(finds.c.id.desc()).limit(limit))
                newest += [(row[0], row[1]) for row in rows if row[1] is not None]
        works = dict.fromkeys(work for _, work in sorted(newest, reverse=True))
        return [*works][:limit]

    def get(self, source: str, identifier: str) -> FindRow | None:
        """One find, None where it was never offered."""
        is_it = (finds.c.source == source) & (finds.c.identifier == identifier)
        with self._database.read() as connection:
            row = connection.execute(select(*FIND_COLUMNS).where(is_it)).mappings().one_or_none()
        return None if row is None else find_row(row)

    def _known(
        self, connection: Connection, keys: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], Any]:
        by_source: dict[str, list[str]] = defaultdict(list)
        for source, identifier in keys:
            by_source[source].append(identifier)
        known = {}
        for source, identifiers in by_source.items():
            for start in range(0, len(identifiers), _MOST_SAME_IN_LIST):
                some = identifiers[start : start + _MOST_SAME_IN_LIST]
                is_one = (finds.c.source == source) & finds.c.identifier.in_(some)
                for row in connection.execute(select(*FIND_COLUMNS).where(is_one)).mappings():
                    known[source, row["identifier"]] = row
        return known


_TRIED_AGAIN = ("queued", "blocked", "failed")


_is_new = (finds.c.state == "queued") & finds.c.next_try.is_(None)


def _is_time(now: datetime) -> ColumnElement[bool]:
    return or_(finds.c.next_try <= now, finds.c.next_try > now + LONGEST_WAIT)


def _some(connection: Connection, run: str, is_one: ColumnElement[bool], count: int) -> list[Taken]:
    if count <= 0:
        return []
    wanted = select(*FIND_COLUMNS).where(finds.c.run == run, is_one)
    rows = connection.execute(wanted.order_by(finds.c.next_try, finds.c.id).limit(count))
    return [Taken(row["id"], find_row(row)) for row in rows.mappings()]


def _bounded(next_try: datetime | None, now: datetime) -> datetime | None:
    return None if next_try is None else min(next_try, now + LONGEST_WAIT)


def _fate(
    offer: Offer, row: Any | None, run: str, now: datetime, is_alive: Callable[[str], bool]
) -> Fate:
    if row is not None and row["state"] == "fetching" and row["run"] != run:
        return "held" if is_alive(row["run"]) else "queued"
    if offer.refused:
        return "refused"
    if row is None:
        return "queued"
    if row["state"] in KEPT:
        return _fate_of_kept(offer, row, run)
    is_same = offer.find.revision == row["revision"]
    is_resting = row["state"] == "gone" and is_same and abs(now - row["updated_at"]) < _REST
    return "resting" if is_resting else "queued"


def _fate_of_kept(offer: Offer, row: Any, run: str) -> Fate:
    is_same = offer.find.revision == row["revision"]
    if row["run"] == run and is_same:
        return "unchanged"
    is_better = offer.whole and row["state"] == "thumbed"
    can_ask = not offer.find.revision and bool(row["validator"])
    return "queued" if is_better or can_ask or not is_same else "unchanged"


def _offered(offer: Offer, fate: Fate, run: str, now: datetime, row: Any | None) -> dict[str, Any]:
    """The columns that an offer sets; none where the row stays as it is."""
    if fate not in ("queued", "refused"):
        return {}
    values = find_values(offer.find) | {"run": run, "updated_at": now}
    if fate == "refused":
        is_kept = row is not None and row["work"] is not None
        state = row["state"] if row is not None and is_kept else "blocked"
        return values | {"state": state, "reason": offer.refused, "next_try": None}
    values |= {"state": "queued", "reason": ""}
    if row is None:
        return values
    if row["run"] == run and row["state"] != "queued":
        # The same run lists once more: what is under way stays so, what has failed has failed.
        return {}
    is_new_try = row["state"] not in ("queued", "fetching") or row["next_try"] is None
    return values | {"tries": 0} | ({"next_try": None} if is_new_try else {})

"""The shelf of pairings: which picture and track belong together, and what was learnt of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import matcher_turns, matchers, pairings, tracks, works
from gesso.core.errors import UnknownItem

PairSource = Literal["person", "favourite"]


@dataclass(frozen=True)
class Pairing:
    """A person's word on a work and a track.

    Attributes:
        work: its number.
        track: its number.
        fits: whether they belong together, or do not.
        source: said outright, or marked as a favourite among matches.
        added_at: UTC.
    """

    work: int
    track: int
    fits: bool
    source: PairSource
    added_at: datetime


@dataclass(frozen=True)
class MatcherRow:
    """A learnt matching as it is kept; its forms belong to whoever trained it.

    Attributes:
        version: its number.
        kind: how it was trained.
        space: what its numbers were read from; of no use with other readings.
        report: how good it is, JSON.
        made_at: UTC.
    """

    version: int
    kind: str
    space: str
    report: str
    made_at: datetime


class PairingShelf:
    """All pairings, and the matchings that were learnt from them.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, work: int, track: int, *, fits: bool, source: PairSource = "person") -> None:
        """Keep a person's word; the last one counts.

        Raises:
            UnknownItem: there is no such work or track.
        """
        row = {"work": work, "track": track, "fits": fits, "source": source}
        here = (pairings.c.work == work) & (pairings.c.track == track)
        with self._database.write() as connection:
            if connection.scalar(select(works.c.id).where(works.c.id == work)) is None:
                raise UnknownItem(f"There is no work number {work}.", "Find one: gesso search")
            if connection.scalar(select(tracks.c.id).where(tracks.c.id == track)) is None:
                raise UnknownItem(f"There is no track number {track}.", "See: gesso music list")
            connection.execute(delete(pairings).where(here))
            connection.execute(insert(pairings), row | {"added_at": self._clock()})

    def forget(self, work: int, track: int) -> bool:
        """Take a word back; False where none was said."""
        here = (pairings.c.work == work) & (pairings.c.track == track)
        with self._database.write() as connection:
            return connection.execute(delete(pairings).where(here)).rowcount > 0

    def keep(self, kind: str, space: str, report: str, body: bytes) -> int:
        """Keep a matching that was learnt; its version. It is not in force by that."""
        row = {"kind": kind, "space": space, "report": report, "body": body}
        with self._database.write() as connection:
            done = connection.execute(insert(matchers), row | {"made_at": self._clock()})
            (version,) = done.inserted_primary_key or (0,)
        return int(version)

    def learnt(self) -> list[MatcherRow]:
        """All matchings that were learnt, oldest first."""
        held = [matchers.c[name] for name in MatcherRow.__dataclass_fields__]
        wanted = select(*held).order_by(matchers.c.version)
        with self._database.read() as connection:
            return [MatcherRow(**row) for row in connection.execute(wanted).mappings()]

    def body(self, version: int) -> bytes:
        """What a learnt matching needs to answer.

        Raises:
            UnknownItem: there is no such version.
        """
        with self._database.read() as connection:
            found = connection.scalar(select(matchers.c.body).where(matchers.c.version == version))
        if found is None:
            raise UnknownItem(
                f"There is no matching of version {version}.", "See them: gesso music evaluate"
            )
        return bytes(found)

    def in_force(self) -> int | None:
        """The version that matches go by; None for the one that is not learnt."""
        newest = select(matcher_turns.c.version).order_by(matcher_turns.c.id.desc()).limit(1)
        with self._database.read() as connection:
            return connection.scalar(newest)

    def turn_to(self, version: int) -> None:
        """Let matches go by a version from now on.

        Raises:
            UnknownItem: there is no such version.
        """
        self.body(version)
        with self._database.write() as connection:
            connection.execute(insert(matcher_turns), {"version": version, "at": self._clock()})

    def turn_back(self) -> int | None:
        """Undo the last turn; what matches go by then, None for what is not learnt."""
        newest = select(matcher_turns.c.id).order_by(matcher_turns.c.id.desc()).limit(1)
        with self._database.write() as connection:
            last = connection.scalar(newest)
            connection.execute(delete(matcher_turns).where(matcher_turns.c.id == last))
        return self.in_force()

    def list(self, *, work: int | None = None) -> list[Pairing]:
        """All of them, or those of a work, in the order of works and tracks."""
        wanted = select(pairings).order_by(pairings.c.work, pairings.c.track)
        if work is not None:
            wanted = wanted.where(pairings.c.work == work)
        with self._database.read() as connection:
            return [Pairing(**row) for row in connection.execute(wanted).mappings()]

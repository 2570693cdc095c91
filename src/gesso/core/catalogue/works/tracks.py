"""The shelf of tracks: the door in for sounds, and where they are found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from gesso.core.catalogue.blobs.blob import BlobStore, key_of
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.rows import tag_lines
from gesso.core.catalogue.store.tables import blobs, tracks
from gesso.core.errors import UnknownItem
from gesso.core.records.codec import from_json, to_json
from gesso.core.sound.decoder import SoundLimits
from gesso.core.sound.ear import HEARD_BY, Heard, listen
from gesso.core.sound.records import Hearing, Mood, Track, plain_line

_LIMITS = SoundLimits()


@dataclass(frozen=True)
class TrackFacts:
    """What its owner says of a sound; "" and () for what the file's own tags shall say.

    Attributes:
        title, artist, album: what it is called, by whom, from where.
        tags: further words.
        licence: as stated.
        credit: how it wants to be named.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    tags: tuple[str, ...] = ()
    licence: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Taken:
    """A sound that was accepted.

    Attributes:
        track: its record.
        is_new: it was not in the catalogue before.
    """

    track: Track
    is_new: bool


class TrackShelf:
    """All tracks.

    Args:
        database: where they are kept.
        store: where their bytes are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, store: BlobStore, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    def accept(
        self,
        data: bytes,
        *,
        source: str = "",
        facts: TrackFacts = TrackFacts(),
        limits: SoundLimits = _LIMITS,
    ) -> Taken:
        """Listen to a sound and keep it. The same bytes are kept once.

        What its owner says stands before what its tags say, also of a track that is kept already.

        Args:
            data: the whole file.
            source: the file's name.
            facts: what its owner says.
            limits: how much it may ask for.

        Raises:
            SoundError: it is no sound that we accept, too large, damaged or empty.
            MissingExtra: nothing that decodes is installed.
            StorageError: the disk would not keep it; nothing of it is in the catalogue.
        """
        key = key_of(data)
        known = self._known(key)
        if known is not None:
            return Taken(self.tell(known.id, facts), is_new=False)
        heard = listen(data, limits, source)
        self._store.put(data, heard.media_type)
        with self._database.write() as connection:
            row = connection.execute(select(tracks).where(tracks.c.blob == key)).mappings().first()
            if row is not None:
                return Taken(_track(row), is_new=False)
            # Bytes that were there already may have been let go by somebody else since.
            if not self._store.has(key):
                self._store.put(data, heard.media_type)
            self._name_blob(connection, key, len(data), heard.media_type)
            values = _row(heard, facts) | {"blob": key, "size_bytes": len(data)}
            values["source"] = plain_line(source)
            done = connection.execute(insert(tracks), values | {"added_at": self._clock()})
            (number,) = done.inserted_primary_key or (0,)
            return Taken(_track(_one(connection, number)), is_new=True)

    def tell(self, track_id: int, facts: TrackFacts) -> Track:
        """Keep what a track's owner says; what is empty stays as it is.

        Raises:
            UnknownItem: the catalogue has no such track.
        """
        told: dict[str, str] = {
            name: value
            for name in ("title", "artist", "album", "licence", "credit")
            if (value := plain_line(getattr(facts, name)))
        }
        if facts.tags:
            told["tags"] = tag_lines(map(plain_line, facts.tags))
        if not told:
            return self.get(track_id)
        with self._database.write() as connection:
            connection.execute(update(tracks).where(tracks.c.id == track_id).values(told))
            return _track(_one(connection, track_id))

    def get(self, track_id: int) -> Track:
        """One track.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        with self._database.read() as connection:
            return _track(_one(connection, track_id))

    def list(self, *, after: int = 0, limit: int | None = None) -> list[Track]:
        """All of them in the order they came, or so many after one."""
        wanted = select(tracks).where(tracks.c.id > after).order_by(tracks.c.id).limit(limit)
        with self._database.read() as connection:
            return [_track(row) for row in connection.execute(wanted).mappings()]

    def count(self) -> int:
        """How many there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(tracks)) or 0

    def data(self, track: Track) -> bytes:
        """The file of a track as it lies there.

        Raises:
            DamageError: it is missing.
            StorageError: the disk would not read it.
        """
        return self._store.get(track.blob)

    def path_of(self, track: Track) -> Path | None:
        """Where a person can open its file, None for a store that has no files."""
        return self._store.path(track.blob)

    def hear_again(self, track: Track, limits: SoundLimits = _LIMITS) -> Track:
        """Listen once more, with the ear of now; what is said of it stays.

        Raises:
            DamageError: its file is missing.
            SoundError: it cannot be read any more.
        """
        heard = listen(self.data(track), limits, track.source)
        values = _heard_values(heard)
        with self._database.write() as connection:
            connection.execute(update(tracks).where(tracks.c.id == track.id).values(values))
            return _track(_one(connection, track.id))

    def _known(self, key: str) -> Track | None:
        with self._database.read() as connection:
            row = connection.execute(select(tracks).where(tracks.c.blob == key)).mappings().first()
        return None if row is None else _track(row)

    def _name_blob(
        self, connection: Connection, key: str, size_bytes: int, media_type: str
    ) -> None:
        if connection.scalar(select(blobs.c.key).where(blobs.c.key == key)) is None:
            row = {"key": key, "size_bytes": size_bytes, "media_type": media_type}
            connection.execute(insert(blobs), row | {"added_at": self._clock()})


def _one(connection: Connection, number: int) -> RowMapping:
    row = connection.execute(select(tracks).where(tracks.c.id == number)).mappings().first()
    if row is None:
        raise UnknownItem(
            f"There is no track number {number} in the catalogue.", "See them: gesso music list"
        )
    return row


def _row(heard: Heard, facts: TrackFacts) -> dict[str, Any]:
    told = heard.tags
    genres = tuple(part.strip() for part in told.genre.replace(";", ",").split(","))
    return _heard_values(heard) | {
        "media_type": heard.media_type,
        "codec": heard.codec,
        "rate": heard.rate,
        "channels": heard.channels,
        "title": plain_line(facts.title) or told.title,
        "artist": plain_line(facts.artist) or told.artist,
        "album": plain_line(facts.album) or told.album,
        "tags": tag_lines((*map(plain_line, facts.tags), *genres)),
        "licence": plain_line(facts.licence) or told.licence,
        "credit": plain_line(facts.credit),
    }


def _heard_values(heard: Heard) -> dict[str, Any]:
    return {
        "is_damaged": heard.is_damaged,
        "hearing": to_json(heard.hearing),
        "valence": heard.mood.valence,
        "arousal": heard.mood.arousal,
        "heard_by": HEARD_BY,
        "waveform": heard.waveform,
    }


def _track(row: RowMapping) -> Track:
    values = dict(row)
    mood = Mood(values.pop("valence"), values.pop("arousal"))
    hearing = from_json(Hearing, values.pop("hearing"))
    tags = tuple(tag for tag in values.pop("tags").split("\n") if tag)
    return Track(**values, tags=tags, hearing=hearing, mood=mood)

"""The one door in: bytes or a picture become a work, whole or not at all.

The blob is on the disk first, then its thumbnails, then one row in one transaction. What a crash
leaves between them is a file that no row names, never a row whose file is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import cycle
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from gesso.core.catalogue.blobs.blob import BlobStore
from gesso.core.catalogue.blobs.replaced import OldFiles
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.rows import (
    WORK_COLUMNS,
    origin_values,
    recipe_values,
    work_of,
)
from gesso.core.catalogue.store.tables import blobs, works
from gesso.core.catalogue.works.arrivals import Arrival, BlobPart, Kept, blob_parts, work_row
from gesso.core.catalogue.works.known import looked_up, same
from gesso.core.catalogue.works.originals import remarked
from gesso.core.errors import UnknownItem
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.derived.develop import develop_decoded, develop_picture, marked
from gesso.core.pixels.metadata.write import Marks, Privacy, marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import from_json
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Standing, Work

# What is said of every picture is put together once.
_IS_IT = works.c.id == bindparam("number")
_WORK = Prepared(select(*WORK_COLUMNS, works.c.recipe).where(_IS_IT))
_CHANGE_WORK = Prepared(update(works).where(_IS_IT))
_ADD_WORK, _ADD_BLOBS = Prepared(insert(works)), Prepared(insert(blobs))
_THREE = ("first", "second", "third")  # files at most; a list of any length is put together anew
_KNOWN_BLOBS = Prepared(
    select(blobs.c.key).where(or_(*(blobs.c.key == bindparam(at) for at in _THREE)))
)

Then = Callable[[Connection, list[Kept]], None]


@dataclass(frozen=True)
class AccessionOptions:
    """How pictures come in.

    Attributes:
        limits: what a picture from elsewhere may ask for.
        privacy: how much the file of a made picture tells about how it was made.
    """

    limits: DecodeLimits = field(default=DecodeLimits())
    privacy: Privacy = "full"


class Accession:
    """Takes pictures into the catalogue.

    Args:
        database: where the rows are kept.
        store: where the bytes are kept.
        clock: tells the time, UTC.
        options: how pictures come in.
    """

    def __init__(
        self,
        database: Database,
        store: BlobStore,
        clock: Callable[[], datetime],
        options: AccessionOptions,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._options = options
        self._old = OldFiles(database, store)

    def accept_painting(
        self,
        picture: Picture,
        *,
        title: str,
        creator: str,
        provenance: Provenance,
        rights: Rights,
        recipe: Recipe,
        standing: Standing = "take",
    ) -> Work:
        """Keep a picture that was made here, as a PNG with its recipe inside.

        The same picture under the same identifier is taken in once.

        Args:
            picture: its pixels.
            title: what it is called.
            creator: the painter.
            provenance: with an identifier of its own.
            rights: whose it is.
            recipe: how it was made; its `pixels`, and its `made_at` where it is "", are filled in.
            standing: a round's take, or kept at once.

        Raises:
            InputError: another picture has that identifier.
            StorageError: the disk would not keep it; the catalogue is as before.
        """
        recipe = self._complete(recipe, picture.pixels_sha256)
        developed = marked(picture.once(develop_picture), self._marks(recipe))
        arrival = Arrival(developed, provenance, title, creator, rights, standing, recipe)
        # It is seldom here already, so nobody asks before its files are written.
        kept = self._keep([arrival])
        picture.forget(develop_picture)  # the pixels live on with the critic; the files are kept
        return _admitted(kept)

    def accept_bytes(
        self,
        data: bytes,
        *,
        name: str,
        title: str = "",
        creator: str = "",
        provenance: Provenance,
        rights: Rights,
        standing: Standing = "kept",
    ) -> Work:
        """Keep a picture file from elsewhere, to the byte as it came.

        What is there already is not taken in again: the same pixels under the same identifier,
        or, without an identifier, the same bytes of the same origin.

        Args:
            data: the whole file.
            name: what it was called, for errors and as the title where there is none.
            title: "" for the name without its suffix.
            creator: the artist, "" for unknown.
            provenance: where it came from.
            rights: whose it is.
            standing: kept, or a take beside a kept one.

        Raises:
            PictureError: it is no picture that we accept.
            InputError: another picture has that identifier.
            StorageError: the disk would not keep it; the catalogue is as before.
        """
        decoded = decode(data, self._options.limits, name)
        known = self._known(provenance, decoded.picture.pixels_sha256, sha256(data).hexdigest())
        if known is not None:
            return known
        developed = develop_decoded(data, decoded)
        called = title or PurePath(name).stem
        return _admitted(
            self._keep([Arrival(developed, provenance, called, creator, rights, standing)])
        )

    def keep(self, arrival: Arrival) -> Work:
        """Keep a picture that was developed already, here or in another process.

        What is there already is not taken in again: the same pixels under the same identifier,
        or, without an identifier, the same bytes of the same origin.

        Raises:
            InputError: another picture has that identifier.
            StorageError: the disk would not keep it; the catalogue is as before.
        """
        return _admitted(self.keep_many([arrival]))

    def keep_many(self, arrivals: Sequence[Arrival], then: Then | None = None) -> list[Kept]:
        """Keep many developed pictures in one transaction: all files first, then all rows.

        Args:
            arrivals: what stands at the door.
            then: called with what became of each, in the same transaction: what it writes is
                kept with the works or not at all.

        Returns:
            What became of each, in their order; one that is refused harms no other.

        Raises:
            StorageError: the disk would not keep them; the catalogue is as before.
        """
        with self._database.read() as connection:
            settled = [looked_up(connection, arrival).kept for arrival in arrivals]
        if then is None and all(settled):
            return [kept for kept in settled if kept is not None]
        return self._keep(arrivals, settled, then)

    def seal(
        self,
        work: Work,
        recipe: Recipe,
        *,
        title: str | None = None,
        standing: Standing = "kept",
        then: Callable[[Connection], None] | None = None,
    ) -> Work:
        """Write the final recipe into the file of a made work, and say where the work seen.

        The old file is there until the row names the new one. To seal once more with the same
        recipe changes nothing.

        Args:
            work: a work that was made here.
            recipe: with its evaluation; `pixels` and `made_at` stay those of the work.
            title: a new one, None for the one it has.
            standing: a new one.
            then: called in the same transaction. The old file then waits with others: whoever
                seals many calls `let_go_old` at the end.

        Raises:
            UnknownItem: the catalogue has no such work.
            DamageError: the stored file is missing or is not what was kept.
            StorageError: the disk would not keep it; the work is as before.
        """
        row = self._row(work.id)
        current = work_of(row)
        earlier = from_json(Recipe, row["recipe"]).made_at if row["recipe"] else ""
        recipe = self._complete(
            replace(recipe, made_at=earlier or recipe.made_at), current.fingerprint.pixels
        )
        part = BlobPart("blob", remarked(self._store, current, self._marks(recipe)), "image/png")
        key = self._store.put(part.data, part.media_type)
        values = recipe_values(recipe) | {
            "blob": key,
            "data_sha256": key.rpartition("/")[2],
            "size_bytes": len(part.data),
            "media_type": part.media_type,
            "title": current.title if title is None else title,
            "standing": standing,
        }
        with self._database.write() as connection:
            self._name_blobs(connection, {key: part})
            if not _CHANGE_WORK.change(connection, values | {"number": work.id}):
                raise _unknown(work.id)
            if then is not None:
                then(connection)
        if key != current.blob:
            self._old.add(current.blob)
        if then is None:
            self.let_go_old()
        return replace(
            current,
            blob=key,
            fingerprint=replace(current.fingerprint, data=values["data_sha256"]),
            size_bytes=len(part.data),
            media_type=part.media_type,
            title=values["title"],
            standing=standing,
        )

    def let_go_old(self) -> None:
        """Remove the files that sealing has replaced."""
        self._old.let_go()

    def _known(self, provenance: Provenance, pixels: str, data: str) -> Work | None:
        with self._database.read() as connection:
            return same(connection, provenance, pixels, data)

    def _complete(self, recipe: Recipe, pixels: str) -> Recipe:
        made_at = recipe.made_at or self._clock().isoformat(timespec="seconds")
        return replace(recipe, pixels=pixels, made_at=made_at)

    def _marks(self, recipe: Recipe) -> Marks:
        return marks_for(recipe, self._options.privacy)

    def _keep(
        self,
        arrivals: Sequence[Arrival],
        settled: Sequence[Kept | None] = (None,),
        then: Then | None = None,
    ) -> list[Kept]:
        """Write files and rows of those that are not settled yet."""
        stored = [
            None if known else self._stored(arrival)
            for arrival, known in zip(arrivals, settled, strict=True)
        ]
        with self._database.write() as connection:
            became = [
                known or self._entered(connection, arrival, files or {})
                for arrival, known, files in zip(arrivals, settled, stored, strict=True)
            ]
            if then is not None:
                then(connection, became)
        unneeded = list(_unneeded(stored, became))
        if unneeded:  # else what sealing has replaced would go one by one, and not together
            self._old.let_go(unneeded)
        return became

    def _stored(self, arrival: Arrival) -> dict[str, tuple[str, BlobPart]]:
        """Write a picture's files; their keys by the column that names them."""
        stored: dict[str, tuple[str, BlobPart]] = {}
        before: tuple[str, BlobPart] | None = None
        for part in blob_parts(arrival):
            # The thumbnails of a small picture are one and the same file.
            if before is None or before[1].data != part.data:
                before = (self._store.put(part.data, part.media_type), part)
            stored[part.column] = before
        return stored

    def _entered(
        self, connection: Connection, arrival: Arrival, files: dict[str, tuple[str, BlobPart]]
    ) -> Kept:
        seen = looked_up(connection, arrival)
        if seen.kept is not None:
            return seen.kept
        self._name_blobs(connection, dict(files.values()))
        keys = {column: key for column, (key, _) in files.items()}
        if seen.half is not None:
            return self._completed(connection, seen.half, arrival, keys)
        row = work_row(arrival) | keys
        row |= {"added_at": self._clock(), "favourite": False}
        if arrival.supersedes is not None:
            is_old = works.c.id == arrival.supersedes
            connection.execute(update(works).where(is_old).values(standing="take"))
        number = _ADD_WORK.add(connection, row)
        return Kept(work_of(row | {"id": number}), is_new=True)

    def _completed(
        self, connection: Connection, half: Work, arrival: Arrival, keys: dict[str, str]
    ) -> Kept:
        """Give a work that had thumbnails or a record alone what it lacked, and its rights."""
        is_it = works.c.id == half.id
        values = work_row(arrival) if half.standing == "record" else {}
        values |= origin_values(arrival.provenance, arrival.rights)
        connection.execute(update(works).where(is_it).values(values | keys))
        row = connection.execute(select(*WORK_COLUMNS).where(is_it)).mappings().one()
        return Kept(work_of(row), is_new=False)

    def _name_blobs(self, connection: Connection, parts: dict[str, BlobPart]) -> None:
        """Give every blob its row, and make sure that it is there.

        Bytes that were there already may have been let go by somebody else since; that is done
        under the writer's lock, which is ours now.
        """
        for key, part in parts.items():
            if not self._store.has(key):
                self._store.put(part.data, part.media_type)
        asked = dict(zip(_THREE, cycle(parts), strict=False))
        known = {row["key"] for row in _KNOWN_BLOBS.rows(connection, asked)} if asked else set()
        now = self._clock()
        fresh = [
            {
                "key": key,
                "size_bytes": len(part.data),
                "media_type": part.media_type,
                "added_at": now,
            }
            for key, part in parts.items()
            if key not in known
        ]
        if fresh:
            _ADD_BLOBS.add_all(connection, fresh)

    def _row(self, work_id: int) -> Any:
        with self._database.read() as connection:
            rows = _WORK.rows(connection, {"number": work_id})
        if not rows:
            raise _unknown(work_id)
        return rows[0]


def _unneeded(
    stored: Iterable[dict[str, tuple[str, BlobPart]] | None], became: Iterable[Kept]
) -> Iterator[str]:
    """Files of arrivals that were here already when their turn came, or came twice at once."""
    for files, kept in zip(stored, became, strict=True):
        if files and not kept.is_new:
            work = kept.work
            used = {work.blob, *(key for _, key in work.thumbnails)} if work is not None else set()
            yield from {key for key, _ in files.values()} - used


def _unknown(work_id: int) -> UnknownItem:
    return UnknownItem(
        f"There is no work number {work_id} in the catalogue.",
        "Find one with: gesso search",
    )


def _admitted(kept: Sequence[Kept]) -> Work:
    """The one work that was kept.

    Raises:
        InputError: it was refused.
    """
    (one,) = kept
    if one.work is None:
        raise one.refused or ValueError("what is not refused is kept")
    return one.work

"""The one door in: bytes or a picture become a work, whole or not at all.

The blob is on the disk first, then its thumbnails, then one row in one transaction. What a crash
leaves between them is a file that no row names, never a row whose file is missing.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from gesso.core.catalogue.blobs.blob import BlobStore, key_of
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.rows import (
    WORK_COLUMNS,
    is_from,
    look_values,
    origin_values,
    recipe_values,
    work_of,
)
from gesso.core.catalogue.store.tables import blobs, works
from gesso.core.errors import DamageError, InputError, StudioError, UnknownItem
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.derived.fingerprint import fingerprint
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.derived.thumbhash import thumbhash
from gesso.core.pixels.derived.thumbnails import make_thumbnails
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.write import Privacy, marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import from_json
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Standing, Work

log = logging.getLogger(__name__)

OWN_FILES = DecodeLimits(max_bytes=4 << 30, max_pixels=178_000_000)
"""For files that are in the catalogue already: they were let in once."""


@dataclass(frozen=True)
class AccessionOptions:
    """How pictures come in.

    Attributes:
        limits: what a picture from elsewhere may ask for.
        privacy: how much the file of a made picture tells about how it was made.
    """

    limits: DecodeLimits = field(default=DecodeLimits())
    privacy: Privacy = "full"


@dataclass(frozen=True)
class _Blob:
    """Bytes that a work stands on, and the column that names them."""

    column: str
    data: bytes
    media_type: str


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
        known = self._known(provenance, picture.pixels_sha256, "")
        if known is not None:
            return known
        recipe = self._complete(recipe, picture.pixels_sha256)
        data = encode(picture, marks=marks_for(recipe, self._options.privacy))
        row = origin_values(provenance, rights) | recipe_values(recipe)
        row |= {"title": title, "creator": creator, "standing": standing}
        return self._keep(_Blob("blob", data, "image/png"), picture, provenance, row)

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
        row = origin_values(provenance, rights)
        row |= {"title": title or PurePath(name).stem, "creator": creator, "standing": standing}
        return self._keep(_Blob("blob", data, decoded.media_type), decoded.picture, provenance, row)

    def seal(
        self,
        work: Work,
        recipe: Recipe,
        *,
        picture: Picture | None = None,
        title: str | None = None,
        standing: Standing = "kept",
    ) -> Work:
        """Write the final recipe into the file of a made work, and say where the work stands.

        The old file is there until the row names the new one. To seal once more with the same
        recipe changes nothing.

        Args:
            work: a work that was made here.
            recipe: with its evaluation; `pixels` and `made_at` stay those of the work.
            picture: the work's pixels, where the caller has them at hand; None to read them.
            title: a new one, None for the one it has.
            standing: a new one.

        Raises:
            UnknownItem: the catalogue has no such work.
            DamageError: the stored file is missing or is not what was kept.
            StorageError: the disk would not keep it; the work is as before.
        """
        row = self._row(work.id)
        current = work_of(row)
        if picture is None or picture.pixels_sha256 != current.fingerprint.pixels:
            picture = picture_of(self._store, current)
        earlier = from_json(Recipe, row["recipe"]).made_at if row["recipe"] else ""
        recipe = self._complete(
            replace(recipe, made_at=earlier or recipe.made_at), picture.pixels_sha256
        )
        data = encode(picture, marks=marks_for(recipe, self._options.privacy))
        blob = _Blob("blob", data, "image/png")
        key = self._store.put(data, blob.media_type)
        values = recipe_values(recipe) | {
            "blob": key,
            "data_sha256": key.rpartition("/")[2],
            "size_bytes": len(data),
            "media_type": blob.media_type,
            "title": current.title if title is None else title,
            "standing": standing,
        }
        # The old file is let go of below: only once no power cut can bring its row back.
        with self._database.write(durable=True) as connection:
            self._name_blobs(connection, {key: blob})
            is_it = works.c.id == work.id
            old = connection.scalar(select(works.c.blob).where(is_it))
            connection.execute(update(works).where(is_it).values(values))
            sealed = connection.execute(select(*WORK_COLUMNS).where(is_it)).mappings().one()
        if old is not None and old != key:
            self._let_go(old)
        return work_of(sealed)

    def _known(self, provenance: Provenance, pixels: str, data: str) -> Work | None:
        with self._database.read() as connection:
            return _same(connection, provenance, pixels, data)

    def _complete(self, recipe: Recipe, pixels: str) -> Recipe:
        made_at = recipe.made_at or self._clock().isoformat(timespec="seconds")
        return replace(recipe, pixels=pixels, made_at=made_at)

    def _keep(
        self, original: _Blob, picture: Picture, provenance: Provenance, row: dict[str, Any]
    ) -> Work:
        prints = fingerprint(original.data, picture)
        look = look_values(prints, base64.b64encode(thumbhash(picture)).decode(), swatches(picture))
        thumbnails = [
            _Blob(f"thumb_{thumbnail.side}", thumbnail.data, thumbnail.media_type)
            for thumbnail in make_thumbnails(picture)
        ]
        parts = [original, *thumbnails]
        # The thumbnails of a small picture are one and the same file.
        unlike = {key_of(part.data): part for part in parts}
        for part in unlike.values():
            self._store.put(part.data, part.media_type)
        row |= look | {part.column: key_of(part.data) for part in parts}
        row |= {
            "width": picture.width,
            "height": picture.height,
            "media_type": original.media_type,
            "size_bytes": len(original.data),
            "added_at": self._clock(),
        }
        with self._database.write() as connection:
            known = _same(connection, provenance, prints.pixels, prints.data)
            if known is not None:
                return known
            self._name_blobs(connection, unlike)
            (number,) = connection.execute(insert(works), row).inserted_primary_key or (0,)
            wanted = select(*WORK_COLUMNS).where(works.c.id == number)
            return work_of(connection.execute(wanted).mappings().one())

    def _name_blobs(self, connection: Connection, parts: dict[str, _Blob]) -> None:
        """Give every blob its row, and make sure that it is there.

        Bytes that were there already may have been let go by somebody else since; that is done
        under the writer's lock, which is ours now.
        """
        for key, part in parts.items():
            if not self._store.has(key):
                self._store.put(part.data, part.media_type)
        known = set(connection.scalars(select(blobs.c.key).where(blobs.c.key.in_(list(parts)))))
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
            connection.execute(insert(blobs), fresh)

    def _let_go(self, key: str) -> None:
        """Remove a blob that no work names any more; one that stays by a failure harms nobody."""
        named = or_(works.c.blob == key, works.c.thumb_512 == key, works.c.thumb_256 == key)
        try:
            with self._database.write() as connection:
                if connection.execute(select(works.c.id).where(named).limit(1)).first() is None:
                    connection.execute(delete(blobs).where(blobs.c.key == key))
                    self._store.delete(key)
        except StudioError as error:
            log.warning("a file that no work needs any more stays: %s", error)

    def _row(self, work_id: int) -> Any:
        wanted = select(*WORK_COLUMNS, works.c.recipe).where(works.c.id == work_id)
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None:
            raise UnknownItem(f"There is no work number {work_id} in the catalogue.")
        return row


def picture_of(store: BlobStore, work: Work) -> Picture:
    """The pixels of a work, from a file that is held against its hash.

    Raises:
        DamageError: the file is missing or is not what was kept.
        StorageError: the disk would not read it.
    """
    data = store.get(work.blob)
    if key_of(data) != work.blob:
        raise _damaged(work, "its bytes are not those that were kept")
    try:
        return decode(data, OWN_FILES, f"work {work.id}").picture
    except InputError as error:
        raise _damaged(work, str(error)) from error


def _damaged(work: Work, how: str) -> DamageError:
    return DamageError(
        f"The stored file of work {work.id} ({work.blob}) is damaged: {how.rstrip('.')}.",
        "Put it back from a copy of the studio; find all such files with: gesso check --read-data",
    )


def _same(connection: Connection, provenance: Provenance, pixels: str, data: str) -> Work | None:
    """The work that this would be again, None for a new one.

    Bytes count as well as pixels: another version of a decoder may see a JPEG a little
    differently.
    """
    is_it = is_from(provenance)
    if not provenance.identifier:
        is_it = (works.c.data_sha256 == data) & (works.c.origin == provenance.origin)
    wanted = select(*WORK_COLUMNS).where(is_it).order_by(works.c.id).limit(1)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    work = work_of(row)
    if pixels != work.fingerprint.pixels and data != work.fingerprint.data:
        raise InputError(
            f"'{provenance.source}' has another picture called '{provenance.identifier}' "
            f"already (work {work.id}).",
            "Give this one an identifier of its own.",
        )
    return work

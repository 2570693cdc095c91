"""What can be made again is: thumbnails that are lost or damaged, from their originals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from gesso.core.catalogue.blobs.blob import key_of
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.rows import WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import blobs, works
from gesso.core.catalogue.works.originals import original_key
from gesso.core.errors import DamageError, UnknownItem
from gesso.core.pixels.derived.thumbnails import Thumbnail, make_thumbnails
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work

_BATCH = 500


@dataclass(frozen=True)
class Repair:
    """What was made again.

    Attributes:
        works: numbers of the works whose thumbnails were.
        lost: of those whose thumbnails could not be: their originals are not here, or are
            damaged themselves.
    """

    works: tuple[int, ...]
    lost: tuple[int, ...]


def repair(catalogue: Catalogue, *, read_data: bool = False) -> Repair:
    """Make lost and damaged thumbnails again from their originals; originals are only read.

    Args:
        catalogue: what to repair; it may be in use meanwhile.
        read_data: hold the bytes of every thumbnail against its hash, not only its size.

    Raises:
        StorageError: the disk would not read or keep them.
    """
    made, lost = [], []
    for work, sizes in _with_thumbnails(catalogue):
        wrong = [
            key
            for _, key in work.thumbnails
            if not _is_whole(catalogue, key, sizes.get(key), reads=read_data)
        ]
        if not wrong:
            continue
        try:
            thumbnails = make_thumbnails(_original(catalogue, work))
        except (DamageError, UnknownItem):
            lost.append(work.id)
        else:
            _keep(catalogue, work, wrong, thumbnails)
            made.append(work.id)
    return Repair(tuple(made), tuple(lost))


def _with_thumbnails(catalogue: Catalogue) -> Iterator[tuple[Work, dict[str, int]]]:
    """All works that have thumbnails, with the sizes that these should have, in small bites."""
    last = 0
    has_one = works.c.thumb_512.is_not(None) | works.c.thumb_256.is_not(None)
    while True:
        wanted = select(*WORK_COLUMNS).where(works.c.id > last, has_one)
        with catalogue.database.read() as connection:
            rows = connection.execute(wanted.order_by(works.c.id).limit(_BATCH)).mappings().all()
            found = [work_of(row) for row in rows]
            keys = {key for work in found for _, key in work.thumbnails}
            asked = select(blobs.c.key, blobs.c.size_bytes).where(blobs.c.key.in_(keys))
            sizes = {row[0]: row[1] for row in connection.execute(asked)}
        if not found:
            return
        for work in found:
            yield work, sizes
        last = found[-1].id


def _is_whole(catalogue: Catalogue, key: str, size: int | None, *, reads: bool) -> bool:
    if catalogue.blobs.size(key) != size:
        return False
    return not reads or key_of(catalogue.blobs.get(key)) == key


def _original(catalogue: Catalogue, work: Work) -> Picture:
    original_key(work)  # of a work without one the picture would be a thumbnail
    return catalogue.picture(work)


def _keep(
    catalogue: Catalogue, work: Work, wrong: list[str], thumbnails: tuple[Thumbnail, ...]
) -> None:
    now = datetime.now(UTC)
    with catalogue.database.write() as connection:
        for key in wrong:
            # Bytes of the right length would pass for those that were kept. An original that is
            # the same file stays, whatever is wrong with it.
            if not _is_original(connection, key):
                catalogue.blobs.delete(key)
        columns = {}
        for thumbnail in thumbnails:
            key = catalogue.blobs.put(thumbnail.data, thumbnail.media_type)
            columns[f"thumb_{thumbnail.side}"] = key
            if connection.scalar(select(blobs.c.key).where(blobs.c.key == key)) is None:
                row = {"key": key, "size_bytes": len(thumbnail.data)}
                row |= {"media_type": thumbnail.media_type, "added_at": now}
                connection.execute(insert(blobs), row)
        connection.execute(update(works).where(works.c.id == work.id).values(columns))


def _is_original(connection: Connection, key: str) -> bool:
    return connection.scalar(select(works.c.id).where(works.c.blob == key).limit(1)) is not None

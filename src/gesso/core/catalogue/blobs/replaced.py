"""Files that a newer one has replaced: let go of once no power cut can bring their rows back."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from threading import Lock

from sqlalchemy import Connection, delete, select, union

from gesso.core.catalogue.blobs.blob import BlobStore
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import blobs, tracks, works
from gesso.core.errors import StudioError

log = logging.getLogger(__name__)

_AT_ONCE = 32
"""So many wait at most: each costs a picture's room on the disk, and going together they share
the two transactions and the fsync that letting go takes."""


class OldFiles:
    """The files that wait to be let go of; a process that dies leaves them as orphans.

    Args:
        database: whose rows name files.
        store: where the files are.
    """

    def __init__(self, database: Database, store: BlobStore) -> None:
        self._database = database
        self._store = store
        self._lock = Lock()
        self._waiting: list[str] = []

    def add(self, key: str) -> None:
        """Let a file go with the next ones; only after the row that replaces it is committed."""
        with self._lock:
            self._waiting.append(key)
            are_many = len(self._waiting) >= _AT_ONCE
        if are_many:
            self.let_go()

    def let_go(self, keys: Iterable[str] = ()) -> None:
        """Remove all that wait, and `keys`; those that a row still names stay.

        One that stays by a failure harms nobody.
        """
        with self._lock:
            old, self._waiting = [*self._waiting, *keys], []
        if not old:
            return
        try:
            # Their rows go first, and with them onto the disk all that was committed before.
            with self._database.write(durable=True) as connection:
                unnamed = _unnamed(connection, old)
                connection.execute(delete(blobs).where(blobs.c.key.in_(unnamed)))
            # Under the writer's lock, where somebody who keeps the same bytes looks for them.
            with self._database.write() as connection:
                for key in _unnamed(connection, unnamed):
                    self._store.delete(key)
        except StudioError as error:
            log.warning("files that no work needs any more stay: %s", error)


def _unnamed(connection: Connection, keys: list[str]) -> list[str]:
    columns = (works.c.blob, works.c.thumb_512, works.c.thumb_256, tracks.c.blob)
    named = union(*(select(column).where(column.in_(keys)) for column in columns))
    known = set(connection.scalars(named))
    return [key for key in keys if key not in known]

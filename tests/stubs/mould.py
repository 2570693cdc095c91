"""New studios out of one mould: an empty file gets the pages that the first one was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from threading import Lock

from sqlalchemy import inspect

from gesso.core.catalogue.store.database import Database

_PATIENCE_S = 30.0


class Mould:
    """Brings databases up to date; an empty file gets in 2 ms what its tables take 15 for.

    The first empty file is brought up to date as any is, and every page of it is kept. One after
    another is cast, so that two threads may make one studio; what is about two processes that do
    so makes it in two processes, which know no mould.

    Args:
        upgrade: what brings a database up to date.
    """

    def __init__(self, upgrade: Callable[[Database], None]) -> None:
        self._upgrade = upgrade
        self._turn = Lock()
        self._pages: sqlite3.Connection | None = None

    def __call__(self, database: Database) -> None:
        """Bring a database up to date."""
        with self._turn:
            if database.is_server or not _is_empty(database):
                self._upgrade(database)
            elif self._pages is None:
                self._upgrade(database)
                self._pages = _pages_of(database)
            else:
                with closing(sqlite3.connect(database.path, timeout=_PATIENCE_S)) as file:
                    self._pages.backup(file)

    def close(self) -> None:
        """Let go of the pages."""
        if self._pages is not None:
            self._pages.close()


def _pages_of(database: Database) -> sqlite3.Connection:
    pages = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(database.path)) as file:
        file.backup(pages)
    return pages


def _is_empty(database: Database) -> bool:
    with database.read() as connection:
        return not inspect(connection).get_table_names()

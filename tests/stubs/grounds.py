"""What the catalogues of a test stand on: a file in the studio, or a database of a real server."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.stubs.postgres_server import PostgresServer, postgres_server

from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.databases import open_database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations.history import upgrade

PLAIN = CatalogueOptions()


class FileGround:
    """Every studio has its database in its folder."""

    is_server = False

    def url(self, folder: Path) -> str:
        """Of the database of the studio in a folder, "" for a file."""
        return ""

    def options(self, folder: Path, options: CatalogueOptions = PLAIN) -> CatalogueOptions:
        """The options with which that studio is opened."""
        return replace(options, url=self.url(folder))

    def open(
        self, folder: Path, *, options: CatalogueOptions = PLAIN, **settings: Any
    ) -> Catalogue:
        """Open the studio in a folder."""
        return Catalogue.open(folder, options=self.options(folder, options), **settings)

    @contextmanager
    def database(self, folder: Path, disk: Disk | None = None) -> Iterator[Database]:
        """The database of the studio in a folder, past the studio."""
        database = open_database(folder / "gesso.db", self.url(folder), disk or Disk(), 5.0)
        try:
            yield database
        finally:
            database.close()

    def close(self) -> None:
        """Remove what will not go with the folders."""


class PostgresGround(FileGround):
    """Every studio has a database of its own on the server, made when it is first opened."""

    is_server = True

    def __init__(self, *, empty: bool = False) -> None:
        self._server = postgres_server()
        self._template = "template0" if empty else _furnished(self._server)
        self._names: dict[Path, str] = {}

    def url(self, folder: Path) -> str:
        """Of the database of the studio in a folder."""
        if folder not in self._names:
            self._names[folder] = self._server.new_database(self._template)
        return self._server.url(self._names[folder])

    def close(self) -> None:
        """Remove the databases."""
        for name in self._names.values():
            self._server.drop(name)


GROUNDS = {"file": FileGround, "postgres": PostgresGround}


@functools.cache
def _furnished(server: PostgresServer) -> str:
    """A database with all tables, from which others are copied: quicker than the whole history."""
    name = server.new_database()
    database = open_database(Path(), server.url(name), Disk(), 5.0)
    upgrade(database)
    database.close()
    return name

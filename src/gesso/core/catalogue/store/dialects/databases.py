"""Which databases a catalogue may stand on: a file in the studio, or a server by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import SettingsError
from gesso.core.registry import Entry, Registry

FORM = "Write it as postgresql://HOST/DATABASE, its user and password before the host."
"""Without an @: what looks like a login is hidden wherever errors are told."""


class ServerMaker(Protocol):
    """How the catalogue reaches a database that is a server's."""

    def __call__(
        self, url: str, disk: Disk, busy_timeout_s: float = 5.0, *, read_only: bool = False
    ) -> Database:
        """Reach it."""
        ...


SERVERS: Registry[ServerMaker] = Registry(
    "database server",
    "servers",
    {
        "postgresql": Entry(
            "gesso.core.catalogue.store.dialects.server",
            "ServerDatabase",
            extra="postgres",
            summary="a database of a Postgres server",
        ),
    },
)


def open_database(
    path: Path, url: str, disk: Disk, busy_timeout_s: float, *, read_only: bool = False
) -> Database:
    """Open the database of a catalogue.

    Args:
        path: of the file, for a catalogue that stands on one.
        url: of the server, "" for the file.
        disk: what commits go through.
        busy_timeout_s: how long a writer waits for another before it gives up.
        read_only: only look at it.

    Raises:
        SettingsError: the URL cannot be used, or its extra is not installed.
        StudioError: by the cause.
    """
    if not url:
        return Database(path, disk, busy_timeout_s, read_only=read_only)
    scheme, colon, _ = url.partition("://")
    if not colon:
        raise SettingsError(
            "[catalogue] url is no address of a database.",
            FORM,
        )
    name = scheme.partition("+")[0]
    return SERVERS.open(name)(url, disk, busy_timeout_s, read_only=read_only)

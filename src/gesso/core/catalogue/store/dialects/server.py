"""The catalogue on a Postgres server: the same promises as the file, kept by other means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors as postgres_errors
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects import postgres
from gesso.core.catalogue.store.dialects.copying import copy_into_file
from gesso.core.catalogue.store.dialects.databases import FORM
from gesso.core.catalogue.store.dialects.turn import Turn
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import DamageError, SettingsError, StorageError, StudioBusy, UnknownItem

_OLDEST = 130000
"""The server's number: 13 is the first that normalizes Unicode."""
_TURN = 0x6765_7373_6F  # "gesso"; the lock that writers hold, one for each schema
_READERS = 8
_LAST = 2**31 - 1
"""Of an INTEGER: what works, sets, calls are numbered by."""
_BY_CODEPOINT = ("C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic", "pg_c_utf8")


class _WithoutNul(StrDumperUnknown):
    """Text as Postgres takes it: it knows no sign number 0, and one that stands for it is put."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


class ServerDatabase(Database):
    """One database of a Postgres server.

    Writers wait for each other at a lock of the database, as they do at the file; readers see the
    state of one moment and wait for nobody.

    Args:
        url: postgresql://USER:PASSWORD@HOST/DATABASE.
        disk: what commits go through.
        busy_timeout_s: how long a writer waits for another before it gives up.
        read_only: only look at it.

    Raises:
        SettingsError: the URL cannot be used, or the server's version or order of text.
        StudioError: by the cause.
    """

    is_server = True

    def __init__(
        self, url: str, disk: Disk, busy_timeout_s: float = 5.0, *, read_only: bool = False
    ) -> None:
        self._url = _checked(url)
        self.path = Path(self._url.database or "")
        self.read_only = read_only
        self._disk = disk
        self._busy_timeout_s = busy_timeout_s
        self._turn = Turn()
        self._writer = self._engine_of(1, "READ COMMITTED", read_only=False)
        self._readers = self._engine_of(_READERS, "REPEATABLE READ", read_only=True)
        try:
            with self.read() as connection:
                _refuse_unfit(connection, self.name)
        except BaseException:
            self._dispose()
            raise

    @property
    def name(self) -> str:
        """Where it is, without a user or a password."""
        told = self._url.difference_update_query(("user", "password", "passfile"))
        plain = told._replace(drivername="postgresql", username=None, password=None)
        return plain.render_as_string()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one transaction; nothing can be written through this connection."""
        try:
            with self._readers.connect() as connection:
                yield connection
        except (DBAPIError, psycopg.Error) as error:
            raise self._ours(error) from error

    @contextmanager
    def write(
        self,
        *,
        durable: bool = False,
        linked: bool = True,  # noqa: ARG002 - tables are altered here, never made anew
        ahead: bool = False,
    ) -> Iterator[Connection]:
        """Write in one transaction: all of the block, or with any exception nothing of it."""
        if self.read_only:
            raise StorageError(
                f"Could not write to {self.name}: it is read-only.", "Open it for writing."
            )
        if not self._turn.take(self._busy_timeout_s, ahead=ahead):
            raise self._busy()
        try:
            with self._writer.connect() as connection:
                transaction = connection.begin()
                self._take_turn(connection, durable=durable)
                yield connection
                self._disk.commit(transaction)
                self._turn.through += 1
        except (DBAPIError, psycopg.Error) as error:
            raise self._ours(error) from error
        finally:
            self._turn.give_back()

    def ranked(
        self, connection: Connection, terms: Sequence[str], most: int
    ) -> list[tuple[int, float]]:
        """Works with all these words: (number, rank), of the newest matches so many, unordered."""
        return postgres.ranked(connection, terms, most)

    def matching(
        self,
        connection: Connection,
        groups: Sequence[Sequence[str]],
        columns: Sequence[str] = (),
        *,
        most: int,
        before: int | None = None,
        within: Sequence[int] | None = None,
    ) -> list[int]:
        """Numbers of works in which every group has a phrase that occurs, newest first."""
        return postgres.matching(
            connection, groups, columns, most=most, before=before, within=within
        )

    @contextmanager
    def claimed(self, name: str) -> Iterator[bool]:
        """Hold a name among all machines that share this database; whether nobody else does.

        The server lets go of it when this machine dies or its line to the server breaks.
        """
        try:
            with self._readers.connect() as pooled:
                # Outside of a transaction: one that stays open for hours keeps old rows alive.
                connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
                is_ours = bool(connection.scalar(postgres.CLAIM, {"name": name}))
                try:
                    yield is_ours
                finally:
                    if is_ours:
                        self._let_go(connection, name)
        except (DBAPIError, psycopg.Error) as error:
            raise self._ours(error) from error

    def is_claimed(self, name: str) -> bool:
        """Whether any machine holds a name at this moment."""
        with self.read() as connection:
            return bool(connection.scalar(postgres.IS_CLAIMED, {"name": name}))

    def _let_go(self, connection: Connection, name: str) -> None:
        try:
            connection.execute(postgres.LET_GO, {"name": name})
        except DBAPIError:
            connection.invalidate()  # the line is broken: the server has let go of it itself

    def faults(self, connection: Connection) -> list[str]:
        """What the database itself finds wrong with it, a sentence each."""
        return postgres.faults(connection)

    def copy_to(self, path: Path) -> None:
        """Write the state of one moment into a new SQLite file: the form that backups have."""
        with self.read() as connection:
            copy_into_file(connection, path)

    def close(self) -> None:
        """Let go of the server."""
        self._dispose()

    def _take_turn(self, connection: Connection, *, durable: bool) -> None:
        """Wait for the other writers, of this machine and of others, but not for ever."""
        wait_ms = max(1, round(self._busy_timeout_s * 1000))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms}")
        how = "on" if durable else "local"
        connection.exec_driver_sql(f"SET LOCAL synchronous_commit = {how}")
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:turn # hashtext(current_schema())::bigint)"),
            {"turn": _TURN},
        )

    def _engine_of(self, size: int, level: Any, *, read_only: bool) -> Engine:
        engine = create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=-1 if read_only else 0,
            pool_pre_ping=True,
            isolation_level=level,
            execution_options={"postgresql_readonly": read_only},
            connect_args={"connect_timeout": max(2, round(self._busy_timeout_s))},
        )

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            connection.adapters.register_dumper(str, _WithoutNul)

        return engine

    def _dispose(self) -> None:
        self._readers.dispose()
        self._writer.dispose()

    def _busy(self) -> StudioBusy:
        return StudioBusy(
            f"Another program has been writing to {self.name} for more than "
            f"{self._busy_timeout_s:g} seconds.",
            "Wait for it to end, or stop it, then run the same command again.",
        )

    def _ours(self, error: Any) -> Exception:
        original = error.orig if isinstance(error, DBAPIError) else error
        line = str(original).strip().partition("\n")[0].rstrip(".")
        if isinstance(original, postgres_errors.LockNotAvailable):
            return self._busy()
        if isinstance(original, postgres_errors.DiskFull | postgres_errors.IoError):
            return self._unwritten(original, line)
        if isinstance(original, postgres_errors.DataCorrupted | postgres_errors.IndexCorrupted):
            return DamageError(f"{self.name} is damaged: {line}.", "Look at the server's log.")
        if isinstance(original, postgres_errors.NumericValueOutOfRange):
            # A file looks for such a number and finds nothing; so does a server, in other words.
            return UnknownItem(
                "There is nothing of so large a number.", f"Numbers end at {_LAST:,} here."
            )
        if isinstance(original, psycopg.OperationalError):
            return StorageError(
                f"Could not use {self.name}: {line}.",
                "Look at the server, the address and the password.",
            )
        return error if isinstance(error, Exception) else RuntimeError(line)

    def _unwritten(self, original: psycopg.Error, line: str) -> StorageError:
        if isinstance(original, postgres_errors.DiskFull):
            return StorageError(
                f"Could not write to {self.name}: the disk is full.",
                "Free some space on the server; nothing that was kept is lost.",
            )
        return StorageError(
            f"Could not write to {self.name}: the disk is failing ({line}).",
            "Look at the server's log and its disk, then run: gesso check",
        )


def _checked(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "[catalogue] url is no address of a database.",
            FORM,
        ) from error
    if found.drivername not in ("postgresql", "postgresql+psycopg"):
        raise SettingsError(
            f"[catalogue] url begins with '{found.drivername}', which is not known here.",
            FORM,
        )
    if not found.database:
        raise SettingsError("[catalogue] url names no database.", FORM)
    return found.set(drivername="postgresql+psycopg")


def _refuse_unfit(connection: Connection, name: str) -> None:
    version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if version < _OLDEST:
        raise SettingsError(
            f"{name} is of version {version // 10000}, and 13 is the first that will do.",
            "Bring the server up to date.",
        )
    row = connection.execute(
        text(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database "
            "WHERE datname = current_database()"
        )
    ).one()
    if row[0] not in _BY_CODEPOINT or row[1] != "UTF8":
        raise SettingsError(
            f"{name} orders text by '{row[0]}' in {row[1]}; gesso needs C in UTF8.",
            "Make it with: createdb --template template0 --locale C --encoding UTF8 NAME",
        )

"""The database: many readers, one writer at a time, every failure in our own words."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gesso.core.catalogue.store.dialects import sqlite
from gesso.core.catalogue.store.dialects.line import Line, driver, end, is_settled, set_pragma
from gesso.core.catalogue.store.dialects.turn import Turn
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import DamageError, GessoError, StorageError, StudioBusy

_IDLE_READERS = 8
# Kilobytes of pages that a connection keeps. What many readers read is in the system's own cache,
# so each needs little of its own, and all of them together stay within 24 MB.
_WRITER_CACHE_KB, _READER_CACHE_KB = 8_000, 2_000


class Database:
    """One SQLite file in WAL mode.

    Writers of this process wait for each other at a lock, writers of other processes at
    `BEGIN IMMEDIATE`; readers wait for nobody and see the state of one moment.

    Args:
        path: the file; it is made when it is missing.
        disk: what commits go through.
        busy_timeout_s: how long a writer waits for another before it gives up.
        read_only: only look at it; its disk may be one that cannot be written.

    Attributes:
        is_server: it is no file of ours but a server's.

    Raises:
        StudioError: by the cause.
    """

    is_server = False

    def __init__(
        self, path: Path, disk: Disk, busy_timeout_s: float = 5.0, *, read_only: bool = False
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._disk = disk
        self._busy_timeout_s = busy_timeout_s
        self._turn = Turn()
        self._uri = self._looking_uri() if read_only else ""
        self._writer = self._engine(is_reading=False)
        self._readers = self._engine(is_reading=True)
        # Kept as they are: a pool would look at each and settle it anew, whenever it is lent.
        self._writing: Connection | None = None
        self._idle: deque[Connection] = deque()
        self._is_closed = False
        if not read_only:
            self._start_wal()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one transaction; nothing can be written through this connection.

        Raises:
            StudioError: StorageError, StudioBusy or DamageError, by the cause.
        """
        connection: Connection | None = None
        try:
            connection = self._reader()
            yield connection
        except (DBAPIError, sqlite3.Error) as error:
            raise self._ours(error) from error
        finally:
            if connection is not None:
                self._keep_reader(connection)

    @contextmanager
    def write(
        self, *, durable: bool = False, linked: bool = True, ahead: bool = False
    ) -> Iterator[Connection]:
        """Write in one transaction: all of the block, or with any exception nothing of it.

        Keep the block short and never open a second one inside: there is one writer. A commit
        survives the death of this process; a power cut may undo the last ones, all of each.

        Args:
            durable: wait until the disk has it, so that a power cut cannot undo it: for what
                lets go of a file afterwards.
            linked: False lets a table be made anew that others point to; whoever does that looks
                after the links himself.
            ahead: go before those of this process who wait: for what holds up a call.

        Raises:
            StudioError: StorageError, StudioBusy or DamageError, by the cause.
        """
        if self.read_only:
            raise self._cannot_write(sqlite3.SQLITE_READONLY)
        if not self._turn.take(self._busy_timeout_s, ahead=ahead):
            raise self._busy()
        try:
            connection = self._writing = self._writing or self._writer.connect()
            set_pragma(connection, "synchronous", "FULL" if durable else "NORMAL")
            set_pragma(connection, "foreign_keys", "ON" if linked else "OFF")
            transaction = connection.begin()
            yield connection
            self._disk.commit(transaction)
            self._turn.through += 1
        except (DBAPIError, sqlite3.Error) as error:
            raise self._ours(error) from error
        finally:
            self._keep_writer()
            self._turn.give_back()

    def copy_to(self, path: Path) -> None:
        """Write the state of one moment into a new file; nobody is kept from writing meanwhile.

        The file is whole when this returns, but not yet safe from a power cut.

        Raises:
            StudioError: StorageError or DamageError, by the cause.
        """
        try:
            # One that is only looked at may lie where not even its journal can be opened.
            uri = self._uri or f"file:{quote(str(self.path))}"
            connection = self._looking(uri)
            try:
                connection.execute("VACUUM INTO ?", (str(path),))
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise self._ours(error) from error

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.path.name

    def ranked(
        self, connection: Connection, terms: Sequence[str], most: int
    ) -> list[tuple[int, float]]:
        """Works with all these words: (number, rank), of the newest matches so many, unordered."""
        return sqlite.ranked(connection, terms, most)

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
        """Numbers of works in which every group has a phrase that occurs, newest first.

        A few matches of a word that a million works share are found as fast as all of a rare one.

        Args:
            connection: a reading one.
            groups: each holds phrases of which one has to occur, words with blanks between them;
                the last word of a phrase that ends with "*" may be the beginning of one.
            columns: only in these, all in the same ones; () for any.
            most: at most so many.
            before: numbers below this one only.
            within: of these works only.
        """
        return sqlite.matching(connection, groups, columns, most=most, before=before, within=within)

    def faults(self, connection: Connection) -> list[str]:
        """What the database itself finds wrong with it, a sentence each."""
        return sqlite.faults(connection)

    @contextmanager
    def claimed(self, name: str) -> Iterator[bool]:  # noqa: ARG002 - a server's to look at
        """Hold a name among all machines that share this database; whether nobody else does.

        A file is of one machine, and its lock files tell enough.

        Raises:
            StudioError: by the cause.
        """
        yield True

    def is_claimed(self, name: str) -> bool:  # noqa: ARG002 - as above
        """Whether any machine holds a name at this moment."""
        return False

    @contextmanager
    def aside(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own that only reads here, and holds up no writer.

        It may write beside: into databases that it attaches for itself.

        Raises:
            StudioError: StorageError, StudioBusy or DamageError, by the cause.
        """
        try:
            uri = self._uri or self._looking_uri()
            with closing(self._looking(uri)) as connection:
                connection.isolation_level = None
                yield connection
        except sqlite3.Error as error:
            raise self._ours(error) from error

    def close(self) -> None:
        """Let go of the file; the planner's statistics are refreshed on the way out."""
        try:
            if not self.read_only:
                with self.write() as connection:
                    connection.exec_driver_sql("PRAGMA optimize")
        except GessoError:
            pass  # a database that is being left may be full, busy or gone: nothing is lost by it
        finally:
            self._is_closed = True
            self._end_idle()
            # Who is still writing closes it at the end.
            if self._turn.take(0.0, ahead=True):
                self._keep_writer()
                self._turn.give_back()

    def _reader(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._readers.connect()

    def _keep_reader(self, connection: Connection) -> None:
        if is_settled(connection) and len(self._idle) < _IDLE_READERS:
            self._idle.append(connection)
        else:
            end(connection)
        if self._is_closed:
            self._end_idle()

    def _end_idle(self) -> None:
        with suppress(IndexError):
            while True:
                end(self._idle.pop())

    def _keep_writer(self) -> None:
        """Undo what was not committed, and keep the connection where that could be done."""
        connection = self._writing
        if connection is not None and (not is_settled(connection) or self._is_closed):
            self._writing = None
            end(connection)

    def _engine(self, *, is_reading: bool) -> Engine:
        engine = create_engine(
            f"sqlite:///{self.path}",
            poolclass=NullPool,
            creator=lambda: sqlite3.connect(
                self._uri or self.path,
                uri=bool(self._uri),
                check_same_thread=False,
                timeout=self._busy_timeout_s,
                factory=Line,
            ),
        )
        begin = "BEGIN" if is_reading else "BEGIN IMMEDIATE"

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            # The driver's own transactions begin too late for DDL and for BEGIN IMMEDIATE.
            connection.isolation_level = None
            for pragma in (
                "foreign_keys=ON",
                "synchronous=NORMAL",
                f"cache_size=-{_READER_CACHE_KB if is_reading else _WRITER_CACHE_KB}",
                f"query_only={'ON' if is_reading else 'OFF'}",
            ):
                connection.execute(f"PRAGMA {pragma}").close()

        @event.listens_for(engine, "begin")
        def _on_begin(connection: Connection) -> None:
            driver(connection).execute(begin).close()

        return engine

    def _looking(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=self._busy_timeout_s)

    def _looking_uri(self) -> str:
        """How to open the file for reading, on a disk that can be written and on one that cannot.

        Readers of a journal share an index of it in a file. Where none is and none can be made,
        a database whose journal is empty can still be read as a file that nobody changes.
        """
        plain = f"file:{quote(str(self.path))}?mode=ro"
        journal = self.path.with_name(f"{self.path.name}-wal")
        try:
            with closing(sqlite3.connect(plain, uri=True)) as connection:
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if journal.exists() and journal.stat().st_size:
                raise self._ours(error) from error
            return f"{plain}&immutable=1"
        except sqlite3.Error as error:
            raise self._ours(error) from error
        return plain

    def _start_wal(self) -> None:
        # Two processes that make one studio at once: changing the journal does not wait for a
        # lock by itself, so it is tried until the other one is through.
        give_up = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                self._switch_to_wal()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > give_up:
                    raise self._ours(error) from error
                time.sleep(0.02)
            except sqlite3.Error as error:
                raise self._ours(error) from error
            else:
                return

    def _switch_to_wal(self) -> None:
        connection = sqlite3.connect(self.path, timeout=self._busy_timeout_s)
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        finally:
            connection.close()

    def _busy(self) -> StudioBusy:
        return StudioBusy(
            f"Another program has been writing to {self.path} for more than "
            f"{self._busy_timeout_s:g} seconds.",
            "Wait for it to end, or stop it, then run the same command again.",
        )

    def _ours(self, error: DBAPIError | sqlite3.Error) -> Exception:
        original = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(original, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return self._busy()
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return DamageError(
                f"The database {self.path} is damaged: {original}.",
                "Put back a copy of it; the pictures themselves lie untouched in blobs/.",
            )
        return self._cannot_write(code) if code in _CAUSES else error

    def _cannot_write(self, code: int) -> StorageError:
        cause, advice = _CAUSES[code]
        return StorageError(f"Could not write to {self.path}: {cause}.", advice)


_CAUSES = {
    sqlite3.SQLITE_FULL: (
        "the disk is full",
        "Free some space and run the same command again; nothing that was kept is lost.",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk is failing (input/output error)",
        "Look at the system's log; copy the studio to a sound disk, then run: gesso check",
    ),
    sqlite3.SQLITE_READONLY: (
        "it is read-only",
        "Give yourself the right to write there, or name another folder with --studio.",
    ),
    sqlite3.SQLITE_PERM: (
        "permission is denied",
        "Give yourself the right to write there, or name another folder with --studio.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened",
        "Look at the rights of that folder, or name another one with --studio.",
    ),
}


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY

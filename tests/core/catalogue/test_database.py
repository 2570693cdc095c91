"""The database's own connections: kept between two turns, and given up with it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import StudioBusy

linux = pytest.mark.skipif(sys.platform != "linux", reason="counts a process's files in /proc")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "notes.db", Disk())
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (line TEXT NOT NULL)")
    yield database
    database.close()


def note(connection: Connection, line: str) -> None:
    connection.exec_driver_sql("INSERT INTO notes VALUES (?)", (line,))


def notes(database: Database) -> list[str]:
    with database.read() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT line FROM notes")]


def opened(database: Database) -> int:
    links = Path("/proc/self/fd").iterdir()
    return sum(link.is_symlink() and link.readlink() == database.path for link in links)


def test_who_reads_again_sees_what_was_written_meanwhile(database: Database) -> None:
    for number in range(5):
        assert len(notes(database)) == number
        with database.write() as connection:
            note(connection, str(number))


def test_a_reading_that_was_left_in_the_middle_holds_nobody_at_its_moment(
    database: Database,
) -> None:
    with database.write() as connection:
        for number in range(100):
            note(connection, str(number))
    with suppress(KeyError), database.read() as connection:
        found = connection.exec_driver_sql("SELECT line FROM notes")
        assert found.fetchone() is not None
        raise KeyError

    with database.write() as connection:
        note(connection, "last")

    assert notes(database)[-1] == "last"


def test_what_was_not_committed_is_not_there_for_the_next_writer(database: Database) -> None:
    with suppress(KeyError), database.write() as connection:
        note(connection, "lost")
        raise KeyError
    with database.write() as connection:
        note(connection, "kept")

    assert notes(database) == ["kept"]


def test_a_writer_whose_undoing_fails_is_replaced(database: Database) -> None:
    with suppress(KeyError), database.write() as connection:
        note(connection, "lost")
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.close()
        raise KeyError

    with database.write() as connection:
        note(connection, "kept")

    assert notes(database) == ["kept"]


def test_a_commit_that_failed_keeps_nobody_from_writing(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE books (id INTEGER PRIMARY KEY)")
        deferred = "book INTEGER REFERENCES books(id) DEFERRABLE INITIALLY DEFERRED"
        connection.exec_driver_sql(f"CREATE TABLE pages ({deferred})")
    page = "INSERT INTO pages VALUES (7)"
    for _ in range(2):
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.exec_driver_sql(page)

    with database.write() as connection:
        note(connection, "kept")

    assert notes(database) == ["kept"]


def test_who_writes_when_it_is_busy_may_write_when_it_is_not(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.db", Disk(), busy_timeout_s=0.05)
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("CREATE TABLE notes (line TEXT NOT NULL)")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StudioBusy), database.write() as connection:
            note(connection, "lost")
        other.execute("ROLLBACK")
    with database.write() as connection:
        note(connection, "kept")

    assert notes(database) == ["kept"]
    database.close()


@linux
def test_many_readers_at_once_open_no_more_each_time_and_none_stays_after_the_end(
    database: Database,
) -> None:
    together = Barrier(20)

    def read(_number: int) -> None:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT 1").all()
            together.wait(60)

    for _ in range(3):
        with ThreadPoolExecutor(20) as threads:
            list(threads.map(read, range(20)))
        # SQLite keeps the files of connections that were closed for those that are to come.
        assert 1 <= opened(database) <= 21
    database.close()
    assert opened(database) == 0


@linux
def test_who_still_reads_when_it_is_closed_lets_go_at_the_end(database: Database) -> None:
    with ExitStack() as stack:
        connection = stack.enter_context(database.read())
        assert connection.exec_driver_sql("SELECT 1").all()
        database.close()
        assert opened(database) >= 1
    assert opened(database) == 0

"""A catalogue on a Postgres server: what is its own, beside all that it shares with a file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, inspect, text
from tests.stubs.grounds import FileGround, PostgresGround
from tests.stubs.postgres_server import postgres_server

from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.catalogue.check import check
from gesso.core.catalogue.copies.backup import BackupOptions, back_up
from gesso.core.catalogue.copies.restore import restore
from gesso.core.catalogue.store.dialects.databases import open_database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations import history, schema
from gesso.core.catalogue.store.tables import metadata
from gesso.core.errors import (
    DamageError,
    InputError,
    NewerStudio,
    SettingsError,
    StorageError,
    StudioError,
    UnknownItem,
)

from .workshop import Workshop

# A process, or a connection that another one ends: what a test of a server can wait for.
pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("ground", ["postgres"], indirect=True),
]


@pytest.fixture
def empty() -> Iterator[FileGround]:
    """A ground whose databases have no tables yet."""
    built = PostgresGround(empty=True)
    yield built
    built.close()


# The same history ---------------------------------------------------------------------------------


def test_the_history_makes_the_tables_of_now(
    ground: FileGround, empty: FileGround, tmp_path: Path
) -> None:
    with empty.database(tmp_path) as database:
        history.upgrade(database)
        with database.read() as connection:
            looked = inspect(connection)
            for table in metadata.sorted_tables:
                there = {column["name"] for column in looked.get_columns(table.name)}
                own = {"words"} if table.name == "works" else set()
                assert there == {column.name for column in table.columns} | own


def test_a_history_that_is_gone_through_is_not_gone_through_again(
    ground: FileGround, tmp_path: Path
) -> None:
    with ground.database(tmp_path) as one, one.write(), ground.database(tmp_path) as two:
        history.upgrade(two)  # would wait for the other writer, and fail, if it wrote


def test_two_processes_make_one_catalogue(
    ground: FileGround, empty: FileGround, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _OPEN, str(tmp_path / "studio"), empty.url(tmp_path)]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]

    assert [one.communicate(timeout=120)[1] for one in started] == ["", ""]
    with empty.database(tmp_path) as database, database.read() as connection:
        assert schema.revision_of(connection) == schema.HEAD


_OPEN = """
import sys
from pathlib import Path
from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
Catalogue.open(Path(sys.argv[1]), options=CatalogueOptions(url=sys.argv[2])).close()
"""


def test_a_newer_catalogue_is_refused_and_left_as_it_is(ground: FileGround, tmp_path: Path) -> None:
    ground.open(tmp_path / "studio").close()
    with ground.database(tmp_path / "studio") as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0042'"))

    with pytest.raises(NewerStudio, match="0042"):
        ground.open(tmp_path / "studio")


def test_a_database_of_others_is_refused(
    ground: FileGround, empty: FileGround, tmp_path: Path
) -> None:
    with empty.database(tmp_path / "studio") as database, database.write() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))

    with pytest.raises(DamageError, match="not of a gesso studio"):
        empty.open(tmp_path / "studio")


def test_looking_at_an_empty_database_makes_no_catalogue(
    ground: FileGround, empty: FileGround, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match="There is no studio"):
        empty.open(tmp_path / "studio", read_only=True)

    with empty.database(tmp_path / "studio") as database, database.read() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_number_beyond_all_numbers_is_the_number_of_nothing(
    ground: FileGround, tmp_path: Path
) -> None:
    with ground.open(tmp_path / "studio") as catalogue:
        for number in (2**31, 2**62, 2**63 - 1):
            with pytest.raises(UnknownItem, match="nothing of so large a number"):
                catalogue.works.get(number)
        with pytest.raises(UnknownItem):
            catalogue.works.set_favourite(2**31, True)


# Promises -----------------------------------------------------------------------------------------


def test_what_must_outlast_a_power_cut_is_waited_for(ground: FileGround, tmp_path: Path) -> None:
    told: list[str] = []
    with ground.database(tmp_path) as database:

        @event.listens_for(database._writer, "before_cursor_execute")
        def _hear(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
            told.append(statement)

        for durable in (True, False):
            with database.write(durable=durable):
                pass

    told = [line for line in told if "synchronous_commit" in line]
    assert told == ["SET LOCAL synchronous_commit = on", "SET LOCAL synchronous_commit = local"]


def test_a_sign_that_the_server_does_not_know_is_stood_in_for(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.bring(catalogue, 1, title="A\0B")

    assert catalogue.works.get(work.id).title == "A\ufffdB"


def test_a_server_that_goes_away_is_told_and_one_that_comes_back_is_used(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.bring(catalogue, 1)
    server = postgres_server()

    def write_while_it_goes() -> None:
        with catalogue.database.write() as connection:
            me = connection.scalar(text("SELECT pg_backend_pid()"))
            server.say(f"SELECT pg_terminate_backend({me})")
            connection.execute(text("SELECT 1"))

    with pytest.raises(StorageError, match="Could not use postgresql"):
        write_while_it_goes()

    assert catalogue.works.get(work.id) == work
    catalogue.works.set_title(work.id, "After")
    assert check(catalogue, read_data=True).is_clean


# Where it is --------------------------------------------------------------------------------------


def test_the_folder_says_where_its_catalogue_is_but_no_password(
    ground: FileGround, tmp_path: Path
) -> None:
    folder = tmp_path / "studio"
    url = ground.url(folder).replace("postgres:@", "postgres:canary-secret@")
    with Catalogue.open(folder, options=CatalogueOptions(url=url)) as catalogue:
        assert "canary-secret" not in catalogue.database.name

    assert "canary-secret" not in (folder / "gesso.server").read_text()
    with pytest.raises(StudioError, match="is on a server: postgresql") as told:
        Catalogue.open(folder)
    assert "[catalogue] url" in told.value.advice
    assert not (folder / "gesso.db").exists()


def test_a_folder_with_a_catalogue_of_its_own_gets_no_second_one(
    ground: FileGround, tmp_path: Path
) -> None:
    folder = tmp_path / "studio"
    Catalogue.open(folder).close()

    with pytest.raises(StudioError, match="has a catalogue of its own"):
        ground.open(folder)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no url at all", "no address of a database"),
        ("postgresql://", "names no database"),
        ("postgresql+psycopg2://me@host/gesso", r"begins with 'postgresql\+psycopg2'"),
        ("mysql://me@host/gesso", "no database server called 'mysql'"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(
    ground: FileGround, tmp_path: Path, url: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told) as refusal:
        Catalogue.open(tmp_path / "studio", options=CatalogueOptions(url=url))

    assert "postgresql" in str(refusal.value)


def test_a_server_that_is_not_there_is_told_without_the_password(
    ground: FileGround, tmp_path: Path
) -> None:
    url = f"postgresql://me:canary-secret@/gesso?host={tmp_path}&password=canary-secret"

    with pytest.raises(StorageError) as refusal:
        Catalogue.open(tmp_path / "studio", options=CatalogueOptions(url=url))

    assert refusal.value.message.startswith("Could not use postgresql")
    assert "canary-secret" not in str(refusal.value)


def test_a_database_that_orders_text_by_a_language_is_refused(
    ground: FileGround, tmp_path: Path
) -> None:
    server = postgres_server()
    server.say("DROP DATABASE IF EXISTS latin")
    server.say("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        with pytest.raises(SettingsError, match="needs C in UTF8") as refusal:
            open_database(tmp_path, server.url("latin"), Disk(), 5.0)
    finally:
        server.drop("latin")
    assert "createdb" in refusal.value.advice


# Moving in and out --------------------------------------------------------------------------------


def test_a_backup_of_a_catalogue_on_a_server_is_restored_as_a_file(
    catalogue: Catalogue, make: Workshop, tmp_path: Path
) -> None:
    works = [make.paint(catalogue, number) for number in range(3)]
    catalogue.works.set_tags(works[0].id, ("sea", "gears"))
    back_up(catalogue, tmp_path / "backup", BackupOptions())
    restore(tmp_path / "backup", tmp_path / "again")

    with Catalogue.open(tmp_path / "again", create=False) as again:
        _assert_same(again, catalogue)


def test_a_backup_of_a_file_is_restored_into_a_server(
    ground: FileGround, make: Workshop, tmp_path: Path
) -> None:
    with Catalogue.open(tmp_path / "studio") as studio:
        for number in range(3):
            make.paint(studio, number)
        back_up(studio, tmp_path / "backup", BackupOptions())
        restore(tmp_path / "backup", tmp_path / "again", url=ground.url(tmp_path / "again"))

        with ground.open(tmp_path / "again", create=False) as again:
            _assert_same(again, studio)
            assert make.bring(again, 77).id == 4, "numbers go on after those that were there"
    assert not (tmp_path / "again" / "gesso.db").exists()


def test_a_server_that_has_a_catalogue_takes_in_no_other(
    ground: FileGround, catalogue: Catalogue, make: Workshop, tmp_path: Path
) -> None:
    work = make.paint(catalogue, 1)
    back_up(catalogue, tmp_path / "backup", BackupOptions())

    with pytest.raises(InputError, match=r"There is a catalogue in postgresql.* already"):
        restore(tmp_path / "backup", tmp_path / "again", url=ground.url(catalogue.folder))

    assert not (tmp_path / "again").exists()
    assert catalogue.works.get(work.id) == work


def test_a_copy_of_one_moment_is_a_plain_file(
    catalogue: Catalogue, make: Workshop, tmp_path: Path
) -> None:
    make.bring(catalogue, 1)
    catalogue.database.copy_to(tmp_path / "copy.db")

    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]
    connection = sqlite3.connect(tmp_path / "copy.db")
    assert connection.execute("SELECT title FROM works").fetchall() == [("Brought",)]
    connection.close()


def _assert_same(one: Catalogue, other: Catalogue) -> None:
    pages = [catalogue.works.page(None, 1000, standing=None).works for catalogue in (one, other)]
    assert pages[0] == pages[1]
    for work in pages[0]:
        assert one.works.tags(work.id) == other.works.tags(work.id)
        assert one.works.recipe(work.id) == other.works.recipe(work.id)
    assert one.facets.counts() == other.facets.counts()
    found = [[hit.work.id for hit in c.works.words("tide", standing=None)] for c in (one, other)]
    assert sorted(found[0]) == sorted(found[1]) != []
    assert check(one, read_data=True).is_clean

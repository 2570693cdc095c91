"""A studio that is only looked at, also where its disk cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import StorageError, StudioError
from gesso.core.records.calls import Trouble
from gesso.core.records.runs import Item

FILES = ("gesso.db-wal", "gesso.db-shm")


@pytest.fixture
def folder(ground: FileGround, tmp_path: Path) -> Path:
    with ground.open(tmp_path / "studio") as catalogue:
        catalogue.runs.create("r1", "a theme", {}, [Item("r1", "01", 0, theme="a theme")])
        catalogue.troubles.add(Trouble("r1", "01", "timeout", "It took too long.", "retried", True))
    return tmp_path / "studio"


@pytest.fixture
def looked(ground: FileGround, folder: Path) -> Iterator[Catalogue]:
    with ground.open(folder, read_only=True) as catalogue:
        yield catalogue


def everything(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in FILES)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_looking_changes_no_byte(ground: FileGround, folder: Path) -> None:
    before = everything(folder)
    with ground.open(folder, read_only=True) as catalogue:
        assert [run.run.id for run in catalogue.runs.summaries()] == ["r1"]
        assert len(catalogue.troubles.list()) == 1

    assert everything(folder) == before


def test_nothing_can_be_written_while_looking(looked: Catalogue) -> None:
    with pytest.raises(StorageError, match="it is read-only"):
        looked.troubles.prune(0)

    assert len(looked.troubles.list()) == 1


@pytest.mark.parametrize("ground", ["file"], indirect=True)
def test_looking_makes_no_studio(ground: FileGround, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="There is no studio"):
        ground.open(tmp_path / "none", read_only=True)

    assert not (tmp_path / "none").exists()


def test_what_another_process_writes_meanwhile_is_seen(
    ground: FileGround, folder: Path, looked: Catalogue
) -> None:
    with ground.open(folder) as writer:
        writer.troubles.add(Trouble("r1", "01", "storage", "Full.", "failed", False))

        assert len(looked.troubles.list()) == 2


@pytest.mark.parametrize("ground", ["file"], indirect=True)
def test_a_disk_that_cannot_be_written_can_be_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Such a disk lets nobody make the index that readers share; root would be let on any folder.
    real = Database._looking_uri

    def on_a_sealed_disk(self: Database) -> str:
        with monkeypatch.context() as sealed:
            sealed.setattr("sqlite3.connect", _cannot_open)
            return real(self)

    monkeypatch.setattr(Database, "_looking_uri", on_a_sealed_disk)
    with Catalogue.open(folder, read_only=True) as catalogue:
        assert catalogue.runs.get("r1").theme == "a theme"
        catalogue.database.copy_to(folder.parent / "copy.db")

    assert not any((folder / name).exists() for name in FILES)


@pytest.mark.parametrize("ground", ["file"], indirect=True)
def test_a_journal_that_cannot_be_read_there_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "gesso.db-wal").write_bytes(b"left behind")
    monkeypatch.setattr("sqlite3.connect", _cannot_open)

    with pytest.raises(StorageError, match="cannot be opened"):
        Database(folder / "gesso.db", Disk(), read_only=True)


def test_checking_the_words_holds_up_no_writer(ground: FileGround, folder: Path) -> None:
    with ground.open(folder) as catalogue, catalogue.database.write():
        # A writer is at work all the while: who needed its place would wait, and give up.
        assert check(catalogue).is_clean


@pytest.mark.parametrize("ground", ["file"], indirect=True)
def test_checking_finds_words_that_went_astray_while_looking(folder: Path) -> None:
    with Catalogue.open(folder) as catalogue, catalogue.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO works_fts(rowid, title) VALUES (7, 'a work that is not there')"
        )
    with Catalogue.open(folder, read_only=True) as looked:
        assert [problem.kind for problem in check(looked).problems] == ["words"]


def _cannot_open(*_args: object, **_options: object) -> object:
    import sqlite3  # noqa: PLC0415 - its connect is the thing replaced

    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    raise error

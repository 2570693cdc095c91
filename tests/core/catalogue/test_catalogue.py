"""Opening a studio: what is made, what is refused, and in which words."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from tests.stubs.grounds import FileGround

from gesso import __version__
from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.errors import (
    DamageError,
    NewerStudio,
    StorageError,
    StudioBusy,
    StudioError,
    UnknownAdapter,
)
from gesso.core.records.works import Rights

from .workshop import Clock, Workshop


def test_a_new_studio_has_its_folders(ground: FileGround, tmp_path: Path) -> None:
    with ground.open(tmp_path / "deep" / "studio") as catalogue:
        names = {path.name for path in catalogue.folder.iterdir()}

    database = "gesso.server" if ground.is_server else "gesso.db"
    assert {database, "blobs", "exports", "logs"} <= names


def test_a_studio_opens_again_with_all_it_held(
    ground: FileGround, tmp_path: Path, make: Workshop
) -> None:
    with ground.open(tmp_path / "studio") as first:
        work = make.bring(first, 1)
    with ground.open(tmp_path / "studio") as second:
        assert second.works.get(work.id) == work
        assert second.picture(work) == make.picture(1)


def test_a_closed_studio_leaves_one_database_file(tmp_path: Path, make: Workshop) -> None:
    with Catalogue.open(tmp_path / "studio") as catalogue:
        make.bring(catalogue, 1)

    assert not list((tmp_path / "studio").glob("gesso.db-*"))


def test_a_folder_with_other_things_becomes_no_studio(ground: FileGround, tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")

    with pytest.raises(StudioError, match=r"not empty: it holds 'thesis\.doc'"):
        ground.open(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_folder_with_only_settings_becomes_a_studio(tmp_path: Path) -> None:
    (tmp_path / "gesso.toml").write_text("")
    (tmp_path / ".env").write_text("")

    Catalogue.open(tmp_path).close()

    assert (tmp_path / "gesso.db").is_file()


def test_a_file_is_no_studio(tmp_path: Path) -> None:
    (tmp_path / "studio").write_text("")

    with pytest.raises(StudioError, match="is a file"):
        Catalogue.open(tmp_path / "studio")


def test_a_studio_that_must_be_there_is_not_made(ground: FileGround, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="There is no studio in"):
        ground.open(tmp_path / "studio", create=False)

    assert not (tmp_path / "studio").exists()


def test_a_newer_studio_is_refused_in_one_line_and_left_as_it_is(tmp_path: Path) -> None:
    Catalogue.open(tmp_path / "studio").close()
    database = tmp_path / "studio" / "gesso.db"
    _run(database, "UPDATE alembic_version SET version_num = '0042'")
    before = database.read_bytes()

    with pytest.raises(NewerStudio) as refusal:
        Catalogue.open(tmp_path / "studio")

    assert "0042" in refusal.value.message
    assert "\n" not in str(refusal.value)
    assert "upgrade" in refusal.value.advice
    assert database.read_bytes() == before


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    _run(tmp_path / "studio" / "gesso.db", "CREATE TABLE invoices (id INTEGER)")

    with pytest.raises(DamageError, match="not of a gesso studio"):
        Catalogue.open(tmp_path / "studio")


def test_a_database_of_noise_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    (tmp_path / "studio" / "gesso.db").write_bytes(b"noise" * 1000)

    with pytest.raises(DamageError, match=r"gesso\.db is damaged"):
        Catalogue.open(tmp_path / "studio")


@pytest.mark.parametrize("is_emptied", [True, False])
@pytest.mark.parametrize("read_only", [True, False])
def test_no_new_catalogue_takes_the_place_of_one_that_was_lost(
    tmp_path: Path, make: Workshop, is_emptied: bool, read_only: bool
) -> None:
    database = tmp_path / "studio" / "gesso.db"
    with Catalogue.open(tmp_path / "studio") as catalogue:
        make.bring(catalogue, 1)
    database.unlink()
    if is_emptied:
        database.touch()

    lost = DamageError if is_emptied or not read_only else StudioError
    with pytest.raises(lost, match=r"pictures that it named|no studio"):
        Catalogue.open(tmp_path / "studio", read_only=read_only)
    assert not database.exists() or database.read_bytes() == b""


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StorageError, match="permission is denied"):
        Catalogue.open(tmp_path / "studio")


def test_a_writer_that_never_ends_makes_the_studio_busy(
    ground: FileGround, tmp_path: Path, make: Workshop
) -> None:
    options = CatalogueOptions(busy_timeout_s=0.2)
    with ground.open(tmp_path / "studio", options=options) as catalogue:
        work = make.bring(catalogue, 1)
        with ground.database(catalogue.folder) as other, other.write():
            with pytest.raises(StudioBusy, match=r"more than 0\.2 seconds"):
                catalogue.works.set_title(work.id, "Other")
            assert catalogue.works.get(work.id).title == "Brought", "reading waits for nobody"

        catalogue.works.set_title(work.id, "Other")
        assert catalogue.works.get(work.id).title == "Other"


def test_what_works_here_is_written_down_once(
    ground: FileGround, tmp_path: Path, clock: Clock
) -> None:
    for _ in range(2):
        with ground.open(tmp_path / "studio", clock=clock) as catalogue:
            catalogue.versions.record("procedural", "1")
            catalogue.versions.record("procedural", "2")
            seen = catalogue.versions.list()

    known = {(one.component, one.version) for one in seen}
    assert len(seen) == len(known)
    assert {("gesso", __version__), ("procedural", "1"), ("procedural", "2")} <= known
    assert {"schema", "python", "sqlite", "numpy", "opencv", "pillow"} <= {c for c, _ in known}


def test_an_unknown_blob_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownAdapter, match="Did you mean 'local'"):
        Catalogue.open(tmp_path / "studio", options=CatalogueOptions(blobs="locl"))


def test_the_file_of_a_work_can_be_found_by_a_person(catalogue: Catalogue, make: Workshop) -> None:
    work = make.paint(catalogue, 1)

    path = catalogue.path_of(work)

    assert path is not None
    assert path.read_bytes() == catalogue.data(work)
    assert path.is_relative_to(catalogue.folder)


def test_the_smallest_thumbnail_that_is_large_enough_is_served(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = catalogue.accession.accept_painting(
        make.picture(1, 700, 600),
        title="Large",
        creator="",
        provenance=make.provenance("r/i/1/0"),
        rights=Rights(),
        recipe=make.recipe(1),
    )
    keys = dict(work.thumbnails)

    assert catalogue.thumbnail(work, 100) == catalogue.blobs.get(keys[256])
    assert catalogue.thumbnail(work, 300) == catalogue.blobs.get(keys[512])
    assert catalogue.thumbnail(work, 2000) == catalogue.blobs.get(keys[512])


def _run(database: Path, statement: str) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(statement)
    connection.close()

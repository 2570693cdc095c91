"""A backup is whole, verified, made while others write; the way back ends in the same studio."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from threading import Event as Signal

import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.copies.backup import BackupOptions, back_up
from gesso.core.catalogue.copies.folder import BackupFolder
from gesso.core.catalogue.copies.restore import restore, verify
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import DamageError, InputError, Interrupted

from ..workshop import Workshop

OPTIONS = BackupOptions()


def everything(catalogue: Catalogue) -> list[tuple[int, str, bool, bytes]]:
    page = catalogue.works.page(None, 1000, standing=None)
    return [(one.id, one.title, one.favourite, catalogue.data(one)) for one in page.works]


def a_picture_of(folder: Path) -> Path:
    """The largest picture in a folder of backups."""
    files = [path for path in (folder / "blobs").rglob("*") if path.is_file()]
    return max(files, key=lambda path: (path.stat().st_size, path.name))


@pytest.fixture
def studio(catalogue: Catalogue, make: Workshop) -> Catalogue:
    works = [make.paint(catalogue, n) for n in range(4)] + [make.bring(catalogue, 9)]
    catalogue.works.set_favourite(works[1].id, True)
    return catalogue


def test_what_is_restored_is_what_was_backed_up(studio: Catalogue, tmp_path: Path) -> None:
    made = back_up(studio, tmp_path / "backup", OPTIONS)
    restored = restore(tmp_path / "backup", tmp_path / "again")

    assert made.problems == restored.problems == ()
    assert made.manifest.counts["works"] == 5
    assert restored.blobs == made.manifest.blobs == made.copied
    with Catalogue.open(tmp_path / "again", create=False) as again:
        assert everything(again) == everything(studio)
        assert check(again, read_data=True).is_clean


def test_the_backups_of_two_studios_are_never_in_one_folder(
    studio: Catalogue, make: Workshop, ground: FileGround, tmp_path: Path
) -> None:
    back_up(studio, tmp_path / "backup", BackupOptions(keep=1))
    with ground.open(tmp_path / "another") as another:
        make.bring(another, 3)
        with pytest.raises(InputError, match="another studio"):
            back_up(another, tmp_path / "backup", BackupOptions(keep=1))

    assert BackupFolder(tmp_path / "backup", Disk()).numbers() == [1]
    back_up(studio, tmp_path / "backup", OPTIONS)
    restore(tmp_path / "backup", tmp_path / "again")
    with Catalogue.open(tmp_path / "again", create=False) as again:
        assert back_up(again, tmp_path / "backup", OPTIONS).manifest.number == 3


def test_a_studio_that_was_never_named_adds_nothing_to_the_backups_of_another(
    studio: Catalogue, make: Workshop, tmp_path: Path
) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    with Catalogue.open(tmp_path / "another") as another:
        make.bring(another, 3)

    with Catalogue.open(tmp_path / "another", read_only=True) as sealed:
        with pytest.raises(InputError, match="another studio"):
            back_up(sealed, tmp_path / "backup", BackupOptions(keep=1))
        assert back_up(sealed, tmp_path / "its own", OPTIONS).manifest.number == 1


def test_a_folder_of_backups_that_names_no_studio_is_of_the_next(
    studio: Catalogue, make: Workshop, ground: FileGround, tmp_path: Path
) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    marker = tmp_path / "backup" / "gesso-backup.json"
    marker.write_text('{"format": "gesso-backup", "version": 1}\n', "utf-8")

    back_up(studio, tmp_path / "backup", OPTIONS)

    with ground.open(tmp_path / "another") as another:
        make.bring(another, 3)
        with pytest.raises(InputError, match="another studio"):
            back_up(another, tmp_path / "backup", OPTIONS)


def test_the_second_backup_copies_only_what_is_new(
    studio: Catalogue, make: Workshop, tmp_path: Path
) -> None:
    first = back_up(studio, tmp_path / "backup", OPTIONS)
    make.bring(studio, 77)
    second = back_up(studio, tmp_path / "backup", OPTIONS)

    assert second.manifest.number == first.manifest.number + 1
    assert second.there == first.copied
    assert 0 < second.copied <= 3
    for number, works in ((1, 5), (2, 6)):
        restore(tmp_path / "backup", tmp_path / f"again{number}", generation=number)
        with Catalogue.open(tmp_path / f"again{number}", create=False) as again:
            assert len(everything(again)) == works
            assert check(again, read_data=True).is_clean


def test_only_so_many_generations_stay(studio: Catalogue, tmp_path: Path) -> None:
    for _ in range(4):
        back_up(studio, tmp_path / "backup", BackupOptions(keep=2))

    assert BackupFolder(tmp_path / "backup", Disk()).numbers() == [3, 4]
    with pytest.raises(InputError, match="There are: 3, 4"):
        restore(tmp_path / "backup", tmp_path / "again", generation=1)


def test_shared_files_make_a_whole_backup_that_takes_no_room(
    studio: Catalogue, tmp_path: Path
) -> None:
    back_up(studio, tmp_path / "backup", BackupOptions(link=True))

    assert a_picture_of(tmp_path / "backup").stat().st_nlink == 2
    restore(tmp_path / "backup", tmp_path / "again")
    with Catalogue.open(tmp_path / "again", create=False) as again:
        assert everything(again) == everything(studio)


def test_a_backup_is_made_while_others_write_and_seal(
    ground: FileGround, studio: Catalogue, make: Workshop, tmp_path: Path
) -> None:
    halt = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        number = 1000
        try:
            with ground.open(studio.folder) as other:
                while not halt.is_set():
                    number += 1
                    work = make.paint(other, number)
                    sealed = make.recipe(number, make.prompt(title=f"Sealed {number}"))
                    other.accession.seal(work, sealed)
                    other.works.set_favourite(work.id, number % 2 == 0)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(1, 4):
            time.sleep(0.2)
            assert back_up(studio, tmp_path / "backup", OPTIONS).problems == ()
            assert verify(tmp_path / "backup").problems == ()
            restore(tmp_path / "backup", tmp_path / f"again{number}")
    finally:
        halt.set()
        writer.join()

    assert failed == []
    sizes = []
    for number in range(1, 4):
        with Catalogue.open(tmp_path / f"again{number}", create=False) as again:
            assert check(again, read_data=True).is_clean
            found = again.works.page(None, 1000, standing=None).works
            sizes.append(len(found))
            for work in found:
                if work.title.startswith("Sealed"):
                    assert again.works.recipe(work.id) is not None
    assert sizes == sorted(sizes)
    assert sizes[0] > 5


def test_no_key_and_no_seal_is_in_a_backup(studio: Catalogue, tmp_path: Path) -> None:
    (studio.folder / "keys.toml").write_text('gemini = "canary-secret"\n')
    (studio.folder / "gesso.toml").write_text("[make]\nrounds = 2\n")
    (studio.folder / "signing").mkdir()
    (studio.folder / "signing" / "key.pem").write_text("canary-secret")
    back_up(studio, tmp_path / "backup", OPTIONS)
    restore(tmp_path / "backup", tmp_path / "again")

    assert (tmp_path / "again" / "gesso.toml").read_text() == "[make]\nrounds = 2\n"
    for path in (tmp_path / "backup").rglob("*"):
        assert not path.is_file() or b"canary-secret" not in path.read_bytes()


# Damage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["flipped", "cut", "removed"])
def test_a_damaged_picture_is_told_by_name(studio: Catalogue, tmp_path: Path, kind: str) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    victim = a_picture_of(tmp_path / "backup")
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    if kind == "removed":
        victim.unlink()
    else:
        victim.write_bytes(data if kind == "flipped" else data[:-1])

    (told,) = verify(tmp_path / "backup").problems
    assert str(victim) in told
    with pytest.raises(DamageError, match=victim.name):
        restore(tmp_path / "backup", tmp_path / "again")
    assert not (tmp_path / "again").exists()

    partly = restore(tmp_path / "backup", tmp_path / "again", partly=True)
    assert partly.problems == (told,)
    with Catalogue.open(tmp_path / "again", create=False) as again:
        (problem,) = check(again, read_data=True).problems
        assert victim.name in problem.what


@pytest.mark.parametrize("name", ["gesso.db", "manifest.json"])
def test_a_damaged_catalogue_is_told_by_name(studio: Catalogue, tmp_path: Path, name: str) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    victim = tmp_path / "backup" / "generations" / "000001" / name
    data = bytearray(victim.read_bytes())
    data[10] ^= 255
    victim.write_bytes(data)

    with pytest.raises(DamageError, match=name):
        restore(tmp_path / "backup", tmp_path / "again")
    with pytest.raises(DamageError, match=name):
        verify(tmp_path / "backup")


def test_a_manifest_cannot_name_files_elsewhere(studio: Catalogue, tmp_path: Path) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    manifest = tmp_path / "backup" / "generations" / "000001" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"gesso.db"', '"../../../evil"'))

    with pytest.raises(DamageError, match="belong to no backup"):
        restore(tmp_path / "backup", tmp_path / "again")


def test_what_is_damaged_in_the_studio_is_told_and_not_copied(
    studio: Catalogue, tmp_path: Path
) -> None:
    work = studio.works.get(1)
    path = studio.path_of(work)
    assert path is not None
    path.write_bytes(b"x" * work.size_bytes)

    report = back_up(studio, tmp_path / "backup", OPTIONS)

    assert report.problems == (f"{work.blob} is damaged in the studio.",)
    assert not (tmp_path / "backup" / "blobs" / work.blob).exists()


def test_what_is_missing_in_the_studio_is_told(studio: Catalogue, tmp_path: Path) -> None:
    work = studio.works.get(1)
    path = studio.path_of(work)
    assert path is not None
    path.unlink()

    report = back_up(studio, tmp_path / "backup", OPTIONS)

    assert report.problems == (f"{work.blob} is missing in the studio.",)


# Places ------------------------------------------------------------------------------------------


def test_a_folder_of_other_things_is_left_alone(studio: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")

    with pytest.raises(InputError, match="not empty and holds no backup"):
        back_up(studio, tmp_path / "other", OPTIONS)
    back_up(studio, tmp_path / "backup", OPTIONS)
    with pytest.raises(InputError, match=r"not empty: it holds 'letter\.txt'"):
        restore(tmp_path / "backup", tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_where_there_is_no_backup_none_is_restored(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no whole backup"):
        restore(tmp_path, tmp_path / "again")


def test_a_backup_on_a_disk_that_is_read_only_can_be_read(
    studio: Catalogue, tmp_path: Path
) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "backup").rglob("*")}
    verify(tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again")

    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "backup").rglob("*")} == before


def test_a_backup_that_was_broken_off_is_none_and_the_next_one_goes_on(
    studio: Catalogue, tmp_path: Path
) -> None:
    stop = Signal()
    with pytest.raises(Interrupted):
        back_up(studio, tmp_path / "backup", OPTIONS, stop=stop, heard=lambda _bytes: stop.set())
    carried = sum(1 for path in (tmp_path / "backup" / "blobs").rglob("*") if path.is_file())

    with pytest.raises(InputError, match="no whole backup"):
        verify(tmp_path / "backup")
    assert carried > 0
    report = back_up(studio, tmp_path / "backup", OPTIONS)
    assert report.there == carried
    assert verify(tmp_path / "backup").problems == ()


def test_a_generation_without_its_manifest_is_none(studio: Catalogue, tmp_path: Path) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    place = tmp_path / "backup" / "generations" / "000001"
    shutil.copytree(place, place.with_name("000002"))
    (place.with_name("000002") / "manifest.json").unlink()

    assert restore(tmp_path / "backup", tmp_path / "again").manifest.number == 1


def test_a_restore_that_was_broken_off_leaves_no_studio_and_goes_on(
    studio: Catalogue, tmp_path: Path
) -> None:
    back_up(studio, tmp_path / "backup", OPTIONS)
    stop = Signal()
    with pytest.raises(Interrupted):
        restore(
            tmp_path / "backup",
            tmp_path / "again",
            stop=stop,
            heard=lambda _bytes: stop.set(),
        )
    assert not (tmp_path / "again").exists()

    restore(tmp_path / "backup", tmp_path / "again")
    with Catalogue.open(tmp_path / "again", create=False) as again:
        assert check(again, read_data=True).is_clean
    assert not list(tmp_path.glob(".*.restoring"))

"""`check` finds what is wrong, all of it and nothing else, and says what it truly read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event

import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.errors import InputError
from gesso.core.records.works import Work

from .workshop import Workshop


@dataclass(frozen=True)
class Wall:
    """A catalogue with some works, and how many bytes all their files have."""

    catalogue: Catalogue
    works: list[Work]

    def path(self, key: str) -> Path:
        path = self.catalogue.blobs.path(key)
        assert path is not None
        return path

    @property
    def files(self) -> set[str]:
        return set(self.catalogue.blobs.keys())

    @property
    def size(self) -> int:
        return sum(self.path(key).stat().st_size for key in self.files)


@pytest.fixture
def wall(catalogue: Catalogue, make: Workshop) -> Wall:
    works = [make.bring(catalogue, number) for number in range(20)]
    works += [make.paint(catalogue, number) for number in range(20, 40)]
    return Wall(catalogue, works)


def test_a_sound_studio_is_clean_and_every_byte_was_read(wall: Wall) -> None:
    report = check(wall.catalogue, read_data=True)

    assert report.is_clean
    assert report.complete
    # A small picture has one file for both its thumbnails: it is counted and read once.
    assert (report.works, report.blobs, report.thumbnails) == (40, 40, 40)
    assert (report.files_read, report.bytes_read) == (80, wall.size)
    assert (report.orphans, report.leftovers) == ((), 0)


def test_without_the_wish_nothing_is_read_and_the_report_says_so(wall: Wall) -> None:
    report = check(wall.catalogue)

    assert report.is_clean
    assert (report.works, report.files_read, report.bytes_read) == (40, 0, 0)


def test_every_fault_is_found_and_nothing_else(wall: Wall) -> None:
    flipped, missing, cut = wall.works[:10], wall.works[10:14], wall.works[14:18]
    thumbs_gone, thumbs_flipped = wall.works[20:25], wall.works[25:30]
    for work in flipped:
        _flip(wall.path(work.blob))
    for work in missing:
        wall.path(work.blob).unlink()
    for work in cut:
        path = wall.path(work.blob)
        path.write_bytes(path.read_bytes()[:-1])
    for work in thumbs_gone:
        wall.path(work.thumbnails[0][1]).unlink()
    for work in thumbs_flipped:
        _flip(wall.path(work.thumbnails[0][1]))
    strays = {wall.catalogue.blobs.put(b"stray %d" % n) for n in range(6)}

    report = check(wall.catalogue, read_data=True)

    originals = [p for p in report.problems if p.kind == "original"]
    thumbnails = [p for p in report.problems if p.kind == "thumbnail"]
    assert len(originals) == 18
    # A small picture has one file for both its thumbnails: both are missing, the file is read once.
    assert len(thumbnails) == 15
    assert len(report.problems) == 33
    for work in (*flipped, *missing, *cut):
        assert any(work.blob in problem.what for problem in originals)
    assert set(report.orphans) == strays
    assert all(problem.advice for problem in report.problems)


def test_without_reading_what_has_the_right_size_passes(wall: Wall) -> None:
    _flip(wall.path(wall.works[0].blob))
    wall.path(wall.works[1].blob).unlink()

    report = check(wall.catalogue)

    assert [problem.kind for problem in report.problems] == ["original"]
    assert wall.works[1].blob in report.problems[0].what


def test_orphans_and_leftovers_are_notes_and_no_problems(wall: Wall) -> None:
    key = wall.catalogue.blobs.put(b"stray")
    (wall.catalogue.folder / "blobs" / "tmp" / ".broken.part").write_bytes(b"half")

    report = check(wall.catalogue)

    assert report.is_clean
    assert (report.orphans, report.leftovers) == ((key,), 1)


def test_leftovers_of_yesterday_are_swept_when_the_studio_opens(
    ground: FileGround, wall: Wall
) -> None:
    folder = wall.catalogue.folder / "blobs" / "tmp"
    for name, age_s in ((".old.part", 90_000), (".young.part", 10)):
        (folder / name).write_bytes(b"half")
        stamp = (folder / name).stat().st_mtime - age_s
        os.utime(folder / name, (stamp, stamp))

    ground.open(wall.catalogue.folder).close()

    assert [path.name for path in folder.iterdir()] == [".young.part"]


def test_a_subset_reads_about_its_share(wall: Wall) -> None:
    report = check(wall.catalogue, read_data=True, subset=0.3, rng=Random(1))

    assert report.is_clean
    assert report.works == 40
    assert 2 * 4 <= report.files_read <= 2 * 22
    assert 0 < report.bytes_read < wall.size


@pytest.mark.parametrize("subset", [0, -0.1, 1.1])
def test_a_subset_that_is_no_share_is_refused(wall: Wall, subset: float) -> None:
    with pytest.raises(InputError, match="share above 0"):
        check(wall.catalogue, read_data=True, subset=subset)


def test_a_check_without_time_says_that_it_is_not_complete(wall: Wall) -> None:
    report = check(wall.catalogue, read_data=True, max_seconds=0)

    assert not report.complete
    assert (report.works, report.bytes_read) == (0, 0)


def test_a_check_that_is_stopped_says_that_it_is_not_complete(wall: Wall) -> None:
    stop = Event()
    stop.set()
    report = check(wall.catalogue, stop=stop)

    assert (report.complete, report.works) == (False, 0)


_ANYWHERE = {
    "UPDATE work_counts SET count = count + 1": "counts",
    "UPDATE facet_counts SET count = count + 1": "counts",
    "UPDATE works SET pixels_sha256 = 'x' WHERE origin = 'made'": "recipe",
    "UPDATE works SET recipe = '{}' WHERE origin = 'made'": "recipe",
    "UPDATE blobs SET size_bytes = size_bytes + 1": "original",
}
_IN_A_FILE = {
    "INSERT INTO works_fts(works_fts) VALUES ('delete-all')": "words",
    "DELETE FROM blobs": "database",
}
_ON_A_SERVER = {
    "ALTER TABLE works DISABLE TRIGGER works_counted": "database",
    "DROP TRIGGER works_announced ON works": "database",
}


@pytest.mark.parametrize(
    ("ground", "statement", "kind"),
    [
        *(("file", *wrong) for wrong in {**_ANYWHERE, **_IN_A_FILE}.items()),
        *(("postgres", *wrong) for wrong in {**_ANYWHERE, **_ON_A_SERVER}.items()),
    ],
    indirect=["ground"],
)
def test_a_database_that_somebody_wrote_into_is_found_out(
    ground: FileGround, wall: Wall, statement: str, kind: str
) -> None:
    with ground.database(wall.catalogue.folder) as other, other.write(linked=False) as beside:
        beside.exec_driver_sql(statement)

    assert kind in {problem.kind for problem in check(wall.catalogue).problems}


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(bytes(data))

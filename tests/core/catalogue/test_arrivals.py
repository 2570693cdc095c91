"""Many at the door at once: developed pictures come in together, each refused or kept alone."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.errors import InputError, StorageError
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.works import Provenance, Rights

from .workshop import Workshop


def _arrival(make: Workshop, number: int, identifier: str = "") -> Arrival:
    return Arrival(
        develop_file(make.file(number), name=f"{number}.png"),
        Provenance("collected", "met", identifier or str(number)),
        title=f"Number {number}",
        creator="Somebody",
        rights=Rights("CC0-1.0"),
    )


def test_what_was_developed_elsewhere_is_the_work_that_its_bytes_would_be(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = catalogue.accession.keep(_arrival(make, 1))

    assert work == catalogue.works.get(work.id)
    assert (work.title, work.creator, work.rights.licence) == ("Number 1", "Somebody", "CC0-1.0")
    assert catalogue.data(work) == make.file(1)
    brought = make.bring(catalogue, 1)
    assert brought.fingerprint == work.fingerprint
    assert (brought.swatches, brought.thumbnails) == (work.swatches, work.thumbnails)


def test_many_come_in_by_one_commit_and_each_is_told_new_or_known(
    catalogue: Catalogue, make: Workshop
) -> None:
    before = catalogue.accession.keep(_arrival(make, 0))
    arrivals = [_arrival(make, number) for number in (0, 1, 2, 2)]

    kept = catalogue.accession.keep_many(arrivals)

    assert [one.is_new for one in kept] == [False, True, True, False]
    works = [one.work for one in kept]
    assert works[0] == before
    assert works[2] == works[3]
    assert catalogue.works.count() == 3
    assert catalogue.accession.keep_many([]) == []
    assert check(catalogue, read_data=True).is_clean


def test_one_that_is_refused_keeps_nobody_else_outside(
    catalogue: Catalogue, make: Workshop
) -> None:
    arrivals = [_arrival(make, 1, "7"), _arrival(make, 2, "7"), _arrival(make, 3)]

    kept = catalogue.accession.keep_many(arrivals)

    assert [one.work is not None for one in kept] == [True, False, True]
    assert kept[1].refused is not None
    assert "another picture called '7' already" in kept[1].refused.message
    with pytest.raises(InputError, match="another picture called '7' already"):
        catalogue.accession.keep(arrivals[1])
    report = check(catalogue, read_data=True)
    assert (report.problems, report.orphans) == ((), ())


def test_equal_pixels_in_other_bytes_at_once_leave_no_file(
    catalogue: Catalogue, make: Workshop
) -> None:
    first = _arrival(make, 1)
    other = develop_file(_packed_anew(make.file(1)), name="again.png")
    again = replace(first, developed=other, provenance=Provenance("collected", "met", "9"))
    assert other.fingerprint.data != first.developed.fingerprint.data

    kept = catalogue.accession.keep_many([first, replace(again, is_apart=False)])

    assert [one.is_new for one in kept] == [True, False]
    assert kept[0].work == kept[1].work
    report = check(catalogue, read_data=True)
    assert (report.problems, report.orphans, report.works) == ((), (), 1)
    assert catalogue.accession.keep_many([again])[0].is_new, "one that stands apart is kept"
    assert check(catalogue, read_data=True).orphans == ()


def _packed_anew(png: bytes) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def test_a_full_disk_keeps_all_of_them_outside(
    ground: FileGround, tmp_path: Path, make: Workshop
) -> None:
    class FullAfterThreeFiles(Disk):
        renames = 0

        def rename(self, old: Path, new: Path) -> None:
            self.renames += 1
            if self.renames > 3:
                raise OSError(28, "No space left on device")
            super().rename(old, new)

    disk = FullAfterThreeFiles()
    with ground.open(tmp_path / "full", disk=disk) as catalogue:
        with pytest.raises(StorageError, match="the disk is full"):
            catalogue.accession.keep_many([_arrival(make, number) for number in range(4)])
        assert catalogue.works.count(standing=None) == 0
        assert not check(catalogue, read_data=True).problems


def test_the_recipe_of_a_made_arrival_is_kept_beside_it(
    catalogue: Catalogue, make: Workshop
) -> None:
    made = replace(_arrival(make, 4), provenance=make.provenance("r/i/1/0"), recipe=make.recipe(4))

    work = catalogue.accession.keep(made)

    assert catalogue.works.recipe(work.id) == make.recipe(4)
    assert catalogue.works.tags(work.id) == ("gears", "sea")

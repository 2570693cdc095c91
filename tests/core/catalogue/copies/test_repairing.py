"""Thumbnails that are lost are made again; originals are only read."""

from __future__ import annotations

import pytest
from tests.core.catalogue.workshop import Workshop

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.copies.repairing import repair
from gesso.core.records.works import Work


def thumbnail(catalogue: Catalogue, work: Work) -> str:
    return work.thumbnails[0][1]


def damage(catalogue: Catalogue, key: str, data: bytes | None) -> None:
    path = catalogue.blobs.path(key)
    assert path is not None
    path.unlink()
    if data is not None:
        path.write_bytes(data)


@pytest.mark.parametrize("cut", [None, 10], ids=["lost", "cut off"])
def test_a_lost_thumbnail_is_made_again(
    catalogue: Catalogue, make: Workshop, cut: int | None
) -> None:
    work, other = make.paint(catalogue, 1, "r/a/1/0"), make.paint(catalogue, 2, "r/b/1/0")
    key = thumbnail(catalogue, work)
    before = catalogue.blobs.get(key)
    damage(catalogue, key, before[:cut] if cut else None)
    assert [problem.kind for problem in check(catalogue).problems] == ["thumbnail"] * 2
    assert "check --repair" in check(catalogue).problems[0].advice

    found = repair(catalogue)

    assert (found.works, found.lost) == ((work.id,), ())
    assert catalogue.blobs.get(key) == before
    assert catalogue.works.get(other.id) == other
    assert check(catalogue, read_data=True).is_clean


def test_other_bytes_of_the_same_length_are_found_by_reading(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 1)
    key = thumbnail(catalogue, work)
    before = catalogue.blobs.get(key)
    damage(catalogue, key, bytes(len(before)))

    assert repair(catalogue).works == ()
    assert repair(catalogue, read_data=True).works == (work.id,)
    assert catalogue.blobs.get(key) == before


def test_a_thumbnail_without_its_original_is_told_as_lost(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 1)
    damage(catalogue, thumbnail(catalogue, work), None)
    damage(catalogue, work.blob, b"no picture")

    found = repair(catalogue)

    assert (found.works, found.lost) == ((), (work.id,))
    path = catalogue.blobs.path(work.blob)
    assert path is not None
    assert path.read_bytes() == b"no picture", "an original is never touched"


def test_a_sound_studio_is_left_as_it_is(catalogue: Catalogue, make: Workshop) -> None:
    make.paint(catalogue, 1)
    before = sorted(catalogue.blobs.keys())

    assert repair(catalogue, read_data=True).works == ()
    assert sorted(catalogue.blobs.keys()) == before

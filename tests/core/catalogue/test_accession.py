"""The one door in: what comes in is whole, once, and carries its recipe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.catalogue.check import check
from gesso.core.catalogue.works.accession import AccessionOptions
from gesso.core.errors import DamageError, InputError, PictureError, UnknownItem
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights, Work

from .workshop import Workshop


def _stored_recipe(catalogue: Catalogue, work: Work) -> object:
    found = read_recipe(catalogue.data(work))
    assert found is not None
    return found.recipe


def test_a_painting_becomes_a_work_with_its_recipe_inside(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 3)
    recipe = catalogue.works.recipe(work.id)

    assert recipe is not None
    assert recipe.pixels == make.picture(3).pixels_sha256 == work.fingerprint.pixels
    assert recipe.made_at.startswith("2026-03-01T12:00:")
    assert _stored_recipe(catalogue, work) == recipe
    assert (work.standing, work.media_type, work.width, work.height) == (
        "take",
        "image/png",
        24,
        16,
    )
    assert catalogue.picture(work) == make.picture(3)
    assert catalogue.works.tags(work.id) == ("gears", "sea")
    assert len(work.thumbnails) == 2


def test_the_words_of_a_prompt_stay_out_of_the_file_when_the_owner_wants_it(
    ground: FileGround, tmp_path: Path, make: Workshop
) -> None:
    options = CatalogueOptions(accession=AccessionOptions(privacy="source-type"))
    with ground.open(tmp_path / "studio", options=options) as catalogue:
        work = make.paint(catalogue, 3)
        data = catalogue.data(work)
        recipe = catalogue.works.recipe(work.id)

    assert b"gear" not in data
    assert b"algorithmicMedia" in data
    assert recipe is not None
    assert "gear" in recipe.prompt.text


def test_the_same_painting_twice_is_one_work(catalogue: Catalogue, make: Workshop) -> None:
    first, second = (make.paint(catalogue, 3, "r/i/1/0") for _ in range(2))

    assert first == second
    assert catalogue.works.count(standing=None) == 1


def test_another_picture_under_a_taken_identifier_is_refused(
    catalogue: Catalogue, make: Workshop
) -> None:
    make.paint(catalogue, 3, "r/i/1/0")

    with pytest.raises(InputError, match="another picture called 'r/i/1/0' already"):
        make.paint(catalogue, 4, "r/i/1/0")
    assert catalogue.works.count(standing=None) == 1


def test_one_painting_accepted_by_many_threads_at_once_is_one_work(
    catalogue: Catalogue, make: Workshop
) -> None:
    with ThreadPoolExecutor(8) as threads:
        works = list(threads.map(lambda _: make.paint(catalogue, 3, "r/i/1/0"), range(16)))

    assert len({work.id for work in works}) == 1
    assert check(catalogue, read_data=True).is_clean


def test_bytes_are_kept_as_they_came(catalogue: Catalogue, make: Workshop) -> None:
    data = encode(make.picture(2), "image/jpeg")

    work = catalogue.accession.accept_bytes(
        data,
        name="a/b/Low tide.jpeg",
        provenance=Provenance("brought", "Low tide.jpeg"),
        rights=Rights(),
    )

    assert catalogue.data(work) == data
    assert (work.title, work.media_type, work.standing) == ("Low tide", "image/jpeg", "kept")
    assert catalogue.works.recipe(work.id) is None


def test_what_was_brought_twice_is_one_work(catalogue: Catalogue, make: Workshop) -> None:
    assert make.bring(catalogue, 1) == make.bring(catalogue, 1)
    assert make.bring(catalogue, 2).id != make.bring(catalogue, 1).id


def _collect(catalogue: Catalogue, data: bytes, identifier: str, source: str = "met") -> Work:
    provenance = Provenance("collected", source, identifier)
    return catalogue.accession.accept_bytes(
        data, name=identifier, provenance=provenance, rights=Rights()
    )


def test_a_museum_that_writes_its_file_anew_has_still_one_work(
    catalogue: Catalogue, make: Workshop
) -> None:
    first = _collect(catalogue, make.file(1), "7")
    again = _collect(catalogue, encode(make.picture(1), "image/webp", quality=100), "8")

    assert _collect(catalogue, make.file(1) + b"\0" * 8, "7") == first
    assert again.id != first.id


def test_one_file_under_two_identifiers_is_two_works_and_one_blob(
    catalogue: Catalogue, make: Workshop
) -> None:
    one, two = _collect(catalogue, make.file(1), "7"), _collect(catalogue, make.file(1), "8")

    assert one.id != two.id
    assert one.blob == two.blob
    assert check(catalogue, read_data=True).is_clean


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_stays_outside(catalogue: Catalogue, data: bytes) -> None:
    with pytest.raises(PictureError, match="notes"):
        _collect(catalogue, data, "notes")

    assert catalogue.works.count(standing=None) == 0
    assert list(catalogue.blobs.keys()) == []


def test_a_picture_beyond_the_limits_stays_outside(
    ground: FileGround, tmp_path: Path, make: Workshop
) -> None:
    limits = DecodeLimits(max_pixels=100)
    options = CatalogueOptions(accession=AccessionOptions(limits=limits))
    with ground.open(tmp_path / "studio", options=options) as catalogue:
        with pytest.raises(PictureError):
            make.bring(catalogue, 1)
        assert list(catalogue.blobs.keys()) == []


# Sealing ----------------------------------------------------------------------------------------


def test_a_sealed_work_carries_its_verdict_and_nothing_else_has_changed(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 3)
    painted = catalogue.works.recipe(work.id)
    assert painted is not None
    judged = replace(painted, evaluation=make.evaluation(0.8))

    sealed = catalogue.accession.seal(work, judged, title="Evening")

    assert _stored_recipe(catalogue, sealed) == catalogue.works.recipe(work.id) == judged
    assert (sealed.id, sealed.standing, sealed.title) == (work.id, "kept", "Evening")
    assert sealed.fingerprint.pixels == work.fingerprint.pixels
    assert (sealed.thumbnails, sealed.added_at) == (work.thumbnails, work.added_at)
    assert catalogue.picture(sealed) == make.picture(3)


def test_sealing_leaves_no_old_file_behind(catalogue: Catalogue, make: Workshop) -> None:
    work = make.paint(catalogue, 3)
    sealed = catalogue.accession.seal(work, replace(make.recipe(3), evaluation=make.evaluation()))

    assert not catalogue.blobs.has(work.blob)
    assert set(catalogue.blobs.keys()) == {sealed.blob, *(key for _, key in sealed.thumbnails)}


def test_to_seal_twice_with_one_recipe_changes_nothing(
    catalogue: Catalogue, make: Workshop
) -> None:
    recipe = replace(make.recipe(3), evaluation=make.evaluation())
    once = catalogue.accession.seal(make.paint(catalogue, 3), recipe)

    assert catalogue.accession.seal(once, recipe) == once
    assert catalogue.picture(once) == make.picture(3)


def test_a_record_from_before_the_sealing_still_finds_its_picture(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 3)
    sealed = catalogue.accession.seal(work, replace(make.recipe(3), evaluation=make.evaluation()))

    assert work.blob != sealed.blob
    assert catalogue.picture(work) == make.picture(3)
    assert catalogue.data(work) == catalogue.data(sealed)


def test_a_file_that_another_work_stands_on_survives_sealing(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 3)
    other = _collect(catalogue, catalogue.data(work), "7")
    catalogue.accession.seal(work, replace(make.recipe(3), evaluation=make.evaluation()))

    assert other.blob == work.blob
    assert catalogue.picture(other) == make.picture(3)
    assert check(catalogue, read_data=True).is_clean


def test_a_file_let_go_between_its_storing_and_its_row_is_stored_again(
    catalogue: Catalogue, make: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, write = make.file(1), catalogue.database.write
    let_go = iter([True])

    def write_after_somebody_else() -> object:
        if next(let_go, False):
            for key in list(catalogue.blobs.keys()):
                catalogue.blobs.delete(key)
        return write()

    monkeypatch.setattr(catalogue.database, "write", write_after_somebody_else)
    work = _collect(catalogue, data, "7")

    assert catalogue.data(work) == data
    assert check(catalogue, read_data=True).is_clean


def test_a_work_that_is_not_there_cannot_be_sealed(catalogue: Catalogue, make: Workshop) -> None:
    work = replace(make.paint(catalogue, 3), id=99)

    with pytest.raises(UnknownItem, match="no work number 99"):
        catalogue.accession.seal(work, make.recipe(3))


def test_a_damaged_file_is_never_sealed_nor_shown(catalogue: Catalogue, make: Workshop) -> None:
    work = make.paint(catalogue, 3)
    path = catalogue.path_of(work)
    assert path is not None
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(bytes(data))

    for use in (
        lambda: catalogue.accession.seal(work, make.recipe(3)),
        lambda: catalogue.picture(work),
    ):
        with pytest.raises(DamageError, match=f"work {work.id} .*damaged"):
            use()

    path.unlink()
    with pytest.raises(DamageError, match="missing"):
        catalogue.picture(work)


def test_a_picture_of_one_pixel_and_one_of_many_come_in(
    catalogue: Catalogue, make: Workshop
) -> None:
    for number, size in enumerate([(1, 1), (1, 700), (2000, 3)]):
        flat = Picture(np.full((*size, 3), 99, dtype=np.uint8))
        work = _collect(catalogue, encode(flat), str(number))
        assert (work.height, work.width) == size
        assert catalogue.picture(work) == flat
    assert check(catalogue, read_data=True).is_clean


@pytest.mark.parametrize("ground", ["file"], indirect=True)
def test_a_seal_is_on_the_disk_before_the_old_file_goes(
    catalogue: Catalogue, make: Workshop
) -> None:
    told: list[str] = []
    with catalogue.database.write() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(told.append)
    work = make.paint(catalogue, 3)
    assert not any("synchronous=FULL" in line for line in told)
    told.clear()
    recipe = catalogue.works.recipe(work.id)
    assert recipe is not None
    catalogue.accession.seal(work, replace(recipe, cost_usd=0.25))
    driver.set_trace_callback(None)

    order = [line for line in told if "synchronous" in line or line == "COMMIT"]
    assert order[:3] == ["COMMIT", "PRAGMA synchronous=FULL", "COMMIT"]


def test_files_that_many_sealings_replace_go_together(catalogue: Catalogue, make: Workshop) -> None:
    works = [make.paint(catalogue, number, f"r/i/{number}/0") for number in (1, 2, 3)]
    sealed = [
        catalogue.accession.seal(
            work,
            replace(make.recipe(number), evaluation=make.evaluation()),
            then=lambda _connection: None,
        )
        for number, work in enumerate(works, 1)
    ]
    assert {work.blob for work in works} < set(catalogue.blobs.keys()), "they wait"

    catalogue.accession.let_go_old()

    assert not {work.blob for work in works} & set(catalogue.blobs.keys())
    assert {work.blob for work in sealed} < set(catalogue.blobs.keys())
    assert check(catalogue, read_data=True).orphans == ()


def test_what_comes_in_meanwhile_does_not_let_them_go_one_by_one(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 1, "r/i/1/0")
    recipe = replace(make.recipe(1), evaluation=make.evaluation())
    catalogue.accession.seal(work, recipe, then=lambda _connection: None)

    make.paint(catalogue, 2, "r/i/2/0")

    assert catalogue.blobs.has(work.blob), "it waits for the others"


def test_what_was_sealed_is_told_as_it_is_kept(catalogue: Catalogue, make: Workshop) -> None:
    work = make.paint(catalogue, 3)

    sealed = catalogue.accession.seal(
        work, replace(make.recipe(3), evaluation=make.evaluation()), title="Evening"
    )

    assert sealed == catalogue.works.get(work.id)


def test_another_picture_under_a_taken_identifier_leaves_no_file(
    catalogue: Catalogue, make: Workshop
) -> None:
    make.paint(catalogue, 1, "r/i/1/0")
    before = set(catalogue.blobs.keys())

    with pytest.raises(InputError):
        make.paint(catalogue, 2, "r/i/1/0")

    assert set(catalogue.blobs.keys()) == before

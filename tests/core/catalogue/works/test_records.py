"""Works without originals: records of what is elsewhere, and thumbnails of what may not be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.catalogue.check import check
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.catalogue.works.records import Registered
from gesso.core.errors import UnknownItem
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Provenance, Rights

pytestmark = pytest.mark.server

SEA = Facts(
    title="The Wave",
    creator="Gustave Courbet",
    date="1870",
    year_from=1870,
    year_to=1870,
    medium="oil on canvas",
    kind="Paintings",
    style="Realism",
    place="French",
    text="A wave breaks.",
    tags=("sea", "storm"),
    extra={"room": 12},
)


def record(identifier="1", facts=SEA, source="tate"):
    return Find(
        source, identifier, page="https://t.example/1", facts=facts, rights=Rights("CC0-1.0")
    )


def arrival(make, number=1, **changes):
    plain = Arrival(
        develop_file(make.file(number)),
        Provenance("collected", "tate", "1"),
        "The Wave",
        facts=SEA,
        page="https://t.example/1",
    )
    return replace(plain, **changes)


def test_a_record_is_a_work_that_hangs_nowhere(catalogue):
    catalogue.register.enter([record()])

    work = catalogue.works.get(1)

    assert (work.standing, work.blob, work.thumbnails, work.width) == ("record", "", (), 0)
    assert (work.medium, work.style, work.year_from) == ("oil on canvas", "Realism", 1870)
    assert catalogue.works.facts(1) == SEA
    assert catalogue.works.page().works == ()
    assert catalogue.works.page(standing="record").works == (work,)
    assert check(catalogue, read_data=True).is_clean


@pytest.mark.parametrize(
    "words", ["wave", "courbet", "storm", "canvas", "realism", "french", "break"]
)
def test_a_record_is_found_by_any_of_its_words(catalogue, words):
    catalogue.register.enter([record(str(n), Facts("Other")) for n in range(3)] + [record("x")])

    found = catalogue.works.words(words, standing=None)

    assert [hit.work.provenance.identifier for hit in found] == ["x"]


def test_records_entered_twice_are_there_once_and_up_to_date(catalogue):
    first = catalogue.register.enter([record("1"), record("2")])
    again = catalogue.register.enter([record("1"), record("2", replace(SEA, title="A Storm"))])

    assert first == Registered(2, 0, 0)
    assert again == Registered(0, 1, 1)
    assert catalogue.works.count(standing="record") == 2
    assert next(hit.work.id for hit in catalogue.works.words("a storm", standing=None)) == 2
    assert check(catalogue).is_clean


def test_facets_are_counted_for_one_and_for_many(catalogue, make):
    catalogue.register.enter(
        [record("1"), record("2"), record("3", replace(SEA, style="Baroque", year_from=-5))]
    )
    catalogue.accession.keep(arrival(make, provenance=Provenance("collected", "folder", "x")))

    counts = catalogue.facets.counts(standings=("kept", "record"))

    assert [(one.value, one.count) for one in counts["style"]] == [("Realism", 3), ("Baroque", 1)]
    assert [(one.value, one.count) for one in counts["decade"]] == [("1870", 3), ("-10", 1)]
    assert [(one.value, one.count) for one in counts["source"]] == [("tate", 3), ("folder", 1)]
    kept = catalogue.facets.counts(("style",), standings=("kept",))
    assert [(one.value, one.count) for one in kept["style"]] == [("Realism", 1)]
    assert check(catalogue).is_clean


def test_facets_that_are_out_of_step_are_found(catalogue):
    catalogue.register.enter([record()])
    with catalogue.database.write() as connection:
        connection.exec_driver_sql("UPDATE facet_counts SET count = 9 WHERE facet = 'style'")

    assert [problem.kind for problem in check(catalogue).problems] == ["counts"]


def test_a_record_has_no_picture_and_says_where_it_is(catalogue):
    catalogue.register.enter([record()])
    work = catalogue.works.get(1)

    for ask in (catalogue.picture, catalogue.data, catalogue.thumbnail):
        with pytest.raises(UnknownItem, match="1 is ") as told:
            ask(work)
        assert "https://t.example/1" in told.value.advice
    assert catalogue.path_of(work) is None


def test_a_record_becomes_whole_when_its_picture_comes(catalogue, make):
    catalogue.register.enter([record()])

    work = catalogue.accession.keep(arrival(make))

    assert (work.id, work.standing, work.has_original) == (1, "kept", True)
    assert catalogue.picture(work).pixels_sha256 == make.picture(1).pixels_sha256
    assert check(catalogue, read_data=True).is_clean


def test_of_what_may_not_be_kept_there_are_thumbnails_alone(catalogue, make):
    work = catalogue.accession.keep(arrival(make, keeps_original=False))

    assert not work.has_original
    assert [side for side, _ in work.thumbnails] == [512, 256]
    assert list(catalogue.blobs.keys()) == sorted({key for _, key in work.thumbnails})
    assert catalogue.picture(work).width == 24
    with pytest.raises(UnknownItem, match="original of work 1 is not kept"):
        catalogue.data(work)
    report = check(catalogue, read_data=True)
    assert report.is_clean
    assert (report.blobs, report.thumbnails) == (0, 1)


def test_thumbnails_alone_become_whole_when_the_original_may_be_kept(catalogue, make):
    half = catalogue.accession.keep(arrival(make, keeps_original=False))
    whole = catalogue.accession.keep(arrival(make, rights=Rights("CC0-1.0")))

    assert (whole.id, whole.has_original, whole.rights.licence) == (half.id, True, "CC0-1.0")
    assert catalogue.works.count() == 1
    assert check(catalogue, read_data=True).is_clean


def test_a_twin_is_linked_and_not_stored_twice(catalogue, make):
    first = catalogue.accession.keep(arrival(make))
    (kept,) = catalogue.accession.keep_many(
        [arrival(make, provenance=Provenance("collected", "met", "9"), is_apart=False)]
    )

    assert (kept.work.id, kept.is_new) == (first.id, False)
    assert catalogue.works.count() == 1


def test_thumbnails_alone_are_no_twin_for_an_original(catalogue, make):
    half = catalogue.accession.keep(arrival(make, keeps_original=False))
    (kept,) = catalogue.accession.keep_many(
        [arrival(make, provenance=Provenance("collected", "met", "9"), is_apart=False)]
    )

    assert kept.work.id != half.id
    assert kept.is_new


def test_what_is_written_with_the_works_stands_or_falls_with_them(catalogue, make):
    def refuse(_connection, _kept):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        catalogue.accession.keep_many([arrival(make)], refuse)

    assert catalogue.works.count() == 0

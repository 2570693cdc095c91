"""The shelf: pages that stay true while works come in, words, counts, a person's marks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.pages import read_cursor, write_cursor
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.works import Provenance, Rights, Work

from .workshop import Clock, Workshop


def _walk(catalogue: Catalogue, limit: int, order: str = "newest") -> list[int]:
    seen, after = [], None
    while True:
        page = catalogue.works.page(after, limit, standing=None, order=order)  # type: ignore[arg-type] # the orders are tried by name
        seen += [work.id for work in page.works]
        after = page.next
        if after is None:
            return seen


def test_an_empty_shelf_has_one_empty_page(catalogue: Catalogue) -> None:
    page = catalogue.works.page()

    assert page.works == ()
    assert page.next is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_together_are_the_whole_list(
    catalogue: Catalogue, make: Workshop, limit: int
) -> None:
    ids = [make.bring(catalogue, number).id for number in range(7)]

    assert _walk(catalogue, limit) == ids[::-1]
    assert _walk(catalogue, limit, "oldest") == ids


def test_works_of_one_moment_are_told_apart_by_their_number(
    catalogue: Catalogue, make: Workshop, clock: Clock
) -> None:
    ids = []
    for number in range(5):
        clock.now = clock.now.replace(second=0)
        ids.append(make.bring(catalogue, number).id)
    times = {work.added_at for work in catalogue.works.page(limit=10).works}

    assert _walk(catalogue, 2) == ids[::-1]
    assert len(times) < 5, "some came at one moment"


def test_a_work_that_comes_in_between_shifts_no_page(catalogue: Catalogue, make: Workshop) -> None:
    ids = [make.bring(catalogue, number).id for number in range(4)]
    first = catalogue.works.page(limit=2)
    make.bring(catalogue, 99)
    second = catalogue.works.page(first.next, limit=2)

    assert [work.id for work in (*first.works, *second.works)] == ids[::-1]


def test_a_page_can_be_narrowed(catalogue: Catalogue, make: Workshop) -> None:
    brought = make.bring(catalogue, 1)
    painted = make.paint(catalogue, 2)
    catalogue.works.set_favourite(painted.id, True)
    favourite = catalogue.works.get(painted.id)

    assert catalogue.works.page().works == (brought,)
    assert catalogue.works.page(standing="take").works == (favourite,)
    assert catalogue.works.page(standing=None, origin="made").works == (favourite,)
    assert catalogue.works.page(standing=None, favourite=False).works == (brought,)
    assert catalogue.works.page(standing=None, run="r").works == (favourite,)


def test_a_mark_of_another_list_is_refused(catalogue: Catalogue, make: Workshop) -> None:
    for number in range(3):
        make.bring(catalogue, number)
    mark = catalogue.works.page(limit=1).next

    with pytest.raises(InputError, match="belongs to no page of this list"):
        catalogue.works.page(mark, order="oldest")
    with pytest.raises(InputError, match="belongs to no page of this list"):
        catalogue.works.page(mark, favourite=True)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_mark_of_a_moment_that_no_calendar_has_is_refused(moment: str) -> None:
    cursor = write_cursor(datetime.fromisoformat(moment), 1, "question")

    with pytest.raises(InputError, match="belongs to no page"):
        read_cursor(cursor, "question")


@given(
    st.one_of(st.text(max_size=600), st.binary(max_size=60).map(base64.b64encode).map(bytes.decode))
)
def test_a_mark_from_nowhere_is_refused_whatever_it_is(cursor: str) -> None:
    with pytest.raises(InputError, match="belongs to no page"):
        read_cursor(cursor, "question")


@given(st.datetimes(timezones=st.just(UTC)), st.integers(1, 2**62), st.text())
def test_a_mark_says_again_what_was_written(added_at: datetime, row: int, question: str) -> None:
    cursor = write_cursor(added_at, row, question)

    assert read_cursor(cursor, question) == (added_at, row)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_bounds(catalogue: Catalogue, limit: int) -> None:
    with pytest.raises(InputError, match="Ask for 1 to 1000"):
        catalogue.works.page(limit=limit)


def test_a_work_that_is_not_there_is_named(catalogue: Catalogue) -> None:
    for ask in (
        lambda: catalogue.works.get(7),
        lambda: catalogue.works.recipe(7),
        lambda: catalogue.works.tags(7),
        lambda: catalogue.works.set_favourite(7, True),
        lambda: catalogue.works.set_title(7, "x"),
    ):
        with pytest.raises(UnknownItem, match="no work number 7"):
            ask()


def test_a_work_is_found_by_where_it_came_from(catalogue: Catalogue, make: Workshop) -> None:
    work = make.paint(catalogue, 1, "r/i/1/0")

    assert catalogue.works.find(make.provenance("r/i/1/0")) == work
    assert catalogue.works.find(make.provenance("r/i/1/1")) is None
    assert catalogue.works.find(Provenance("made", "other", "r/i/1/0")) is None
    assert catalogue.works.find(Provenance("made", "procedural")) is None


def test_a_work_is_found_by_its_bytes_and_by_its_pixels(
    catalogue: Catalogue, make: Workshop
) -> None:
    painted, brought = make.paint(catalogue, 1), make.bring(catalogue, 1)

    assert catalogue.works.by_data(brought.fingerprint.data) == [brought]
    assert catalogue.works.by_pixels(make.picture(1).pixels_sha256) == [painted, brought]
    assert catalogue.works.by_pixels("0" * 64) == []


# Words ------------------------------------------------------------------------------------------


def _found(catalogue: Catalogue, query: str) -> list[int]:
    return [hit.work.id for hit in catalogue.works.words(query, standing=None)]


def test_words_are_found_in_title_creator_tags_and_prompt(
    catalogue: Catalogue, make: Workshop
) -> None:
    work = make.paint(catalogue, 1, title="Ébauche of a storm")

    for query in ("storm", "ebauche", "STORM ébauche", "procedural", "brass", "sea", "sto"):
        assert _found(catalogue, query) == [work.id], query
    assert _found(catalogue, "storm unicorn") == []


def test_a_word_in_the_title_counts_more_than_one_in_the_prompt(
    catalogue: Catalogue, make: Workshop
) -> None:
    in_prompt = make.paint(catalogue, 1, title="Night")
    in_title = make.paint(catalogue, 2, title="Brass")

    assert _found(catalogue, "brass") == [in_title.id, in_prompt.id]


def test_a_tag_counts_more_than_a_mention(catalogue: Catalogue, make: Workshop) -> None:
    mention = make.paint(catalogue, 1, title="Night")
    by_them = make.bring(catalogue, 2, title="Night")
    catalogue.works.set_tags(by_them.id, ("brass",))
    newest_mention = make.paint(catalogue, 3, title="Night")

    assert _found(catalogue, "night brass") == [by_them.id, newest_mention.id, mention.id]


def test_one_letter_is_a_word_of_its_own(catalogue: Catalogue, make: Workshop) -> None:
    make.bring(catalogue, 1, title="Storm")
    letter = make.bring(catalogue, 2, title="The letter S")

    assert _found(catalogue, "s") == [letter.id]
    assert _found(catalogue, "the letter s") == [letter.id]


def test_words_follow_a_new_title_and_new_tags(catalogue: Catalogue, make: Workshop) -> None:
    work = make.bring(catalogue, 1, title="Old")
    catalogue.works.set_title(work.id, "Zephyr")
    catalogue.works.set_tags(work.id, ("quiet  water", "", "quiet water"))

    assert _found(catalogue, "old") == []
    assert _found(catalogue, "zephyr") == _found(catalogue, "quiet water") == [work.id]
    assert catalogue.works.tags(work.id) == ("quiet water",)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_sign_in_a_query_has_a_meaning(catalogue: Catalogue, query: str) -> None:
    assert catalogue.works.words(query) == []


@pytest.mark.parametrize(
    "query", ['"', "title:storm", "NOT", "a OR b", "storm*", "(((", "^x", "-storm", "\0", "{a b}:c"]
)
def test_what_search_engines_take_for_signs_is_words(catalogue: Catalogue, query: str) -> None:
    assert catalogue.works.words(query) == []


# Counts -----------------------------------------------------------------------------------------


def test_counts_follow_the_works(catalogue: Catalogue, make: Workshop) -> None:
    make.bring(catalogue, 1)
    takes = [make.paint(catalogue, number) for number in (2, 3)]
    catalogue.accession.seal(takes[0], make.recipe(2))

    assert catalogue.works.count() == 2
    assert catalogue.works.count(standing=None) == 3
    assert catalogue.works.count(standing="take") == 1
    assert catalogue.works.count(standing=None, origin="made") == 2
    assert catalogue.works.count(source="procedural") == 1
    assert catalogue.works.counts() == {
        ("brought", "1.png", "kept"): 1,
        ("made", "procedural", "kept"): 1,
        ("made", "procedural", "take"): 1,
    }


def test_a_record_comes_back_as_it_was_kept(catalogue: Catalogue, make: Workshop) -> None:
    rights = Rights("CC-BY-4.0", "Ana Ochoa, 1911", "https://example.org/rights")
    provenance = Provenance("collected", "met", "436535", "", "digitalCapture")
    work = catalogue.accession.accept_bytes(
        make.file(5),
        name="x.png",
        title="Ünder",
        creator="Ana",
        provenance=provenance,
        rights=rights,
    )

    again: Work = catalogue.works.get(work.id)

    assert again == work
    assert (again.rights, again.provenance) == (rights, provenance)
    assert again.added_at.tzinfo is not None
    assert sum(swatch.share for swatch in again.swatches) == pytest.approx(1, abs=1e-4)


def test_many_works_are_told_in_the_order_they_are_asked_for(
    catalogue: Catalogue, make: Workshop
) -> None:
    first, second = (make.paint(catalogue, number, f"r/i/{number}/0") for number in (1, 2))

    assert catalogue.works.many([second.id, first.id, second.id]) == [second, first, second]
    assert catalogue.works.many([]) == []
    with pytest.raises(UnknownItem, match="77"):
        catalogue.works.many([first.id, 77])

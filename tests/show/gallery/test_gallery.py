"""Walls: orders that hold still, rooms, colours, places."""

from __future__ import annotations

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.judgements import Score
from gesso.core.records.maker import Maker
from gesso.show.gallery import Gallery, Wall
from gesso.show.gallery.gallery import CHUNK
from gesso.show.gallery.wall import colours_of

from .conftest import BLUE, GREY, RED, Bring


def ids(gallery: Gallery, wall: Wall, limit: int = 3) -> list[int]:
    """All works of a wall, a page at a time."""
    found: list[int] = []
    after = None
    while True:
        page = gallery.page(wall, after, limit)
        assert page.place == len(found)
        found += [tile.id for tile in page.tiles]
        after = page.next
        if after is None:
            assert page.count == len(found)
            return found


@pytest.mark.parametrize("order", ["newest", "oldest", "best", "shuffled"])
def test_pages_hold_every_work_once_in_one_order(
    gallery: Gallery, bring: Bring, order: str
) -> None:
    works = [bring().id for _ in range(10)]
    wall = Wall(order=order, seed=5)  # type: ignore[arg-type]  # one of them

    found = ids(gallery, wall)
    assert sorted(found) == works
    assert found == ids(gallery, wall, 7)
    if order in ("newest", "oldest"):
        assert found == (works if order == "oldest" else works[::-1])


def test_the_best_come_first_and_those_without_a_score_last(
    catalogue: Catalogue, gallery: Gallery, bring: Bring
) -> None:
    works = [bring().id for _ in range(4)]
    given = {works[1]: 0.4, works[3]: 0.9}
    catalogue.scores.put(
        Score(work, "judge", "overall", value, Maker("judge", "1")) for work, value in given.items()
    )

    assert ids(gallery, Wall(order="best")) == [works[3], works[1], works[2], works[0]]


def test_a_shuffled_wall_depends_on_its_seed_alone(gallery: Gallery, bring: Bring) -> None:
    for _ in range(12):
        bring()
    one, again = Wall(order="shuffled", seed=1), Wall(order="shuffled", seed=1)

    assert ids(gallery, one) == ids(gallery, again)
    assert ids(gallery, one) != ids(gallery, Wall(order="shuffled", seed=2))


@pytest.mark.parametrize("order", ["newest", "oldest", "best", "shuffled"])
def test_works_that_come_in_while_pages_are_turned_shift_nothing(
    gallery: Gallery, bring: Bring, order: str
) -> None:
    before = [bring().id for _ in range(9)]
    wall = Wall(order=order, seed=3)  # type: ignore[arg-type]  # one of them
    whole = ids(gallery, wall)
    first = gallery.page(wall, None, 4)
    new = {bring().id for _ in range(5)}

    turned, after = [tile.id for tile in first.tiles], first.next
    while after is not None:
        page = gallery.page(wall, after, 4)
        turned += [tile.id for tile in page.tiles]
        after = page.next
    assert [work for work in turned if work not in new] == whole
    assert sorted(whole) == before
    assert len(turned) == len(set(turned))


def test_a_wall_that_follows_its_catalogue_is_the_wall_that_is_hung_anew(
    catalogue: Catalogue, gallery: Gallery, bring: Bring
) -> None:
    works = [bring(source="a" if number % 2 else "b") for number in range(12)]
    walls = [
        Wall(),
        Wall("favourites"),
        Wall(order="oldest", source="a"),
        Wall(order="shuffled", seed=9),
        Wall(order="best"),
    ]
    for wall in walls:
        ids(gallery, wall)
    catalogue.works.set_favourite(works[3].id, True)
    catalogue.works.set_favourite(works[5].id, True)
    for wall in walls:
        ids(gallery, wall)
    catalogue.works.set_favourite(works[3].id, False)
    catalogue.scores.put([Score(works[2].id, "judge", "overall", 0.7, Maker("judge", "1"))])
    bring(source="a")
    catalogue.works.set_title(works[1].id, "Renamed")

    anew = Gallery(lambda: catalogue)
    for wall in walls:
        assert ids(gallery, wall) == ids(anew, wall), wall
    assert "Renamed" in {tile.title for tile in gallery.page(Wall(), None, 60).tiles}
    anew.close()


def test_rooms_and_sources_narrow(catalogue: Catalogue, gallery: Gallery, bring: Bring) -> None:
    met = bring(source="met", origin="collected").id
    here = bring(source="here").id
    catalogue.works.set_favourite(here, True)

    assert ids(gallery, Wall("collected")) == [met]
    assert ids(gallery, Wall("brought")) == [here]
    assert ids(gallery, Wall("made")) == []
    assert ids(gallery, Wall("favourites")) == [here]
    assert ids(gallery, Wall(source="met")) == [met]
    assert ids(gallery, Wall(source="nobody")) == []
    assert gallery.sources() == ["here", "met"]


def test_a_colour_is_found_also_where_it_is_an_accent(gallery: Gallery, bring: Bring) -> None:
    plain, red, accented = bring(GREY).id, bring(RED).id, bring(GREY, accent=RED).id
    bring(BLUE)
    [stripe] = [one for one in gallery.spectrum(Wall()) if one.words.endswith("red")]

    found = ids(gallery, Wall(colours=(stripe.first, stripe.last)))
    assert sorted(found) == sorted([red, accented])
    assert plain not in found


def test_the_spectrum_is_of_the_works_that_hang(gallery: Gallery, bring: Bring) -> None:
    bring(RED, source="a")
    before = gallery.spectrum(Wall())
    bring(BLUE, source="b")
    after = gallery.spectrum(Wall())

    assert sum(stripe.share for stripe in after) == pytest.approx(1)
    assert {stripe.words for stripe in before} < {stripe.words for stripe in after}
    assert {stripe.words for stripe in gallery.spectrum(Wall(source="a"))} == {
        stripe.words for stripe in before
    }
    reds = next(stripe for stripe in after if stripe.words.endswith("red"))
    red, green, blue = (int(reds.hex[at : at + 2], 16) for at in (1, 3, 5))
    assert (red, green, blue) == pytest.approx((200, 40, 40), abs=12)


def test_an_outline_tells_how_wide_works_are(gallery: Gallery, bring: Bring) -> None:
    for size in ((50, 100), (100, 50), (60, 60)):
        bring(size=size)
    outline = gallery.outline(Wall(order="oldest"))
    numbers = gallery.aspects(Wall(order="oldest"), outline.version, 0, 10)

    assert (outline.count, outline.chunk) == (3, CHUNK)
    assert outline.widths == (3.5,)
    assert [int.from_bytes(numbers[at : at + 2], "little") for at in (0, 2, 4)] == [2000, 500, 1000]


def test_an_outline_stays_true_while_works_come_in(gallery: Gallery, bring: Bring) -> None:
    works = [bring().id for _ in range(5)]
    outline = gallery.outline(Wall())
    bring()
    tiles = gallery.tiles(Wall(), outline.version, 0, 5)

    assert [int(tile.split(b",")[0].split(b":")[1]) for tile in tiles] == works[::-1]
    assert gallery.outline(Wall()).version != outline.version
    with pytest.raises(UnknownItem, match="forgotten"):
        gallery.tiles(Wall(), 3, 0, 5)


@pytest.mark.parametrize("order", ["newest", "oldest", "best", "shuffled"])
def test_a_work_knows_its_place(gallery: Gallery, bring: Bring, order: str) -> None:
    works = [bring().id for _ in range(9)]
    wall = Wall(order=order, seed=4)  # type: ignore[arg-type]  # one of them

    found = ids(gallery, wall)
    assert [gallery.place_of(wall, work) for work in found] == list(range(9))
    assert gallery.place_of(wall, works[-1] + 1) is None
    assert gallery.beside(wall, found[4]) == (found[3], found[5])
    assert gallery.beside(wall, found[0]) == (None, found[1])


def test_marks_stand_where_a_stretch_begins(gallery: Gallery, bring: Bring) -> None:
    for _ in range(4):
        bring()
    marks = gallery.outline(Wall()).marks

    assert marks[0].place == 0
    assert marks[0].is_major
    assert not gallery.outline(Wall(order="shuffled", seed=1)).marks
    assert [mark.words for mark in gallery.outline(Wall(order="best")).marks] == ["no score"]


def test_a_page_at_hand_is_the_page_that_was_asked_for(gallery: Gallery, bring: Bring) -> None:
    work = bring()
    assert gallery.prepared(Wall(), None, 60) is None
    page = gallery.page(Wall())
    prepared = gallery.prepared(Wall(), None, 60)

    assert prepared is not None
    assert (prepared.prepared, prepared.tag) == (page.prepared, page.tag)
    gallery.set_favourite(work.id, True)
    assert gallery.prepared(Wall(), None, 60) is None
    assert gallery.page(Wall()).tag != page.tag


def test_an_empty_wall_is_one_page(gallery: Gallery) -> None:
    assert ids(gallery, Wall()) == []
    assert gallery.outline(Wall()).widths == ()
    assert gallery.spectrum(Wall()) == ()


@pytest.mark.parametrize("mark", ["forged", "", "A" * 500, "WzEsMl0", "bnVsbA"])
def test_a_forged_mark_is_refused(gallery: Gallery, bring: Bring, mark: str) -> None:
    bring()
    with pytest.raises(InputError, match="page mark"):
        gallery.page(Wall(), mark)


def test_a_mark_belongs_to_one_wall(gallery: Gallery, bring: Bring) -> None:
    for _ in range(3):
        bring()
    mark = gallery.page(Wall(), None, 2).next

    with pytest.raises(InputError, match="page mark"):
        gallery.page(Wall(order="oldest"), mark)


@pytest.mark.parametrize("told", ["96", "5-3", "x", "1-2-3", "-1", "1-", "0-96"])
def test_a_range_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(InputError, match="spectrum"):
        colours_of(told)


def test_only_thumbnails_are_given_by_their_hash(
    catalogue: Catalogue, gallery: Gallery, bring: Bring
) -> None:
    work = bring(size=(600, 800))
    thumbnail = dict(work.thumbnails)[512]

    data, media_type = gallery.thumb(thumbnail)
    assert (data[:2], media_type) == (b"\xff\xd8", "image/jpeg")
    with pytest.raises(UnknownItem):
        gallery.thumb(work.blob)

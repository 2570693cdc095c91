from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.core.outside.conftest import FakeClock
from tests.stubs.museums_stub import Aic, aic_artwork, answer_json, pictures
from tests.stubs.web_stub import WebStub

from gesso.collect.sources.aic import AicOptions, AicSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import BadOutput, InputError
from gesso.core.outside.polite.fetcher import Fetcher

IMAGE = "2d484387-2509-5e8e-2c43-000000000001"


def source(fetcher: Fetcher, **options: Any) -> AicSource:
    return AicSource(replace(AicOptions(base_url="http://api.aic.test/api/v1"), **options), fetcher)


@pytest.fixture
def aic(web: WebStub) -> Aic:
    aic = Aic([aic_artwork(n) for n in range(1, 251)])
    web.hosts["api.aic.test"] = aic
    web.hosts["pictures.aic.test"] = pictures
    return aic


def test_a_search_is_paged_and_tells_who_asks(aic: Aic, fetcher: Fetcher, clock: FakeClock) -> None:
    found = list(source(fetcher).finds(Wish(("river", "park"))))

    assert [find.identifier for find in found] == [str(n) for n in range(1, 251)]
    assert [asked["page"] for asked in aic.asked] == [1, 2, 3]
    assert aic.asked[0]["q"] == "river park"
    assert aic.asked[0]["query"]["bool"]["filter"] == [{"term": {"is_public_domain": True}}]
    assert aic.asked[0]["agent"].endswith("(+us@gesso.test)")
    assert sum(clock.waits) == pytest.approx(2.0, abs=0.01)


def test_an_artwork_is_told_in_full(aic: Aic, fetcher: Fetcher) -> None:
    one = source(fetcher)
    find = next(one.finds(Wish(("x",), limit=1)))

    assert find.url == f"http://pictures.aic.test/iiif/2/{IMAGE}/full/843,/0/default.jpg"
    assert find.page == "https://www.artic.edu/artworks/1"
    assert find.revision == IMAGE
    facts = find.facts
    assert (facts.title, facts.creator, facts.style) == (
        "Artwork 1",
        "Georges Seurat",
        "Pointillism",
    )
    assert (facts.year_from, facts.year_to, facts.place) == (1884, 1886, "France")
    assert facts.text == "People in a park by the river."
    assert find.rights.licence == "CC0-1.0"
    assert "Helen Birch Bartlett" in find.rights.credit

    delivery = one.fetch(find)
    assert delivery is not None
    assert delivery.data.startswith(b"\xff\xd8")
    assert one.fetch(find, delivery.validator) is None


def test_only_free_works_with_a_picture_are_finds_and_broken_ones_are_complaints(
    web: WebStub, fetcher: Fetcher
) -> None:
    web.hosts["api.aic.test"] = Aic(
        [
            aic_artwork(1, is_public_domain=False),
            aic_artwork(2, image_id=None),
            aic_artwork(3, id=None),
            {},
            aic_artwork(4, image_id="../../etc"),
            aic_artwork(5, date_start=None, term_titles=None, thumbnail=None, artist_title=None),
        ]
    )
    one = source(fetcher)

    assert [find.identifier for find in one.finds(Wish(("x",)))] == ["5"]
    assert len(one.complaints()) == 3


def test_ids_are_asked_for_together_and_a_missing_one_is_a_complaint(
    aic: Aic, fetcher: Fetcher
) -> None:
    one = source(fetcher)
    places = ("7", "https://www.artic.edu/artworks/9/some-title", "9999")

    assert [find.identifier for find in one.finds(Wish(places))] == ["7", "9"]
    assert len(aic.asked) == 1
    assert one.complaints() == ("The Art Institute has no artwork 9999.",)


def test_a_search_that_is_too_large_for_the_museums_terms_says_so(
    web: WebStub, fetcher: Fetcher
) -> None:
    aic = Aic([aic_artwork(1)] * 10_500, total=10_500)
    web.hosts["api.aic.test"] = aic
    one = source(fetcher)

    assert len(list(one.finds(Wish()))) == 1
    assert len(aic.asked) == 100
    assert "10,000 of a search's 10,500" in one.complaints()[-1]


def test_since_goes_into_the_question(aic: Aic, fetcher: Fetcher) -> None:
    since = datetime(2026, 5, 2, tzinfo=UTC)

    assert list(source(fetcher).finds(Wish(("x",), since=since))) == []
    conditions = aic.asked[0]["query"]["bool"]["filter"]
    assert {"range": {"updated_at": {"gte": "2026-05-02T00:00:00+00:00"}}} in conditions


def test_the_dump_is_listed_without_a_request(
    fetcher: Fetcher, web: WebStub, tmp_path: Path
) -> None:
    folder = tmp_path / "json" / "artworks"
    folder.mkdir(parents=True)
    for number in (2, 10, 1):
        (folder / f"{number}.json").write_text(json.dumps(aic_artwork(number)), "utf-8")
    (folder / "3.json").write_text("{", "utf-8")
    one = source(fetcher, dump=str(tmp_path))

    assert [find.identifier for find in one.finds(Wish())] == ["1", "2", "10"]
    assert [find.identifier for find in one.finds(Wish(("10", "4")))] == ["10"]
    assert [find.identifier for find in one.finds(Wish(("seurat",), limit=1))] == ["1"]
    assert list(one.finds(Wish(("picasso",)))) == []
    assert web.seen == []
    assert any("3.json" in line for line in one.complaints())


def test_what_is_no_dump_is_said(fetcher: Fetcher, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no data dump"):
        list(source(fetcher, dump=str(tmp_path)).finds(Wish()))


@pytest.mark.parametrize("places", [("https://elsewhere.test/",), ("",), ("7", "cats")])
def test_a_place_that_is_none_is_said(places: tuple[str, ...], fetcher: Fetcher) -> None:
    with pytest.raises(InputError):
        source(fetcher).finds(Wish(places))


def test_an_answer_that_is_no_list_is_said(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["api.aic.test"] = lambda _: answer_json({"status": 400, "error": "Bad"})
    with pytest.raises(BadOutput, match="no list"):
        list(source(fetcher).finds(Wish(("x",))))


def test_a_width_has_a_range() -> None:
    with pytest.raises(ValueError, match="width"):
        AicOptions(width=10)

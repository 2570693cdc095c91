from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.core.outside.conftest import FakeClock
from tests.stubs.museums_stub import Met, answer_json, met_object, pictures
from tests.stubs.web_stub import Page, WebStub

from gesso.collect.sources.met import MetOptions, MetSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import BadOutput, Blocked, Gone, InputError
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.records.works import Rights

API = "http://api.met.test/v1"
CHALLENGE = Page(
    403,
    b'<html><iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe></html>',
    {"Content-Type": "text/html"},
)
HEADER = (
    "Object Number,Is Highlight,Is Timeline Work,Is Public Domain,Object ID,Department,Title,"
    "Culture,Artist Display Name,Artist Nationality,Object Date,Object Begin Date,Object End Date,"
    "Medium,Credit Line,Classification,Object Name,Link Resource,Metadata Date,Tags"
)


def row(number: int, title: str = "Wheat Field", free: str = "True", date: str = "") -> str:
    return (
        f'1993.{number},False,False,{free},{number},European Paintings,"{title}",,'
        f'Vincent van Gogh|Someone,Dutch,1889,1889,1890,Oil,"Purchase, 1993",Paintings,Painting,'
        f"http://www.metmuseum.org/art/collection/search/{number},{date},Cypresses|Fields"
    )


def source(fetcher: Fetcher, **options: Any) -> MetSource:
    return MetSource(replace(MetOptions(base_url=API), **options), fetcher)


@pytest.fixture
def met(web: WebStub) -> Met:
    met = Met({n: met_object(n) for n in (1, 2, 3)}, found=(1, 2, 3))
    web.hosts["api.met.test"] = met
    web.hosts["images.met.test"] = pictures
    return met


def test_a_search_gives_free_pictures_with_what_the_museum_tells(
    met: Met, fetcher: Fetcher
) -> None:
    found = list(source(fetcher).finds(Wish(("sunflowers", "departmentId=11"))))

    assert [find.identifier for find in found] == ["1", "2", "3"]
    first = found[0]
    assert first.url == "http://images.met.test/original/1.jpg"
    assert first.page == "https://www.metmuseum.org/art/collection/search/1"
    assert first.revision == "2026-04-01T04:54:33.77Z"
    facts = first.facts
    assert (facts.title, facts.creator, facts.place) == ("Picture 1", "Vincent van Gogh", "Dutch")
    assert (facts.year_from, facts.year_to, facts.kind) == (1889, 1889, "Paintings")
    assert facts.tags == ("Cypresses", "Fields")
    assert facts.extra["department"] == "European Paintings"
    assert first.rights == Rights(
        "CC0-1.0",
        "The Metropolitan Museum of Art. Purchase, 1993",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    )


def test_parameters_always_stand_in_one_order_with_the_words_last(
    met: Met, fetcher: Fetcher
) -> None:
    for places in (("departmentId=11", "cats"), ("cats", "departmentId=11")):
        list(source(fetcher).finds(Wish(places, limit=1)))

    searches = [query for query in met.queries if "q=" in query]
    assert searches == ["departmentId=11&hasImages=true&q=cats"] * 2


def test_what_is_not_free_or_has_no_picture_is_no_find(web: WebStub, fetcher: Fetcher) -> None:
    objects = {
        1: met_object(1, isPublicDomain=False, primaryImage="", primaryImageSmall=""),
        2: met_object(2, primaryImage="", primaryImageSmall=""),
        3: met_object(3, isPublicDomain=False),
        4: met_object(4, primaryImage=""),
        5: met_object(5, title=None, tags=None, objectBeginDate=None, creditLine=None),
    }
    web.hosts["api.met.test"] = Met(objects, found=(1, 2, 3, 4, 5))

    found = list(source(fetcher).finds(Wish(("x",))))

    assert [find.identifier for find in found] == ["4", "5"]
    assert found[0].url.endswith("/web/4.jpg")


def test_loans_and_broken_records_are_complaints_and_the_list_goes_on(
    web: WebStub, fetcher: Fetcher
) -> None:
    objects = {1: met_object(1), 2: met_object(2, objectID="?"), 4: met_object(4)}
    web.hosts["api.met.test"] = Met(objects, found=(1, 2, 3, 4))
    one = source(fetcher)

    assert [find.identifier for find in one.finds(Wish(("x",)))] == ["1", "4"]
    assert len(one.complaints()) == 2
    assert "Object 3 is on loan or withdrawn" in one.complaints()[1]


def test_nothing_found_is_an_empty_list(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["api.met.test"] = Met({}, found=())
    assert list(source(fetcher).finds(Wish(("x",)))) == []


def test_an_answer_that_is_no_list_is_said(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["api.met.test"] = lambda _: answer_json(["no"])
    with pytest.raises(BadOutput, match="Met"):
        list(source(fetcher).finds(Wish(("x",))))


def test_ids_and_addresses_of_pages_are_taken(met: Met, fetcher: Fetcher) -> None:
    places = ("2", "https://www.metmuseum.org/art/collection/search/3?x=1")

    assert [find.identifier for find in source(fetcher).finds(Wish(places))] == ["2", "3"]


@pytest.mark.parametrize(
    "places", [("https://elsewhere.test/1",), ("colour=red",), (" ",), ("1", "cats")]
)
def test_a_place_that_is_none_is_said(places: tuple[str, ...], fetcher: Fetcher) -> None:
    with pytest.raises(InputError):
        source(fetcher).finds(Wish(places))


def test_a_limit_asks_for_no_object_beyond_it(met: Met, fetcher: Fetcher, web: WebStub) -> None:
    assert len(list(source(fetcher).finds(Wish(("x",), limit=2)))) == 2
    assert "/v1/objects/3" not in web.paths()


def test_since_keeps_only_what_changed(web: WebStub, fetcher: Fetcher) -> None:
    met = Met({n: met_object(n) for n in (1, 2)}, found=(1, 2), changed=(2, 9))
    web.hosts["api.met.test"] = met
    since = datetime(2026, 3, 1, tzinfo=UTC)

    assert [f.identifier for f in source(fetcher).finds(Wish(("x",), since=since))] == ["2"]
    assert "metadataDate=2026-03-01" in met.queries


def test_further_views_have_identifiers_of_their_own(met: Met, fetcher: Fetcher) -> None:
    found = source(fetcher, additional=True, size="web").finds(Wish(("1",)))

    assert [(find.identifier, find.url.rpartition("/")[2]) for find in found] == [
        ("1", "1.jpg"),
        ("1/1", "1b.jpg"),
    ]


def test_a_bar_in_the_middle_of_a_list_is_waited_out_and_nothing_is_lost(
    web: WebStub, fetcher: Fetcher, clock: FakeClock
) -> None:
    met = Met({n: met_object(n) for n in range(1, 60)}, found=tuple(range(1, 60)))
    bars = iter([False] * 30 + [True, True] + [False] * 1000)
    web.hosts["api.met.test"] = lambda seen: CHALLENGE if next(bars) else met(seen)

    found = list(source(fetcher).finds(Wish(("x",))))

    assert [find.identifier for find in found] == [str(n) for n in range(1, 60)]
    assert sum(clock.waits) >= 30 + 60


def test_its_api_is_asked_at_its_pace(met: Met, fetcher: Fetcher, clock: FakeClock) -> None:
    list(source(fetcher, per_s=2, burst=1).finds(Wish(("1", "2", "3"))))

    assert sum(clock.waits) == pytest.approx(1.0)


def test_a_picture_comes_once_and_is_unchanged_the_second_time(met: Met, fetcher: Fetcher) -> None:
    one = source(fetcher)
    find = next(one.finds(Wish(("1",))))
    first = one.fetch(find)

    assert first is not None
    assert first.data.startswith(b"\xff\xd8")
    assert first.name == "1.jpg"
    assert one.fetch(find, first.validator) is None


def test_a_challenge_instead_of_a_picture_is_blocked(
    met: Met, fetcher: Fetcher, web: WebStub
) -> None:
    web.hosts["images.met.test"] = lambda seen: (
        Page(404) if seen.path == "/robots.txt" else CHALLENGE
    )
    one = source(fetcher)
    with pytest.raises(Blocked) as caught:
        one.fetch(next(one.finds(Wish(("1",)))))
    assert caught.value.until_s == pytest.approx(30)


# The CSV ------------------------------------------------------------------------------------


def written(folder: Path, *rows: str, header: str = HEADER) -> str:
    path = folder / "MetObjects.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([header, *rows]).encode() + b"\r\n")
    return str(path)


def test_the_csv_is_listed_without_a_request_and_the_api_asked_for_the_chosen(
    met: Met, fetcher: Fetcher, web: WebStub, tmp_path: Path
) -> None:
    title = 'Wheat Field\r\nwith ""Cypresses""'
    path = written(tmp_path, row(1, title), row(2, free="False"), row(3, "Irises"))
    one = source(fetcher, csv=path)

    found = list(one.finds(Wish()))

    assert web.seen == []
    assert [find.identifier for find in found] == ["1", "3"]
    facts = found[0].facts
    assert facts.title == 'Wheat Field with "Cypresses"'
    assert facts.creator == "Vincent van Gogh, Someone"
    assert (facts.year_from, facts.year_to, facts.tags) == (1889, 1890, ("Cypresses", "Fields"))
    assert found[0].rights.licence == "CC0-1.0"

    delivery = one.fetch(found[0])
    assert delivery is not None
    assert delivery.find is not None
    assert delivery.find.url == "http://images.met.test/original/1.jpg"
    assert delivery.find.identifier == "1"
    assert web.paths("api.met.test") == ["/v1/objects/1"]


def test_words_and_ids_choose_among_the_rows(fetcher: Fetcher, tmp_path: Path) -> None:
    path = written(tmp_path, row(1), row(2, "Irises"), row(3, "Roses", date="2020-01-01"))

    def ids(*places: str, since: datetime | None = None) -> list[str]:
        wish = Wish(places, since=since)
        return [find.identifier for find in source(fetcher, csv=path).finds(wish)]

    assert ids("irises", "gogh") == ["2"]
    assert ids("3", "1") == ["1", "3"]
    assert ids(since=datetime(2021, 1, 1, tzinfo=UTC)) == ["1", "2"]
    with pytest.raises(InputError, match="departmentId"):
        ids("departmentId=11")


def test_a_row_that_is_broken_is_a_complaint(fetcher: Fetcher, tmp_path: Path) -> None:
    broken = row(2).replace(",2,", ",two,", 1)
    one = source(fetcher, csv=written(tmp_path, row(1), "a,b,c", broken, row(4)))

    assert [find.identifier for find in one.finds(Wish())] == ["1", "4"]
    assert len(one.complaints()) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "git lfs pull"),
        (b"a,b\n1,2\n", "another file"),
        (b"", "another file"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_the_csv_is_said(
    content: bytes | None, said: str, fetcher: Fetcher, tmp_path: Path
) -> None:
    path = tmp_path / "MetObjects.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        list(source(fetcher, csv=str(path)).finds(Wish()))


def test_an_object_that_lost_its_picture_is_gone(
    web: WebStub, fetcher: Fetcher, tmp_path: Path
) -> None:
    web.hosts["api.met.test"] = Met({1: met_object(1, isPublicDomain=False)})
    one = source(fetcher, csv=written(tmp_path, row(1)))
    with pytest.raises(Gone):
        one.fetch(next(one.finds(Wish())))


@pytest.mark.parametrize("options", [{"size": "huge"}, {"per_s": 0.0}])
def test_options_have_a_range(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"size|pace"):
        MetOptions(**options)


def test_two_runs_give_the_same_finds(met: Met, fetcher_for: Callable[..., Fetcher]) -> None:
    first = list(source(fetcher_for()).finds(Wish(("x",))))
    assert first == list(source(fetcher_for()).finds(Wish(("x",))))

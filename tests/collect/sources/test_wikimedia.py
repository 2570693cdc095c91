from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.core.outside.conftest import FakeClock
from tests.stubs.museums_stub import Commons, answer_json, commons_file, pictures
from tests.stubs.web_stub import WebStub

from gesso.collect.sources.remote import licence, plain
from gesso.collect.sources.source import Wish
from gesso.collect.sources.wikimedia import WikimediaOptions, WikimediaSource
from gesso.core.errors import BadOutput, InputError, Transient
from gesso.core.outside.polite.fetcher import Fetcher

API = "http://commons.test/w/api.php"


def source(fetcher: Fetcher, **options: Any) -> WikimediaSource:
    return WikimediaSource(replace(WikimediaOptions(api_url=API), **options), fetcher)


def commons(web: WebStub, **files: Any) -> Commons:
    made = Commons({"Category:Haystacks": [commons_file(n) for n in range(1, 6)], **files})
    web.hosts["commons.test"] = made
    web.hosts["upload.commons.test"] = pictures
    return made


def test_a_category_is_read_to_its_end(web: WebStub, fetcher: Fetcher) -> None:
    asked = commons(web).asked
    found = list(source(fetcher).finds(Wish(("Category:Haystacks",))))

    assert [find.identifier for find in found] == [f"M{1000 + n}" for n in range(1, 6)]
    assert [one.get("gcmcontinue") for one in asked] == [None, "2", "4"]
    assert {one["maxlag"] for one in asked} == {"5"}


def test_a_file_brings_its_licence_and_its_author_in_plain_words(
    web: WebStub, fetcher: Fetcher
) -> None:
    commons(web)
    one = source(fetcher)
    find = next(one.finds(Wish(("Category:Haystacks",))))

    assert find.url == "http://upload.commons.test/thumb/1.jpg/1920px-1.jpg"
    assert find.page == "https://commons.wikimedia.org/wiki/File:Painting_1.jpg"
    assert find.revision == f"{1:040x}"
    assert find.facts.title == "Painting 1"
    assert find.facts.creator == "Claude Monet"
    assert find.facts.text == "A haystack & snow 1891"
    assert (find.facts.year_from, find.facts.year_to) == (1890, 1891)
    assert find.facts.tags == ("Haystacks", "Snow in art")
    assert find.rights.licence == "CC-BY-SA-4.0"
    assert find.rights.credit == "Claude Monet, CC BY-SA 4.0, Wikimedia Commons"
    assert find.rights.url == "https://creativecommons.org/licenses/by-sa/4.0"

    delivery = one.fetch(find)
    assert delivery is not None
    assert delivery.name == "1920px-1.jpg"
    assert one.fetch(find, delivery.validator) is None


def test_the_original_is_taken_only_when_wished_for(web: WebStub, fetcher: Fetcher) -> None:
    commons(web)
    find = next(source(fetcher, original=True).finds(Wish(("Category:Haystacks",))))

    assert find.url == "http://upload.commons.test/1.jpg"
    assert (find.size_bytes, find.media_type) == (5_000_000, "image/jpeg")


def test_files_searches_and_addresses_of_pages_are_taken(web: WebStub, fetcher: Fetcher) -> None:
    file, search = "File:Painting 7.jpg", "filetype:bitmap|drawing snow & hay"
    asked = commons(web, **{file: [commons_file(7)], search: [commons_file(8)]}).asked
    places = (
        "https://commons.wikimedia.org/wiki/File:Painting_7.jpg",
        "snow & hay",
        "category:Haystacks",
        "File:Missing.jpg",
    )
    one = source(fetcher)
    found = [find.identifier for find in one.finds(Wish(places))]

    assert found == ["M1007", "M1008", *[f"M{1000 + n}" for n in range(1, 6)]]
    assert asked[1]["gsrnamespace"] == "6"
    assert one.complaints() == ("Commons has no file 'File:Missing.jpg'.",)


def test_categories_inside_are_read_as_deep_as_wished_and_circles_end(
    web: WebStub, fetcher: Fetcher
) -> None:
    made = commons(web, **{"Category:A": [commons_file(1)], "Category:B": [commons_file(2)],
                           "Category:C": [commons_file(3)]})  # fmt: skip
    made.inside = {"Category:A": ["Category:B"], "Category:B": ["Category:A", "Category:C"]}

    def ids(depth: int) -> list[str]:
        found = source(fetcher, depth=depth).finds(Wish(("Category:A",)))
        return [find.identifier for find in found]

    assert ids(0) == ["M1001"]
    assert ids(1) == ["M1001", "M1002"]
    assert ids(5) == ["M1001", "M1002", "M1003"]


def test_parts_of_one_batch_are_put_together(web: WebStub, fetcher: Fetcher) -> None:
    whole = commons_file(1)
    bare = {name: whole[name] for name in ("pageid", "title")}
    replies = iter(
        [
            {"query": {"pages": [bare]}, "continue": {"iistart": "x", "continue": "||"}},
            {"query": {"pages": [whole]}, "batchcomplete": True},
        ]
    )
    web.hosts["commons.test"] = lambda _: answer_json(next(replies))

    found = list(source(fetcher).finds(Wish(("Category:X",))))
    assert [find.identifier for find in found] == ["M1001"]


def test_what_is_no_picture_or_cannot_be_read_is_passed_over(
    web: WebStub, fetcher: Fetcher
) -> None:
    files = [
        commons_file(1, mime="audio/ogg"),
        commons_file(2, url=None, thumburl=None),
        {"title": "File:Odd.jpg", "imageinfo": [{"mime": "image/png"}]},
        commons_file(3, extmetadata=[]),
        commons_file(4),
    ]
    commons(web, **{"Category:Mixed": files})
    one = source(fetcher)
    found = list(one.finds(Wish(("Category:Mixed",))))

    assert [find.identifier for find in found][-2:] == ["M1003", "M1004"]
    assert all(find.url.startswith("http") for find in found)
    assert found[-2].rights.licence == ""
    assert len(one.complaints()) == 2


def test_only_what_changed_since(web: WebStub, fetcher: Fetcher) -> None:
    commons(
        web, **{"Category:X": [commons_file(1), commons_file(2, timestamp="2025-01-01T00:00:00Z")]}
    )
    since = datetime(2026, 1, 1, tzinfo=UTC)

    found = source(fetcher).finds(Wish(("Category:X",), since=since))
    assert [find.identifier for find in found] == ["M1001"]


def test_lag_is_waited_out(web: WebStub, fetcher: Fetcher, clock: FakeClock) -> None:
    commons(web).lags = 2
    assert len(list(source(fetcher).finds(Wish(("Category:Haystacks",))))) == 5
    assert sum(clock.waits) == pytest.approx(12.4)

    commons(web).lags = 100
    with pytest.raises(Transient, match="too busy"):
        list(source(fetcher).finds(Wish(("Category:Haystacks",))))


def test_a_refused_list_is_said(web: WebStub, fetcher: Fetcher) -> None:
    error = {"error": {"code": "badvalue", "info": "Unrecognized <b>value</b>"}}
    web.hosts["commons.test"] = lambda _: answer_json(error)
    with pytest.raises(BadOutput, match="Unrecognized value"):
        list(source(fetcher).finds(Wish(("Category:X",))))


@pytest.mark.parametrize("places", [(), ("https://elsewhere.test/wiki/File:X.jpg",), ("a|b",),
                                    ("https://commons.wikimedia.org/wiki/Main_Page",)])  # fmt: skip
def test_a_place_that_is_none_is_said(places: tuple[str, ...], fetcher: Fetcher) -> None:
    with pytest.raises(InputError):
        source(fetcher).finds(Wish(places))


@pytest.mark.parametrize("options", [{"width": 1000}, {"depth": 9}])
def test_options_have_a_range(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"width|depth"):
        WikimediaOptions(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("https://creativecommons.org/licenses/by-nc-nd/3.0/de/deed.en", "CC-BY-NC-ND-3.0"),
        ("cc-by-sa-3.0-de", "CC-BY-SA-3.0"),
        ("CC BY 2.0", "CC-BY-2.0"),
        ("cc0", "CC0-1.0"),
        ("pd-old-100", "CC-PDM-1.0"),
        ("Public domain", "CC-PDM-1.0"),
        (
            "http://rightsstatements.org/vocab/InC/1.0/",
            "http://rightsstatements.org/vocab/InC/1.0/",
        ),
        ("Fair use", ""),
        ("cc-by-sa", ""),
        ("", ""),
    ],
)
def test_a_licence_has_one_name(said: str, found: str) -> None:
    assert licence(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("<p>a&nbsp;<b>b</b></p>", "a b"),
        ("<script>alert(1)</script>x<style>y</style>", "x"),
        ("\x1b[31mred\x00\u202e", "[31mred"),
        ("1 < 2", "1 < 2"),
        (None, ""),
        (["x"], ""),
        (7, "7"),
        ("<" * 10_000, "<" * 4000),
    ],
)
def test_claims_become_plain_text(said: object, found: str) -> None:
    assert plain(said) == found

"""POST /search, and the page of a search."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance, Rights
from gesso.web.answers.searching import MOST_AT_ONCE, AnswerTold, BatchTold
from gesso.web.server.problems import Problem

from .conftest import served

COLOURS = {
    "red barn": (40, 30, 200),
    "blue harbour": (190, 90, 20),
    "green meadow": (40, 160, 60),
    "gray winter": (128, 128, 128),
}


def picture(title: str, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    plain = np.full((90, 120, 3), COLOURS[title], np.int16) + rng.integers(-20, 20, (90, 120, 3))
    return bytes(cv2.imencode(".png", np.clip(plain, 0, 255).astype(np.uint8))[1])


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Four works, embedded, behind a server."""
    folder = tmp_path_factory.mktemp("studio")
    with Studio.open(folder) as studio:
        for at, title in enumerate(COLOURS):
            facts = Facts(
                title=title,
                creator="van Gogh, Vincent" if at else "Ada",
                year_from=1880 + 7 * at,
                year_to=1880 + 7 * at,
            )
            studio.catalogue.accession.keep(
                Arrival(
                    develop_file(picture(title), DecodeLimits()),
                    Provenance("brought", title),
                    title,
                    facts.creator,
                    Rights(),
                    facts=facts,
                )
            )
        studio.searching.encode(seen=lambda *_: None)
    with served(folder) as asked:
        yield asked


def links(page: str, words: str) -> list[str]:
    """Where the links go that say this, with or without a count."""
    found = re.findall(r'<a href="([^"]*)"[^>]*>' + re.escape(words) + r"(?: <|</a>)", page)
    return [html.unescape(one) for one in found]


def titles(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [hit["title"] for hit in answer.json()["hits"]]


def test_words_find_works_and_say_why(shown: httpx2.Client) -> None:
    answer = shown.post("/search", json={"words": "harbour"})

    assert titles(answer)[0] == "blue harbour"
    assert "harbour" in answer.json()["hits"][0]["reasons"][0]["says"]


def test_a_picture_finds_works_like_it_as_a_body_and_as_a_form(shown: httpx2.Client) -> None:
    like = picture("green meadow", seed=5)

    body = shown.post("/search?limit=1", content=like)
    form = shown.post("/search?limit=1", files={"picture": ("a.png", like, "image/png")})

    assert titles(body) == titles(form) == ["green meadow"]


def test_a_colour_finds_works_that_have_it(shown: httpx2.Client) -> None:
    assert titles(shown.post("/search", json={"colours": ["#c81e28"]}))[0] == "red barn"


def test_an_answer_is_kept_until_something_changes(shown: httpx2.Client) -> None:
    first = shown.post("/search", json={"words": "gray"}).json()
    work = first["hits"][0]["work"]
    assert shown.post("/search", json={"words": "gray"}).json() == first

    shown.put(f"/api/works/{work}/mark", json={"favourite": True})
    marked = shown.post("/search", json={"words": "gray"}).json()
    shown.put(f"/api/works/{work}/mark", json={"favourite": False})

    assert marked["hits"][0]["favourite"] is True
    assert shown.post("/search", json={"words": "gray"}).json()["hits"][0]["favourite"] is False


def test_pages_of_hits_can_be_turned(shown: httpx2.Client) -> None:
    question = {"like": ["work:1"], "limit": 2}
    first = shown.post("/search", json=question)
    rest = shown.post("/search", json={**question, "after": first.json()["next"]})

    others = set(COLOURS) - {shown.get("/api/works/1").json()["title"]}
    assert sorted(titles(first) + titles(rest)) == sorted(others)


def test_answers_have_the_shape_that_is_described(shown: httpx2.Client) -> None:
    question = {"words": "barn", "like": ["work:2"], "facets": ["style"]}
    alone = shown.post("/search", json=question)
    together = shown.post("/search/batch", json={"queries": [question, {"like": ["work:999"]}]})

    assert alone.headers["content-type"] == together.headers["content-type"] == "application/json"
    AnswerTold.model_validate(alone.json(), strict=True)
    first, second = BatchTold.model_validate(together.json(), strict=True).answers
    assert (type(first), type(second)) == (AnswerTold, Problem)


def test_a_batch_answers_each_question_for_itself(shown: httpx2.Client) -> None:
    questions = [{"words": "barn"}, {"like": ["work:999"]}, {"words": "meadow"}]

    answers = shown.post("/search/batch", json={"queries": questions}).json()["answers"]

    assert answers[0]["hits"][0]["title"] == "red barn"
    assert answers[1]["status"] == 404
    assert answers[2]["hits"][0]["title"] == "green meadow"


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ({"limit": 0}, 422, "limit"),
        ({"limit": 10**6}, 422, "limit"),
        ({"words": "x" * 100_000}, 422, "words"),
        ({"like": ["/etc/passwd"]}, 400, "neither a work nor an address"),
        ({"like": ["file:///etc/passwd"]}, 400, "neither a work nor an address"),
        ({"like": ["http://127.0.0.1:1/x.png"]}, 409, "contact"),
        ({"like": ["work:999"]}, 404, ""),
        ({"like": ["work:x"]}, 400, ""),
        ({"like": ["work:²"]}, 400, "names no work"),
        ({"like": ["work:" + "9" * 23]}, 400, "names no work"),
        ({"values": "work:" + "9" * 23}, 400, "names no work"),
        ({"colours": ["no colour"]}, 400, ""),
        ({"words": "styl:baroque"}, 400, "styl"),
        ({"encoder": "magic", "like": ["work:1"]}, 404, "magic"),
        ({"after": "forged", "words": "barn"}, 400, ""),
        ({"colour": "red"}, 422, "colour"),
    ],
)
def test_a_question_that_cannot_be_asked_says_which_part(
    shown: httpx2.Client, question: dict[str, object], status: int, words: str
) -> None:
    answer = shown.post("/search", json=question)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["title"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"words"', b"\xff"])
def test_a_body_that_is_no_question_is_refused(shown: httpx2.Client, body: bytes) -> None:
    answer = shown.post("/search", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422


def test_too_many_questions_at_once_are_refused(shown: httpx2.Client) -> None:
    questions = [{"words": "barn"}] * (MOST_AT_ONCE + 1)

    assert shown.post("/search/batch", json={"queries": questions}).status_code == 422


def test_health_tells_of_the_index(shown: httpx2.Client) -> None:
    shown.post("/search", json={"words": "barn"})
    told = shown.get("/health").json()

    assert told["cache_max"] > 0
    assert told["metadata_count"] in (0, 4)


def test_the_page_shows_what_was_found_and_why(shown: httpx2.Client) -> None:
    page = shown.get("/search", params={"words": "harbour"}).text
    by_colour = shown.get("/search", params={"colour": "#c81e28"}).text
    alike = shown.get("/search", params={"like": "work:1"}).text

    assert "blue harbour" in page
    assert "in its title" in page
    assert by_colour.index("red barn") > 0
    assert alike.count("<article") == len(COLOURS) - 1
    assert "Search by a picture" in shown.get("/search").text


def test_the_page_narrows_by_what_was_found_and_takes_it_back(shown: httpx2.Client) -> None:
    page = shown.get("/search").text

    assert "1880s" in page
    assert links(page, "1880s") == ["/search?filter=year%3A1880..1889"]
    narrowed = shown.get(links(page, "1880s")[0]).text
    assert narrowed.count("<article") == 2
    assert links(narrowed, "1880s") == ["/search"]
    assert links(page, "van Gogh, Vincent") == ["/search?filter=artist%3A%22van+Gogh%2C+Vincent%22"]


def test_hits_may_be_wished_to_differ_from_a_work(shown: httpx2.Client) -> None:
    page = shown.get("/search", params={"like": "work:1"}).text

    lighter = links(page, "lighter")[0]
    assert lighter == "/search?like=work%3A1&but=lighter"
    answer = shown.get(lighter)
    assert answer.status_code == 200
    assert links(answer.text, "lighter") == ["/search?like=work%3A1"]
    title = shown.get("/api/works/1").json()["title"]
    assert f"Like {title}" in answer.text


def test_swatches_and_a_mixed_colour_are_looked_for_together(shown: httpx2.Client) -> None:
    asked = {"colour": "red", "own": "#145abe"}

    one = shown.get("/search", params=asked).text
    both = shown.get("/search", params=asked | {"mix": "1"}).text

    assert one.count(" checked") == 2  # the swatch, and how a picture is compared
    assert 'value="#145abe" aria-label="#145abe" checked' in both
    assert one.index("red barn") > 0
    assert "about red" in one


def test_a_mistake_is_told_where_it_can_be_mended(shown: httpx2.Client) -> None:
    page = shown.get("/search", params={"words": "stile:baroque", "colour": "red"})

    assert page.status_code == 400
    assert "There is no field called &#39;stile&#39;" in page.text
    assert 'value="stile:baroque"' in page.text
    assert shown.get("/search", params={"colour": 'url(//x)"><b>'}).status_code == 400
    assert (
        "<b>" not in shown.get("/search", params={"colour": 'url(//x)"><b>'}).text.split("wrong")[0]
    )
    six = {"colour": ["red", "blue", "gold", "pink", "teal", "navy"]}
    assert shown.get("/search", params=six).status_code == 422


def test_a_picture_can_be_sent_from_the_page(shown: httpx2.Client) -> None:
    sent = {"picture": ("a.png", picture("blue harbour", 3), "image/png")}

    page = shown.post("/search/by-picture", files=sent)
    narrowed = shown.post("/search/by-picture", files=sent, data={"filter": "title:barn"})
    by_values = shown.post("/search/by-picture", files=sent, data={"by": "values"})

    assert page.status_code == 200
    assert "blue harbour" in page.text
    assert "looks alike" in page.text
    assert narrowed.text.count("<article") == 1
    assert "red barn" in narrowed.text
    assert "Light and dark as in your picture" in by_values.text
    assert "looks alike" not in by_values.text


def test_the_values_of_a_sent_picture_are_looked_for(shown: httpx2.Client) -> None:
    like = cv2.imencode(".png", np.repeat(np.arange(0, 255, 4, dtype=np.uint8)[:, None], 64, 1))[1]

    answer = shown.post("/search?values=picture", content=bytes(like))

    assert answer.status_code == 200
    assert all(one["cause"] == "values" for hit in answer.json()["hits"] for one in hit["reasons"])
    assert shown.post("/search", json={"values": "picture"}).status_code == 400


def test_words_of_a_search_are_only_words_on_its_page(shown: httpx2.Client) -> None:
    for words in ("<script>alert(1)</script>", '"><script>alert(1)</script>'):
        page = shown.get("/search", params={"words": words}, headers={"accept": "text/html"})

        assert page.headers["content-type"].startswith("text/html")
        assert "<script>alert" not in page.text


def test_signs_that_cannot_be_seen_are_no_words(shown: httpx2.Client) -> None:
    bare = shown.get("/search").text

    assert shown.get("/search?words=%00").text == bare
    assert '<h1 class="unseen">red barn</h1>' in shown.get("/search?words=red%07barn%0A").text


def test_a_room_in_which_nothing_was_found_says_where_there_is_more(shown: httpx2.Client) -> None:
    page = shown.get("/search", params={"words": "harbour", "filter": "kind:collected"}).text

    assert "No work matches “harbour” in Collected." in page
    assert "in Brought in</a>" in page
    everything = links(page, "Search everything")
    assert everything == ["/search?words=harbour"]
    assert "blue harbour" in shown.get(everything[0]).text


def test_what_is_found_nowhere_offers_no_other_room(shown: httpx2.Client) -> None:
    page = shown.get("/search", params={"words": '"no such thing"', "filter": "kind:made"}).text

    assert "Nothing was found." in page
    assert "Search everything" not in page


def test_the_same_search_with_other_facets_tells_those(shown: httpx2.Client) -> None:
    for facet in ("origin", "artist"):
        asked = {"words": "green meadow", "facets": [facet]}
        assert list(shown.post("/search", json=asked).json()["facets"]) == [facet]

"""Feeds and cards, read back as others read them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import httpx2
import pytest
from defusedxml import ElementTree as Tree

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SEARCH = {"s": "http://a9.com/-/spec/opensearch/1.1/"}


class Head(HTMLParser):
    """The `meta`, `link` and JSON-LD of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.data = ""
        self._in_data = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta" and ("property" in told or "name" in told):
            self.meta[told.get("property") or told["name"]] = told.get("content", "")
        elif tag == "link":
            self.links.append(told)
        self._in_data = tag == "script" and told.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


def test_an_atom_feed_tells_the_newest_works_first(shown: httpx2.Client) -> None:
    answer = shown.get("/feeds/all.atom")
    root = Tree.fromstring(answer.content)
    titles = [entry.findtext("a:title", "", ATOM) for entry in root.findall("a:entry", ATOM)]

    assert answer.headers["content-type"] == "application/atom+xml"
    assert titles == ['<b>Dale</b> & "sky"', "Hill", "Slope"]
    # What RFC 4287 wants of every feed and entry.
    for element in [root, *root.findall("a:entry", ATOM)]:
        assert element.findtext("a:id", "", ATOM).startswith("http://")
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.findtext("a:updated", "", ATOM)
        )
    assert all(
        entry.findtext("a:author/a:name", "", ATOM) for entry in root.findall("a:entry", ATOM)
    )
    (itself,) = root.findall("a:link[@rel='self']", ATOM)
    assert itself.attrib["href"].endswith("/feeds/all.atom")


def test_the_picture_that_an_entry_encloses_is_there(shown: httpx2.Client) -> None:
    root = Tree.fromstring(shown.get("/feeds/favourites.atom").content)
    (entry,) = root.findall("a:entry", ATOM)

    (link,) = entry.findall("a:link[@rel='enclosure']", ATOM)
    sent = shown.get(link.attrib["href"]).headers["content-type"]
    assert sent == link.attrib["type"] == "image/jpeg"


def test_a_json_feed_tells_the_same(shown: httpx2.Client) -> None:
    told = shown.get("/feeds/all.json").json()

    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in told["items"]] == ['<b>Dale</b> & "sky"', "Hill", "Slope"]
    assert all(item["id"] == item["url"] for item in told["items"])


def test_a_feed_of_a_tag_holds_the_works_of_that_tag_alone(shown: httpx2.Client) -> None:
    told = shown.get("/feeds/tag.json", params={"tag": "dusk & dawn"}).json()

    assert [item["title"] for item in told["items"]] == ["Hill"]
    assert shown.get(told["feed_url"]).json() == told
    assert shown.get("/feeds/tag.json").status_code == 400
    assert shown.get("/feeds/other.json").status_code == 404
    assert shown.get("/feeds/all.rss").status_code in (404, 422)


@pytest.mark.parametrize("path", ["/feeds/all.atom", "/feeds/all.json", "/opensearch.xml"])
def test_who_has_a_feed_is_not_sent_it_again(shown: httpx2.Client, path: str) -> None:
    tag = shown.get(path).headers["etag"]

    again = shown.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_a_page_of_a_work_unfolds_elsewhere(shown: httpx2.Client) -> None:
    head = Head(shown.get("/works/3").text)

    assert head.meta["og:title"] == '<b>Dale</b> & "sky"'
    assert shown.get(head.meta["og:image"]).status_code == 200
    told = json.loads(head.data)
    assert told["@type"] == "VisualArtwork"
    assert told["name"] == '<b>Dale</b> & "sky"'
    assert told["url"] == head.meta["og:url"]
    assert "<" not in head.data


def test_the_card_that_a_page_names_is_there(shown: httpx2.Client) -> None:
    head = Head(shown.get("/works/1").text)
    (link,) = [one for one in head.links if one.get("type") == "application/json+oembed"]

    told = shown.get(link["href"]).json()
    small = shown.get(f"{link['href']}&maxwidth=100&maxheight=80").json()

    assert (told["type"], told["version"], told["title"]) == ("photo", "1.0", "Slope")
    assert shown.get(told["url"]).status_code == 200
    assert small["width"] <= 100
    assert small["height"] <= 80


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://elsewhere.example/works/1", 404),
        ("{origin}/works/99", 404),
        ("{origin}/works/", 404),
        ("{origin}/", 404),
        ("javascript:alert(1)", 404),
        ("http://[", 404),
    ],
)
def test_a_card_is_for_works_that_are_here(shown: httpx2.Client, url: str, status: int) -> None:
    asked = url.format(origin=str(shown.base_url).rstrip("/"))

    assert shown.get("/oembed", params={"url": asked}).status_code == status


def test_a_card_comes_as_json_and_to_who_may_see(
    shown: httpx2.Client, guarded: httpx2.Client
) -> None:
    mine = f"{str(shown.base_url).rstrip('/')}/works/1"

    assert shown.get("/oembed", params={"url": mine, "format": "xml"}).status_code == 501
    assert guarded.get("/oembed", params={"url": mine}).status_code == 401
    assert guarded.get("/feeds/all.atom").status_code == 401


def test_a_browser_can_search_the_studio(shown: httpx2.Client) -> None:
    root = Tree.fromstring(shown.get("/opensearch.xml").content)
    places = {url.attrib["type"]: url.attrib["template"] for url in root.findall("s:Url", SEARCH)}

    assert len(root.findtext("s:ShortName", "", SEARCH)) <= 16
    page = places["text/html"].replace("{searchTerms}", "hill")
    assert "Hill" in shown.get(page).text
    suggested = places["application/x-suggestions+json"].replace("{searchTerms}", "hil")
    assert shown.get(suggested).json() == ["hil", ["Hill"]]


def test_pages_say_where_the_feeds_are(shown: httpx2.Client) -> None:
    links = Head(shown.get("/").text).links

    for kind in ("application/atom+xml", "application/feed+json"):
        (link,) = [one for one in links if one.get("type") == kind]
        assert shown.get(link["href"]).headers["content-type"] == kind
    assert any(one.get("rel") == "search" for one in links)

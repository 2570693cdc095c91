"""Links to the outside: what they show, to whom, and until when."""

from __future__ import annotations

import re

import httpx2
import pytest

from .conftest import TOKEN

OWNER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def link(guarded: httpx2.Client) -> str:
    """The path of a link to work 1 of a studio that asks for a token."""
    made = guarded.post("/api/works/1/shares", json={"days": 7, "note": "Ada"}, headers=OWNER)
    assert made.status_code == 201
    url = str(made.json()["url"])
    return url.removeprefix(str(guarded.base_url).rstrip("/"))


def test_who_has_the_link_sees_the_work_without_a_token(guarded: httpx2.Client, link: str) -> None:
    answer = guarded.get(link)

    assert answer.status_code == 200
    assert "<i>Slope</i>" in answer.text
    assert guarded.get("/works/1").status_code == 401
    for address in set(re.findall(r'(?:src|href|data-zoom)="(/[^"]*)"', answer.text)):
        assert guarded.get(address).status_code == 200, address


def test_a_shared_page_leads_nowhere_else_in_the_studio(guarded: httpx2.Client, link: str) -> None:
    page = guarded.get(link).text

    addresses = re.findall(r'(?:src|href|action|data-zoom|srcset)="(/[^"]*)"', page)
    assert addresses
    assert all(one.startswith(("/shared/", "/static/")) for one in addresses)


def test_a_link_shows_its_own_work_and_no_other(guarded: httpx2.Client, link: str) -> None:
    for path in ("/works/2", "/iiif/image/3/2/info.json", "/iiif/presentation/3/2/manifest"):
        assert guarded.get(link + path).status_code == 404
    assert guarded.get(f"{link}/iiif/image/3/1/info.json").status_code == 200


def test_a_shared_manifest_stays_within_its_link(guarded: httpx2.Client, link: str) -> None:
    answer = guarded.get(f"{link}/iiif/presentation/3/1/manifest")
    addresses = re.findall(rf'{re.escape(str(guarded.base_url).rstrip("/"))}(/[^"#]*)', answer.text)

    assert answer.headers["access-control-allow-origin"] == "*"
    assert addresses
    assert all(one.startswith(link) for one in addresses)
    service = answer.json()["items"][0]["items"][0]["items"][0]["body"]["service"][0]["id"]
    assert guarded.get(f"{service}/full/64,/0/default.jpg").status_code == 200


def test_a_link_is_kept_from_searchers_and_from_other_sites(
    guarded: httpx2.Client, link: str
) -> None:
    headers = guarded.get(link).headers

    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["cache-control"] == "private, no-store"


def test_a_link_that_is_taken_back_is_gone_and_one_that_never_was_is_unknown(
    guarded: httpx2.Client, link: str
) -> None:
    newest = guarded.get("/api/works/1/shares", headers=OWNER).json()["shares"][0]
    assert newest["is_open"]
    assert newest["url"] is None

    gone = guarded.delete(f"/api/works/1/shares/{newest['id']}", headers=OWNER)

    assert gone.json()["is_open"] is False
    for path in ("", "/iiif/image/3/1/info.json", "/iiif/presentation/3/1/manifest"):
        assert guarded.get(link + path).status_code == 410
        assert guarded.get(f"/shared/{'x' * 32}{path}").status_code == 404


def test_only_the_owner_makes_and_takes_back_links(guarded: httpx2.Client) -> None:
    assert guarded.post("/api/works/1/shares", json={}).status_code == 401
    assert guarded.delete("/api/works/1/shares/1").status_code == 401
    assert guarded.post("/api/works/99/shares", json={}, headers=OWNER).status_code == 404
    assert guarded.delete("/api/works/2/shares/1", headers=OWNER).status_code == 404
    assert guarded.post("/api/works/1/shares", json={"days": 0}, headers=OWNER).status_code == 422
    assert guarded.post("/api/works/1/shares", json={"days": 999}, headers=OWNER).status_code == 422


def test_a_link_is_made_and_taken_back_without_a_script(shown: httpx2.Client) -> None:
    made = shown.post("/works/2/shares", data={"days": "7", "note": "<i>Ada"})
    found = re.search(r'class="given".*?href="([^"]+)"', made.text, re.DOTALL)
    assert found
    assert shown.get(found[1]).status_code == 200
    assert "&lt;i&gt;Ada" in made.text
    # Told this once: the page that is opened again does not know it.
    again = shown.get("/works/2").text
    assert found[1] not in again

    action = re.search(r'action="(/works/2/shares/\d+/revoke)"', again)
    assert action
    assert shown.post(action[1], follow_redirects=False).status_code == 303
    assert shown.get(found[1]).status_code == 410


def test_a_set_is_shown_with_its_works_and_no_others(shown: httpx2.Client) -> None:
    made = shown.post("/api/sets", json={"name": "Two"})
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    put = shown.post(f"/api/sets/{number}/works", json={"works": [3, 1]})
    assert put.status_code < 300, put.text

    share = shown.post(f"/api/sets/{number}/shares", json={"days": 1})
    path = share.json()["url"]
    page = shown.get(path)

    assert page.status_code == 200
    assert re.findall(r'/works/(\d+)"', page.text) == ["3", "1"]
    assert shown.get(f"{path}/works/3").status_code == 200
    assert shown.get(f"{path}/works/2").status_code == 404

"""Who may ask: every route asks for a token, a token's scope holds, a session is as good."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from gesso import Studio
from gesso.core.catalogue.calls.tokens import TokenScope
from gesso.core.errors import SettingsError
from gesso.web.app import application
from gesso.web.pages.signing import here_only
from gesso.web.server.doors.describing import operations
from gesso.web.server.doors.guard import Guard
from gesso.web.server.doors.scopes import needed, unnumbered
from gesso.web.server.options import ServerOptions

from .conftest import Open, bearer

OPEN_ROUTES = {"/health/live", "/sign-in", "/static/{path:path}", "/sw.js"}
OWN = {"origin": "http://localhost:8765"}


def new(folder: Path, scope: TokenScope, lasts: timedelta | None = None) -> str:
    with Studio.open(folder) as studio:
        return studio.catalogue.tokens.new(f"a {scope} token", scope, lasts)[1]


def routes_of(client: TestClient) -> list[tuple[str, str]]:
    """Every method and path template behind the doors."""
    guard: Any = client.app
    assert isinstance(guard, Guard)
    app: Any = guard.app
    found: list[tuple[str, str]] = []
    for route in walked(app.routes):
        methods = getattr(route, "methods", None) or {"GET", "POST"}
        found += [(method, str(getattr(route, "path", "/"))) for method in sorted(methods)]
    assert len(found) > 30
    return found


def walked(routes: list[BaseRoute]) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        found += walked(inner) if inner and not isinstance(route, APIRoute) else [route]
    return found


def filled(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", template)


def test_every_route_asks_for_a_token_where_others_reach_in(doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")

    answers = {
        (method, template): client.request(method, filled(template)).status_code
        for method, template in routes_of(client)
        if template not in OPEN_ROUTES
    }

    shared = {route for route in answers if route[1].startswith("/shared/{token}")}
    assert {answers[route] for route in shared} <= {404, 405}  # the word is none
    others = {route: answer for route, answer in answers.items() if route not in shared}
    assert {route for route, answer in others.items() if answer != 401} == set()
    assert len(others) > 100
    assert client.get("/nowhere").status_code == 401
    assert client.get("/health/live").status_code == 200
    assert client.get("/sign-in").status_code == 200
    assert client.get("/api/v1/works").status_code == 401
    assert client.get("/openapi.json").status_code == 401


def test_a_wrong_token_opens_nothing(doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word", guesses_per_minute=0)

    for wrong in ("", "x", "a-long-wor", "a-long-word ü", "a-long-wordx"):
        answer = client.get("/health", headers={b"authorization": f"Bearer {wrong}".encode()})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert client.get("/health", headers={"authorization": "Basic a-long-word"}).status_code == 401
    assert client.get("/health", headers={"cookie": "gesso_session=a-long-word"}).status_code == 401
    assert client.get("/health", headers=bearer("a-long-word")).status_code == 200


def test_without_any_token_others_are_never_let_in(folder: Path) -> None:
    with Studio.open(folder) as studio, pytest.raises(SettingsError, match="gesso tokens new"):
        application(studio, ServerOptions(host="0.0.0.0"))
    assert not folder.exists()


def test_a_token_that_the_studio_keeps_is_enough_to_let_others_in(
    folder: Path, doors: Open
) -> None:
    secret = new(folder, "read")
    client = doors(host="0.0.0.0")

    assert client.get("/health").status_code == 401
    assert client.get("/health", headers=bearer(secret)).status_code == 200


def test_on_this_machine_nobody_is_asked_until_there_is_a_token(folder: Path, doors: Open) -> None:
    client = doors()
    assert client.get("/health").status_code == 200

    secret = new(folder, "read")
    ends = time.monotonic() + 10
    while client.get("/health").status_code == 200 and time.monotonic() < ends:
        time.sleep(0.1)

    assert client.get("/health").status_code == 401
    assert client.get("/health", headers=bearer(secret)).status_code == 200


def test_what_came_through_a_proxy_is_not_taken_for_this_machine(doors: Open) -> None:
    client = doors()

    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert client.get("/health", headers={header: "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize(
    ("scope", "looks", "marks", "makes"),
    [("read", 200, 403, 403), ("write", 200, 404, 403), ("spend", 200, 404, "any")],
)
def test_a_token_reaches_as_far_as_its_scope(
    folder: Path, doors: Open, scope: TokenScope, looks: int, marks: int, makes: int | str
) -> None:
    secret = bearer(new(folder, scope))
    client = doors(host="0.0.0.0")

    assert client.get("/api/works", headers=secret).status_code == looks
    assert client.post("/search", json={"words": "sea"}, headers=secret).status_code == looks
    mark = client.put("/api/works/1/mark", json={"favourite": True}, headers=secret)
    assert mark.status_code == marks
    made = client.post("/make/nowhere", headers=secret).status_code
    assert made == makes or (makes == "any" and made in (404, 405))


def test_what_is_refused_for_its_scope_says_which_is_needed(folder: Path, doors: Open) -> None:
    secret = bearer(new(folder, "read"))
    told = doors().put("/api/works/1/mark", json={"favourite": True}, headers=secret).json()

    assert told["type"] == "urn:gesso:problem:scope"
    assert "may write" in told["title"]
    assert told["detail"] == "Make one: gesso tokens new NAME --scope write"


@pytest.mark.parametrize(
    ("method", "path", "tips_cost", "wanted"),
    [
        ("GET", "/", False, "read"),
        ("HEAD", "/make", False, "read"),
        ("POST", "/study", False, "read"),
        ("POST", "/study/notan", False, "read"),
        ("POST", "/search/batch", False, "read"),
        ("POST", "/mcp", False, "read"),
        ("POST", "/study", True, "spend"),
        ("GET", "/studies", True, "read"),
        ("GET", "/studies/12", True, "spend"),
        ("GET", "/studies/12.0", True, "spend"),
        ("GET", "/studies/+12", True, "spend"),
        ("GET", "/studies/pictures/abc", True, "spend"),
        ("POST", "/studies", True, "spend"),
        ("POST", "/studies/12/keep", True, "spend"),
        ("POST", "/studies/12/keep", False, "write"),
        ("POST", "/api/works/12/studies", True, "spend"),
        ("POST", "/api/works/12/studies", False, "write"),
        ("GET", "/api/works/12/studies", True, "read"),
        ("GET", "/studies/compare", True, "read"),
        ("POST", "/studies/compare", True, "read"),
        ("POST", "/study/notan", True, "read"),
        ("POST", "/make", False, "spend"),
        ("POST", "/api/make", False, "spend"),
        ("POST", "/api/make/anything", False, "spend"),
        ("POST", "/study/notan/more", False, "write"),
        ("DELETE", "/api/works/1", False, "write"),
        ("TRACE", "/", False, "write"),
        ("POST", "/nowhere", False, "write"),
    ],
)
def test_what_each_request_takes(
    method: str, path: str, tips_cost: bool, wanted: TokenScope
) -> None:
    assert needed(method, path, tips_cost=tips_cost) == wanted


def test_a_revoked_token_and_its_browsers_are_out_within_seconds(folder: Path, doors: Open) -> None:
    secret = new(folder, "write")
    client = doors(host="0.0.0.0")
    sign_in(client, secret)
    assert client.get("/health").status_code == 200

    with Studio.open(folder) as studio:
        studio.catalogue.tokens.revoke("a write token")
    time.sleep(2.2)

    assert client.get("/health").status_code == 401
    assert client.get("/health", headers=bearer(secret)).status_code == 401


def sign_in(client: TestClient, secret: str, then: str = "/") -> Any:
    return client.post("/sign-in", data={"token": secret, "next": then}, headers=OWN)


def test_a_browser_signs_in_and_out(folder: Path, doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")
    asked = client.get("/", headers={"accept": "text/html"})
    assert asked.status_code == 401
    assert 'action="/sign-in"' in asked.text

    answer = sign_in(client, "a-long-word", "/search?words=sea")

    assert (answer.status_code, answer.headers["location"]) == (303, "/search?words=sea")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "a-long-word" not in cookie
    assert client.get("/health").status_code == 200
    assert "Sign out" in client.get("/sign-in").text
    gone = client.post("/sign-out", headers=OWN)
    assert (gone.status_code, gone.headers["clear-site-data"]) == (303, '"cache", "storage"')
    assert client.get("/health").status_code == 401


def test_every_page_lets_who_signed_in_sign_out(folder: Path, doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")
    with_token = client.get("/", headers=bearer("a-long-word"))
    assert 'action="/sign-out"' not in with_token.text, "a token is no session"

    sign_in(client, "a-long-word")

    for page in ("/", "/sets", "/settings"):
        assert 'action="/sign-out"' in client.get(page).text


def test_a_session_that_was_closed_opens_nothing_though_the_cookie_is_kept(
    folder: Path, doors: Open
) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")
    kept = sign_in(client, "a-long-word").cookies["gesso_session"]
    client.post("/sign-out", headers=OWN)

    client.cookies.clear()
    assert client.get("/health", headers={"cookie": f"gesso_session={kept}"}).status_code == 401


def test_over_https_the_cookie_is_for_https_alone(folder: Path, doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")
    client.base_url = "https://localhost"

    answer = client.post(
        "/sign-in", data={"token": "a-long-word"}, headers={"origin": "https://localhost"}
    )

    assert "Secure" in answer.headers["set-cookie"]


def test_a_wrong_token_is_told_on_the_page(doors: Open) -> None:
    answer = sign_in(doors(host="0.0.0.0", token="a-long-word"), "wrong")

    assert answer.status_code == 401
    assert "no token of this studio" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wish", "goes"),
    [
        ("/works/1?a=b", "/works/1?a=b"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil", "/"),
        ("", "/"),
        ("//[", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(wish: str, goes: str) -> None:
    assert here_only(wish) == goes


def test_the_page_holds_no_word_of_the_address_unescaped(doors: Open) -> None:
    page = doors(host="0.0.0.0", token="x").get('/sign-in?next=/"><script>alert(1)</script>').text

    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/api/v1/works", "/api/works"),
        ("/api/v1/works/1/mark", "/api/works/1/mark"),
        ("/api/v1/study", "/study"),
        ("/api/v1/search/batch", "/search/batch"),
        ("/api/v1/health/deep", "/health/deep"),
        ("/api/v1/openapi.json", "/openapi.json"),
        ("/api/v1", "/api/v1"),
        ("/api/v1/../make", "/api/../make"),
        ("/api/works", "/api/works"),
        ("/api/v1/v1/works", "/api/v1/works"),
    ],
)
def test_the_first_version_is_the_one_there_is(asked: str, meant: str) -> None:
    assert unnumbered(asked) == meant


def test_answers_say_which_version_they_are_of(doors: Open) -> None:
    answer = doors().get("/api/v1/works")

    assert (answer.status_code, answer.headers["x-gesso-api"]) == (200, "1")


def test_the_description_tells_which_studies_take_a_token_that_spends(doors: Open) -> None:
    def scopes(**options: bool) -> dict[str, str]:
        described = doors(**options).get("/openapi.json").json()
        return {
            operation["operationId"]: operation["x-gesso-scope"]
            for _, _, operation in operations(described)
            if "x-gesso-scope" in operation
        }

    free, paid = scopes(), scopes(tips_cost=True)

    assert {name for name in free if free[name] != paid[name]} == {"study", "keep_study"}
    assert paid["study"] == paid["keep_study"] == "spend"


@pytest.mark.parametrize("path", ["/studies/1", "/studies/1.0", "/studies/pictures/" + "0" * 64])
def test_a_token_that_reads_opens_no_study_that_costs(folder: Path, doors: Open, path: str) -> None:
    reads, spends = new(folder, "read"), new(folder, "spend")
    client = doors(host="0.0.0.0", tips_cost=True)

    assert client.get(path, headers=bearer(reads)).status_code == 403
    assert client.get(path, headers=bearer(spends)).status_code == 404

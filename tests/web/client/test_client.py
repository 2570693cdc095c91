"""The typed client: a method for each operation, the server's answers, our own errors."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gesso.core.errors import (
    AuthError,
    InputError,
    PictureError,
    RateLimited,
    SettingsError,
    Transient,
    UnknownItem,
)
from gesso.web.client import Client
from gesso.web.client.wire import Wire, error_of, events_of
from gesso.web.server.doors.describing import operations
from gesso.web.server.doors.scopes import unnumbered

from ..conftest import hill, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with served(tmp_path_factory.mktemp("asked")) as asked:
        yield asked


@pytest.fixture
def client(server: httpx2.Client) -> Iterator[Client]:
    with Client(str(server.base_url)) as opened:
        yield opened


def test_every_operation_has_a_method_that_takes_what_it_takes(server: httpx2.Client) -> None:
    """Where this fails: .venv/bin/python tools/client.py"""
    for method, path, operation in operations(server.get("/openapi.json").json()):
        name = operation["operationId"]
        call = getattr(Client, name, None)
        assert call is not None, f"{name}: {method} {path}"
        taken = {one.rstrip("_") for one in inspect.signature(call).parameters}
        asked = {one["name"].replace("-", "_") for one in operation.get("parameters", ())}
        assert asked <= taken, name
        assert ("body" in taken) == is_json_alone(operation), name


def is_json_alone(operation: dict[str, Any]) -> bool:
    return list(operation.get("requestBody", {}).get("content", {})) == ["application/json"]


def test_every_path_is_reached_by_its_number(server: httpx2.Client) -> None:
    for _, path, _ in operations(server.get("/openapi.json").json()):
        assert unnumbered(f"/api/v1{path.removeprefix('/api')}") == path


def test_no_method_is_left_of_an_operation_that_is_gone(server: httpx2.Client) -> None:
    told = server.get("/openapi.json").json()
    names = {operation["operationId"] for _, _, operation in operations(told)}
    own = {name for name in vars(Wire) | vars(Client) if not name.startswith("_")}

    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction)}
    assert {name for name in methods if not name.startswith("_")} - own == names - own


def test_a_picture_goes_in_and_is_found_marked_studied_and_had_back(client: Client) -> None:
    work = client.bring_work(hill(1), title="Dusk", name="dusk.png")
    number = work["id"]

    assert client.work(number)["title"] == "Dusk"
    assert client.search(words="dusk")["hits"][0]["work"] == number
    assert client.search(hill(1), limit=1)["hits"][0]["work"] == number
    assert client.search_batch({"queries": [{"words": "dusk"}]})["answers"]
    assert client.mark_work(number, {"favourite": True})["favourite"]
    assert [one["id"] for one in client.every_work(room="favourites")] == [number]
    assert client.work_picture(number, side=100).startswith(b"\xff\xd8")
    studied = client.study(hill(1), levels=4)
    assert (studied["width"], studied["height"]) == (160, 120)
    assert client.study(work=number)["readings"]
    sheet = studied["readings"][0]["sheets"]
    assert client.study_tool("notan", hill(1))["tool"] == "notan"
    assert sheet is not None
    assert "gesso_http_requests_total" in client.metrics()
    assert client.health()["metadata_count"] >= 0


def test_pages_follow_each_other_to_the_end(client: Client) -> None:
    made = [client.bring_work(hill(number), title=f"Hill {number}")["id"] for number in range(5, 9)]

    assert {one["id"] for one in client.every_work(limit=2)} >= set(made)


def test_names_from_elsewhere_stay_in_their_part_of_the_path(client: Client) -> None:
    with pytest.raises((UnknownItem, InputError)):
        client.get_run("../../health/live")


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda client: client.work(10**6), UnknownItem, "no work"),
        (lambda client: client.bring_work(b"<svg>"), PictureError, "SVG"),
        (lambda client: client.works(after="x"), InputError, "mark"),
        (lambda client: client.works(limit=0), InputError, "limit"),
        (lambda client: client.make({"theme": "x", "painter": "nobody"}), SettingsError, "nobody"),
        (lambda client: list(client.listen_to_job("0" * 16)), UnknownItem, "job"),
    ],
)
def test_what_goes_wrong_is_one_of_our_errors(
    client: Client, call: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as told:
        call(client)
    assert getattr(told.value, "message", "").endswith((".", "?", "!"))


def test_a_missing_token_and_one_that_reaches_too_little_are_told_apart(tmp_path: Path) -> None:
    with served(tmp_path, token="a-long-word") as asked:
        with Client(str(asked.base_url)) as stranger, pytest.raises(AuthError, match="asks for"):
            stranger.works()
        with Client(str(asked.base_url), "a-long-word") as owner:
            assert owner.works()["works"] == []


def test_who_calls_too_often_is_told_how_long_to_wait(tmp_path: Path) -> None:
    with (
        served(tmp_path, calls_per_minute=6, burst=1) as asked,
        Client(str(asked.base_url)) as client,
    ):
        client.search(words="x")
        with pytest.raises(RateLimited) as told:
            client.search(words="x")
    assert told.value.after_s is not None
    assert 1 <= told.value.after_s <= 10


def test_a_server_that_is_not_there_is_said() -> None:
    with (
        Client("http://127.0.0.1:9") as client,
        pytest.raises(Transient, match="cannot be reached"),
    ):
        client.health()


def test_a_server_that_is_another_is_said() -> None:
    answer = httpx2.Response(502, text="<html>Bad gateway</html>")

    assert str(error_of(answer)).startswith("The server answered 502")


def test_events_are_read_as_they_are_sent() -> None:
    lines = iter([": hello", "", "id: 4", "event: step", 'data: {"a":', "data: 1}", "", "data: 2",
                  "", "data: 3"])  # fmt: skip
    found = list(events_of(lines))

    assert [(one.id, one.kind, one.told) for one in found] == [
        ("4", "step", {"a": 1}),
        ("4", "message", 2),
    ]

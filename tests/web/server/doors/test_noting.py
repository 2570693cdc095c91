"""What is noted of requests: deeds in the catalogue, a line each in the log, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gesso import Studio
from gesso.core.catalogue.calls.audits import Deed

from .conftest import bearer, opened

SECRET = "a-canary-word"


def deeds(folder: Path) -> list[Deed]:
    with Studio.open(folder) as studio:
        return [one.deed for one in studio.catalogue.audits.latest()][::-1]


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "logs" / "access.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_what_changes_something_is_noted_with_who_what_and_from_where(folder: Path) -> None:
    with Studio.open(folder) as studio:
        phone = bearer(studio.catalogue.tokens.new("phone", "write")[1])
        guest = bearer(studio.catalogue.tokens.new("guest", "read")[1])
    with opened(folder, "10.0.0.7", host="0.0.0.0") as client:
        client.get("/api/works", headers=phone)
        client.post("/search", json={"words": "x"}, headers=phone)
        client.put("/api/works/7/mark?x=y", json={"favourite": True}, headers=phone)
        client.put("/api/works/8/mark", json={"favourite": True}, headers=guest)
        client.put("/api/works/9/mark", json={"favourite": True})

    assert deeds(folder) == [
        Deed("phone", "10.0.0.7", "mark_work", "PUT", "/api/works/7/mark", 404),
        Deed("guest", "10.0.0.7", "-", "PUT", "/api/works/8/mark", 403),
    ]


def test_every_request_is_a_line_of_json(folder: Path) -> None:
    with opened(folder, "10.0.0.7") as client:
        client.get("/api/works?after=x")
        client.get("/api/works/1")
        client.post("/study", content=b"no picture")

    bad, unknown, study = lines(folder)
    assert (bad["route"], bad["status"], bad["problem"]) == ("/api/works", 400, "input")
    assert (unknown["path"], unknown["route"]) == ("/api/works/1", "/api/works/{number}")
    assert (study["received"], study["status"], study["from"]) == (10, 415, "10.0.0.7")
    assert study["ms"] > 0
    assert study["at"].endswith("+00:00")


def test_no_secret_gets_into_a_log_or_the_catalogue(folder: Path) -> None:
    headers = {"authorization": f"Bearer {SECRET}", "cookie": f"gesso_session={SECRET}"}
    with opened(folder, host="0.0.0.0", token="another-long-word", guesses_per_minute=0) as client:
        for path in (
            f"/health?token={SECRET}", f"/shared/{SECRET}", f"/search?words={SECRET}",
            f"/sign-in?next={SECRET}",
        ):  # fmt: skip
            client.get(path, headers=headers)
        client.post("/sign-in", data={"token": SECRET, "next": SECRET}, headers=headers)
        client.post(f"/make?key={SECRET}", headers=bearer("another-long-word"))
        client.put(f"/api/works/1/mark?k={SECRET}", headers=bearer("another-long-word"))
        figures = client.get("/metrics", headers=bearer("another-long-word")).text

    assert len(lines(folder)) == 8
    assert deeds(folder)
    assert SECRET not in figures
    held = [path for path in folder.rglob("*") if path.is_file()]
    for secret in (SECRET, "another-long-word"):
        assert [path for path in held if secret.encode() in path.read_bytes()] == []


def test_lines_hold_no_line_of_a_forger(folder: Path) -> None:
    with opened(folder) as client:
        client.get('/works/%0a{"at":"forged"}')
        client.get("/works/\u2028x")

    assert len(lines(folder)) == 2


def test_the_access_log_can_be_left_out(folder: Path) -> None:
    with opened(folder, access_log=False) as client:
        client.get("/health")

    assert not (folder / "logs" / "access.jsonl").exists()

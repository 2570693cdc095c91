"""The studio's health and its settings, for people."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights
from gesso.web.pages.doings.words import for_pages

from ..conftest import hill, served
from .conftest import ended, ordered, studio_in


def test_settings_are_told_with_where_they_come_from_and_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "canary-in-the-environment")
    folder = studio_in(tmp_path / "studio")
    (folder / "keys.toml").write_text('fal = "canary-in-the-file"\n', "utf-8")
    (folder / "keys.toml").chmod(0o600)
    with served(folder) as site:
        page, api = site.get("/settings").text, site.get("/api/settings")

    rows = {row["name"]: row for row in api.json()["settings"]}
    assert (rows["make.width"]["value"], rows["make.width"]["place"]) == (96, "gesso.toml")
    assert rows["make.rounds"]["place"] == "default"
    assert rows["keys.gemini"]["value"] == "********"
    assert "GEMINI_API_KEY" in rows["keys.gemini"]["place"]
    assert "canary" not in page + api.text
    assert ">make.width<" in page
    assert "`" not in page
    assert '<code class="mono">gesso painters</code>' in page
    assert "127.0.0.1, ::1" in page


def test_an_empty_studio_is_well_and_was_never_checked(site: httpx2.Client) -> None:
    told = site.get("/api/state").json()
    page = site.get("/state").text

    assert (told["status"], told["check"], told["jobs"]) == ("ok", None, [])
    assert 0 < told["disk_free_bytes"] < told["disk_total_bytes"]
    assert "All is well." in page
    assert "None was made yet." in page
    assert "Nothing is at work." in page


def test_a_check_runs_in_the_background_and_is_remembered_by_the_next_server(
    tmp_path: Path,
) -> None:
    folder = studio_in(tmp_path / "studio")
    with served(folder) as site:
        assert site.post("/state/check", data={"read": "true"}).status_code == 303
        checked = last_check(site)
    assert (checked["wrong"], checked["complete"]) == (0, True)
    with Studio.open(folder) as studio:
        work = studio.catalogue.accession.accept_bytes(
            hill(), name="hill", provenance=Provenance("brought", "x"), rights=Rights()
        )
        path = studio.catalogue.path_of(work)
        assert path is not None
        path.chmod(0o600)
        path.unlink()
    with served(folder) as site:
        assert last_check(site) == checked
        site.post("/api/state/check")
        found = last_check(site, after=checked["at"])
        page = site.get("/state").text

    assert found["wrong"] >= 1
    assert "not whole" in page


def last_check(site: httpx2.Client, after: str = "") -> dict[str, Any]:
    """The last check, once there is one that is newer."""
    for _ in range(400):
        told: dict[str, Any] | None = site.get("/api/state").json()["check"]
        if told is not None and told["at"] != after:
            return told
        time.sleep(0.02)
    raise AssertionError("no check was written down")


def test_a_reason_on_a_page_names_no_command() -> None:
    told = "The budget of $0.50 is spent. Raise it with --budget USD. Then: gesso runs resume x"

    assert for_pages(told) == "The budget of $0.50 is spent."
    assert for_pages("Stopped as you asked.") == "Stopped as you asked."


def test_rounds_that_do_not_hang_are_told_apart_from_works_that_do(tmp_path: Path) -> None:
    folder = studio_in(tmp_path / "studio")
    with served(folder) as site:
        ended(site, ordered(site, works=2)["run"]["id"])
    with Studio.open(folder) as studio:
        studio.searching.encode(seen=lambda *_: None)
        pictures = len(studio.searching.open(studio.searching.default).index.known())
    with served(folder) as site:
        for _ in range(100):
            told = site.get("/api/state").json()
            if told["vectors"]:
                break
            time.sleep(0.1)
        page = site.get("/state").text

    assert (told["works"], told["findable"], told["vectors"]) == (2, 2, pictures)
    assert pictures > 2
    assert "2 hang" in page
    assert f"{pictures} pictures: the works that hang, and {pictures - 2} of rounds" in page

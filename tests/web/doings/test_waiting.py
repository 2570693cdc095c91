"""A provider that asked for quiet: a run says for whom it waits and how long."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gesso.core.outside.waiting.limits import Limits

from .conftest import studio_in

QUIET_S = 90.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio with a painter outside that asked for quiet before it was ever sent anything."""
    folder = studio_in(tmp_path_factory.mktemp("waiting") / "studio")
    keys = folder / "keys.toml"
    keys.write_text('openai = "sk-none"\n', "utf-8")
    keys.chmod(0o600)
    limits = Limits(path=folder / "limits.db")
    limits.shut_for("openai", QUIET_S)
    limits.close()
    return folder


def waited(site: httpx2.Client, run: str) -> dict[str, Any]:
    for _ in range(600):
        told: dict[str, Any] = site.get(f"/api/runs/{run}").json()
        items = site.get(f"/api/runs/{run}/items").json()["items"]
        if told["waits"] and any(item["doing"].startswith("Waiting") for item in items):
            return told
        time.sleep(0.05)
    raise AssertionError(f"nobody waits: {told}")


def test_a_run_says_whom_it_waits_for_and_offers_the_offline_painter(site: httpx2.Client) -> None:
    wish = {"theme": "Salt & brass", "works": 3, "rounds": 1, "painter": "openai",
            "width": 1024, "height": 1024}  # fmt: skip
    made = site.post("/api/make", json=wish)
    assert made.status_code == 201, made.text
    run = made.json()["run"]["id"]

    waits = waited(site, run)["waits"]
    assert (waits["provider"], waits["paints"]) == ("openai", True)
    assert 1 < waits["left_s"] <= waits["whole_s"] == pytest.approx(QUIET_S, abs=0.01)

    page = site.get(f"/runs/{run}").text
    assert "for the image service “openai”" in page
    assert "0 of 3 works are done and kept." in page
    offered = re.search(r'href="(/make[?][^"]*)">Use the offline painter', page)
    assert offered
    form = site.get(unescape(offered[1])).text
    assert "Salt &amp; brass</textarea>" in form
    assert re.search(r'<option[^>]* value="procedural"[^>]* selected|"procedural" selected', form)

    site.post(f"/api/runs/{run}/stop")
    for _ in range(600):
        told = site.get(f"/api/runs/{run}").json()
        if told["job"]["ended_at"]:
            break
        time.sleep(0.05)
    assert told["waits"] is None
    assert "image service" not in site.get(f"/runs/{run}").text


def test_a_run_that_paints_offline_waits_for_nobody(site: httpx2.Client) -> None:
    run = site.post("/api/make", json={"theme": "Tides", "works": 1, "rounds": 1}).json()["run"]

    assert site.get(f"/api/runs/{run['id']}").json()["waits"] is None

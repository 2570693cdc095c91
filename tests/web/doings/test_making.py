"""Making over the web: what it would cost, a run as it goes, stopped, gone on with, found again."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gesso import Studio

from ..conftest import served
from .conftest import ended, ordered, studio_in


def test_an_order_is_worked_on_and_told_with_both_pictures_of_each_round(
    site: httpx2.Client,
) -> None:
    told = ordered(site, works=2, rounds=2)
    run = ended(site, told["run"]["id"])
    items = site.get(f"/api/runs/{run['id']}/items").json()["items"]

    assert (run["state"], run["kept"], run["job"]["state"]) == ("done", 2, "done")
    assert [item["state"] for item in items] == ["done", "done"]
    for item in items:
        for played in item["rounds"]:
            assert [take["slot"] for take in played["takes"]] == [0, 1]
            assert sum(take["won"] for take in played["takes"]) == 1
            assert all(0 <= take["score"] <= 1 for take in played["takes"])
        assert item["kept"] in [take["work"] for one in item["rounds"] for take in one["takes"]]
    page = site.get(f"/runs/{run['id']}").text
    for item in items:
        assert item["title"] in page
        assert f'href="/works/{item["kept"]}"' in page


def test_a_form_begins_a_run_without_a_script(site: httpx2.Client) -> None:
    form = {"theme": "Brass & fog", "works": "1", "rounds": "1", "seed": "", "budget_usd": "0.50"}
    sent = site.post("/make", data=form)
    assert sent.status_code == 303
    run = ended(site, sent.headers["location"].rpartition("/")[2])

    page = site.get(sent.headers["location"]).text
    assert (run["title"], run["budget_usd"]) == ("Brass & fog", 0.5)
    assert "<i>Brass &amp; fog</i>" in page
    assert "Done. 1 of 1 work kept." in page
    assert 'http-equiv="refresh"' not in page


def test_an_estimate_is_what_a_dry_run_tells(site: httpx2.Client, folder: Path) -> None:
    wish = {"works": 3, "rounds": 2, "budget_usd": 2.5}
    told = site.get("/api/make/estimate", params=wish).json()
    with Studio.open(folder, {f"make.{name}": value for name, value in wish.items()}) as studio:
        expected = studio.make.estimate(works=3)

    assert told["charges"] == json.loads(json.dumps([vars(one) for one in expected.charges]))
    assert (told["most_usd"], told["budget_usd"]) == (expected.most_usd, 2.5)
    page = site.get("/make", params={**wish, "theme": "Salt"}).text
    assert "Nothing to pay" in page
    assert ">Salt</textarea>" in page


def test_a_price_is_shown_before_it_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-of-the-estimate")
    with served(studio_in(tmp_path / "studio")) as site:
        asked: dict[str, Any] = {"painter": "openai", "works": 4, "rounds": 3, "budget_usd": 0.1}
        told = site.get("/api/make/estimate", params=asked).json()
        page = site.get("/make", params=asked).text

    painting = next(one for one in told["charges"] if one["deed"] == "paint")
    assert (painting["provider"], painting["calls"]) == ("openai", 24)
    assert told["reserved_usd"] > told["budget_usd"]
    assert not told["fits"]
    assert "does not last to the end" in page
    assert "canary" not in page + json.dumps(told)


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        ({"theme": " "}, 400, "theme"),
        ({"works": "0"}, 400, "Works"),
        ({"rounds": "many"}, 400, "Rounds"),
        ({"painter": "proceduarl"}, 404, "Did you mean 'procedural'?"),
        ({"budget_usd": "-1"}, 400, "Budget usd"),
        ({"colour": "red"}, 400, "Colour"),
    ],
)
def test_what_cannot_be_is_told_beside_what_was_asked(
    site: httpx2.Client, wish: dict[str, str], status: int, words: str
) -> None:
    sent = site.post("/make", data={"theme": "Amber <b>", **wish})

    assert sent.status_code == status
    assert words in sent.text.replace("&#39;", "'")
    assert 'role="alert"' in sent.text
    assert "<b>Amber" not in sent.text


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"theme": ""}, 422),
        ({"theme": "Tides", "works": 0}, 422),
        ({"theme": "Tides", "painter": "proceduarl"}, 404),
        ({"theme": "Tides", "painter": "../x"}, 422),
        ({"theme": "\x00"}, 400),
        ({"theme": "Tides", "colour": "red"}, 422),
    ],
)
def test_a_forged_order_is_a_problem_and_makes_no_run(
    site: httpx2.Client, wish: dict[str, Any], status: int
) -> None:
    before = site.get("/api/runs").json()["total"]
    answer = site.post("/api/make", json=wish)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert site.get("/api/runs").json()["total"] == before


def test_a_stopped_run_rests_and_is_gone_on_with(site: httpx2.Client) -> None:
    run = ordered(site, works=12)["run"]["id"]
    heard(site, run, "kept")
    assert site.post(f"/api/runs/{run}/stop").status_code == 202
    rested = ended(site, run)
    assert (rested["state"], rested["job"]["state"]) == ("paused", "cancelled")
    assert 0 < rested["done"] < 12
    assert "Go on</button>" in site.get(f"/runs/{run}").text

    assert site.post(f"/runs/{run}/resume", data={"budget_usd": "0.75"}).status_code == 303
    assert site.post(f"/api/runs/{run}/resume").status_code == 409
    done = ended(site, run)
    assert (done["state"], done["kept"]) == ("done", 12)


def test_a_cancelled_run_is_over_for_good(site: httpx2.Client) -> None:
    run = ordered(site, works=12)["run"]["id"]
    heard(site, run, "kept")
    assert site.post(f"/runs/{run}/cancel").status_code == 303
    over = ended(site, run)

    assert over["state"] == "cancelled"
    assert 0 < over["kept"] < 12
    again = site.post(f"/api/runs/{run}/resume")
    assert (again.status_code, again.json()["title"]) == (
        409,
        f"The run '{run}' was cancelled, which is final.",
    )
    page = site.post(f"/runs/{run}/resume", headers={"accept": "text/html"})
    assert page.status_code == 409
    assert "which is final" in page.text


def test_a_second_order_waits_for_the_first_and_says_so(site: httpx2.Client) -> None:
    first = ordered(site, works=12)
    second = ordered(site, theme="Brine", works=1)
    run = second["run"]["id"]

    assert (second["run"]["state"], second["job"]["ahead"]) == ("queued", 1)
    page = site.get(f"/runs/{run}").text
    assert "Waits for its turn, 1 run before it." in page
    assert 'http-equiv="refresh"' in page
    site.post(f"/api/runs/{first['run']['id']}/stop")
    assert ended(site, run)["state"] == "done"


def test_a_run_outlives_its_server(tmp_path: Path) -> None:
    folder = studio_in(tmp_path / "studio")
    with served(folder) as site:
        told = ordered(site, works=14)
        run = told["run"]["id"]
        heard(site, run, "kept")
        waiting = ordered(site, theme="Brine", works=1)["run"]["id"]
    with served(folder) as site:
        rested = site.get(f"/api/runs/{run}").json()
        assert (rested["state"], rested["job"]) == ("paused", None)
        assert 0 < rested["done"] < 14
        assert site.get(f"/api/jobs/{told['job']['id']}").status_code == 404
        # What never had its turn was written down all the same.
        assert site.get(f"/api/runs/{waiting}").json()["state"] == "broken off"
        assert "Nothing that was done is lost." in site.get(f"/runs/{waiting}").text
        for one, works in ((run, 14), (waiting, 1)):
            assert site.post(f"/api/runs/{one}/resume").status_code == 202
            assert (ended(site, one)["state"], ended(site, one)["kept"]) == ("done", works)


def test_events_go_on_where_a_listener_was_cut_off(site: httpx2.Client) -> None:
    told = ordered(site, works=12)
    place = f"/api/jobs/{told['job']['id']}/events"
    first = listened(site, place, 0, most=6)
    rest = listened(site, place, first[-1][0])

    numbers = [number for number, _ in first + rest]
    assert numbers == sorted(set(numbers))
    assert first[0][1] == "begun"
    assert rest[-1][1] == "ended"
    assert sum(kind == "kept" for _, kind in first + rest) == 12


def heard(site: httpx2.Client, run: str, kind: str) -> None:
    """Wait until a run's job has told something."""
    for _ in range(600):
        job = site.get(f"/api/runs/{run}").json()["job"]
        events = site.get(f"/api/jobs/{job['id']}").json()["events"]
        if any(event["kind"] == kind for event in events):
            return
        time.sleep(0.02)
    raise AssertionError(f"'{kind}' was never told")


def listened(
    site: httpx2.Client, place: str, after: int, most: int = 10_000
) -> list[tuple[int, str]]:
    """(number, kind) of a job's events after one, until so many came or it ended."""
    found: list[tuple[int, str]] = []
    with site.stream("GET", place, headers={"last-event-id": str(after)}) as answer:
        for line in answer.iter_lines():
            if match := re.match(r"data: (.*)", line):
                event = json.loads(match[1])
                found.append((event["number"], event["kind"]))
                if len(found) >= most or event["kind"] == "ended":
                    break
    return found

"""The catalogue in figures: every chart a table, of all works or of a part of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance

from ..conftest import served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Eight plates: three nearly black, five nearly white; the first two are favourites."""
    folder: Path = tmp_path_factory.mktemp("figures") / "studio"
    with Studio.open(folder) as studio:
        for number in range(8):
            value = 12 if number < 3 else 235
            plate = np.full((20, 24 + number, 3), (value, value, value), np.uint8)
            facts = Facts(style="Nocturne" if number < 3 else "", tags=("plate", f"<{number}>"))
            data = cv2.imencode(".png", plate)[1].tobytes()
            work = studio.catalogue.accession.keep(
                Arrival(
                    develop_file(data, name=f"plate {number}"),
                    Provenance("brought", "press", str(number)),
                    title=f"plate {number}",
                    facts=facts,
                )
            )
            studio.catalogue.works.set_favourite(work.id, number < 2)
    with served(folder) as asked:
        yield asked


def chart(site: httpx2.Client, name: str, **part: str) -> dict[str, float]:
    told = site.get("/api/figures", params=part).json()["charts"]
    found = next(one for one in told if one["name"] == name)
    return dict(zip(found["labels"], found["series"][0]["values"], strict=True))


def test_works_are_counted_by_what_they_are(site: httpx2.Client) -> None:
    values = chart(site, "values")

    assert chart(site, "styles") == {"Nocturne": 3}
    assert chart(site, "tags")["plate"] == 8
    assert chart(site, "sources") == {"press": 8}
    assert (values["0 to 10"], values["90 to 100"], sum(values.values())) == (3, 5, 8)
    assert sum(chart(site, "time").values()) == 8
    assert sum(chart(site, "palette").values()) == pytest.approx(1, abs=0.01)


def test_a_part_is_counted_for_itself(site: httpx2.Client) -> None:
    made = site.post("/api/sets", json={"name": "Dark & light", "works": [1, 4]})
    number = str(made.json()["id"])

    assert chart(site, "styles", of="favourites") == {"Nocturne": 2}
    assert sum(chart(site, "values", of="favourites").values()) == 2
    of_set = chart(site, "values", set=number)
    assert (of_set["0 to 10"], of_set["90 to 100"]) == (1, 1)
    assert "Dark &amp; light" in site.get("/figures", params={"set": number}).text
    assert site.get("/api/figures", params={"set": "99"}).status_code == 404


def test_every_chart_is_a_table_with_its_numbers(site: httpx2.Client) -> None:
    page = site.get("/figures").text
    told = site.get("/api/figures").json()["charts"]

    for one in told:
        is_seen = any(value for series in one["series"] for value in series["values"])
        section = re.search(rf'data-chart="{one["name"]}".*?</section>', page, re.DOTALL)
        assert bool(section) is is_seen, one["name"]
        if section and one["name"] != "palette":
            shown = re.findall(r'data-value="([^"]+)"', section[0])
            values = [v for row in zip(*(s["values"] for s in one["series"]), strict=True)
                      for v in row]  # fmt: skip
            assert [float(value) for value in shown] == values
    assert "&lt;3&gt;" in page
    assert not re.search(r"\sstyle=|<style", page)


def test_a_change_changes_the_figures_and_nothing_else_does(site: httpx2.Client) -> None:
    first = site.get("/api/figures", params={"of": "favourites"})
    asked = {"if-none-match": first.headers["etag"]}
    assert site.get("/api/figures?of=favourites", headers=asked).status_code == 304
    site.put("/api/works/8/mark", json={"favourite": True})

    again = site.get("/api/figures?of=favourites", headers=asked)
    assert (again.status_code, again.json()["works"]) == (200, first.json()["works"] + 1)
    site.put("/api/works/8/mark", json={"favourite": False})


@pytest.mark.parametrize("place", ["/api/figures?of=mine", "/figures?set=0", "/api/spend?by=moon"])
def test_forged_parts_are_refused(site: httpx2.Client, place: str) -> None:
    answer = site.get(place)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_what_was_spent_is_told_also_where_it_is_nothing(site: httpx2.Client) -> None:
    told = site.get("/api/spend", params={"by": "day", "since": "2026-01-01"}).json()

    assert (told["by"], told["rows"], told["total"]["usd"]) == ("day", [], 0)

"""Manifests and collections, as viewers read them."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx2
import jsonschema
import numpy as np
import pytest

from gesso import Studio
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item
from gesso.core.records.works import Provenance, Rights
from gesso.show.iiif.presentation import PAGE

from ..conftest import served
from .conftest import bring

BASE = "/iiif/presentation/3"
MAKER = Maker("offline", "1", offline=True)


def prompt() -> Prompt:
    rows = ("A pier", "the sea", "still", "dusk", "grey", "low", "people")
    return Prompt("Pier", *rows, "A pier at dusk.", "It ends in nothing.", "", (), (), MAKER)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Works 1 and 2 are one round's pair, of which 2 was kept."""
    folder = tmp_path_factory.mktemp("made")
    with Studio.open(folder) as studio:
        catalogue = studio.catalogue
        catalogue.runs.create("run-1", "pier", {}, [Item("run-1", "item-1", 0)])
        catalogue.runs.start_round("run-1", "item-1", 1, prompt())
        for slot in (0, 1):
            pixels = np.full((80, 120, 3), 60 + 90 * slot, np.uint8)
            catalogue.accession.accept_painting(
                Picture(pixels), title="Pier", creator="procedural", rights=Rights(),
                provenance=Provenance(
                    "made", "procedural", f"run-1/item-1/1/{slot}", "run-1", "algorithmicMedia"
                ),
                recipe=Recipe(
                    prompt(), Maker("procedural", "2"), 7, 120, 80, "algorithmicMedia",
                    slot=slot, run="run-1", item="item-1",
                ),
                standing="kept" if slot else "take",
            )  # fmt: skip
    with served(folder) as asked:
        yield asked


def test_a_manifest_tells_whose_a_picture_is_and_where_its_tiles_are(shown: httpx2.Client) -> None:
    answer = shown.get(f"{BASE}/1/manifest")
    told, origin = answer.json(), str(shown.base_url).rstrip("/")

    assert told["id"] == f"{origin}{BASE}/1/manifest"
    assert told["rights"] == "http://creativecommons.org/licenses/by/4.0/"
    assert told["requiredStatement"]["value"] == {"none": ["A. Painter"]}
    choice = told["items"][0]["items"][0]["items"][0]["body"]
    picture = choice["items"][0]
    assert picture["service"][0]["id"] == f"{origin}/iiif/image/3/1"
    assert shown.get(f"{picture['service'][0]['id']}/info.json").status_code == 200
    assert shown.get(choice["items"][1]["id"]).headers["content-type"] == "image/png"
    assert answer.headers["content-type"].startswith("application/ld+json;profile=")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_every_address_in_a_manifest_answers(shown: httpx2.Client) -> None:
    told = shown.get(f"{BASE}/1/manifest").json()

    for one in [*told["seeAlso"], *told["rendering"], *told["homepage"], *told["thumbnail"]]:
        answer = shown.get(one["id"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == one["format"]


def test_a_made_work_shows_the_pictures_of_its_rounds_on_further_canvases(
    made: httpx2.Client,
) -> None:
    told = made.get(f"{BASE}/2/manifest").json()

    assert [canvas["label"]["none"][0] for canvas in told["items"]] == [
        "Pier", "Round 1, picture 1",
    ]  # fmt: skip
    assert told["summary"] == {"none": ["It ends in nothing."]}
    names = [pair["label"]["en"][0] for pair in told["metadata"]]
    assert "Painter" in names
    assert len({canvas["id"] for canvas in told["items"]}) == 2


def test_a_collection_names_the_manifests_of_its_works(shown: httpx2.Client) -> None:
    def names(of: str) -> list[str]:
        told = shown.get(f"{BASE}/collections/{of}").json()
        return [one["id"].rpartition(f"{BASE}/")[2] for one in told["items"]]

    assert names("all") == ["1/manifest", "2/manifest", "3/manifest"]
    assert names("favourites") == ["2/manifest"]
    assert names("tag?tag=dusk%20%26%20dawn") == ["2/manifest"]
    assert names("tag?tag=dusk") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/99/manifest", 404),
        ("/x/manifest", 404),
        ("/collections/nothing", 404),
        ("/collections/set-7", 404),
        ("/collections/tag", 400),
        ("/collections/all/pages/2", 404),
        ("/collections/all/pages/999999999999999999", 404),
    ],
)
def test_what_is_not_there_is_told(shown: httpx2.Client, path: str, status: int) -> None:
    assert shown.get(BASE + path).status_code == status


@pytest.mark.soak
def test_a_long_collection_is_nested_and_every_work_is_in_one_page(tmp_path: Path) -> None:
    with Studio.open(tmp_path) as studio:
        for number in range(PAGE + 3):
            pixels = np.full((2, 2, 3), number % 250, np.uint8)
            pixels[0, 0] = number // 250
            bring(studio, f"w{number}", bytes(cv2.imencode(".png", pixels)[1]))
    with served(tmp_path) as client:
        told = client.get(f"{BASE}/collections/all").json()
        pages = [client.get(one["id"]).json() for one in told["items"]]

    assert [one["type"] for one in told["items"]] == ["Collection", "Collection"]
    assert [len(page["items"]) for page in pages] == [PAGE, 3]
    ids = {one["id"] for page in pages for one in page["items"]}
    assert len(ids) == PAGE + 3


# The official schema --------------------------------------------------------------------------


def official() -> dict[str, Any]:
    """The schema of IIIF's own validator, where that is installed or its place is told."""
    told = os.environ.get("GESSO_IIIF_SCHEMA")
    package = importlib.util.find_spec("presentation_validator")
    places = [Path(told)] if told else []
    if package is not None and package.origin:
        above = Path(package.origin).parents
        places += [above[0] / "schema/iiif_3_0.json", above[1] / "schema/iiif_3_0.json"]
    found = next((place for place in places if place.is_file()), None)
    told_there: dict[str, Any] = json.loads(found.read_text("utf-8")) if found else {}
    return told_there


@pytest.mark.skipif(not official(), reason="GESSO_IIIF_SCHEMA names no iiif_3_0.json.")
def test_manifests_and_collections_keep_to_the_official_schema(
    shown: httpx2.Client, made: httpx2.Client
) -> None:
    check = jsonschema.validators.validator_for(official())(official())
    told = [made.get(f"{BASE}/{number}/manifest").json() for number in (1, 2)]
    told += [shown.get(f"{BASE}/{number}/manifest").json() for number in (1, 2, 3)]
    told += [shown.get(f"{BASE}/collections/{one}").json() for one in ("all", "tag?tag=hill")]

    assert [error.message[:200] for one in told for error in check.iter_errors(one)] == []
    assert list(check.iter_errors(told[0] | {"label": "no map"}))

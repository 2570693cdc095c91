"""`/health` over a damaged index: what it says, and when it knows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.errors import DamageError
from gesso.core.indexes.generations.generation import Generation
from gesso.core.indexes.generations.shelf import Shelf
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.works import Provenance, Rights
from gesso.web.server.health import EVERY_S

from ..conftest import served

_WITHIN_S = 4 * EVERY_S
Told = dict[str, Any]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio of three works with two generations over them, to be copied."""
    folder = tmp_path_factory.mktemp("embedded")
    with Studio.open(folder) as studio:
        for at, colour in enumerate([(40, 30, 200), (190, 90, 20), (40, 160, 60)]):
            plain = np.full((90, 120, 3), colour, np.uint8)
            data = bytes(cv2.imencode(".png", plain)[1])
            developed = develop_file(data, DecodeLimits())
            brought = Provenance("brought", f"{at}.png")
            studio.catalogue.accession.keep(
                Arrival(developed, brought, f"picture {at}", "Ada", Rights())
            )
        studio.searching.encode(seen=lambda *_: None)
        index = studio.searching.open(studio.searching.default).index
        index.build()
        index.build()
    return folder


@pytest.fixture
def folder(embedded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(embedded, tmp_path / "studio"))


def generation(folder: Path, number: int) -> Path:
    (space,) = (path.parent for path in folder.glob("index/*/CURRENT"))
    return space / f"gen-{number:06d}"


def flip_in(folder: Path, name: str = "vectors.f2") -> None:
    """One bit in the middle of a file."""
    path = folder / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def build(folder: Path) -> None:
    """As another process does it."""
    with Studio.open(folder) as studio:
        studio.searching.open(studio.searching.default).index.build()


def told_when(client: httpx2.Client, is_so: Callable[[Told], bool]) -> Told:
    """What `/health` tells as soon as that is so, or at last."""
    ends = time.monotonic() + _WITHIN_S
    while True:
        told: Told = client.get("/health").json()
        if is_so(told) or time.monotonic() > ends:
            return told
        time.sleep(0.05)


def is_degraded(told: Told) -> bool:
    return bool(told["status"] == "degraded")


def is_seen(told: Told) -> bool:
    return bool(told["index_size"] == 3)


def answered(client: httpx2.Client) -> Told:
    """How a search for a picture was answered."""
    answer = client.post("/search", json={"like": ["work:1"]})
    assert len(answer.json()["hits"]) == 2
    compared: Told = answer.json()["compared"]
    return compared


def agrees(told: Told, compared: Told) -> None:
    assert told["generation"] == compared["generation"]
    assert told["degraded"] == [f"look: {compared['degraded']}"]


def test_a_flipped_bit_is_told_before_anybody_searches_and_opens_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(generation(folder, 1))
    flip_in(generation(folder, 2))
    opened: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(Generation, "open", lambda *asked: opened.append(asked))
        with served(folder) as client:
            told = told_when(client, is_degraded)

    assert opened == []
    assert (told["status"], told["generation"]) == ("degraded", None)
    (said,) = told["degraded"]
    assert "generation 2 cannot answer: vectors.f2 is not what was once written" in said
    assert "every vector is compared" in said


def test_the_older_generation_is_told_and_answers(folder: Path) -> None:
    flip_in(generation(folder, 2))

    with served(folder) as client:
        told = told_when(client, is_degraded)
        compared = answered(client)
        again = client.get("/health").json()

    assert (told["status"], told["generation"]) == ("degraded", 1)
    agrees(told, compared)
    agrees(again, compared)


def test_where_none_can_answer_health_and_answers_say_so_alike(folder: Path) -> None:
    flip_in(generation(folder, 1))
    flip_in(generation(folder, 2))

    with served(folder) as client:
        told = told_when(client, is_degraded)
        compared = answered(client)

    assert told["generation"] is None
    assert compared["exact"]
    agrees(told, compared)


def test_a_new_generation_makes_it_well_again(folder: Path) -> None:
    flip_in(generation(folder, 2))

    with served(folder) as client:
        assert is_degraded(told_when(client, is_degraded))
        build(folder)
        told = told_when(client, lambda told: not is_degraded(told))
        compared = answered(client)
        later = client.get("/health").json()

    assert (told["status"], told["generation"], told["degraded"]) == ("ok", 3, [])
    assert (compared["generation"], compared["degraded"]) == (3, "")
    assert (later["status"], later["generation"]) == ("ok", 3)


def test_it_is_well_again_also_after_a_search_that_met_the_damage(folder: Path) -> None:
    flip_in(generation(folder, 2))

    with served(folder) as client:
        assert answered(client)["generation"] == 1
        assert is_degraded(told_when(client, is_degraded))
        build(folder)
        told = told_when(client, lambda told: not is_degraded(told))

    assert (told["status"], told["generation"]) == ("ok", 3)


def test_a_damaged_generation_that_takes_over_is_told_without_a_search(folder: Path) -> None:
    place = generation(folder, 1)

    with served(folder) as client:
        before = told_when(client, is_seen)
        flip_in(place)
        Shelf(place.parent, Disk()).put_into_service(1)
        told = told_when(client, is_degraded)
        compared = answered(client)

    assert (before["status"], before["generation"]) == ("ok", 2)
    assert told["generation"] == 2
    agrees(told, compared)
    assert "generation 1 cannot answer" in compared["degraded"]


def test_a_damaged_vector_is_told_before_anybody_searches(folder: Path) -> None:
    (truth,) = (path.parent for path in folder.glob("vectors/*/000000.f2"))
    flip_in(truth, "000000.f2")

    with served(folder) as client:
        told = told_when(client, is_degraded)
        compared = answered(client)
        later = told_when(client, lambda told: told["generation"] is None)

    assert told["generation"] == 2
    assert told["degraded"] == ["look: 1 damaged vectors are left out"]
    # The search embedded its work again; but canaries knew a third of these works by their vectors.
    agrees(later, compared)


def test_what_only_a_search_can_find_out_is_told_after_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise DamageError("it finds nothing", "")

    monkeypatch.setattr(Generation, "near", broken)
    with served(folder) as client:
        before = told_when(client, is_seen)
        compared = answered(client)
        told = told_when(client, is_degraded)

    assert (before["status"], before["generation"]) == ("ok", 2)
    assert "it finds nothing" in compared["degraded"]
    assert compared["generation"] is None
    agrees(told, compared)


def test_health_answers_while_a_check_goes_on_and_the_server_ends_in_its_middle(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def endless(_: SpaceIndex, is_over: Callable[[], bool]) -> bool:
        while not is_over():
            asked.append(True)
            time.sleep(0.01)
        return False

    monkeypatch.setattr(SpaceIndex, "check", endless)
    with served(folder) as client:
        told_when(client, lambda _: bool(asked))
        told = told_when(client, is_seen)
        compared = answered(client)

    assert asked
    assert (told["status"], told["generation"]) == ("ok", 2)
    assert compared["generation"] == 2

"""gesso sets: begun, filled, shown in their order, taken away and had back."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights

from ..conftest import Gesso


@pytest.fixture(autouse=True)
def _four_works() -> None:
    with Studio.open(Path("studio")) as studio:
        for number in range(4):
            flat = np.full((32, 32, 3), 40 + 50 * number, np.uint8)
            studio.catalogue.accession.accept_bytes(
                bytes(cv2.imencode(".png", flat)[1]),
                name=f"{number}.png",
                title=f"Grey \x1b[31m{number}",
                provenance=Provenance("brought", str(number)),
                rights=Rights(),
            )


def test_a_set_keeps_the_order_in_which_works_were_named(gesso: Gesso) -> None:
    begun = gesso("sets", "new", "Nocturnes", "3", "1", "--note", "after dark", "--json").document
    gesso("sets", "add", "1", "4", "2", "--before", "1")
    told = gesso("sets", "show", "1", "--json").document

    assert (begun["id"], begun["count"], begun["note"]) == (1, 2, "after dark")
    assert told["works"] == [3, 4, 2, 1]
    assert told["set"]["cover"] == 3
    assert told["set"]["version"] == begun["version"] + 1


def test_sets_are_listed_with_what_they_hold(gesso: Gesso) -> None:
    gesso("sets", "new", "Days", "1-3")
    gesso("sets", "new", "Nights")

    listed = gesso("sets", "list").out
    assert listed.index("Nights") < listed.index("Days")
    holding = gesso("sets", "list", "--holding", "2", "--json").document["sets"]
    assert [(one["name"], one["count"]) for one in holding] == [("Days", 3)]


def test_titles_from_elsewhere_steer_no_terminal(gesso: Gesso) -> None:
    gesso("sets", "new", "Days", "1-3")

    said = gesso("sets", "show", "1").out
    assert "Grey" in said
    assert "cover" in said
    assert "\x1b" not in said


def test_works_are_taken_out_and_stay_in_the_catalogue(gesso: Gesso) -> None:
    gesso("sets", "new", "Days", "1-3")

    assert gesso("sets", "remove", "1", "2").out == "Days holds 2 works.\n"
    assert gesso("sets", "show", "1", "--json").document["works"] == [1, 3]
    with Studio.open(Path("studio")) as studio:
        assert studio.catalogue.works.get(2).id == 2


def test_a_deleted_set_is_had_back_as_it_was(gesso: Gesso) -> None:
    gesso("sets", "new", "Days", "2", "1")

    assert "gesso sets restore 1" in gesso("sets", "delete", "1").out
    assert gesso("sets", "list", "--json").document == {"sets": []}
    assert "gesso sets restore 1" in gesso("sets", "show", "1").out
    assert gesso("sets", "restore", "1").out == "Days is back, with 2 works.\n"
    assert gesso("sets", "show", "1", "--json").document["works"] == [2, 1]


@pytest.mark.parametrize(
    "words",
    [
        ("sets", "show", "9"),
        ("sets", "add", "9", "1"),
        ("sets", "add", "1", "77"),
        ("sets", "add", "1", "1", "--before", "4"),
        ("sets", "add", "1", "one"),
        ("sets", "add", "1"),
        ("sets", "remove", "1", "4"),
        ("sets", "remove", "9", "4"),
        ("sets", "delete", "9"),
        ("sets", "restore", "1"),
        ("sets", "new", "  "),
        ("sets", "new", "x" * 201),
        ("sets", "new", "Days", "5-1"),
        ("sets", "show", "0"),
        ("sets", "show", "99999999999999999999"),
        ("sets", "nothing"),
    ],
)
def test_what_cannot_be_is_told_in_two_lines_and_changes_nothing(
    gesso: Gesso, words: tuple[str, ...]
) -> None:
    gesso("sets", "new", "Days", "1-3")
    before = gesso("sets", "list", "--json").document

    said = gesso(*words)

    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 2
    assert gesso("sets", "list", "--json").document == before


def test_there_are_no_sets_where_there_is_no_studio(gesso: Gesso) -> None:
    said = gesso("sets", "new", "Days", "--studio", "elsewhere")

    assert said.code != 0
    assert not Path("elsewhere").exists()

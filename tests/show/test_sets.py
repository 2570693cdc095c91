"""Sets: begun, filled, put in order, deleted and had back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.works import Provenance, Rights
from gesso.show.gallery import Gallery, Wall
from gesso.show.sets import _ROOM, Sets

WORKS = 6


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        for number in range(WORKS):
            picture = np.full((8, 8 + number, 3), 40 * number, np.uint8)
            opened.accession.accept_bytes(
                bytes(cv2.imencode(".png", picture)[1].tobytes()),
                name=f"{number}.png",
                title=f"Work {number}",
                provenance=Provenance("brought", "here", str(number)),
                rights=Rights(),
            )
        yield opened


@pytest.fixture
def sets(catalogue: Catalogue) -> Sets:
    return Sets(lambda: catalogue)


def test_works_stay_in_the_order_in_which_they_were_put(sets: Sets) -> None:
    board = sets.create("Evening", of=[3, 1])
    sets.add(board.id, [5, 3])
    board = sets.add(board.id, [2], before=1)

    assert sets.works(board.id) == [3, 2, 1, 5]
    assert (board.count, board.cover) == (4, 3)


@pytest.mark.parametrize(
    ("work", "before", "order"),
    [(4, 1, [4, 1, 2, 3]), (1, None, [2, 3, 4, 1]), (3, 2, [1, 3, 2, 4]), (2, 2, [1, 2, 3, 4])],
)
def test_a_work_is_moved(sets: Sets, work: int, before: int | None, order: list[int]) -> None:
    board = sets.create("Evening", of=[1, 2, 3, 4])
    sets.move(board.id, work, before)

    assert sets.works(board.id) == order


def test_a_set_has_room_for_any_number_of_moves(sets: Sets) -> None:
    board = sets.create("Evening", of=[1, 2, 3])
    order = [1, 2, 3]
    for turn in range(2 * _ROOM.bit_length()):
        work, before = order[2], order[1]
        sets.move(board.id, work, before)
        order = [order[0], work, before]
        assert sets.works(board.id) == order, turn


def test_a_deleted_set_can_be_had_back_as_it_was(sets: Sets) -> None:
    board = sets.create("Evening", "late", of=[2, 1])
    sets.delete(board.id)

    assert sets.all() == []
    with pytest.raises(UnknownItem):
        sets.add(board.id, [3])
    with pytest.raises(UnknownItem):
        sets.delete(board.id)
    back = sets.restore(board.id)
    assert (back.name, back.note, sets.works(board.id)) == ("Evening", "late", [2, 1])
    assert [one.id for one in sets.all()] == [board.id]


def test_a_cover_is_one_of_its_works(sets: Sets) -> None:
    board = sets.create("Evening", of=[2, 1])

    assert sets.change(board.id, cover=1).cover == 1
    with pytest.raises(UnknownItem, match="does not hold"):
        sets.change(board.id, cover=4)
    assert sets.remove(board.id, [1]).cover == 2
    assert sets.remove(board.id, [2]).cover == 0


def test_sets_are_found_by_what_they_hold(sets: Sets) -> None:
    one, other = sets.create("One", of=[1]), sets.create("Other", of=[1, 2])

    assert [board.id for board in sets.all(holding=1)] == [other.id, one.id]
    assert [board.id for board in sets.all(holding=2)] == [other.id]


@pytest.mark.parametrize("name", ["", "   ", "\x07\u202e", "x" * 201])
def test_a_name_that_is_none_is_refused(sets: Sets, name: str) -> None:
    with pytest.raises(InputError):
        sets.create(name)


def test_a_name_keeps_no_sign_that_steers(sets: Sets) -> None:
    assert sets.create("Late\x1b[31m \u202eevening\n").name == "Late [31m evening"


def test_nothing_is_begun_with_a_work_that_is_not_there(sets: Sets) -> None:
    with pytest.raises(UnknownItem, match="work number 99"):
        sets.create("Evening", of=[1, 99])

    assert sets.all() == []


def test_a_set_hangs_as_a_wall_in_its_own_order(catalogue: Catalogue, sets: Sets) -> None:
    gallery = Gallery(lambda: catalogue)
    board = sets.create("Evening", of=[4, 2, 6])
    wall = Wall(set=board.id)

    assert [tile.id for tile in gallery.page(wall).tiles] == [4, 2, 6]
    sets.move(board.id, 6, 4)
    assert [tile.id for tile in gallery.page(wall).tiles] == [6, 4, 2]
    assert gallery.place_of(wall, 2) == 2
    sets.delete(board.id)
    with pytest.raises(UnknownItem, match="no set"):
        gallery.page(wall)
    gallery.close()

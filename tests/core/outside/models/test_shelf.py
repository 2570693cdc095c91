"""The shelf: models on this machine, each with a card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gesso.core.errors import InputError, StorageError
from gesso.core.outside.models.shelf import CARD, Card, Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


def test_a_shelf_that_was_never_made_is_empty(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "models").list() == []
    assert Shelf.at("").list() == []
    assert not (tmp_path / "models").exists()


def test_a_model_is_found_by_its_name(shelf: Shelf, tmp_path: Path) -> None:
    card = Card("them/model", revision="abc", licence="mit", files={"a": "00"}, size=5)

    kept = shelf.put(card)

    assert kept.path == tmp_path / "models" / "them--model"
    assert shelf.find("them/model") == kept
    assert shelf.find("model") is None


def test_a_registered_model_lies_where_it_lay(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(Card("mine", folder=str(tmp_path / "elsewhere")))

    assert [kept.path for kept in shelf.list()] == [tmp_path / "elsewhere"]


def test_a_model_that_was_made_beside_its_place_moves_there(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(Card("mine", revision="old"))
    made = tmp_path / "models" / "mine.part"
    made.mkdir(parents=True)
    (made / "weights").write_text("new")

    kept = shelf.put(Card("mine", revision="new"), made)

    assert (kept.path / "weights").read_text() == "new"
    assert [kept.card.revision for kept in shelf.list()] == ["new"]
    assert not made.exists()


def test_what_is_not_whole_does_not_stand_on_the_shelf(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(Card("mine"))
    half = tmp_path / "models" / "other.part"
    half.mkdir()
    (half / CARD).write_text(json.dumps({"name": "other"}))
    (tmp_path / "models" / "empty").mkdir()

    assert [kept.name for kept in shelf.list()] == ["mine"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": ""}', '{"name": 1}', '{"nome": "x"}'])
def test_a_card_that_is_none_is_passed_over(shelf: Shelf, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "models" / "odd"
    folder.mkdir(parents=True)
    (folder / CARD).write_text(text)

    assert shelf.list() == []


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b/c", "a b", "-x", "a/..", "x" * 200])
def test_a_name_that_is_none_is_refused(shelf: Shelf, name: str) -> None:
    with pytest.raises(InputError, match="is no name of a model"):
        shelf.put(Card(name))


def test_a_shelf_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")

    with pytest.raises(StorageError, match="cannot be written"):
        Shelf(tmp_path / "models").put(Card("mine"))

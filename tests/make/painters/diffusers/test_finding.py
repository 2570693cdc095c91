"""A model is found on this machine by what its owner calls it."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.stubs.model_folder import write_model

from gesso.core.errors import SettingsError
from gesso.core.outside.models.models import Model, ModelBook
from gesso.core.outside.models.shelf import Card, Shelf

constants = pytest.importorskip(
    "huggingface_hub.constants", reason="gesso[diffusers] is not installed"
)
finding = importlib.import_module("gesso.make.painters.diffusers.finding")

USUAL = "them/usual-turbo"
BOOK = ModelBook(
    [
        Model("diffusers", USUAL, "image", is_default=True),
        Model("diffusers", "them/old", "image", sunset=date(2020, 1, 1), successor=USUAL),
    ],
    date(2026, 11, 1),
)


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


def put(shelf: Shelf, name: str, revision: str = "") -> Path:
    place = shelf.place(name)
    write_model(place)
    return shelf.put(Card(name, revision=revision)).path


def find(wish: str, shelf: Shelf) -> Any:
    return finding.find_model(wish, shelf, BOOK)


def test_a_folder_is_taken_as_it_is(shelf: Shelf, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "my model")

    assert find(str(folder), shelf).path == folder
    assert find(str(folder), shelf).name == "my model"


def test_a_folder_may_be_named_from_here(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "here" / "mine")
    monkeypatch.chdir(tmp_path / "here")

    assert find("./mine", shelf).name == "mine"
    assert find("mine", shelf).name == "mine"


def test_a_name_is_looked_for_on_the_shelf(shelf: Shelf) -> None:
    put(shelf, "them/small", revision="abc")

    found = find("them/small", shelf)

    assert (found.name, found.revision) == ("them/small", "abc")


def test_the_only_model_is_the_usual_one(shelf: Shelf) -> None:
    put(shelf, "mine")

    assert find("", shelf).name == "mine"


def test_of_several_the_book_knows_the_usual_one(shelf: Shelf) -> None:
    put(shelf, "mine")
    put(shelf, USUAL)

    assert find("", shelf).name == USUAL


def test_of_several_without_the_usual_one_the_owner_chooses(shelf: Shelf) -> None:
    put(shelf, "mine")
    put(shelf, "yours")

    with pytest.raises(SettingsError, match="There are 2 models") as caught:
        find("", shelf)

    assert "mine, yours" in caught.value.advice


def test_without_any_model_it_is_told_how_to_get_the_usual_one(shelf: Shelf) -> None:
    with pytest.raises(SettingsError, match=f"There is no model '{USUAL}' on this machine"):
        find("", shelf)


def test_a_name_that_is_not_here_is_told_with_how_to_pull_it(shelf: Shelf) -> None:
    put(shelf, "them/small")

    with pytest.raises(SettingsError) as caught:
        find("them/smal", shelf)

    assert caught.value.advice == (
        "Did you mean 'them/small'? Fetch it with: gesso models pull them/smal"
    )


@pytest.mark.parametrize("wish", ["no such", "a/b/c", "x" * 300, "--", "mine"])
def test_a_wish_that_is_no_name_is_told(shelf: Shelf, wish: str) -> None:
    with pytest.raises(SettingsError, match="There is no model"):
        find(wish, shelf)


def test_what_other_programs_fetched_is_found(shelf: Shelf, tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = tmp_path / "cache" / "models--them--small"
    write_model(cache / "snapshots" / commit)
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text(commit)

    found = find("them/small", shelf)

    assert (found.name, found.revision) == ("them/small", commit)


def test_a_model_that_has_ended_is_refused_with_its_successor(shelf: Shelf) -> None:
    with pytest.raises(SettingsError, match="ended on 2020-01-01") as caught:
        find("them/old", shelf)

    assert USUAL in caught.value.advice


def test_a_model_that_left_its_place_is_told(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(Card("mine", folder=str(tmp_path / "gone")))

    with pytest.raises(SettingsError, match="There is no folder"):
        find("mine", shelf)

"""The book of models: defaults, endings, snapshots; and nothing in code that names a model."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import gesso
from gesso.core.errors import SettingsError
from gesso.core.outside.models.models import Model, ModelBook, Pixels

TODAY = date(2026, 11, 21)
TEXT = """
dated = 2026-11-01
[[model]]
provider = "p"
id = "new"
kind = "text"
default = true
[[model]]
provider = "p"
id = "painter"
kind = "image"
default = true
pixels = { step = 16, only = ["64x64"] }
[[model]]
provider = "p"
id = "all"
kind = "both"
[[model]]
provider = "p"
id = "old"
kind = "text"
sunset = 2026-11-21
successor = "new"
[[model]]
provider = "p"
id = "older"
kind = "text"
sunset = 2026-01-01
successor = "old"
[[model]]
provider = "p"
id = "oldest"
kind = "text"
sunset = 2025-01-01
"""


def book(today: date = TODAY) -> ModelBook:
    return ModelBook.read(TEXT, lambda: today)


def test_the_default_is_taken_where_none_is_named() -> None:
    assert book().find("p", "text").id == "new"
    assert book().find("p", "image").id == "painter"


def test_a_model_answers_until_the_day_before_its_sunset() -> None:
    assert book(date(2026, 11, 20)).find("p", "text", "old").id == "old"
    with pytest.raises(SettingsError, match=r"'old' of p ended on 2026-11-21"):
        book().find("p", "text", "old")


def test_the_successor_that_is_named_is_one_that_lives() -> None:
    with pytest.raises(SettingsError, match=r"Use its successor instead: 'new'"):
        book().find("p", "text", "older")


def test_an_ending_without_a_successor_names_what_there_is() -> None:
    with pytest.raises(SettingsError, match=r"The models are: new, all\."):
        book().find("p", "text", "oldest")


def test_a_dated_snapshot_ends_with_its_model() -> None:
    assert book().find("p", "text", "new-2026-09-08").id == "new-2026-09-08"
    for snapshot in ("older-2024-05-13", "older-20240513"):
        with pytest.raises(SettingsError, match="ended"):
            book().find("p", "text", snapshot)


def test_an_unknown_id_is_taken_as_it_is() -> None:
    assert book().find("p", "image", "of-tomorrow") == Model("p", "of-tomorrow", "image", False)


def test_a_model_of_another_kind_is_refused_with_those_that_fit() -> None:
    with pytest.raises(SettingsError, match=r"'painter' .* paints .* one of: new, all"):
        book().find("p", "text", "painter")
    assert book().find("p", "image", "all").id == "all"


def test_a_provider_without_a_default_wants_a_name() -> None:
    with pytest.raises(SettingsError, match="Name one by the option 'model'"):
        book().find("nobody", "text")


def test_a_misspelt_name_has_a_nearest_living_one() -> None:
    assert book().nearest("p", "paintr") == "painter"
    assert book().nearest("p", "oldest") == ""
    assert book().nearest("p", "zzz") == ""


def test_sizes_are_read_as_records() -> None:
    assert book().find("p", "image").pixels == Pixels(step=16, only=("64x64",))


# The book that comes with gesso -----------------------------------------------------------------


@pytest.fixture(scope="module")
def ours() -> ModelBook:
    return ModelBook.open(lambda: TODAY)


@pytest.mark.parametrize(
    ("provider", "kind"),
    [
        ("gemini", "text"),
        ("gemini", "image"),
        ("openai", "text"),
        ("openai", "image"),
        ("fal", "image"),
        ("diffusers", "image"),
    ],
)
def test_every_provider_has_one_default_that_lives(
    ours: ModelBook, provider: str, kind: str
) -> None:
    rows = [row for row in ours.list(provider) if row.kind == kind and row.is_default]

    assert len(rows) == 1
    assert rows[0].sunset is None


def test_every_row_says_where_it_was_read_and_what_prices_it(ours: ModelBook) -> None:
    for row in ours.list():
        assert row.source, row.id
        assert row.price in {"", "genai-prices", "billed units", "free"}, row.id
        assert row.price or ours.has_ended(row), row.id
        assert bool(row.unit_usd) == (row.price == "billed units"), row.id


def test_every_ending_has_a_successor_of_the_same_kind(ours: ModelBook) -> None:
    for row in ours.list():
        assert bool(row.sunset) == bool(row.successor), row.id
        if row.successor:
            heir = ours.row(row.provider, row.successor, row.kind)
            assert heir.can(row.kind), row.id
            assert not ours.has_ended(heir), row.id


def test_no_model_stands_twice(ours: ModelBook) -> None:
    text = Path(gesso.__file__).parent.joinpath("core/outside/models/models.toml").read_text()
    ids = re.findall(r'^provider = "(.*)"\nid = "(.*)"$', text, re.MULTILINE)

    assert len(ids) == len(set(ids)) == len(ours.list())


def test_nothing_in_code_names_a_model(ours: ModelBook) -> None:
    package = Path(gesso.__file__).parent
    ids = [re.escape(row.id) for row in ours.list()]
    named = re.compile("|".join(sorted(ids, key=len, reverse=True)))
    found = {
        f"{path.relative_to(package)}: {match[0]}"
        for path in package.rglob("*.py")
        for match in named.finditer(path.read_text("utf-8"))
    }

    # "o3" and its like are words as well; a model's name has a mark in it.
    assert {line for line in found if "-" in line.partition(": ")[2]} == set()

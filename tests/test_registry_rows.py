"""Every row of every registry opens; one whose extra is not installed is skipped in words."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import gesso
from gesso.core.errors import MissingExtra
from gesso.core.registry import Entry, Registry


@dataclass(frozen=True)
class Row:
    """One row of one registry."""

    registry: Registry[Any]
    name: str

    def __str__(self) -> str:
        return f"{self.registry.plural}:{self.name}"


def registries() -> list[Registry[Any]]:
    """Every registry of the package, each once."""
    package = Path(gesso.__file__).parent
    found: dict[int, Registry[Any]] = {}
    for path in sorted(package.rglob("*.py")):
        if "gesso.core.registry import" in path.read_text("utf-8"):
            name = ".".join(path.relative_to(package.parent).with_suffix("").parts)
            things = vars(importlib.import_module(name)).values()
            found.update({id(thing): thing for thing in things if isinstance(thing, Registry)})
    return list(found.values())


REGISTRIES = registries()
ROWS = [Row(registry, name) for registry in REGISTRIES for name in registry.names()]


def test_the_painters_are_among_the_registries() -> None:
    assert "painters" in {registry.plural for registry in REGISTRIES}


def test_no_two_shelves_share_an_entry_point_group() -> None:
    groups = [registry.group for registry in REGISTRIES]

    assert len(groups) == len(set(groups))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_opens(row: Row) -> None:
    try:
        adapter = row.registry.open(row.name)
    except MissingExtra as error:
        pytest.skip(str(error))
    assert callable(adapter)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_has_a_line_for_the_help_text(row: Row) -> None:
    summary = row.registry.entry(row.name).summary

    assert summary
    assert "\n" not in summary


def test_a_row_that_points_nowhere_fails() -> None:
    nowhere: Registry[object] = Registry("x", "xs", {"a": Entry("gesso.core.errors", "Nobody")})

    with pytest.raises(AttributeError):
        nowhere.open("a")

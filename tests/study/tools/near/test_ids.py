"""Every id that a reading gives stands on the page of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.lesson import Lesson, LessonOptions
from gesso.study.records import Reading
from gesso.study.tools.near.company import Company, IndexedNeighbours
from gesso.study.tools.near.style import Style, StyleOptions
from gesso.study.tools.tool import TOOLS

from ...conftest import set_up
from .conftest import Gallery, painted
from .test_style import Words

PAGE = Path(__file__).parents[4] / "docs" / "study-figures.md"


def ids_of(told: Any) -> Iterator[str]:
    """Every key, however deep it lies."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield name
            yield from ids_of(value)
    elif isinstance(told, list | tuple):
        for one in told:
            yield from ids_of(one)


def readings(picture: Picture, company: Company) -> tuple[Reading, ...]:
    made = [TOOLS.open(name) for name in TOOLS.names()]
    lesson = Lesson([one(one.Options(), company) for one in made])
    return lesson.study(picture, LessonOptions()).readings


@pytest.fixture(scope="module")
def told(gallery: Gallery, scene: Picture) -> tuple[Reading, ...]:
    company = gallery.company()
    return (*readings(scene, company), *readings(painted("Baroque", 99), company))


def test_every_id_stands_in_the_docs(told: tuple[Reading, ...], bare: Gallery) -> None:
    words = Company(Words(), IndexedNeighbours(bare.index), lambda: bare.studio.catalogue)
    by_words = Style(StyleOptions(), words).read(set_up(painted("Baroque", 1)))
    page = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))

    assert by_words.figures["by_words"]
    found = {name for one in (*told, by_words) for name in ids_of(dict(one.figures))}
    # What one picture shares with another is told in words of the page itself.
    assert sorted(found - page - {"palette", "key", "texture", "layout"}) == []


def test_these_pictures_make_every_tool_speak(told: tuple[Reading, ...]) -> None:
    spoken = {one.tool for one in told if one.figures and not one.abstains}

    assert spoken == set(TOOLS.names())

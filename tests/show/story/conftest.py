"""A small catalogue with pictures and a tune, and a room of stories over it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.show.story.props import added, masses, tune

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.picture import Picture
from gesso.show.story.composing.composer import Eyes
from gesso.show.story.film.painter import Hands
from gesso.show.story.records import Point
from gesso.show.story.room import StoryRoom


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def works(catalogue: Catalogue) -> list[int]:
    """Five works: three colours in three sizes, two grays, of known years and hands."""
    return [
        added(catalogue, np.full((60, 90, 3), (200, 60, 40)), "Red", "Ada", 1900),
        added(catalogue, np.full((90, 61, 3), (30, 60, 160)), "Blue", "Ada", 1850),
        added(catalogue, np.full((50, 50, 3), (230, 225, 210)), "Pale", "Bo", 1700),
        added(catalogue, np.full((40, 200, 3), (24, 22, 20)), "Night", "Bo", 1950),
        added(catalogue, np.full((33, 47, 3), (120, 120, 120)), "Gray", "", None),
    ]


@pytest.fixture
def track(catalogue: Catalogue) -> int:
    """Twelve seconds of notes, two a second."""
    return catalogue.tracks.accept(tune(12), source="tune.wav").track.id


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def room(catalogue: Catalogue, tmp_path: Path, stop: threading.Event) -> StoryRoom:
    def picture(number: int) -> Picture:
        return catalogue.picture(catalogue.works.get(number))

    return StoryRoom(
        catalogue,
        Hands(picture, masses),
        Eyes(lambda _picture: Point(0.25, 0.75)),
        stop,
        tmp_path / "films",
    )

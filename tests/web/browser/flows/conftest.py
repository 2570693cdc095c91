"""A studio where everything can be done, and the two hands that do it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts

from ...conftest import served
from ...test_music import tune
from ..conftest import Page, drawn
from .hands import HANDS, Hand

SMALL = "[make]\nworkers = 0\nstreams = 1\nwidth = 96\nheight = 64\n"
ONE_WINDOW = {"width": 1200, "height": 700}


@pytest.fixture(scope="module")
def site(exhibition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """The exhibition with two tracks, searched by pictures, painting small ones by itself."""
    folder = tmp_path_factory.mktemp("doing") / "exhibition"
    shutil.copytree(exhibition, folder)
    (folder / "gesso.toml").write_text(SMALL, "utf-8")
    with Studio.open(folder) as studio:
        studio.searching.encode(seen=lambda *_: None)
        for title, bpm, high in (("Slow", 70, False), ("Fast", 150, True)):
            facts = TrackFacts(title=title, artist="N. N.", licence="CC0-1.0")
            studio.catalogue.tracks.accept(tune(bpm, high=high), facts=facts)
    with served(folder) as asked:
        yield asked


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures in a folder."""
    folder = tmp_path_factory.mktemp("art")
    for number in range(3):
        (folder / f"lake-{number}.png").write_bytes(drawn(200 + number, side=160))
    return folder


@pytest.fixture(params=list(HANDS))
def hand(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Hand:
    """Every flow is gone through twice."""
    page: Any = open_page(viewport=ONE_WINDOW)
    return HANDS[request.param](page)

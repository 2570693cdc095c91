"""A small library of pictures of one colour or two, with words, and a finder over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance, Rights, Standing, Work
from gesso.search.finder import Finder
from gesso.search.records import Answer, Query
from gesso.studio import Studio

RED, BLUE, GOLD, WHITE, BLACK = (
    (179, 38, 30),
    (44, 90, 160),
    (201, 162, 39),
    (245, 243, 238),
    (20, 20, 22),
)


def painted(*colours: tuple[int, int, int], upright: bool = False, seed: int = 0) -> bytes:
    """A PNG of stripes in these colours, a little rough so that no two are the same."""
    height, width = (120, 90) if upright else (90, 120)
    rgb = np.zeros((height, width, 3), np.int16)
    for at, colour in enumerate(colours):
        first, last = height * at // len(colours), height * (at + 1) // len(colours)
        rgb[first:last] = colour
    rough = np.random.default_rng(seed).integers(-3, 4, rgb.shape)
    found = np.clip(rgb + rough, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".png", found[:, :, ::-1])[1])


@dataclass
class Library:
    """A studio with works in it.

    Attributes:
        studio: it.
        works: by their title.
    """

    studio: Studio
    works: dict[str, Work] = field(default_factory=dict)

    def hang(self, data: bytes, title: str, standing: Standing = "kept", **facts: object) -> Work:
        """Bring a picture in."""
        told = Facts(title=title, **facts)  # type: ignore[arg-type]  # a test's own words
        work = self.studio.catalogue.accession.keep(
            Arrival(
                develop_file(data, DecodeLimits()),
                Provenance("collected", "museum", f"{title}.png"),
                title,
                told.creator,
                Rights("CC0-1.0"),
                standing,
                facts=told,
            )
        )
        self.works[title] = work
        return work

    @property
    def finder(self) -> Finder:
        return self.studio.search

    def find(self, words: str = "", **wishes: object) -> Answer:
        """Search."""
        return self.finder.find(Query(words=words, **wishes))  # type: ignore[arg-type]  # the same

    def titles(self, words: str = "", **wishes: object) -> list[str]:
        """The titles of what is found."""
        return [hit.work.title for hit in self.find(words, **wishes).hits]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library without a work."""
    monkeypatch.setenv("GESSO_MAKE__WORKERS", "0")
    with Studio.open(tmp_path / "studio") as studio:
        yield Library(studio)


@pytest.fixture
def library(empty: Library) -> Library:
    """A library of one's own, which a test may change."""
    return filled(empty)


@pytest.fixture(scope="session")
def hung(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library that is only looked at."""
    with Studio.open(tmp_path_factory.mktemp("hung") / "studio") as studio:
        yield filled(Library(studio))


def filled(library: Library) -> Library:
    """Six works whose words, years and colours are plain to see."""
    hang = library.hang
    hang(
        painted(WHITE, BLUE, seed=1),
        "River in Winter",
        creator="Aert van der Neer",
        year_from=1645,
        year_to=1645,
        style="Baroque",
        kind="Paintings",
        tags=("ice", "skaters"),
    )
    hang(
        painted(BLUE, BLUE, WHITE, seed=2),
        "Ships in a Storm",
        creator="Ludolf Backhuysen",
        year_from=1690,
        year_to=1700,
        style="Baroque",
        medium="oil on canvas",
    )
    hang(
        painted(RED, BLACK, seed=3, upright=True),
        "Portrait of a Woman",
        creator="Rosalba Carriera",
        year_from=1730,
        year_to=1730,
        style="Rococo",
        place="Italian",
    )
    hang(
        painted(RED, GOLD, seed=4, upright=True),
        "The Woman in Red",
        creator="Édouard Manet",
        year_from=1870,
        year_to=1870,
        style="Impressionism",
        text="A portrait of a lady at a table.",
    )
    hang(
        painted(GOLD, WHITE, seed=5),
        "Wheat Field",
        creator="Vincent van Gogh",
        year_from=1888,
        year_to=1888,
        style="Post-Impressionism",
        place="Dutch",
    )
    hang(painted(BLACK, BLUE, seed=6), "Night", creator="Édouard Manet", style="Impressionism")
    return library

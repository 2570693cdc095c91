"""A studio with three styles by fifteen artists, painted here, and their vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.encoders.look.look import Look, LookOptions
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance, Rights, Work
from gesso.studio import Studio
from gesso.study.tools.near.company import Company, IndexedNeighbours

STYLES = ("Baroque", "Impressionism", "Suprematism")
HEIGHT, WIDTH = 120, 160


def painted(style: str, seed: int) -> Picture:
    """Dark with one light, or light dabs, or hard shapes on white."""
    rng = np.random.default_rng([seed, STYLES.index(style)])
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    if style == "Baroque":
        x, y = rng.uniform(0.3, 0.7, 2) * (WIDTH, HEIGHT)
        light = 235 * np.exp(
            -((across - x) ** 2 + (down - y) ** 2) / (2 * rng.uniform(16, 26) ** 2)
        )
        rgb = light[..., np.newaxis] * (1, 0.8, 0.5) + rng.uniform(8, 22)
    elif style == "Impressionism":
        rgb = np.full((HEIGHT, WIDTH, 3), 205.0)
        for _ in range(900):
            colour = np.clip(rng.normal((200, 205, 190), (35, 25, 45)), 60, 255)
            x, y = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
            end = x + int(rng.integers(-7, 8)), y + int(rng.integers(-3, 4))
            cv2.line(rgb, (x, y), end, colour.tolist(), 3)
    else:
        rgb = np.full((HEIGHT, WIDTH, 3), rng.uniform(225, 245))
        for _ in range(4):
            x, y = int(rng.integers(10, 110)), int(rng.integers(10, 80))
            tone = [(200, 30, 30), (25, 25, 25), (30, 50, 160)][int(rng.integers(3))]
            end = x + int(rng.integers(12, 45)), y + int(rng.integers(8, 32))
            cv2.rectangle(rgb, (x, y), end, tone, -1)
    rough = rgb + rng.normal(0, 2, (HEIGHT, WIDTH, 1))
    return Picture(np.clip(np.rint(rough), 0, 255).astype(np.uint8))


class Gallery:
    """A studio whose works have vectors."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.encoder = Look(LookOptions())
        self.index = studio.searching.open("look").index
        self.pictures: dict[int, Picture] = {}

    def hang(self, picture: Picture, title: str, creator: str, style: str) -> Work:
        told = Facts(title=title, creator=creator, style=style)
        arrival = Arrival(
            develop_file(encode(picture, "image/png"), DecodeLimits()),
            Provenance("collected", "museum", title),
            title,
            creator,
            Rights("CC0-1.0"),
            facts=told,
        )
        work = self.studio.catalogue.accession.keep(arrival)
        self.pictures[work.id] = picture
        return work

    def embed(self) -> None:
        ids = np.array(sorted(self.pictures), dtype=np.int64)
        self.index.add(ids, self.encoder.pictures([self.pictures[at] for at in ids.tolist()]))

    def company(self) -> Company:
        return Company(self.encoder, IndexedNeighbours(self.index), lambda: self.studio.catalogue)


def filled(gallery: Gallery, each: int, artists: int) -> Gallery:
    for style in STYLES:
        for number in range(each):
            artist = f"{style} painter {number % artists}"
            gallery.hang(painted(style, number), f"{style} {number}", artist, style)
    gallery.embed()
    return gallery


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Forty-five works, which are only looked at."""
    with Studio.open(tmp_path_factory.mktemp("gallery") / "studio") as studio:
        yield filled(Gallery(studio), each=15, artists=5)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Gallery]:
    """A studio of one's own, without a work."""
    with Studio.open(tmp_path / "studio") as studio:
        yield Gallery(studio)

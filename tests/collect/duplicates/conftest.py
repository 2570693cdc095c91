"""A studio with pictures that the tests paint, and a search in the tests' own process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.collect.duplicates.finder import DuplicateFinder
from gesso.collect.duplicates.options import DuplicateOptions, DuplicateReport
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights, Work
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.serial import SerialEngine

Rgb = NDArray[np.uint8]
Bring = Callable[..., Work]


def paint(seed: int, width: int = 640, height: int = 480, motif: int | None = None) -> Rgb:
    """A picture of strokes on big fields; pictures of one motif have the same fields and colours.

    That is a series by one hand: the same place, painted again, no line quite where it was and
    every stroke elsewhere.
    """
    place = np.random.default_rng(seed if motif is None else motif)
    hand = np.random.default_rng(seed + 10_000)
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[:] = place.integers(60, 200, 3)
    for _ in range(6):
        corners = place.random((5, 2)) * (width, height) + hand.normal(0, 6, (5, 2))
        cv2.fillPoly(canvas, [corners.astype(np.int32)], place.integers(20, 235, 3).tolist())
    for _ in range(500):
        x, y = hand.random(2) * (width, height)
        turn, length = hand.random() * np.pi, 6 + 30 * hand.random()
        end = (int(x + length * np.cos(turn)), int(y + length * np.sin(turn)))
        base = canvas[int(y), int(x)].astype(int) + hand.integers(-45, 45, 3)
        colour = np.clip(base, 0, 255).tolist()
        cv2.line(canvas, (int(x), int(y)), end, colour, int(hand.integers(2, 7)), cv2.LINE_AA)
    return canvas


def scanned(rgb: Rgb, quality: int = 60) -> Rgb:
    """The same through a camera: a little soft, a little off, and a JPEG."""
    soft = cv2.GaussianBlur(rgb, (0, 0), 0.8).astype(np.float32) * 0.92 + 9
    _, data = cv2.imencode(
        ".jpg", np.rint(soft).astype(np.uint8), (cv2.IMWRITE_JPEG_QUALITY, quality)
    )
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def bring(catalogue: Catalogue) -> Bring:
    """Bring pixels into the catalogue as a work of their own."""
    count = iter(range(1_000_000))

    def brought(
        rgb: Rgb, title: str = "", licence: str = "", creator: str = "", whole: bool = True
    ) -> Work:
        number = next(count)
        arrival = Arrival(
            develop_file(encode(Picture(rgb)), DecodeLimits(), "a.png"),
            Provenance("brought", "test", f"{number}.png"),
            title or f"picture {number}",
            creator,
            Rights(licence),
            "kept",
            keeps_original=whole,
        )
        return catalogue.accession.keep(arrival)

    return brought


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def find(
    catalogue: Catalogue, tmp_path: Path, stop: threading.Event
) -> Callable[..., DuplicateReport]:
    """Search for duplicates; options by name."""

    def searched(*, again: bool = False, **options: Any) -> DuplicateReport:
        finder = DuplicateFinder(
            catalogue,
            SerialEngine(EngineOptions()),
            DuplicateOptions(**options),
            stop=stop,
        )
        return finder.find(again=again)

    return searched

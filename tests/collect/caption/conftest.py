"""Pictures and works to be captioned, made here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gesso.collect.caption.captioner import Subject
from gesso.collect.caption.measured.looking import look_at
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Fingerprint, Provenance, Rights, Work

RED, BLUE, WHITE, BLACK = (200, 30, 30), (40, 60, 190), (255, 255, 255), (0, 0, 0)


def flat(colour: tuple[int, int, int], width: int = 96, height: int = 64) -> Picture:
    return Picture(np.full((height, width, 3), colour, dtype=np.uint8))


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Picture:
    rgb = np.empty((64, 96, 3), dtype=np.uint8)
    rgb[:, :48], rgb[:, 48:] = left, right
    return Picture(rgb)


def texture(number: int = 0, width: int = 320, height: int = 240, soft: float = 1.0) -> Picture:
    """A picture with something in it everywhere, as sharp as `soft` is small."""
    noise = np.random.default_rng(number).normal(0, 1, (height, width, 3)).astype(np.float32)
    plane = cv2.GaussianBlur(noise, (0, 0), soft)
    plane = 128 + 45 * (plane - plane.mean()) / plane.std()
    return Picture(np.clip(np.rint(plane), 0, 255).astype(np.uint8))


def work_of(picture: Picture, number: int = 1, **known: Any) -> Work:
    plain = Work(
        id=number,
        title="",
        creator="",
        provenance=Provenance("collected", "folder:here", f"{number}.png"),
        rights=Rights(),
        standing="kept",
        width=picture.width,
        height=picture.height,
        media_type="image/png",
        size_bytes=1,
        blob="key",
        fingerprint=Fingerprint("", "", "", ""),
        thumbnails=(),
        thumbhash="",
        swatches=(),
        added_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return replace(plain, **known)


def subject_of(picture: Picture, *, side_px: int = 0, **known: Any) -> Subject:
    extra = {name: known.pop(name) for name in ("tags", "prompt", "needs_title") if name in known}
    return Subject(work_of(picture, **known), look_at(picture, side_px), **extra)


Bring = Callable[..., Work]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def bring(catalogue: Catalogue) -> Bring:
    """Bring a picture into the catalogue."""

    def put(picture: Picture, name: str = "IMG_0001") -> Work:
        return catalogue.accession.accept_bytes(
            encode(picture),
            name=f"{name}.png",
            title=name,
            provenance=Provenance("brought", f"{name}.png"),
            rights=Rights(),
        )

    return put

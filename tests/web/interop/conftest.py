"""A studio with a few works, asked the way other programs ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights, Work

from ..conftest import hill, served

TOKEN = "a-long-and-random-word-for-tests"
_NONE = Rights()


def wide(width: int = 1400, height: int = 900) -> bytes:
    """A JPEG in which red grows to the right and green downwards."""
    down, across = np.mgrid[:height, :width]
    blue = np.full((height, width), 90)
    bgr = np.stack([blue, down * 255 / height, across * 255 / width], axis=2).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", bgr)[1])


def bring(studio: Studio, title: str, data: bytes, rights: Rights = _NONE) -> Work:
    """Take a picture in that a person brought."""
    return studio.catalogue.accession.accept_bytes(
        data, name=title, title=title, provenance=Provenance("brought", title), rights=rights
    )


def fill(folder: Path) -> None:
    """Three works: 1 is large, 2 is small and a favourite, 3 has a title that would be markup."""
    with Studio.open(folder) as studio:
        bring(studio, "Slope", wide(), Rights("CC-BY-4.0", "A. Painter"))
        hung = bring(studio, "Hill", hill(1))
        studio.catalogue.works.set_favourite(hung.id, True)
        studio.catalogue.works.set_tags(hung.id, ("hill", "dusk & dawn"))
        bring(studio, '<b>Dale</b> & "sky"', hill(2))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A studio that asks nobody for a token."""
    folder = tmp_path_factory.mktemp("dunes-and-hills")
    fill(folder)
    with served(folder) as asked:
        yield asked


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A studio that asks for a token; the client brings none by itself."""
    folder = tmp_path_factory.mktemp("guarded")
    fill(folder)
    with served(folder, token=TOKEN) as asked:
        yield asked

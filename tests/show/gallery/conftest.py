"""A small catalogue whose works can be told apart by their colours, sources and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.works import Origin, Provenance, Rights, Work
from gesso.show.gallery import Gallery

Bring = Callable[..., Work]
RED, BLUE, GREY = (40, 40, 200), (200, 60, 30), (128, 128, 128)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def gallery(catalogue: Catalogue) -> Iterator[Gallery]:
    found = Gallery(lambda: catalogue)
    yield found
    found.close()


@pytest.fixture
def bring(catalogue: Catalogue) -> Bring:
    """Bring works in, each other than all before: `bring(RED, accent=BLUE, source="met")`."""
    numbers = iter(range(1, 100_000))

    def brought(
        colour: tuple[int, int, int] = GREY,
        *,
        accent: tuple[int, int, int] | None = None,
        source: str = "here",
        origin: Origin = "brought",
        size: tuple[int, int] = (48, 64),
    ) -> Work:
        number = next(numbers)
        picture = np.full((*size, 3), colour, np.uint8)
        picture[-1, -1] = (number % 256, number // 256, 7)
        if accent is not None:
            picture[:, : size[1] // 5] = accent
        return catalogue.accession.accept_bytes(
            bytes(cv2.imencode(".png", picture)[1].tobytes()),
            name=f"{number}.png",
            title=f"Work {number}",
            provenance=Provenance(origin, source, f"n{number}"),
            rights=Rights(),
        )

    return brought

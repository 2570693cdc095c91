"""A studio behind a server on this machine, asked over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights
from gesso.web.server.options import ServerOptions
from gesso.web.serving import serve

Serve = Callable[..., httpx2.Client]
HEIGHT, WIDTH = 120, 160


def hill(seed: int = 0) -> bytes:
    """A PNG of a dark hill before a light sky with a small sun."""
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    picture = np.full((HEIGHT, WIDTH, 3), (205, 178, 152), np.uint8)
    picture[down > 70 + 15 * np.sin(across / 20 + seed)] = (48, 70, 62)
    picture[(across - 110) ** 2 + (down - 30) ** 2 < 9**2] = (170, 236, 252)
    return bytes(cv2.imencode(".png", picture)[1])


def hang_hills(studio: Studio, count: int, credit: str = "") -> None:
    """Bring works in: "Hill 0" and so on, free for anybody where somebody is named for them."""
    rights = Rights("CC0-1.0", credit=credit) if credit else Rights()
    for number in range(count):
        studio.catalogue.accession.accept_bytes(
            hill(number),
            name=f"{number}.png",
            title=f"Hill {number}",
            provenance=Provenance("brought", f"{number}.png"),
            rights=rights,
        )


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[httpx2.Client]:
    """A server on a free port, and a client of it."""
    stop, told = threading.Event(), threading.Event()
    address: list[str] = []

    def tell(url: str) -> None:
        address.append(url)
        told.set()

    asked = replace(ServerOptions(port=0, calls_per_minute=0), **options)
    with Studio.open(folder) as studio:
        thread = threading.Thread(
            target=serve, args=(studio, asked), kwargs={"tell": tell, "stop": stop}
        )
        thread.start()
        try:
            assert told.wait(60)
            with httpx2.Client(base_url=address[0], timeout=60) as client:
                yield client
        finally:
            stop.set()
            thread.join(60)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server with usual options, one for a module."""
    with served(tmp_path_factory.mktemp("studio")) as asked:
        yield asked

"""A source whose every answer a test sets, and a collector over it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.stubs.grounds import FileGround

from gesso.collect.acquisition.collector import Collector
from gesso.collect.acquisition.options import CollectOptions
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights


def picture(number: int) -> bytes:
    rng = np.random.default_rng(number)
    return cv2.imencode(".png", rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))[1].tobytes()


class Shelf:
    """A source in memory: it answers by identifier with bytes, an error, or several in turn."""

    name = "shelf"

    def __init__(self, is_remote: bool = True) -> None:
        self.is_remote = is_remote
        self.offered: list[Find] = []
        self.answers: dict[str, object] = {}
        self.asked: Counter[str] = Counter()
        self.bytes = 0
        self.unchanged = 0
        self.lists = 0
        self.listing_error: Exception | None = None
        self.refuses: Exception | None = None
        self._lock = threading.Lock()

    def put(self, number: int, answer: object = None, licence: str = "CC0-1.0", **changes) -> Find:
        settings: dict[str, Any] = {
            "url": f"https://a.example/{number}.png",
            "facts": Facts(title=f"Picture {number}"),
            "rights": Rights(licence),
            "revision": "1",
        }
        find = Find("shelf", f"{number}", **(settings | changes))
        self.offered.append(find)
        self.answers[find.identifier] = picture(number) if answer is None else answer
        return find

    def finds(self, wish: Wish) -> Iterator[Find]:
        if self.refuses is not None:
            raise self.refuses
        return self._listed(wish)

    def _listed(self, wish: Wish) -> Iterator[Find]:
        self.lists += 1
        yield from self.offered[: wish.limit]
        if self.listing_error is not None:
            raise self.listing_error

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        with self._lock:
            self.asked[find.identifier] += 1
            answer = self.answers[find.identifier]
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if isinstance(answer, BaseException):
                raise answer
            if callable(answer):
                answer = answer()
            tag = f'"{hash(answer)}"'
            if validator == tag:
                self.unchanged += 1
                return None
            assert isinstance(answer, bytes)
            self.bytes += len(answer)
        return Delivery(answer, f"{find.identifier}.png", tag)

    def complaints(self) -> tuple[str, ...]:
        return ()


class Clock:
    """The real time, moved by what a test says."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.ahead, UTC)


def develop(data: bytes, name: str):
    return develop_file(data, DecodeLimits(), name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def catalogue(ground: FileGround, tmp_path: Path, clock: Clock) -> Iterator[Catalogue]:
    with ground.open(tmp_path / "studio", clock=clock) as opened:
        yield opened


@pytest.fixture
def collector_of(catalogue, shelf, clock, tmp_path):
    """Build a collector with other options, or another stop, over the same studio."""

    def build(stop=None, opened=None, **options):
        settings = {"first_wait_s": 0.05, "patience_s": 2.0, "streams": 3} | options
        return Collector(
            opened or catalogue,
            lambda _name: shelf,
            develop,
            CollectOptions(**settings),
            stop=stop or threading.Event(),
            now=clock,
        )

    return build


@pytest.fixture
def collector(collector_of):
    return collector_of()

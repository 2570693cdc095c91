"""A studio in a temporary folder, and what the tests work with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue

from .workshop import Clock, Workshop


@pytest.fixture
def make() -> Workshop:
    return Workshop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(ground: FileGround, tmp_path: Path, clock: Clock) -> Iterator[Catalogue]:
    with ground.open(tmp_path / "studio", clock=clock) as opened:
        yield opened

"""A server of four hills and a tune."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.web.conftest import hang_hills, served
from tests.web.test_music import tune

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts

from .props import FOLDERS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder: Path = tmp_path_factory.mktemp("stories") / "studio"
    FOLDERS.append(folder / "exports" / "stories")
    with Studio.open(folder) as studio:
        hang_hills(studio, 4, "<b>N. N.</b>")
        facts = TrackFacts(title="Tune <i>one</i>", artist="N. N.", licence="CC0-1.0")
        studio.catalogue.tracks.accept(tune(120, high=True), facts=facts)
    with served(folder) as opened:
        yield opened

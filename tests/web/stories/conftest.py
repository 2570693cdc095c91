"""A server of four hills and a tune."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.web.conftest import hill, served
from tests.web.test_music import tune

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.records.works import Provenance, Rights

from .props import FOLDERS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder: Path = tmp_path_factory.mktemp("stories") / "studio"
    FOLDERS.append(folder / "exports" / "stories")
    with Studio.open(folder) as studio:
        for number in range(4):
            studio.catalogue.accession.accept_bytes(
                hill(number),
                name=f"{number}.png",
                title=f"Hill {number}",
                provenance=Provenance("brought", f"{number}.png"),
                rights=Rights("CC0-1.0", credit="<b>N. N.</b>"),
            )
        facts = TrackFacts(title="Tune <i>one</i>", artist="N. N.", licence="CC0-1.0")
        studio.catalogue.tracks.accept(tune(120, high=True), facts=facts)
    with served(folder) as opened:
        yield opened

"""What every test may ask for: the ground that its studios stand on, once a file, once a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.stubs.grounds import GROUNDS, FileGround


@pytest.fixture(params=list(GROUNDS))
def ground(request: pytest.FixtureRequest) -> Iterator[FileGround]:
    """What studios stand on; a test that asks for it runs on each."""
    built = GROUNDS[request.param]()
    yield built
    built.close()

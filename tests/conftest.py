"""What every test may ask for: the ground that its studios stand on, once a file, once a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.stubs.grounds import GROUNDS, FileGround
from tests.stubs.mould import Mould

from gesso.core.catalogue import catalogue
from gesso.core.catalogue.store.migrations.history import upgrade


@pytest.fixture(scope="session", autouse=True)
def _new_studios_come_from_a_mould() -> Iterator[None]:
    """Studios are made by the hundred: the history of a new one is walked once, then recast.

    What is about the history itself calls it, or runs in a process of its own.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogue, "upgrade", Mould(upgrade))
        yield


@pytest.fixture(params=list(GROUNDS))
def ground(request: pytest.FixtureRequest) -> Iterator[FileGround]:
    """What studios stand on; a test that asks for it runs on each."""
    built = GROUNDS[request.param]()
    yield built
    built.close()

"""A writer for the tests of this folder."""

from __future__ import annotations

import pytest

from gesso.core.outside.desk import Desk
from gesso.make.writers.offline import OfflineOptions, OfflineWriter


@pytest.fixture(scope="session")
def writer() -> OfflineWriter:
    return OfflineWriter(OfflineOptions(), Desk.offline())

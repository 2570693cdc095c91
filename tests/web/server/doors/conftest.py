"""A studio behind its doors, asked without a network in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gesso import Studio
from gesso.web.app import application
from gesso.web.server.options import ServerOptions

Open = Callable[..., TestClient]
"""Opens the doors with options of the server; the address that asks is `client`."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a-small-studio"


@contextmanager
def opened(folder: Path, client: str = "10.0.0.7", **options: Any) -> Iterator[TestClient]:
    """The doors of a studio, with options of the server, asked from an address."""
    asked = replace(ServerOptions(calls_per_minute=0), **options)
    with Studio.open(folder) as studio:
        guard = application(studio, asked)
        with TestClient(
            guard,
            base_url="http://localhost:8765",
            client=(client, 50_000),
            follow_redirects=False,
            raise_server_exceptions=False,
        ) as asking:
            yield asking


@pytest.fixture
def doors(folder: Path) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda *given, **options: stack.enter_context(opened(folder, *given, **options))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}

"""A served studio that paints small pictures in its own process, and what asks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..conftest import served

SMALL = {"width": 96, "height": 64}
Until = Callable[..., dict[str, Any]]


def studio_in(folder: Path) -> Path:
    """A folder whose studio paints without other processes: they take longer than the pictures."""
    folder.mkdir(parents=True)
    (folder / "gesso.toml").write_text(
        "[make]\nworkers = 0\nstreams = 1\nwidth = 96\nheight = 64\n", "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studio_in(tmp_path_factory.mktemp("doings") / "studio")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[httpx2.Client]:
    with served(folder) as asked:
        yield asked


def ended(site: httpx2.Client, run: str) -> dict[str, Any]:
    """A run once the job that works on it has ended."""
    for _ in range(600):
        told: dict[str, Any] = site.get(f"/api/runs/{run}").json()
        if told["job"] is None or told["job"]["ended_at"]:
            return told
        time.sleep(0.05)
    raise AssertionError(f"the run does not end: {told}")


def ordered(site: httpx2.Client, **wish: Any) -> dict[str, Any]:
    """A run that was ordered, and its job."""
    answer = site.post("/api/make", json={"theme": "Tides", "rounds": 1, "seed": 4, **wish})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told

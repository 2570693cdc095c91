"""What the tests of stories over HTTP say again and again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx2

FOLDERS: list[Path] = []
"""Where the films of the studio here go."""
SMALL = {"width": 128, "height": 96, "fps": 12, "hold": 1, "has_credits": False}


def told(client: httpx2.Client, **wish: Any) -> dict[str, Any]:
    """A new story of few pixels and seconds."""
    answer = client.post("/api/stories", json={"works": [1, 2, 3], **SMALL, **wish})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/stories/{found['id']}"
    return found


def filmed(client: httpx2.Client, number: int, **wish: Any) -> dict[str, Any]:
    """What became of a film once its job has ended."""
    answer = client.post(f"/api/stories/{number}/films", json=wish)
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["id"])


def ended(client: httpx2.Client, job: str) -> dict[str, Any]:
    for _ in range(1200):
        found: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if found["ended_at"]:
            return found
        time.sleep(0.05)
    raise AssertionError(f"the film does not end: {found}")


def works(story: dict[str, Any]) -> list[int]:
    return [scene["work"] for scene in story["scenes"]]

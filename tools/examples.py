"""Write the examples that stand in the description of the API, from what a server answers.

    .venv/bin/python tools/examples.py

A studio is opened in a temporary folder, every operation is asked once, and what was sent and what
came back is kept, long lists and long texts cut short. The file src/gesso/web/server/doors/
examples.json is its output, and nobody edits it.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.web.server.doors.describing import EXAMPLES, operations
from gesso.web.server.options import ServerOptions
from gesso.web.serving import serve

LONGEST_LIST, LONGEST_TEXT = 2, 240
SMALL = {"width": 128, "height": 96, "fps": 12, "hold": 1, "has_credits": False}
JSON = "application/json"


class Asker:
    """Asks a server and keeps the first good answer of every operation.

    Args:
        client: of the server.
        private: what stands for what, so that no place of this machine is told.
    """

    def __init__(self, client: httpx2.Client, private: dict[str, str]) -> None:
        self._client = client
        self._private = private
        self._patterns: list[tuple[str, re.Pattern[str], str]] = []
        self.found: dict[str, dict[str, Any]] = {}
        self.described: dict[str, Any] = client.get("/openapi.json").json()
        for method, path, operation in operations(self.described):
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
            self._patterns.append((method, pattern, operation["operationId"]))
        # An address without a part to fill in comes before one with.
        self._patterns.sort(key=lambda one: one[1].pattern.count("[^/]+"))

    def ask(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """The answer, read."""
        sent = more if json is None else more | {"json": json}
        answer = self._client.request(method, path, **sent)
        if answer.status_code >= 300:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        is_json = answer.headers.get("content-type", "").startswith(JSON)
        told = answer.json() if is_json else None
        self._keep(method, path.partition("?")[0], json, told)
        return told

    def wait(self, job: str) -> None:
        """Until a job has ended."""
        while not self.ask("GET", f"/api/jobs/{job}")["ended_at"]:
            time.sleep(0.2)

    def missing(self) -> list[str]:
        """Operations with JSON of which nothing was kept."""
        return [
            f"{name}: {part}"
            for _, _, operation in operations(self.described)
            for part in parts_of(operation)
            if part not in self.found.get(name := operation["operationId"], {})
        ]

    def _keep(self, method: str, path: str, sent: Any, told: Any) -> None:
        name = next(
            (
                one
                for verb, pattern, one in self._patterns
                if verb == method and pattern.fullmatch(path)
            ),
            None,
        )
        if name is None:
            return
        kept = self.found.setdefault(name, {})
        if sent is not None:
            kept.setdefault("request", self._clean(sent))
        if told is not None:
            better = told.get("ended_at") if isinstance(told, dict) else None
            if "response" not in kept or better:
                kept["response"] = self._clean(shortened(told))

    def _clean(self, told: Any) -> Any:
        text = json.dumps(told, ensure_ascii=False)
        for private, public in self._private.items():
            text = text.replace(private, public)
        return json.loads(text)


def parts_of(operation: dict[str, Any]) -> list[str]:
    """Which of an operation's sides are JSON: "request", "response"."""
    body = operation.get("requestBody", {}).get("content", {})
    answers = [
        JSON in answer.get("content", {})
        for status, answer in operation["responses"].items()
        if status < "300"
    ]
    return ["request"] * (JSON in body) + ["response"] * any(answers)


def shortened(told: Any) -> Any:
    """Lists of a few entries, texts of a few lines."""
    if isinstance(told, list):
        return [shortened(one) for one in told[:LONGEST_LIST]]
    if isinstance(told, dict):
        return {name: shortened(one) for name, one in told.items()}
    if isinstance(told, str) and len(told) > LONGEST_TEXT:
        return f"{told[:60]}…"
    return told


def ask_all(asker: Asker, art: Path) -> None:
    """Every operation, in an order in which each finds what it asks for."""
    make_and_collect(asker, art)
    picture = (art / "dusk.png").read_bytes()
    bring = {"title": "Dusk", "creator": "N. N.", "licence": "CC0-1.0"}
    headers = {"content-type": "application/octet-stream"}
    asker.ask("POST", "/api/works", content=picture, params=bring, headers=headers)
    look_and_study(asker, picture)
    walls_and_sets(asker)
    sounds(asker)
    stories(asker)
    for path in ("/health", "/health/live", "/health/ready", "/health/deep", "/api/jobs"):
        asker.ask("GET", path)
    for path in ("/api/errors", "/api/figures", "/api/spend", "/api/state", "/api/settings"):
        asker.ask("GET", path)
    asker.wait(asker.ask("POST", "/api/state/check")["id"])


def make_and_collect(asker: Asker, art: Path) -> None:
    """What runs: ordered, looked at, stopped, gone on with, ended."""
    asker.ask("GET", "/api/make")
    asker.ask("GET", "/api/make/estimate", params={"works": 4, "rounds": 2})
    wish = {"theme": "Nocturne & mechanism", "works": 1, "rounds": 1, "width": 256, "height": 256}
    begun = asker.ask("POST", "/api/make", wish)
    for _ in range(200):
        if asker.ask("GET", "/api/works/making"):
            asker.found["works_in_the_making"].clear()
            if asker.ask("GET", "/api/works/making"):
                break
            asker.found["works_in_the_making"].clear()
        time.sleep(0.02)
    asker.wait(begun["job"]["id"])
    run = begun["run"]["id"]
    asker.ask("GET", "/api/runs")
    asker.ask("GET", f"/api/runs/{run}")
    asker.ask("GET", f"/api/runs/{run}/items")
    asker.ask("GET", "/api/collect")
    places = {"source": "folder", "places": [str(art)], "limit": 20}
    asker.ask("POST", "/api/collect/preview", places)
    asker.wait(asker.ask("POST", "/api/collect", places)["job"]["id"])
    # A run of many works, so that it is still at work while it is stopped, resumed and cancelled.
    long = wish | {"theme": "Slow rivers", "works": 30}
    begun = asker.ask("POST", "/api/make", long)
    run = begun["run"]["id"]
    job = asker.ask("POST", f"/api/runs/{run}/stop")
    asker.wait(job["id"])
    job = asker.ask("POST", f"/api/runs/{run}/resume", {"failed": False})
    asker.ask("DELETE", f"/api/jobs/{job['id']}")
    asker.wait(job["id"])
    asker.ask("POST", f"/api/runs/{run}/cancel")


def look_and_study(asker: Asker, picture: bytes) -> None:
    """Questions and studies."""
    asker.ask("POST", "/search", {"words": "dusk river", "filter": "origin:collected", "limit": 2})
    asker.ask(
        "POST", "/search/batch", {"queries": [{"words": "dusk", "limit": 1}, {"like": ["1"]}]}
    )
    key = asker.ask("POST", "/study", content=picture)["picture"]
    asker.found["study"].clear()
    asker.ask("POST", "/study", {"picture": key, "levels": 5, "intent": "nocturne"})
    asker.ask("POST", "/study/blocks", {"work": 1, "levels": 4})
    asker.ask(
        "POST", "/study/compare", {"picture": key, "levels": 5}, params={"reference": "work:1"}
    )
    asker.ask("POST", "/api/works/1/studies", params={"levels": 5})
    asker.ask("GET", "/api/works/1/studies")


def walls_and_sets(asker: Asker) -> None:
    """Works, marks, sets and links."""
    asker.ask("GET", "/api/works", params={"limit": 2})
    version = asker.ask("GET", "/api/works/outline")["version"]
    asker.ask("GET", "/api/works/tiles", params={"version": version, "count": 1})
    asker.ask("GET", "/api/works/place", params={"work": 1})
    asker.ask("GET", "/api/works/spectrum")
    asker.ask("GET", "/api/works/1")
    asker.ask("PUT", "/api/works/1/mark", {"favourite": True})
    asker.ask("POST", "/api/sets", {"name": "Nocturnes", "works": [3, 1]})
    asker.ask("POST", "/api/sets/1/works", {"works": [2], "before": 3})
    asker.ask("PUT", "/api/sets/1/works/1", {"before": 2})
    asker.ask("GET", "/api/sets")
    asker.ask("GET", "/api/sets/1")
    asker.ask("PATCH", "/api/sets/1", {"name": "Nocturnes, later ones"})
    for of in ("sets", "works"):
        share = asker.ask("POST", f"/api/{of}/1/shares", {"days": 30, "note": "for Ada"})
        asker.ask("GET", f"/api/{of}/1/shares")
        asker.ask("DELETE", f"/api/{of}/1/shares/{share['id']}")
    asker.ask("DELETE", "/api/sets/1/works/2")
    asker.ask("DELETE", "/api/sets/1")
    asker.ask("POST", "/api/sets/1/restore")


def sounds(asker: Asker) -> None:
    """Tracks, and what fits."""
    asker.ask("GET", "/api/tracks")
    asker.ask("GET", "/api/tracks/1")
    asker.ask("GET", "/api/tracks/1/works", params={"count": 1})
    asker.ask("GET", "/api/works/1/music", params={"count": 1})
    asker.ask("PUT", "/api/works/1/music/1", {"fits": True})


def stories(asker: Asker) -> None:
    """A story, changed and filmed."""
    asker.ask("GET", "/api/stories/formats")
    asker.ask("POST", "/api/stories", {"works": [1, 2, 3], "title": "Rooms", **SMALL})
    asker.ask("GET", "/api/stories")
    asker.ask("GET", "/api/stories/1")
    asker.ask("PATCH", "/api/stories/1", {"title": "Rooms at night"})
    asker.ask("PUT", "/api/stories/1/order", {"by": "light"})
    asker.ask("PUT", "/api/stories/1/soundtrack", {"tracks": [1]})
    asker.ask("POST", "/api/stories/1/scenes", {"works": [4]})
    asker.ask("PATCH", "/api/stories/1/scenes/4", {"text": "Evening.", "hold": 8})
    asker.ask("DELETE", "/api/stories/1/scenes/4")
    asker.ask("GET", "/api/stories/1/versions")
    asker.ask("POST", "/api/stories/1/versions/1/restore")
    asker.wait(asker.ask("POST", "/api/stories/1/films", {"preview": True})["id"])
    asker.ask("GET", "/api/stories/1/films")
    asker.ask("GET", "/api/stories/1/credits")
    asker.ask("DELETE", "/api/stories/1")
    asker.ask("POST", "/api/stories/1/restore")


@contextmanager
def served(folder: Path) -> Iterator[httpx2.Client]:
    """A server of a studio with one track, on a free port."""
    stop, told, address = threading.Event(), threading.Event(), []

    def tell(url: str) -> None:
        address.append(url)
        told.set()

    with Studio.open(folder) as studio:
        facts = TrackFacts(title="Slow river", artist="N. N.", licence="CC0-1.0")
        studio.catalogue.tracks.accept(tune(), facts=facts)
        options = ServerOptions(port=0, calls_per_minute=0)
        thread = threading.Thread(
            target=serve, args=(studio, options), kwargs={"tell": tell, "stop": stop}
        )
        thread.start()
        try:
            told.wait(60)
            with httpx2.Client(base_url=address[0], timeout=120) as client:
                yield client
        finally:
            stop.set()
            thread.join(60)


def tune(rate: int = 16_000, seconds: int = 12) -> bytes:
    """A WAV of plucked notes, two a second."""
    made, at = np.zeros(seconds * rate), np.arange(rate // 2) / rate
    for number in range(2 * seconds - 1):
        hz = 220 * 2 ** ((0, 4, 7, 12)[number % 4] / 12)
        begin = number * rate // 2
        made[begin : begin + len(at)] += np.sin(2 * np.pi * hz * at) * np.exp(-5 * at)
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, rate, 0, "NONE", ""))
        written.writeframes((0.4 * made * 32767).astype("<i2").tobytes())
    return file.getvalue()


def draw_art(folder: Path) -> Path:
    """Three hills, before a dark, a warm and a light sky, in a folder of their own."""
    art = folder / "art"
    art.mkdir()
    down, across = np.mgrid[:300, :400]
    for number, (name, sky) in enumerate(
        (("dusk", (90, 60, 50)), ("hill", (120, 160, 210)), ("morning", (230, 220, 205)))
    ):
        picture = np.full((300, 400, 3), sky, np.uint8)
        picture[down > 190 + 40 * np.sin(across / 50 + number)] = (48, 70, 62)
        picture[(across - 280) ** 2 + (down - 70) ** 2 < 24**2] = (170, 236, 252)
        (art / f"{name}.png").write_bytes(bytes(cv2.imencode(".png", picture)[1]))
    return art


def main() -> None:
    """Ask, and write the file anew."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        art = draw_art(folder)
        private = {str(art): "/home/you/Pictures", str(folder / "studio"): "/home/you/studio"}
        with served(folder / "studio") as client:
            address = str(client.base_url).rstrip("/")
            private |= {address: "http://127.0.0.1:8765", place: "/home/you"}
            asker = Asker(client, private)
            ask_all(asker, art)
            missing = asker.missing()
    if missing:
        raise SystemExit(f"Nothing was kept of {', '.join(missing)}.")
    kept = {name: asker.found[name] for name in sorted(asker.found) if asker.found[name]}
    EXAMPLES.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

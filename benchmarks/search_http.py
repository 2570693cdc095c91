"""Searches by picture over HTTP, eight clients at once, while somebody asks for the health.

    python benchmarks/search_http.py [--works N] [--folder DIR] [--seconds S]

The works are records with vectors in the space of `look`: clusters around those of pictures that
are made here. The server is a process of its own; its clients share the two cores with it, so they
are the plainest that there are, and what they take of the processor is told.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from gesso import Studio
from gesso.core.pixels.picture import Picture
from search_finder import give_pictures
from search_words import finds

CLIENTS = 8
PICTURES = 160
"""More than the finder keeps rankings of, so that none comes round again while it is known."""
BATCH = 10_000
BARS_MS = {"new picture, p95": 150.0, "same picture, p95": 10.0, "health meanwhile, p99": 10.0}


def painted(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(600, 800, 3) clouds of colour."""
    rng = np.random.default_rng(seed)
    total = np.zeros((600, 800, 3), dtype=np.float32)
    for octave in range(6):
        coarse = rng.normal(0, 60 / 1.6**octave, (2 * 2**octave, 3 * 2**octave, 3))
        total += cv2.resize(
            coarse.astype(np.float32), (800, 600), interpolation=cv2.INTER_CUBIC
        ).reshape(600, 800, 3)
    return np.clip(total + rng.uniform(60, 190, 3), 0, 255).astype(np.uint8)


def fill(folder: Path, works: int) -> None:
    """Records, vectors, and a generation over them."""
    with Studio.open(folder) as studio:
        catalogue = studio.catalogue
        if catalogue.works.count(standing=None) >= works:
            return
        for first in range(0, works, BATCH):
            catalogue.register.enter(list(finds(first, min(BATCH, works - first))))
        give_pictures(catalogue)
        space = studio.searching.open("look")
        seen = space.encoder.pictures([Picture(painted(seed)) for seed in range(200)])
        rng = np.random.default_rng(5)
        for first in range(1, works + 1, BATCH):
            ids = np.arange(first, min(first + BATCH, works + 1), dtype=np.int64)
            near = seen[rng.integers(0, len(seen), len(ids))]
            moved = near + rng.normal(0, 0.5 / near.shape[1] ** 0.5, near.shape)
            lengths = np.linalg.norm(moved, axis=1, keepdims=True)
            space.index.add(ids, (moved / lengths).astype(np.float32))
        space.index.build()


class Client:
    """One connection, kept open."""

    def __init__(self, host: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=60)

    def ask(self, method: str, path: str, data: bytes | None = None) -> bytes:
        """What is answered."""
        self._connection.request(method, path, data)
        answer = self._connection.getresponse()
        told = answer.read()
        assert answer.status == 200, told
        return told


Call = Callable[[Client, int], object]


def spans(host: str, seconds: float, call: Call, clients: int) -> list[float]:
    """Milliseconds of every call that clients made one after the other."""
    found: list[float] = []
    ends = time.perf_counter() + seconds

    def ask(turn: int) -> None:
        client = Client(host)
        while time.perf_counter() < ends:
            started = time.perf_counter()
            call(client, turn)
            found.append((time.perf_counter() - started) * 1e3)
            turn += clients

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--works", type=int, default=100_000)
    asked.add_argument("--folder", type=Path, default=None)
    asked.add_argument("--seconds", type=float, default=20.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch) / "studio"
        fill(folder, given.works)
        measure(folder, given.seconds)


def measure(folder: Path, seconds: float) -> None:
    command = (
        Path(sys.executable).with_name("gesso"),
        "serve",
        "--studio",
        folder,
        "--port",
        "0",
        "--json",
    )
    limits = {"GESSO_WEB__CALLS_PER_MINUTE": "0"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | limits
    ) as server:
        try:
            assert server.stdout is not None
            url = json.loads(_document(server.stdout))["url"]
            told = asked_of(url, seconds)
        finally:
            server.terminate()
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, (value, calls) in told.items():
        print(f"{name:24s} {value:8.1f} ms  (bar {BARS_MS[name]:.0f})  {calls:,} calls")


def asked_of(url: str, seconds: float) -> dict[str, tuple[float, int]]:
    host = url.removeprefix("http://")
    seeds = range(1000, 1000 + PICTURES)
    files = [cv2.imencode(".jpg", painted(seed))[1].tobytes() for seed in seeds]

    def search(client: Client, data: bytes) -> None:
        client.ask("POST", "/search?limit=20", data)

    def new(client: Client, turn: int) -> None:
        # A byte after the end makes another file of the same picture: no answer is kept of it.
        search(client, files[turn % PICTURES] + turn.to_bytes(4, "big"))

    def same(client: Client, _turn: int) -> None:
        search(client, files[0])

    def health(client: Client, _turn: int) -> None:
        client.ask("GET", "/health")
        time.sleep(0.05)

    same(Client(host), 0)
    looked: list[float] = []
    watcher = threading.Thread(target=lambda: looked.extend(spans(host, seconds, health, 1)))
    watcher.start()
    before = time.process_time()
    searched = spans(host, seconds, new, CLIENTS)
    own = (time.process_time() - before) / len(searched)
    watcher.join()
    known = spans(host, seconds / 4, same, 1)
    looked = [span - 50 for span in looked]
    print(f"the clients themselves took {own * 1e3:.2f} ms of the processor for each search")
    return {
        "new picture, p95": (float(np.percentile(searched, 95)), len(searched)),
        "same picture, p95": (float(np.percentile(known, 95)), len(known)),
        "health meanwhile, p99": (float(np.percentile(looked, 99)), len(looked)),
    }


def _document(stream: object) -> str:
    """The JSON document that a server writes first, whole."""
    lines = ""
    for line in iter(stream.readline, ""):  # type: ignore[attr-defined]  # a text pipe
        lines += line
        if line.startswith("}") or line.rstrip().endswith("}"):
            break
    return lines


if __name__ == "__main__":
    main()

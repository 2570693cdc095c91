"""Pictures that mean harm, sent to a server in a process of its own: none takes it down.

Each is answered with a work, a study, hits, or one sentence; memory stays within its bound, and
nothing is left in the temporary folder.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from tests.hostile.mutations import made_files, mutated

from .conftest import hill

MOST_OVER_BASELINE = 400 << 20
FINE = {200, 201}
REFUSED = {400, 413, 415, 422}
WAYS = ("/study", "/search", "/api/works", "/study/notan")
KINDS = ("image/png", "application/octet-stream", "image/svg+xml", "text/html", "application/json")


@dataclass
class Harbour:
    """A server and what is known of its process."""

    client: httpx2.Client
    process: subprocess.Popen[bytes]
    temporary: Path
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def send(self, data: bytes, way: str, kind: str = "image/png") -> int:
        """Send a picture and hold the answer to what was promised."""
        began = time.perf_counter()
        if kind == "form":
            answer = self.client.post(way, files={"picture": ("a.png", data)})
        else:
            answer = self.client.post(way, content=data, headers={"content-type": kind})
        self.slowest_s = max(self.slowest_s, time.perf_counter() - began)
        self.answers[answer.status_code] += 1
        if answer.status_code in REFUSED:
            told = answer.json()
            if not told["title"].endswith((".", "?")) or not told["title"].isprintable():
                self.wrong.append(f"{way}: {told['title']!r}")
        elif answer.status_code not in FINE:
            self.wrong.append(f"{way}: {answer.status_code} {answer.text[:200]}")
        return answer.status_code

    def peak(self) -> int:
        """The most bytes that the server itself has held."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the server is gone")


@contextmanager
def harbour(folder: Path) -> Iterator[Harbour]:
    temporary = folder / "temporary"
    temporary.mkdir()
    command = "from gesso.cli.app import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--port", "0", "--json",
         "--studio", str(folder / "studio")],
        env={**os.environ, "TMPDIR": str(temporary), "GESSO_WEB__CALLS_PER_MINUTE": "0"},
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        with httpx2.Client(base_url=json.loads(b"".join(lines))["url"], timeout=120) as client:
            yield Harbour(client, process, temporary)
        assert process.poll() is None, "the server ended by itself"
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert [path.name for path in temporary.iterdir()] == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Harbour]:
    if not Path("/proc/self/status").exists():
        pytest.skip("what a process holds is not told here")
    with harbour(tmp_path) as opened:
        for number in range(4):
            for way in WAYS:
                assert opened.send(hill(number), way) in FINE
        opened.answers.clear()
        yield opened


def through(server: Harbour, files: Iterable[bytes]) -> None:
    for number, data in enumerate(files):
        kind = "form" if number % 3 else KINDS[number % len(KINDS)]
        way = WAYS[number % len(WAYS)]
        # A body of JSON is a question, and means something else.
        server.send(data, way, "image/png" if kind == "application/json" else kind)


def held(server: Harbour, baseline: int, sent: int) -> None:
    left = [path.name for path in server.temporary.iterdir() if not path.name.startswith("pymp-")]
    assert server.wrong == []
    assert sum(server.answers.values()) == sent
    assert left == []
    assert server.peak() - baseline <= MOST_OVER_BASELINE
    assert server.client.get("/health/deep").status_code == 200


def test_three_hundred_damaged_pictures_take_nothing_down(server: Harbour) -> None:
    baseline = server.peak()
    through(server, mutated(made_files(), 300, seed=7))

    held(server, baseline, 300)
    assert server.answers[415] > 50
    assert server.answers[200] + server.answers[201] > 30


@pytest.mark.soak
def test_ten_thousand_damaged_pictures_take_nothing_down(server: Harbour) -> None:
    baseline = server.peak()
    through(server, mutated(made_files(), 10_000, seed=11))

    held(server, baseline, 10_000)
    print(dict(server.answers), f"{(server.peak() - baseline) >> 20} MB over the baseline,",
          f"the slowest {server.slowest_s:.2f} s")  # fmt: skip


def test_bombs_are_refused_or_held(server: Harbour) -> None:
    baseline = server.peak()
    for name, data in bombs().items():
        for way in ("/study", "/search", "/api/works"):
            code = server.send(data, way)
            assert code in (REFUSED if name not in LARGE_BUT_FINE else FINE | REFUSED), name

    assert server.wrong == []
    assert server.slowest_s < 30
    assert server.peak() - baseline <= MOST_OVER_BASELINE
    assert server.client.get("/health").status_code == 200


LARGE_BUT_FINE = {"a white PNG of 63 million pixels", "a GIF of 3,000 frames", "a zTXt bomb"}


def bombs() -> dict[str, bytes]:
    """Small files that ask for much."""
    gif = io.BytesIO()
    frames = [Image.new("L", (8, 8), number % 255) for number in range(3000)]
    frames[0].save(gif, "GIF", save_all=True, append_images=frames[1:], duration=1)
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 50_000_000, 9))
    return {
        "a PNG of 88 million pixels": white_png(9400, 9400),
        "a PNG of 2^62 pixels": white_png(1 << 31, 1 << 31, rows=1),
        "a PNG one pixel high": white_png(70_000, 1),
        "a white PNG of 63 million pixels": white_png(7900, 7900),
        "a PNG that is cut short": white_png(7900, 7900)[:-5000],
        "a zTXt bomb": white_png(20, 20, extra=text),
        "a GIF of 3,000 frames": gif.getvalue(),
        "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a ZIP": b"PK\x03\x04" + b"\0" * 5000,
        "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\n",
    }


def white_png(width: int, height: int, rows: int | None = None, extra: bytes = b"") -> bytes:
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    row = b"\0" + b"\xff" * min((width + 7) // 8, 1 << 20)
    body = zlib.compress(row * (height if rows is None else rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )  # fmt: skip


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

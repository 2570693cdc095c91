"""What the doors cost: a request behind them beside the same one without, a picture decoded apart.

Processor time, for wall times are noisy where cores are shared. The bare application is FastAPI's
own over the same answer.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from fastapi import FastAPI
from fastapi.responses import Response

from gesso import Studio
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.studio.parts.engines import darkroom_of
from gesso.web.app import application
from gesso.web.server.doors.asgi import Application, Message
from gesso.web.server.options import ServerOptions

REQUESTS = 4000
SIZES = ((1200, 900), (4000, 3000))


def main() -> None:
    bare = FastAPI(openapi_url=None)

    @bare.get("/health/live")
    async def live() -> Response:
        return Response(b'{"status":"alive"}', media_type="application/json")

    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder) / "studio") as studio:
        free = application(studio, ServerOptions(access_log=True))
        locked = application(studio, ServerOptions(token="a-long-word", access_log=True))
        secret = studio.catalogue.tokens.new("bench", "read")[1].encode()
        base, behind = per_request(bare), per_request(free.app)
        print(f"a request, FastAPI alone with one route   {base:6.1f} us of processor time")
        print(f"the studio's application without doors    {behind:6.1f} us")
        for name, app, headers in (
            ("nothing asked for", free, []),
            ("the token of the settings", locked, [(b"authorization", b"Bearer a-long-word")]),
            ("a kept token", locked, [(b"authorization", b"Bearer " + secret)]),
        ):
            cost = per_request(app, headers)
            print(f"the doors before it, {name:27}  {cost - behind:6.1f} us more")
    workers, room = darkroom_of(DecodeLimits())
    room.warm()
    for size in SIZES:
        data = photograph(*size)
        here, apart = cpu_ms(partial(decode, data)), cpu_ms(partial(room.decode, data))
        words = f"{size[0]} x {size[1]} JPEG decoded here {here:6.1f} ms"
        print(f"{words}, apart {apart:6.1f} ms of this process")
    workers.stop()


def per_request(app: Any, headers: list[tuple[bytes, bytes]] | None = None) -> float:
    """Processor microseconds of one request, in this process."""
    scope = {
        "type": "http", "method": "GET", "path": "/health/live", "raw_path": b"/health/live",
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8765),
        "headers": [(b"host", b"127.0.0.1:8765"), *(headers or [])],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        return None

    async def ask(app: Application) -> float:
        for _ in range(200):
            await app(dict(scope), receive, send)
        began = time.process_time()
        for _ in range(REQUESTS):
            await app(dict(scope), receive, send)
        return (time.process_time() - began) / REQUESTS * 1e6

    return min(asyncio.run(ask(app)) for _ in range(3))


def photograph(width: int, height: int) -> bytes:
    small = np.random.default_rng(1).integers(
        0, 255, (height // 20, width // 20, 3), dtype=np.uint8
    )
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", large)[1])


def cpu_ms(call: Callable[[], object]) -> float:
    times = []
    for _ in range(12):
        before = resource.getrusage(resource.RUSAGE_SELF)
        call()
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        times.append(1000 * spent)
    return sorted(times)[len(times) // 2]


if __name__ == "__main__":
    main()

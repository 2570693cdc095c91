"""The gallery over HTTP: pages of a million works at any depth, thumbnails, beside plain servers.

Beside our pages stands a FastAPI endpoint that returns the same prepared bytes, beside our
thumbnails Starlette's StaticFiles over the same files; all run on one core in turn, in the same
run, with a client on another core. Wall times are noisy where others share the machine, so each
rate is told also by the processor's time that the server took for a request.

    python benchmarks/gallery_http.py [--works 1000000] [--folder DIR] [--seconds 4]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from gallery_works import studio
from gesso import Studio
from gesso.core.catalogue.catalogue import Catalogue
from gesso.show.gallery import Gallery, Order, Room, Wall
from gesso.web.app import application
from gesso.web.server.memory import collected_seldom
from gesso.web.server.options import ServerOptions

BAR_P99_MS, BAR_LIST, BAR_THUMBS = 5.0, 0.6, 0.5
CONNECTIONS = 32
HOT, DEPTHS, ROUNDS = 64, 300, 3
WALLS: tuple[tuple[Room, Order, str], ...] = (
    ("all", "newest", ""),
    ("all", "oldest", ""),
    ("all", "best", ""),
    ("all", "shuffled", ""),
    ("all", "newest", "rijksmuseum"),
    ("made", "newest", ""),
    ("favourites", "newest", ""),
)


@dataclass(frozen=True)
class Rate:
    """How fast: requests a second, and microseconds of the server's processor a request."""

    per_s: float
    cpu_us: float


# The servers, each a process of its own --------------------------------------------------------


def run_server(kind: str, argument: str, port: int) -> None:
    os.sched_setaffinity(0, {0})
    quiet = {"access_log": False, "log_level": "warning", "port": port}
    with collected_seldom():
        serve(kind, argument, quiet)


def serve(kind: str, argument: str, quiet: dict[str, object]) -> None:
    if kind == "gesso":
        with Studio.open(Path(argument)) as opened:
            uvicorn.run(application(opened, ServerOptions(calls_per_minute=0)), **quiet)  # type: ignore[arg-type]  # an ASGI application
    elif kind == "bytes":
        body = Path(argument).read_bytes()
        app = FastAPI()

        @app.get("/api/works")
        async def works() -> Response:
            return Response(body, media_type="application/json")

        uvicorn.run(app, **quiet)  # type: ignore[arg-type]  # its settings
    else:
        files = StaticFiles(directory=argument)
        uvicorn.run(Starlette(routes=[Mount("/t", files)]), **quiet)  # type: ignore[arg-type]  # the same


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(kind: str, argument: Path) -> Iterator[tuple[int, int]]:
    """A server: its process and its port."""
    port = free_port()
    told = [sys.executable, __file__, "--serve", kind, str(argument), str(port)]
    with subprocess.Popen(told) as process:
        try:
            ends = time.monotonic() + 60
            while time.monotonic() < ends:
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/health/live", timeout=5)
                    break
                except httpx2.TransportError:
                    time.sleep(0.1)
            yield process.pid, port
        finally:
            process.terminate()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# The client ------------------------------------------------------------------------------------


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lowered[at + 15 : lowered.index(b"\r", at)]))
    return int(head[9:12])


def request_of(path: str, tag: str = "") -> bytes:
    more = f"If-None-Match: {tag}\r\n" if tag else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


async def load(port: int, requests: Sequence[bytes], seconds: float, status: int) -> float:
    """Requests a second over many connections."""
    ends, done = time.perf_counter() + seconds, 0

    async def one(offset: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        at = offset
        while time.perf_counter() < ends:
            assert await ask(reader, writer, requests[at % len(requests)]) == status
            done += 1
            at += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(number * 7) for number in range(CONNECTIONS)))
    return done / (time.perf_counter() - began)


def rate(pid: int, port: int, requests: Sequence[bytes], seconds: float, status: int = 200) -> Rate:
    before, began = cpu_s(pid), time.perf_counter()
    per_s = asyncio.run(load(port, requests, seconds, status))
    spent = time.perf_counter() - began
    return Rate(per_s, 1e6 * (cpu_s(pid) - before) / (per_s * spent))


async def latencies(port: int, requests: Sequence[bytes]) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    found = []
    for request in requests:
        began = time.perf_counter()
        assert await ask(reader, writer, request) == 200
        found.append((time.perf_counter() - began) * 1000)
    writer.close()
    return found


# What is asked ---------------------------------------------------------------------------------


def depths(folder: Path) -> dict[tuple[Room, Order, str], list[bytes]]:
    """Requests of pages at places of chance, for each wall."""
    found: dict[tuple[Room, Order, str], list[bytes]] = {}
    rng = random.Random(5)
    with Catalogue.open(folder, read_only=True) as catalogue:
        gallery = Gallery(lambda: catalogue)
        for room, order, source in WALLS:
            wall = Wall(room, order, source, seed=7 if order == "shuffled" else 0)
            began = time.perf_counter()
            count = gallery.outline(wall).count
            spent = time.perf_counter() - began
            print(f"  {room:>10} {order:>8} {source:>11}: {count:>9,} works, hung in {spent:.2f} s")
            own = []
            for _ in range(DEPTHS):
                place = rng.randrange(max(1, count - 60))
                began = time.thread_time()
                gallery.page_at(wall, place)
                own.append((time.thread_time() - began) * 1000)
            own.sort()
            print(
                f"{'':32} a page: {own[DEPTHS // 2]:.2f} ms CPU, "
                f"p99 {own[int(DEPTHS * 0.99)]:.2f} ms CPU"
            )
            found[room, order, source] = [
                request_of(f"/api/works?{urlencode(query)}")
                for _ in range(DEPTHS)
                for place in [rng.randrange(max(1, count - 60))]
                for query in [
                    {
                        "room": room,
                        "order": order,
                        "source": source,
                        "seed": wall.seed,
                        "after": gallery.page_at(wall, place, 1).next or "",
                    }
                ]
                if query["after"]
            ]
        gallery.close()
    return found


def thumbs(folder: Path, to: Path) -> list[str]:
    """The thumbnails of a studio, copied under their addresses' names."""
    with Catalogue.open(folder, read_only=True) as catalogue:
        gallery = Gallery(lambda: catalogue)
        names = sorted({tile.large[3:] for tile in gallery.page_at(Wall(), 0, 200).tiles})
        for name in names:
            (to / name).write_bytes(catalogue.blobs.get(f"{name[:2]}/{name}"))
        gallery.close()
    return names


def told(name: str, ours: Sequence[Rate], theirs: Sequence[Rate], bar: float) -> None:
    mine, peer = (
        statistics.median(r.per_s for r in ours),
        statistics.median(r.per_s for r in theirs),
    )
    cpu, beside = (statistics.median(r.cpu_us for r in rates) for rates in (ours, theirs))
    print(
        f"{name}: {mine:,.0f}/s beside {peer:,.0f}/s = {mine / peer:.0%}; {cpu:.0f} us CPU beside "
        f"{beside:.0f} us = {beside / cpu:.0%} (bar {bar:.0%})"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--works", type=int, default=1_000_000)
    asked.add_argument("--folder", type=Path, default=None)
    asked.add_argument("--seconds", type=float, default=4.0)
    asked.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.serve:
        run_server(given.serve[0], given.serve[1], int(given.serve[2]))
        return
    os.sched_setaffinity(0, {1} if (os.cpu_count() or 1) > 1 else {0})
    with tempfile.TemporaryDirectory() as passing:
        folder = studio(given.folder or Path(passing) / "studio", given.works)
        asks = depths(folder)
        files = Path(passing) / "thumbs"
        files.mkdir()
        names = thumbs(folder, files)
        body = Path(passing) / "body.json"
        with served("gesso", folder) as (pid, port):
            first = httpx2.get(f"http://127.0.0.1:{port}/api/works", timeout=600)
            body.write_bytes(first.content)
            print(f"a page of 60 is {len(first.content):,} bytes")
            every: list[float] = []
            for (room, order, source), requests in asks.items():
                asyncio.run(latencies(port, requests[:3]))
                before, count = cpu_s(pid), len(requests)
                took = sorted(asyncio.run(latencies(port, requests)))
                every += took
                cpu = 1e6 * (cpu_s(pid) - before) / count
                print(
                    f"  {room:>10} {order:>8} {source:>11}: p50 {took[count // 2]:.2f} ms, "
                    f"p99 {took[int(count * 0.99)]:.2f} ms, {cpu:.0f} us CPU"
                )
            every.sort()
            print(
                f"one client, any depth, nothing at hand: p50 {every[len(every) // 2]:.2f} ms, "
                f"p99 {every[int(len(every) * 0.99)]:.2f} ms (bar {BAR_P99_MS} ms)"
            )
            hot = [requests[at] for requests in asks.values() for at in range(HOT // len(asks))]
            cold = [request for requests in asks.values() for request in requests]
            random.Random(1).shuffle(cold)
            small = [request_of(f"/t/{name}") for name in names]
            with (
                served("bytes", body) as (bytes_pid, bytes_port),
                served("static", files) as (static_pid, static_port),
            ):
                page = [request_of("/api/works")]
                ours, theirs, wide, mine, statics, same = [], [], [], [], [], []
                tags = [
                    httpx2.get(f"http://127.0.0.1:{port}/t/{name}").headers["etag"]
                    for name in names
                ]
                again = [
                    request_of(f"/t/{name}", tag) for name, tag in zip(names, tags, strict=True)
                ]
                for _ in range(ROUNDS):
                    ours.append(rate(pid, port, hot, given.seconds))
                    theirs.append(rate(bytes_pid, bytes_port, page, given.seconds))
                    wide.append(rate(pid, port, cold, given.seconds))
                    mine.append(rate(pid, port, small, given.seconds))
                    statics.append(rate(static_pid, static_port, small, given.seconds))
                    same.append(rate(pid, port, again, given.seconds, 304))
    told(f"{len(hot)} pages of 7 walls, {CONNECTIONS} connections", ours, theirs, BAR_LIST)
    told(f"{len(cold)} pages of 7 walls, {CONNECTIONS} connections", wide, theirs, BAR_LIST)
    told(f"{len(names)} thumbnails, {CONNECTIONS} connections", mine, statics, BAR_THUMBS)
    told("thumbnails asked for again, 304", same, statics, BAR_THUMBS)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""Politeness: two processes collect from hosts that say no in every way that hosts do.

One server on this machine is all the hosts. It writes down when each request arrived, by its own
clock, and holds that against each host's pace and against every Retry-After that it sent. What a
process is refused for now it asks for again when it may; what is refused for ever counts as
blocked. Nothing may be lost.

    python benchmarks/polite_hosts.py [--items 40] [--pace 20] [--seconds 120]
"""

from __future__ import annotations

import argparse
import heapq
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gesso.core.errors import Blocked, Gone, OutsideError, RateLimited, Transient
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace
from gesso.core.outside.polite.wire import WireOptions
from stubs import Page, Seen, WebStub

BURST = 2
PROCESSES = 2
WORKERS = 8
# What is on its way when a wish leaves the server has not heard it yet.
CROSSING_S = 0.1
# How much later than it left a request may be seen by the server, on a machine that is busy.
LAG_S = 0.05
BODY = b"\xff\xd8\xff" + b"p" * 20_000
PICTURE = Page(200, BODY, {"Content-Type": "image/jpeg"})
HTML = {"Content-Type": "text/html"}
CHALLENGE = b"<html><title>Just a moment...</title>"


@dataclass
class Manners:
    """How a host says no: to every nth request, and to all in a while after it was first asked."""

    no: Page
    every: int = 0
    storm_s: float = 0.0
    asked: int = 0
    began: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return Page(404)
        with self.lock:
            self.asked += 1
            self.began = self.began or seen.at
            storms = seen.at - self.began < self.storm_s
            says_no = storms or (self.every > 0 and self.asked % self.every == 0)
        return self.no if says_no else PICTURE


def manners() -> dict[str, Manners]:
    short = {"Content-Length": str(len(BODY)), "Content-Type": "image/jpeg"}
    return {
        "calm": Manners(PICTURE),
        "429-after": Manners(Page(429, headers={"Retry-After": "1"}), every=9),
        "429-storm": Manners(Page(429, headers={"Retry-After": "2"}), storm_s=3),
        "429-bare": Manners(Page(429), every=11),
        "403-page": Manners(Page(403, CHALLENGE, HTML), storm_s=3),
        "200-page": Manners(Page(200, CHALLENGE, HTML), every=13),
        "503-after": Manners(Page(503, headers={"Retry-After": "1"}), every=10),
        "500": Manners(Page(500), every=4),
        "stalls": Manners(Page(200, BODY, stall_s=2.0), every=12),
        "drips": Manners(Page(200, BODY, drip_s=0.05), every=12),
        "truncates": Manners(Page(200, BODY, short, cut=9_000), every=3),
        "resets": Manners(Page(reset=True), every=5),
    }


# One process of the collector ---------------------------------------------------------------


def collect(
    port: int, limits: str, pace: float, urls: Sequence[str], seconds: float
) -> Counter[str]:
    """Fetch all, as an acquisition does: what must wait waits, and others go on meanwhile."""
    told: Counter[str] = Counter()
    hosts = Hosts(Path(limits), pace=Pace(pace, BURST), breaker=BreakerOptions(0.5, 4.0))
    guard = Guard(ports=(port,), allow=("127.0.0.1",), resolve=lambda *_: ["127.0.0.1"])
    wire = WireOptions(connect_s=2, read_s=1.0, total_s=2.0)
    options = FetchOptions(contact="bench@gesso.test", wire=wire)
    queue = [(0.0, number, url) for number, url in enumerate(urls)]
    running: dict[Future[Any], tuple[int, str]] = {}
    end = time.monotonic() + seconds
    with Fetcher(options, guard=guard, hosts=hosts) as fetcher, ThreadPoolExecutor(WORKERS) as pool:
        while (queue or running) and time.monotonic() < end:
            busy = {url.split("/")[2] for _, url in running.values()}
            for number, url in due(queue, WORKERS - len(running), busy):
                running[pool.submit(fetcher.get, url)] = (number, url)
            done, _ = wait(running, timeout=0.02, return_when=FIRST_COMPLETED)
            for future in done:
                number, url = running.pop(future)
                after_s = outcome(future, told)
                if after_s is not None:
                    heapq.heappush(queue, (time.monotonic() + after_s, number, url))
    told["lost"] = len(queue) + len(running)
    return told


def due(queue: list[tuple[float, int, str]], free: int, busy: set[str]) -> list[tuple[int, str]]:
    """What may be asked for now, one a host, so that no worker stands behind another."""
    taken: list[tuple[int, str]] = []
    kept = []
    while queue and queue[0][0] <= time.monotonic():
        at, number, url = heapq.heappop(queue)
        host = url.split("/")[2]
        if len(taken) < free and host not in busy:
            busy.add(host)
            taken.append((number, url))
        else:
            kept.append((at, number, url))
    for entry in kept:
        heapq.heappush(queue, entry)
    return taken


def outcome(future: Future[Any], told: Counter[str]) -> float | None:
    """Count what came of a fetch; how long to wait where it is to be asked for again."""
    try:
        fetched = future.result()
    except RateLimited as error:
        told["paused"] += 1
        return error.after_s or 0.5
    except Blocked as error:
        told["challenged" if error.until_s is not None else "blocked"] += 1
        return error.until_s
    except Transient:
        told["broken"] += 1
        return 0.2
    except (Gone, OutsideError):
        told["failed"] += 1
        return None
    told["whole" if fetched is not None and fetched.data == BODY else "wrong"] += 1
    return None


# The server's side --------------------------------------------------------------------------


def rate(times: Sequence[float]) -> float:
    """The highest rate beyond the burst over any stretch, requests a second."""
    best = 0.0
    for first, begin in enumerate(times):
        for last in range(first + BURST, len(times)):
            stretch_s = times[last] - begin + LAG_S
            best = max(best, (last - first + 1 - BURST) / stretch_s)
    return best


def undercut(times: Sequence[float], wishes: Sequence[tuple[float, float]]) -> int:
    """How many requests came earlier than the host had asked for."""
    return sum(
        any(said + CROSSING_S < at < said + after_s - 0.005 for said, after_s in wishes)
        for at in times
    )


def watched(
    answer: Callable[[Seen], Page], wishes: list[tuple[float, float]]
) -> Callable[[Seen], Page]:
    def answering(seen: Seen) -> Page:
        page = answer(seen)
        if "Retry-After" in page.headers:
            wishes.append((time.monotonic(), float(page.headers["Retry-After"])))
        return page

    return answering


def measure(items: int, pace: float, seconds: float) -> None:
    wishes: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with WebStub() as web, tempfile.TemporaryDirectory() as folder:
        for name, answer in manners().items():
            web.hosts[f"{name}.test"] = watched(answer, wishes[f"{name}.test"])
        urls = [web.url(host, f"/{n}.jpg") for n in range(items) for host in web.hosts]
        began = time.monotonic()
        children = []
        for one in range(PROCESSES):
            plan = {"port": web.port, "limits": f"{folder}/limits.db", "pace": pace,
                    "urls": urls[one::PROCESSES], "seconds": seconds}  # fmt: skip
            path = Path(folder) / f"plan{one}.json"
            path.write_text(json.dumps(plan), "utf-8")
            command = [sys.executable, __file__, "--child", str(path)]
            children.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        told: Counter[str] = Counter()
        for child in children:
            told.update(json.loads(child.communicate()[0]))
        took_s = time.monotonic() - began
        arrivals: dict[str, list[float]] = defaultdict(list)
        for seen in web.seen:
            arrivals[seen.host].append(seen.at)
    report(items=items, pace=pace, took_s=took_s, told=told, arrivals=arrivals, wishes=wishes)


def report(
    *,
    items: int,
    pace: float,
    took_s: float,
    told: Counter[str],
    arrivals: dict[str, list[float]],
    wishes: dict[str, list[tuple[float, float]]],
) -> None:
    print(f"{len(arrivals)} hosts, {items} pictures each, {PROCESSES} processes, {took_s:.0f} s")
    print(f"{'host':<12}{'asked':>7}{'highest rate/s':>16}{'early':>7}   pace {pace:g}/s")
    over = early = 0
    for host, times in arrivals.items():
        seen, cut = rate(times), undercut(times, wishes[host])
        over += seen > pace
        early += cut
        print(f"{host.removesuffix('.test'):<12}{len(times):>7}{seen:>16.2f}{cut:>7}")
    print("  ".join(f"{what} {count}" for what, count in sorted(told.items())))
    whole = told["whole"]
    print(f"whole {whole} of {items * len(arrivals)}, lost {told['lost']}   bar 0 lost")
    print(f"hosts over their pace {over}   bar 0;  requests before a Retry-After {early}   bar 0")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--pace", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--child")
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(collect(**json.loads(Path(asked.child).read_text("utf-8")))))
        return
    measure(asked.items, asked.pace, asked.seconds)


if __name__ == "__main__":
    main()

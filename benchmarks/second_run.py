"""The second run over an unchanged source: how many picture bytes it reads, beside the first.

For `folder` each time that a picture is opened is counted. For `urls` one server on this machine
is all the hosts, most of which say no now and then: the run is stopped after a third, gone on with
by another collector, and then made once more. The server counts the picture bytes that it sends.

    python benchmarks/second_run.py [--files 500] [--items 40]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from gesso.collect.acquisition.collector import Collector
from gesso.collect.acquisition.options import CollectOptions, CollectReport, Tally
from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.local.urls import UrlsOptions, UrlsSource
from gesso.collect.sources.source import Delivery, Source, Wish
from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.check import check
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace
from gesso.core.outside.polite.wire import WireOptions
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import Developed, develop_file
from gesso.core.records.finds import Find
from stubs import Page, Seen, WebStub

HTML = {"Content-Type": "text/html"}
CHALLENGE = b"<html><title>Just a moment...</title>"
OPTIONS = CollectOptions(streams=8, tries=12, first_wait_s=0.2, patience_s=120.0)


def drawn(number: int) -> bytes:
    rng = np.random.default_rng(number)
    rough = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    smooth = cv2.resize(rough, (320, 240), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", smooth)[1].tobytes()


def develop(data: bytes, name: str) -> Developed:
    return develop_file(data, DecodeLimits(), name)


# A folder -----------------------------------------------------------------------------------


class Counted:
    """A source whose delivered bytes are counted."""

    def __init__(self, source: Source) -> None:
        self.name, self.is_remote = source.name, source.is_remote
        self.bytes = 0
        self._source = source
        self._lock = threading.Lock()

    def finds(self, wish: Wish) -> Iterator[Find]:
        return self._source.finds(wish)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        delivery = self._source.fetch(find, validator)
        with self._lock:
            self.bytes += 0 if delivery is None else len(delivery.data)
        return delivery

    def complaints(self) -> tuple[str, ...]:
        return self._source.complaints()


class Opened:
    """How often this process opens a picture file, by whatever way."""

    def __init__(self) -> None:
        self.count = 0
        sys.addaudithook(self._heard)

    def _heard(self, event: str, told: tuple[Any, ...]) -> None:
        if event == "open" and str(told[0]).endswith(".picture.jpg"):
            self.count += 1


def folder(files: int) -> None:
    opened = Opened()
    with tempfile.TemporaryDirectory() as place:
        art = Path(place) / "art"
        for number in range(files):
            path = art / f"{number % 20:02}" / f"{number}.picture.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn(number))
        with Catalogue.open(Path(place) / "studio") as catalogue:
            for run in ("first", "second"):
                source, before = Counted(FolderSource(FolderOptions())), opened.count
                report = collector_of(catalogue, source).collect("folder", Wish((str(art),)))
                print(
                    f"folder, {run} run: {files:,} files, pictures opened "
                    f"{opened.count - before:,} times, {source.bytes:,} picture bytes read, "
                    f"{report.seconds:.1f} s{'   bar 0' if run == 'second' else ''}"
                )


# A web --------------------------------------------------------------------------------------


@dataclass
class Host:
    """A host of pictures that says no to every nth request for one."""

    no: Page | None = None
    every: int = 3
    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return Page(404)
        with self.lock:
            self.answers["asked"] += 1
            if self.no is not None and self.answers["asked"] % self.every == 0:
                self.answers["no"] += 1
                return self.no
            number = int(seen.path.strip("/").partition(".")[0])
            tag = f'"{number}"'
            if seen.headers.get("if-none-match") == tag:
                self.answers["unchanged"] += 1
                return Page(304)
            body = drawn(number)
            self.sent += len(body)
            self.answers["whole"] += 1
            return Page(200, body, {"Content-Type": "image/jpeg", "ETag": tag})


def hosts() -> dict[str, Host]:
    broken = {"Content-Length": "9000", "Content-Type": "image/jpeg"}
    return {
        "calm.test": Host(),
        "429-after.test": Host(Page(429, headers={"Retry-After": "1"}), 9),
        "403-page.test": Host(Page(403, CHALLENGE, HTML), 15),
        "200-page.test": Host(Page(200, CHALLENGE, HTML), 15),
        "500.test": Host(Page(500), 5),
        "stalls.test": Host(Page(200, b"", stall_s=1.5), 12),
        "truncates.test": Host(Page(200, b"\xff\xd8\xff" + b"p" * 4000, broken, cut=2000), 4),
        "resets.test": Host(Page(reset=True), 6),
    }


def collector_of(
    catalogue: Catalogue, source: Source, stop: threading.Event | None = None
) -> Collector:
    stop = stop or threading.Event()
    return Collector(catalogue, lambda _name: source, develop, OPTIONS, stop=stop, now=utc_now)


@contextmanager
def asking(web: WebStub, stop: threading.Event) -> Iterator[Fetcher]:
    guard = Guard(ports=(web.port,), allow=("127.0.0.1",), resolve=lambda *_: ["127.0.0.1"])
    doors = Hosts(pace=Pace(50, 4), breaker=BreakerOptions(0.3, 2.0))
    wire = WireOptions(connect_s=2, read_s=0.7, total_s=3.0)
    options = FetchOptions(contact="bench@gesso.test", wire=wire)
    with Fetcher(options, guard=guard, hosts=doors, stop=stop) as fetcher:
        yield fetcher


def session(
    web: WebStub,
    catalogue: Catalogue,
    go: Callable[[Collector, threading.Event], CollectReport],
    told: str,
) -> CollectReport:
    """One collector with a fetcher of its own, and what the server sent it."""
    rude = list(web.hosts.values())
    before = sum(host.sent for host in rude if isinstance(host, Host))
    stop = threading.Event()
    began = time.monotonic()
    with asking(web, stop) as fetcher:
        source = UrlsSource(UrlsOptions(), fetcher)
        report = go(collector_of(catalogue, source, stop), stop)
        fetched = fetcher.bytes_fetched
    sent = sum(host.sent for host in rude if isinstance(host, Host)) - before
    print(
        f"urls, {told}: {report.acquisition.state}, {catalogue.works.count():,} works, "
        f"{sent:,} picture bytes sent, {fetched:,} bytes fetched in all, "
        f"{time.monotonic() - began:.1f} s{'   bar 0 picture bytes' if 'second' in told else ''}"
    )
    return report


def urls(items: int) -> None:
    with WebStub() as web, tempfile.TemporaryDirectory() as place:
        manners = hosts()
        web.hosts.update(manners)
        numbers = range(items * len(manners))
        names = list(manners)
        rows = [f"{web.url(names[n % len(names)], f'/{n}.jpg')},CC0" for n in numbers]
        path = Path(place) / "list.csv"
        path.write_text("\n".join(["url,license", *rows]), "utf-8")
        wish = Wish((str(path),))

        with Catalogue.open(Path(place) / "studio") as catalogue:

            def first(collector: Collector, stop: threading.Event) -> CollectReport:
                def watch(tally: Tally) -> None:
                    if tally.counts.get("stored", 0) >= len(numbers) // 3:
                        stop.set()

                return collector.collect("urls", wish, watch=watch)

            stopped = session(web, catalogue, first, "first run, stopped after a third")
            run = stopped.acquisition.id
            done = session(web, catalogue, lambda one, _: one.resume(run), "its resume")
            whole = sum(host.answers["whole"] for host in manners.values())
            print(
                f"  {len(names)} hosts, {len(numbers)} pictures: lost "
                f"{len(numbers) - catalogue.works.count()}   bar 0;  fetched twice "
                f"{whole - len(numbers)}   bar 0;  counts: {dict(done.acquisition.counts)}"
            )
            for host in manners.values():
                host.no = None
            second = session(web, catalogue, lambda one, _: one.collect("urls", wish), "second run")
            asked = second.acquisition.counts.get("asked", 0)
            clean = check(catalogue, read_data=True).is_clean
            print(f"  unchanged on the hosts' word {asked} of {len(numbers)}; check clean: {clean}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--items", type=int, default=40)
    asked = parser.parse_args()
    folder(asked.files)
    urls(asked.items)


if __name__ == "__main__":
    main()

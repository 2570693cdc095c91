"""A hundred thousand works come in: is memory flat, is the end as fast as the start?

python benchmarks/collect_scale.py [--works N] [--folder DIR] [--workers N]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from gesso.collect.acquisition.collector import Collector
from gesso.collect.acquisition.developing import Developing
from gesso.collect.acquisition.options import CollectOptions, Tally
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights
from gesso.core.runner.engine import Engine, EngineOptions
from gesso.core.runner.pool import ProcessEngine
from gesso.core.runner.serial import SerialEngine

STYLES = ("Baroque", "Rococo", "Realism", "Gothic", "Mannerism", "Ukiyo-e", "Impressionism")
BAR_SHARE = 0.90
BAR_PAGE_MS = 1.0


class Generated:
    """Offers so many pictures of 128 x 96, each drawn when it is asked for."""

    name = "generated"
    is_remote = False

    def __init__(self, count: int) -> None:
        self._count = count

    def finds(self, wish: Wish) -> Iterator[Find]:
        for number in range(self._count):
            facts = Facts(
                f"Sheet {number} of the long series",
                f"Painter {number % 997}",
                str(1500 + number % 400),
                1500 + number % 400,
                1500 + number % 400,
                style=STYLES[number % len(STYLES)],
                tags=(f"word{number % 4999}", "generated"),
            )
            yield Find(
                "generated", f"{number}", f"made:{number}", "", facts, Rights("CC0-1.0"), "1"
            )

    def fetch(self, find: Find, validator: str = "") -> Delivery:
        rng = np.random.default_rng(int(find.identifier))
        rough = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        smooth = cv2.resize(rough, (128, 96), interpolation=cv2.INTER_CUBIC)
        data = cv2.imencode(".jpg", smooth)[1].tobytes()
        return Delivery(data, f"{find.identifier}.jpg")

    def complaints(self) -> tuple[str, ...]:
        return ()


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Gauge:
    """Looks at the run after every so many works."""

    def __init__(self, catalogue: Catalogue, step: int) -> None:
        self._catalogue = catalogue
        self._step = step
        self._next = step
        self._at = (time.perf_counter(), cpu_s())
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.memory: list[float] = []
        self.pages: list[float] = []

    def __call__(self, tally: Tally) -> None:
        if tally.counts.get("stored", 0) < self._next:
            return
        now, cpu = time.perf_counter(), cpu_s()
        self.rates.append(self._step / (now - self._at[0]))
        self.costs.append((cpu - self._at[1]) / self._step * 1000)
        self.memory.append(resident_mb())
        self.pages.append(self._page_ms())
        print(
            f"{self._next:>8,} works  {self.rates[-1]:7.0f} a second  {self.costs[-1]:6.2f} ms CPU "
            f"a work  {self.memory[-1]:6.0f} MB  page {self.pages[-1]:.2f} ms",
            flush=True,
        )
        self._next += self._step
        self._at = (time.perf_counter(), cpu_s())

    def _page_ms(self) -> float:
        taken = []
        for _ in range(15):
            began = time.thread_time()
            self._catalogue.works.page()
            taken.append((time.thread_time() - began) * 1000)
        return statistics.median(taken)


def engine_of(workers: int) -> Engine:
    options = EngineOptions(workers=workers or None)
    return ProcessEngine(options) if workers else SerialEngine(options)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--works", type=int, default=100_000)
    asked.add_argument("--folder", type=Path, default=None)
    asked.add_argument("--workers", type=int, default=0)
    given = asked.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as folder,
        Catalogue.open(Path(folder) / "studio") as catalogue,
        engine_of(given.workers) as engine,
    ):
        gauge = Gauge(catalogue, max(1, given.works // 20))
        source = Generated(given.works)
        collector = Collector(
            catalogue,
            lambda _name: source,
            Developing(engine, DecodeLimits()),
            CollectOptions(streams=4, batch=64),
            stop=threading.Event(),
            now=utc_now,
        )
        report = collector.collect("generated", Wish(), watch=gauge)
    quarter = max(1, len(gauge.rates) // 4)
    first, last = gauge.costs[1 : quarter + 1], gauge.costs[-quarter:]
    share = statistics.mean(first) / statistics.mean(last)
    wall = statistics.mean(gauge.rates[-quarter:]) / statistics.mean(gauge.rates[1 : quarter + 1])
    print(
        f"{report.acquisition.counts.get('stored', 0):,} works in {report.seconds:.0f} s "
        f"(load {os.getloadavg()[0]:.1f})"
    )
    print(
        f"  the last quarter against the first: {share:.0%} by CPU time, {wall:.0%} by the wall "
        f"clock (bar {BAR_SHARE:.0%})"
    )
    print(
        f"  memory {gauge.memory[0]:.0f} MB after the first step, "
        f"{gauge.memory[-1]:.0f} MB at the end"
    )
    print(f"  a page of 60 works {gauge.pages[-1]:.2f} ms (bar {BAR_PAGE_MS} ms)")


if __name__ == "__main__":
    main()

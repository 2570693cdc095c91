"""What the studio tells of itself to Prometheus: its works, caches, queues, calls and costs."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gesso._version import __version__
from gesso.core.catalogue.calls.spending import spending
from gesso.core.catalogue.catalogue import Catalogue
from gesso.web.server.kept import Kept
from gesso.web.server.watching.figures import Figure, Sample, counters, gauge, gauges

if sys.platform != "win32":
    import resource

_FRESH_S = 10.0
"""Seconds for which what the catalogue says is told again, so that a scrape costs little."""
_STATM = Path("/proc/self/statm")
_FDS = Path("/proc/self/fd")
_BEGAN = time.time()


class Tallies:
    """Adds up what the catalogue holds, every few seconds at most; asked in a thread.

    Args:
        catalogue: opened at first use.
        clock: seconds that only grow.
    """

    def __init__(
        self, catalogue: Callable[[], Catalogue], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._told: list[Figure] = []
        self._until = 0.0

    def figures(self) -> list[Figure]:
        """Works, calls, costs and troubles."""
        if not self._told or self._clock() >= self._until:
            self._told = _of_catalogue(self._catalogue())
            self._until = self._clock() + _FRESH_S
        return self._told


def of_caches(caches: Sequence[tuple[str, Kept[Any]]]) -> list[Figure]:
    """How often answers that are kept were asked for, and had."""
    return [
        counters(
            "gesso_cache_hits_total",
            "Answers that were had from a cache.",
            "cache",
            {name: cache.hits for name, cache in caches},
        ),
        counters(
            "gesso_cache_misses_total",
            "Answers that were not in a cache.",
            "cache",
            {name: cache.misses for name, cache in caches},
        ),
        gauges(
            "gesso_cache_entries",
            "Answers that are kept.",
            "cache",
            {name: len(cache) for name, cache in caches},
        ),
    ]


def of_process() -> list[Figure]:
    """What this process uses, under the names that every dashboard knows."""
    times = os.times()
    found = [
        Figure(
            "gesso_info",
            "gauge",
            "The version that runs.",
            (Sample(1, (("version", __version__),)),),
        ),
        Figure(
            "process_cpu_seconds_total",
            "counter",
            "Seconds of processor time.",
            (Sample(times.user + times.system),),
        ),
        gauge("process_start_time_seconds", "When it began, seconds since 1970.", _BEGAN),
    ]
    if _STATM.exists() and sys.platform != "win32":
        pages = int(_STATM.read_text("ascii").split()[1])
        found.append(
            gauge(
                "process_resident_memory_bytes",
                "Memory that is held.",
                pages * resource.getpagesize(),
            )
        )
        found.append(gauge("process_open_fds", "Open files.", sum(1 for _ in _FDS.iterdir())))
    return found


def _of_catalogue(catalogue: Catalogue) -> list[Figure]:
    works: Counter[str] = Counter()
    for (origin, _source, standing), count in catalogue.works.counts().items():
        if standing == "kept":
            works[origin] += count
    spent = spending(catalogue.database).rows
    troubles = catalogue.troubles.summary()
    return [
        gauges("gesso_works", "Works that hang in the gallery.", "origin", works),
        counters(
            "gesso_calls_total",
            "Calls to the world outside.",
            "provider",
            {one.name: one.calls for one in spent},
        ),
        counters(
            "gesso_calls_failed_total",
            "Calls to the world outside that failed.",
            "provider",
            {one.name: one.failed for one in spent},
        ),
        counters(
            "gesso_spent_usd_total",
            "Dollars spent; what nobody knows the cost of counts with what was set aside.",
            "provider",
            {one.name: one.usd for one in spent},
        ),
        gauges(
            "gesso_troubles",
            "Failures in the error log, by kind.",
            "kind",
            {one.kind: one.count for one in troubles},
        ),
        gauges(
            "gesso_troubles_left",
            "Failures that the work did not get over by itself, by kind.",
            "kind",
            {one.kind: one.left for one in troubles},
        ),
    ]

"""How fast a museum's register comes in, and how fast it answers then.

python benchmarks/records_import.py [FILE]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow.parquet  # noqa: F401 - to load it takes as long as five thousand rows, once

from gesso.collect.sources.records import RecordsOptions, RecordsSource
from gesso.collect.sources.source import Wish
from gesso.core.catalogue.catalogue import Catalogue

DATA = Path(
    os.environ.get("GESSO_SAMPLE_DATA", Path(__file__).resolve().parents[1] / "../shared/data")
)
REGISTER = DATA / "metadata/museum_objects.parquet"
BATCH = 10_000
BAR_ROWS_S = 20_000
BAR_MS = 5.0
QUERIES = (
    *("turner", "sea ship", "portrait of a wom", "untitled", "john constable", "oil on canvas"),
    *("photographic negative", "storm", "blak", "st ives harbour", "railway", "abstract"),
    *("photo", "a", "of the"),
)


@dataclass(frozen=True)
class Took:
    """How long an answer took, in milliseconds: by the processor's time, and by the wall clock."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:6.2f} ms CPU {self.wall:7.2f} ms"


def median_ms(ask: Callable[[], object], times: int = 15) -> Took:
    cpu, wall = [], []
    for _ in range(times):
        began = time.thread_time(), time.perf_counter()
        ask()
        cpu.append((time.thread_time() - began[0]) * 1000)
        wall.append((time.perf_counter() - began[1]) * 1000)
    return Took(statistics.median(cpu), statistics.median(wall))


def main() -> None:
    register = sys.argv[1] if len(sys.argv) > 1 else str(REGISTER)
    with tempfile.TemporaryDirectory() as folder, Catalogue.open(Path(folder) / "s") as catalogue:
        source = RecordsSource(RecordsOptions(licence="CC0-1.0"))
        finds = source.finds(Wish((register,)))
        wall, cpu, rows = time.perf_counter(), time.process_time(), 0
        while batch := list(islice(finds, BATCH)):
            rows += catalogue.register.enter(batch).added
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = (Path(folder) / "s/gesso.db").stat().st_size / 2**20
        print(f"{rows:,} records in {wall:.2f} s, {size:.0f} MiB")
        print(
            f"  {rows / wall:,.0f} rows/s by the wall clock, {rows / cpu:,.0f} rows/s by CPU time "
            f"(bar {BAR_ROWS_S:,}; load {os.getloadavg()[0]:.1f})"
        )
        answers = []
        for query in QUERIES:
            answers.append(median_ms(partial(catalogue.works.words, query, standing=None)))
            print(f"  words  {query:24} {answers[-1]}")
        slowest = max(answers, key=lambda took: took.cpu)
        print(f"  words, the slowest       {slowest} (bar {BAR_MS} ms)")
        print(f"  all facets               {median_ms(catalogue.facets.counts)} (bar {BAR_MS} ms)")
        page = median_ms(lambda: catalogue.works.page(standing="record"))
        print(f"  a page of 60 records     {page}")


if __name__ == "__main__":
    main()

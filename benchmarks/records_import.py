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
from functools import partial
from itertools import islice
from pathlib import Path

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
)


def median_ms(ask: Callable[[], object], times: int = 9) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


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
        slowest = 0.0
        for query in QUERIES:
            took = median_ms(partial(catalogue.works.words, query, standing=None))
            slowest = max(slowest, took)
            print(f"  words  {query:24} {took:6.2f} ms")
        facets = median_ms(catalogue.facets.counts)
        page = median_ms(lambda: catalogue.works.page(standing="record"))
        print(
            f"  words, the slowest {slowest:.2f} ms; all facets {facets:.2f} ms (bar {BAR_MS} ms)"
        )
        print(f"  a page of 60 records {page:.2f} ms")


if __name__ == "__main__":
    main()

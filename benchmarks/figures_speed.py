"""The figures of a hundred thousand works: each chart, beside the same counts by SQL.

The roll and what is said of works are read once; then each chart is a count over columns. Beside
it stands SQLite's own GROUP BY over the same catalogue, warm, where SQL can tell it at all.
Times are the processor's, the least of several rounds.

    python benchmarks/figures_speed.py [--works 100000] [--calls 100000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import insert, text

from gallery_works import studio
from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.store.tables import api_calls
from gesso.show.charts import hung
from gesso.show.charts.charts import Charts
from gesso.show.charts.said import Said
from gesso.show.charts.spent import spent
from gesso.show.gallery.roll import Roll
from gesso.show.sets import Sets

ROUNDS = 5
BAR_MS = 50.0
STYLES = tuple(f"Style {number}" for number in range(60))
TAGS = tuple(f"tag {number}" for number in range(400))
BY_SQL = {
    "time": "SELECT strftime('%Y-%m', added_at), origin, count(*) FROM works "
    "WHERE standing = 'kept' GROUP BY 1, 2",
    "sources": "SELECT source, count(*) FROM works WHERE standing = 'kept' GROUP BY 1",
    "styles": "SELECT style, count(*) FROM works WHERE standing = 'kept' GROUP BY 1",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--works", type=int, default=100_000)
    asked.add_argument("--calls", type=int, default=100_000)
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp()) / "studio"
    studio(folder, given.works)
    with Catalogue.open(folder) as catalogue:
        describe(catalogue, given.calls)
        measure(catalogue)


def describe(catalogue: Catalogue, calls: int) -> None:
    """Give works styles and tags, and the ledger calls."""
    rng = np.random.default_rng(2)
    with catalogue.database.read() as connection:
        numbers = [row[0] for row in connection.execute(text("SELECT id FROM works"))]
        booked = connection.scalar(text("SELECT count(*) FROM api_calls")) or 0
    chosen = rng.zipf(1.3, (len(numbers), 5)) % len(TAGS)
    styles = rng.zipf(1.4, len(numbers)) % len(STYLES)
    rows = [
        {
            "n": number,
            "style": STYLES[style],
            "tags": "\n".join(dict.fromkeys(TAGS[t] for t in row)),
        }
        for number, style, row in zip(numbers, styles.tolist(), chosen.tolist(), strict=True)
    ]
    with catalogue.database.write() as connection:
        connection.execute(
            text("UPDATE works SET style = :style, tags = :tags WHERE id = :n"), rows
        )
    now = utc_now()
    fresh = [
        {
            "provider": ("gemini", "fal", "openai")[number % 3],
            "operation": "paint",
            "attempt": 1,
            "key": f"k{number}",
            "state": "failed" if number % 40 == 0 else "done",
            "reserved_usd": 0.04,
            "cost_usd": 0.039,
            "waited_s": 0.0,
            "started_at": now - timedelta(seconds=70 * number),
            "process": "bench",
        }
        for number in range(booked, calls)
    ]
    if fresh:
        with catalogue.database.write() as connection:
            connection.execute(insert(api_calls), fresh)


def measure(catalogue: Catalogue) -> None:
    roll, sets = Roll(lambda: catalogue), Sets(lambda: catalogue)
    charts, said = Charts(lambda: catalogue, roll, sets), Said(lambda: catalogue)
    print(f"the roll, read once: {once(roll.look):.0f} ms")
    columns, hexes = roll.columns, roll.hexes()
    rows = np.flatnonzero(columns.hangs).astype(np.int32)
    print(f"what is said, read once: {once(lambda: said.counts(columns.ids)):.0f} ms")
    print(f"all charts, the first time: {once(charts.figures):.0f} ms")
    print(f"all charts, unchanged: {least(charts.figures):.2f} ms")
    print(
        f"all charts, after a mark was set: {least(lambda: after_a_mark(catalogue, charts)):.0f} ms"
    )
    each: dict[str, Callable[[], object]] = {
        "time": lambda: hung.over_time(columns, rows),
        "palette": lambda: hung.palette(columns, rows, hexes),
        "values": lambda: hung.values(columns, rows, hexes),
        "scores": lambda: hung.judged(roll.scores, rows),
        "styles": lambda: said.counts(columns.ids[rows]),
        "sources": lambda: hung.sources(columns, rows, roll.sources),
        "cost": lambda: spent(catalogue.database, utc_now()),
    }
    print(f"\n{'chart':10} {'ours, ms':>9} {'SQL, ms':>9}   (bar: {BAR_MS:.0f} ms each)")
    for name, call in each.items():
        beside = f"{least(partial(by_sql, catalogue, name)):9.1f}" if name in BY_SQL else ""
        print(f"{name:10} {least(call):9.1f} {beside}")
    print("styles: with kinds and tags")


def after_a_mark(catalogue: Catalogue, charts: Charts) -> object:
    catalogue.works.set_favourite(7, not catalogue.works.get(7).favourite)
    return charts.figures()


def by_sql(catalogue: Catalogue, name: str) -> object:
    with catalogue.database.read() as connection:
        return connection.execute(text(BY_SQL[name])).all()


def once(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return 1000 * (time.process_time() - began)


def least(call: Callable[[], object]) -> float:
    return min(once(call) for _ in range(ROUNDS))


if __name__ == "__main__":
    main()

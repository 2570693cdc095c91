"""Studios of many works for the benchmarks of the gallery, made once and kept in a folder.

A few dozen pictures are drawn and taken in as any picture is; the rest are rows beside them, each
with numbers, a title, swatches and a time of its own, that share their thumbnails.

    python benchmarks/gallery_works.py FOLDER [--works 1000000]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select, text

from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.store.dialects.sqlite import AFTER_MANY, BEFORE_MANY, FIRST_OF_MANY
from gesso.core.catalogue.store.tables import works
from gesso.core.records.works import Provenance, Rights
from stubs import of_tests

DRAWN = 40
BATCH = 20_000
SOURCES = ("met", "rijksmuseum", "artic", "cleveland", "folder", "wikimedia")
ORIGINS = ("made", "collected", "collected", "collected", "brought")
WORDS = ("Harbour", "Orchard", "Engine", "Winter", "Portrait", "Bridge", "River", "Lantern", "Hill")


def studio(folder: Path, count: int) -> Path:
    """A studio of so many works; made where it is not there yet."""
    with Catalogue.open(folder) as catalogue:
        here = catalogue.works.count()
        if here < count:
            began = time.perf_counter()
            if not here:
                draw(catalogue)
                here = DRAWN
            fill(catalogue, count - here)
            print(f"{count:,} works made in {time.perf_counter() - began:.0f} s", flush=True)
    return folder


def draw(catalogue: Catalogue) -> None:
    drawn = of_tests("web.browser.conftest").drawn
    for number in range(DRAWN):
        name = f"Plate {number + 1}"
        catalogue.accession.accept_bytes(
            drawn(number, side=720),
            name=f"{name}.png",
            title=name,
            provenance=Provenance("brought", "drawn", name),
            rights=Rights("CC0-1.0"),
        )


def fill(catalogue: Catalogue, count: int) -> None:
    with catalogue.database.read() as connection:
        moulds = [dict(row) for row in connection.execute(select(works).limit(DRAWN)).mappings()]
        first = connection.scalar(text("SELECT max(id) FROM works")) or 0
    for rows in batches(moulds, count, first):
        with catalogue.database.write() as connection:
            connection.exec_driver_sql(BEFORE_MANY)
            connection.execute(insert(works), rows)
            start = connection.exec_driver_sql(FIRST_OF_MANY).scalar_one()
            for statement in AFTER_MANY:
                values = {"first": start} if ":first" in statement else {}
                connection.execute(text(statement), values)


def batches(moulds: list[dict[str, Any]], count: int, first: int) -> Iterator[list[dict[str, Any]]]:
    rng = np.random.default_rng(1)
    now = utc_now()
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        shift = rng.normal(0, 0.03, (size, 8, 3)).round(4)
        rows = []
        for at in range(size):
            number = first + start + at + 1
            mould = moulds[number % len(moulds)]
            swatches = [
                [round(a + b, 5) for a, b in zip(one[:3], moved, strict=True)] + one[3:]
                for one, moved in zip(
                    json.loads(mould["swatches"]), shift[at].tolist(), strict=False
                )
            ]
            words = f"{WORDS[number % 9]} with {WORDS[number // 9 % 9].lower()}"
            rows.append(
                mould
                | {
                    "id": number,
                    "title": f"{words}, {number}",
                    "creator": f"Painter {number % 997}",
                    "origin": ORIGINS[number % 5],
                    "source": SOURCES[number % 6],
                    "identifier": f"m{number}",
                    "data_sha256": f"{number:064x}",
                    "pixels_sha256": f"{number:064x}",
                    "swatches": json.dumps(swatches, separators=(",", ":")),
                    "added_at": now - timedelta(seconds=40 * (count + first - number)),
                    "favourite": number % 50 == 0,
                }
            )
        yield rows


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--works", type=int, default=1_000_000)
    given = asked.parse_args()
    studio(given.folder, given.works)


if __name__ == "__main__":
    main()

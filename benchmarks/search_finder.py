"""The whole finder call over many works: filter, search, compare again, records, reasons.

python benchmarks/search_finder.py [--works N] [--folder DIR] [--rounds N]

Vectors are synthetic: clusters in 512 numbers, as those of a CLIP tower are. Queries are works,
so nothing is encoded. Beside each stands the same call with every vector compared.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import text

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.decode import decode
from gesso.core.pixels.picture import Picture
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.finder import Finder
from gesso.search.looks.pictures import PictureDesk
from gesso.search.records import Like, Query
from search_words import finds

SIZE = 512
SPACE = Space("bench-512", "bench", SIZE, reads_words=False, knows="Near means near.")
FILTERS = {
    "no filter": "",
    "style (14 %)": "style:baroque",
    "years (17 %)": "year:1600..1700",
    "style and years (2 %)": "style:rococo year:1650..1750",
    "artist (0.01 %)": "artist:painter123",
    "not a kind, light": "-kind:print light>50",
}
BATCH = 10_000
BARS = {"p50": 8.0, "p95": 25.0}


class NoEncoder:
    """Queries are works: nothing is ever encoded."""

    space = SPACE
    loaded = True

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        raise AssertionError

    def words(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError

    def unload_idle(self) -> None:
        """Nothing is loaded."""


class OneSpace:
    """The one space that there is."""

    default, standby = "bench", ""

    def __init__(self, folder: Path) -> None:
        index = SpaceIndex(folder / "vectors" / SPACE.id, folder / "index" / SPACE.id, SPACE)
        self._space = OpenSpace("bench", NoEncoder(), index)

    def open(self, name: str) -> OpenSpace:
        del name
        return self._space


def clustered(rng: np.random.Generator, count: int, centres: Vectors) -> Vectors:
    """(count, 512) float32 of length 1, around shared centres with a common lean."""
    which = np.minimum(rng.zipf(1.3, count), len(centres)) - 1
    found = centres[which] + 0.6 * rng.standard_normal((count, SIZE)).astype(np.float32) / SIZE**0.5
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def fill(folder: Path, works: int) -> None:
    """Works with colours and vectors, and an index over them."""
    with Catalogue.open(folder) as catalogue:
        if catalogue.works.count(standing=None) >= works:
            return
        for first in range(0, works, BATCH):
            catalogue.register.enter(list(finds(first, min(BATCH, works - first))))
        give_pictures(catalogue)
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((4000, SIZE)).astype(np.float32) / SIZE**0.5
    centres += rng.standard_normal(SIZE).astype(np.float32) / SIZE**0.5
    index = OneSpace(folder).open("").index
    for first in range(1, works + 1, BATCH):
        ids = np.arange(first, min(first + BATCH, works + 1), dtype=np.int64)
        index.add(ids, clustered(rng, len(ids), centres))
    started = time.perf_counter()
    line = index.build()
    print(f"built {line.kind} over {line.count:,} in {time.perf_counter() - started:.0f} s")
    index.close()


def give_pictures(catalogue: Catalogue) -> None:
    """Make the records look as if they had pictures: a thumbnail's key and eight swatches."""
    rng = np.random.default_rng(3)
    told = []
    for _ in range(500):
        shares = rng.dirichlet(np.ones(8))
        told.append(
            json.dumps(
                [
                    [round(float(x), 4) for x in (rng.random(), *rng.normal(0, 0.08, 2), share)]
                    for share in shares
                ]
            )
        )
    with catalogue.database.write() as connection:
        connection.execute(
            text("INSERT INTO blobs VALUES ('ab/none', 1, 'image/jpeg', '2026-01-01 00:00:00')")
        )
        for at, swatches in enumerate(told):
            connection.execute(
                text(
                    "UPDATE works SET standing = 'kept', thumb_256 = 'ab/none', width = 800, "
                    "height = 600, swatches = :swatches WHERE id % 500 = :at"
                ),
                {"swatches": swatches, "at": at},
            )


def timed(rounds: int, call: Callable[[int], object]) -> tuple[float, float, float]:
    """(p50, p95, mean CPU) in ms."""
    spans, cpu = [], time.process_time()
    for turn in range(rounds):
        started = time.perf_counter()
        call(turn)
        spans.append((time.perf_counter() - started) * 1e3)
    mean_cpu = (time.process_time() - cpu) / rounds * 1e3
    return float(np.median(spans)), float(np.quantile(spans, 0.95)), mean_cpu


def ask(finder: Finder, queries: Sequence[Query], turn: int) -> object:
    """One query of many."""
    return finder.find(queries[turn])


def main(folder: Path, works: int, rounds: int) -> None:
    fill(folder, works)
    with Catalogue.open(folder) as catalogue:
        desk = PictureDesk(lambda data, name: decode(data, name=name).picture, lambda _url: b"")
        finder = Finder(catalogue, OneSpace(folder), desk)
        started = time.perf_counter()
        warm = Query(likes=(Like(work=1),), filter="light>0")
        finder.find(warm)
        print(f"first call of all: {time.perf_counter() - started:.1f} s, columns and index opened")
        rng = np.random.default_rng(11)
        head = f"{'filter':24}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}"
        print(f"{head}{'exact scan: p50 ms':>22}{'CPU ms':>9}")
        for name, condition in FILTERS.items():
            queries = [
                Query(likes=(Like(work=one),), filter=condition)
                for one in rng.integers(1, works + 1, 2 * rounds + 2).tolist()
            ]
            finder.find(queries[-1])
            p50, p95, cpu = timed(rounds, partial(ask, finder, queries))
            exact = [replace(one, recall="exact") for one in queries[rounds:]]
            exact50, _, exact_cpu = timed(max(5, rounds // 5), partial(ask, finder, exact))
            print(f"{name:24}{p50:9.1f}{p95:9.1f}{cpu:9.1f}{exact50:22.1f}{exact_cpu:9.1f}")
        print(f"bars: p50 <= {BARS['p50']} ms, p95 <= {BARS['p95']} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--works", type=int, default=200_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        main(asked.folder or Path(spare) / "studio", asked.works, asked.rounds)

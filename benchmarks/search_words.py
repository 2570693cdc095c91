"""Full text over a million works: rare, common, two-word and prefix queries, ranked.

python benchmarks/search_words.py [--works N] [--folder DIR] [--rounds N]

Beside each stands plain FTS5: every match ranked by bm25, the best sixty taken.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights
from gesso.search.filters.reading import read
from gesso.search.words.ranking import WordOptions, WordRanking
from gesso.search.words.terms import read_terms

BAR_MS = 50.0
BATCH = 10_000
PLAIN = (
    "SELECT rowid FROM works_fts WHERE works_fts MATCH ? "
    "ORDER BY bm25(works_fts, 8, 3, 4, 1, 1, 2, 2, 2, 3, 2) LIMIT 60"
)
STYLES = ("Baroque", "Rococo", "Realism", "Gothic", "Mannerism", "Ukiyo-e", "Impressionism")
SUBJECTS = (
    "portrait", "landscape", "woman", "man", "river", "harbour", "winter", "view", "study",
    "garden", "church", "mother", "child", "night", "morning", "sea", "ships", "storm", "flowers",
    "still", "life", "saint", "virgin", "angel", "horse", "battle", "market",
)  # fmt: skip
QUERIES = {
    "common": ("painting", "portrait", "landscape", "study"),
    "rare": ("w31313x", "w40404x", "w27182x", "w16180x"),
    "two words": ("portrait woman", "winter river", "ships storm", "painting w31x"),
    "three common": ("painting portrait study", "landscape view painting"),
    "prefix": ("por*", "win*", "w31*", "st*"),
}


def words_of(rng: np.random.Generator, count: int) -> list[list[str]]:
    """Titles and texts whose words are shared as words are: a few by very many."""
    ranks = np.minimum(rng.zipf(1.25, (count, 14)), 60_000)
    return [
        [SUBJECTS[rank - 1] if rank <= len(SUBJECTS) else f"w{rank}x" for rank in row]
        for row in ranks.tolist()
    ]


def finds(first: int, count: int) -> Iterator[Find]:
    """Records of a museum as large as is wanted."""
    rng = np.random.default_rng(first)
    for number, words in zip(range(first, first + count), words_of(rng, count), strict=True):
        facts = Facts(
            " ".join(words[:5]),
            f"Painter{number % 9973} of School{number % 37}",
            str(1400 + number % 600),
            1400 + number % 600,
            1400 + number % 600,
            medium="oil on canvas" if number % 3 else "print on paper",
            kind="Painting" if number % 3 else "Print",
            style=STYLES[number % len(STYLES)],
            place=f"School{number % 37}",
            text=" ".join(words[5:]),
            tags=tuple(words[:3]),
        )
        yield Find("generated", str(number), "", "", facts, Rights("CC0-1.0"), "1")


def filled(folder: Path, works: int) -> Catalogue:
    """A catalogue of so many records; one that is there already is taken as it is."""
    catalogue = Catalogue.open(folder)
    have = catalogue.works.count(standing=None)
    for first in range(have, works, BATCH):
        catalogue.register.enter(list(finds(first, min(BATCH, works - first))))
        if first // BATCH % 10 == 0:
            print(f"  {first:,} works", flush=True)
    return catalogue


def timed(rounds: int, call: Callable[[], object]) -> tuple[float, float, float]:
    """(p50, p95) ms and mean CPU ms, the first call left out: it reads from the disk."""
    call()
    spans, cpu = [], time.process_time()
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        spans.append((time.perf_counter() - started) * 1e3)
    mean_cpu = (time.process_time() - cpu) / rounds * 1e3
    return statistics.median(spans), float(np.quantile(spans, 0.95)), mean_cpu


def main(folder: Path, works: int, rounds: int) -> None:
    with filled(folder, works) as catalogue:
        ranking = WordRanking(catalogue.database, WordOptions())
        head = f"{'query':30}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}"
        print(f"{works:,} works\n{head}{'plain bm25: ms':>18}{'CPU ms':>9}")
        for kind, queries in QUERIES.items():
            for query in queries:
                terms = read_terms(read(query).words)
                p50, p95, cpu = timed(rounds, partial(ranking.rank, terms))
                plain, plain_cpu = plainly(catalogue, query)
                mark = "" if p95 <= BAR_MS else f"  above {BAR_MS:g}"
                name = f"{kind}: {query}"
                print(f"{name:30}{p50:9.1f}{p95:9.1f}{cpu:9.1f}{plain:18.1f}{plain_cpu:9.1f}{mark}")


def plainly(catalogue: Catalogue, query: str) -> tuple[float, float]:
    """What FTS5 takes by itself, once, warm."""
    spans = []
    with catalogue.database.read() as connection:
        for _ in range(2):
            started, cpu = time.perf_counter(), time.process_time()
            connection.exec_driver_sql(PLAIN, (query,)).all()
            spans.append(((time.perf_counter() - started) * 1e3, (time.process_time() - cpu) * 1e3))
    return spans[-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=25)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        main(asked.folder or Path(spare) / "studio", asked.works, asked.rounds)

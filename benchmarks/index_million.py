"""A million works: memory a vector, recall, time of a search, time until the first answer.

The library (clip_like.py) is written and indexed once and kept in a folder, as that takes
minutes; the figures are of a new process, which opens what lies there. Memory is what the process
holds for itself (anonymous pages), read after its first searches: pages of the float16 rows
belong to the system's cache, which takes them back when it wants.

    python benchmarks/index_million.py FOLDER [--works 1000000] [--queries 100]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from clip_like import SIZE, Library
from gesso.core.encoders.encoder import Space
from gesso.core.indexes.space_index import SpaceIndex

K = 10
SPACE = Space("clip-like", "clip", SIZE, reads_words=True, knows="synthetic")


def fill(folder: Path, count: int) -> None:
    """Write and index what is missing."""
    space = at(folder)
    if len(space.known()) < count:
        first, spent = 0, 0.0
        for works, _ in Library.from_seed().works(count):
            begun = time.process_time()
            space.add(np.arange(first, first + len(works)), works)
            spent += time.process_time() - begun
            first += len(works)
        print(f"added in {spent:.1f} CPU s")
    if space.state().generation is None:
        begun = time.process_time()
        line = space.build()
        print(f"{line.kind} built in {time.process_time() - begun:.0f} CPU s, {line.build_s:.0f} s")
    space.close()


def at(folder: Path) -> SpaceIndex:
    return SpaceIndex(folder / "vectors", folder / "index", SPACE)


def held_bytes() -> int:
    """Anonymous memory of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


def look(folder: Path, count: int) -> None:
    """The figures, in a process that has done nothing else."""
    before, wall, cpu = held_bytes(), time.perf_counter(), time.process_time()
    space = at(folder)
    some = space.vectors(np.arange(200))
    space.search(some[0], K)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    for query in some:
        space.search(query, K)
    held, works = held_bytes() - before, len(space.known())
    library = Library.from_seed()
    queries = {"picture": library.by_picture(count), "words": library.by_words(count)}
    line = space.generations()[0]
    print(f"{works} works, {line.kind}, canaries {line.recall_pictures:.3f} of pictures,", end=" ")
    print(f"{line.recall_words:.3f} of words, {line.size_bytes / works:.0f} bytes a work in files")
    print(
        f"open and first answer {wall:.2f} s, {cpu:.2f} CPU s; {held / works:.0f} bytes a work held"
    )
    for kind, asked in queries.items():
        exact = [space.search(query, K, recall="exact") for query in asked]
        for recall in ("fast", "balanced"):
            spent, hits = [], 0
            for query, right in zip(asked, exact, strict=True):
                begun = time.thread_time()
                found = space.search(query, K, recall=recall)
                spent.append((time.thread_time() - begun) * 1e3)
                hits += int((found.scores[0] >= right.scores[0, -1] - 2e-6).sum())
            p50, p95 = np.percentile(spent, [50, 95])
            share = hits / (K * len(asked))
            print(
                f"by {kind:<8}{recall:<9} recall {share:.3f}, CPU ms p50 {p50:.1f}, p95 {p95:.1f}"
            )
    print(f"plan: {found.plan}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.look:
        look(asked.folder, asked.queries)
        return
    fill(asked.folder, asked.works)
    told = [sys.executable, __file__, str(asked.folder), "--look", "--queries", str(asked.queries)]
    print(json.dumps({"works": asked.works, "queries": asked.queries, "k": K}))
    subprocess.run(told, check=True)


if __name__ == "__main__":
    main()

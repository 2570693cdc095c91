"""Recall and time of a search under filters, ours beside the usual graphs, in one run.

A library as a CLIP tower makes it (clip_like.py), queries by picture and by words, filters that
admit half, a tenth, a hundredth or a thousandth at random, and one that admits whole clusters of
2 % in all, as "this artist" does. Every index is asked for ten works with one thread. `short` is
the share of works that a search owed and did not return: what a filter starves.

    python benchmarks/index_recall.py [--works 200000] [--queries 100] [--alone]

Peers (hnswlib, usearch) run where they are installed; FAISS's own graph always does. hnswlib is
given the filter as a function, FAISS's graph as a bitmap; usearch's Python has none, so twenty
times as many are asked for and those not admitted are dropped.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from clip_like import SIZE, Library, Vectors
from gesso.core.encoders.encoder import Space
from gesso.core.indexes.index import Recall
from gesso.core.indexes.space_index import SpaceIndex

K = 10
SPACE = Space("clip-like", "clip", SIZE, reads_words=True, knows="synthetic")

LOOSE: Any = faiss
"""Without its typing, which does not know all that its Python face takes."""

Mask = NDArray[np.bool_]
Ask = Callable[[Vectors, Mask | None], NDArray[np.int64]]
"""(size,) query, filter -> rows found, best first."""


@dataclass(frozen=True)
class Peer:
    """An index that is asked.

    Attributes:
        name: for the table.
        build_s: the processor's seconds.
        ask: one query at a time.
    """

    name: str
    build_s: float
    ask: Ask


def ours(folder: Path, works: Vectors) -> list[Peer]:
    space = SpaceIndex(folder / "vectors", folder / "index", SPACE)
    begun = time.process_time()
    space.add(np.arange(len(works)), works)
    line = space.build()
    spent = time.process_time() - begun
    manifest = (folder / "index" / f"gen-{line.number:06d}" / "manifest.json").read_text()
    few = json.loads(manifest)["few"]
    print(f"gesso: {line.kind}, {line.size_bytes / len(works):.0f} bytes a work in its files,")
    print(f"canaries {line.recall_pictures:.3f} / {line.recall_words:.3f},", end=" ")
    print(f"compares up to {few} admitted works one by one")

    def ask(recall: Recall) -> Ask:
        def found(query: Vectors, mask: Mask | None) -> NDArray[np.int64]:
            allowed = None if mask is None else np.flatnonzero(mask)
            rows: NDArray[np.int64] = space.search(query, K, allowed=allowed, recall=recall).ids[0]
            return rows

        return found

    recalls: tuple[Recall, ...] = ("fast", "balanced", "exact")
    return [Peer(f"gesso {recall}", spent, ask(recall)) for recall in recalls]


def selector(mask: Mask | None) -> Any:
    return None if mask is None else LOOSE.IDSelectorBitmap(np.packbits(mask, bitorder="little"))


def faiss_graph(works: Vectors) -> list[Peer]:
    index = faiss.IndexHNSWFlat(SIZE, 24, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 128
    begun = time.process_time()
    index.add(works)
    spent = time.process_time() - begun

    def ask(effort: int) -> Ask:
        def found(query: Vectors, mask: Mask | None) -> NDArray[np.int64]:
            how = LOOSE.SearchParametersHNSW(efSearch=effort, sel=selector(mask))
            rows: NDArray[np.int64] = index.search(query[None], K, params=how)[1][0]
            return rows[rows >= 0]

        return found

    return [Peer(f"FAISS HNSW24 ef{effort}", spent, ask(effort)) for effort in (64, 256)]


def fp16_scan(works: Vectors) -> list[Peer]:
    index = faiss.IndexScalarQuantizer(
        SIZE, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    begun = time.process_time()
    index.add(works)
    spent = time.process_time() - begun

    def found(query: Vectors, mask: Mask | None) -> NDArray[np.int64]:
        how = LOOSE.SearchParameters(sel=selector(mask))
        rows: NDArray[np.int64] = index.search(query[None], K, params=how)[1][0]
        return rows[rows >= 0]

    return [Peer("FAISS fp16 scan", spent, found)]


def hnswlib_graph(works: Vectors) -> list[Peer]:
    module: Any = importlib.import_module("hnswlib")
    index = module.Index(space="ip", dim=SIZE)
    index.init_index(max_elements=len(works), M=16, ef_construction=128)
    begun = time.process_time()
    index.add_items(works, num_threads=2)
    spent = time.process_time() - begun
    index.set_ef(256)

    def found(query: Vectors, mask: Mask | None) -> NDArray[np.int64]:
        admits = None if mask is None else (lambda row: bool(mask[row]))
        wanted = K if mask is None else min(K, int(mask.sum()))
        for count in range(wanted, 0, -1):
            try:
                rows: NDArray[np.uint64] = index.knn_query(query, count, 1, admits)[0][0]
            except RuntimeError:  # it raises where it finds fewer than were asked for
                continue
            return rows.astype(np.int64)
        return np.zeros(0, dtype=np.int64)

    return [Peer("hnswlib M16 ef256", spent, found)]


def usearch_graph(works: Vectors) -> list[Peer]:
    module: Any = importlib.import_module("usearch.index")
    index = module.Index(
        ndim=SIZE, metric="ip", dtype="f16", connectivity=16, expansion_add=128,
        expansion_search=256,
    )  # fmt: skip
    begun = time.process_time()
    index.add(np.arange(len(works)), works, threads=2)
    spent = time.process_time() - begun

    def found(query: Vectors, mask: Mask | None) -> NDArray[np.int64]:
        count = K if mask is None else 20 * K
        rows: NDArray[np.int64] = index.search(query, count, threads=1).keys.astype(np.int64)
        return (rows if mask is None else rows[mask[rows]])[:K]

    return [Peer("usearch f16 ef256", spent, found)]


def filters(clusters: NDArray[np.int64], seed: int = 11) -> dict[str, Mask | None]:
    """What a filter admits; the last admits whole clusters, taken at random, of 2 % in all."""
    rng = np.random.default_rng(seed)
    admitted: dict[str, Mask | None] = {"none": None}
    for share in (0.5, 0.1, 0.01, 0.001):
        admitted[f"{share:.1%}"] = rng.random(len(clusters)) < share
    some = np.zeros(len(clusters), dtype=bool)
    for cluster in rng.permutation(np.unique(clusters)):
        some |= clusters == cluster
        if some.mean() > 0.02:
            break
    admitted["2% corr."] = some
    return admitted


def least_of_best(works: Vectors, queries: Vectors, mask: Mask | None) -> tuple[Vectors, int]:
    """(queries,) the cosine of the last of the ten best, and how many there are."""
    scores = queries @ (works if mask is None else works[mask]).T
    depth = min(K, scores.shape[1])
    return np.partition(scores, -depth, axis=1)[:, -depth], depth


@dataclass(frozen=True)
class Task:
    """One kind of query under one filter.

    Attributes:
        mask: the filter.
        queries: (queries, size).
        least: (queries,) the cosine of the last of the best that exist.
        depth: how many best there are.
    """

    mask: Mask | None
    queries: Vectors
    least: Vectors
    depth: int


def measure(peer: Peer, works: Vectors, task: Task) -> str:
    hits, returned, spent = 0, 0, []
    for query, enough in zip(task.queries, task.least, strict=True):
        begun = time.thread_time()
        rows = peer.ask(query, task.mask)
        spent.append((time.thread_time() - begun) * 1e3)
        # Works are compared as they were before rounding to float16: ties within that count.
        hits += int(min(task.depth, (works[rows] @ query >= enough - 1e-4).sum()))
        returned += len(set(rows.tolist()))
    owed = task.depth * len(task.queries)
    p50, p95 = np.percentile(spent, [50, 95])
    return f"{hits / owed:.3f} {1 - returned / owed:5.0%} {p50:6.2f} {p95:6.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--alone", action="store_true", help="without the graphs")
    asked = parser.parse_args()

    library = Library.from_seed()
    works, clusters = library.all_works(asked.works)
    kinds = (library.by_picture(asked.queries), library.by_words(asked.queries))
    tasks = {
        name: [Task(mask, queries, *least_of_best(works, queries, mask)) for queries in kinds]
        for name, mask in filters(clusters).items()
    }
    print(f"{asked.works} works, {asked.queries} queries of each kind, k = {K}, one thread")
    print("recall, works owed and not returned, CPU ms p50 and p95\n")
    print(f"{'index':<20}{'build s':>8}  {'filter':<10}{'by picture':>29}{'by words':>29}")
    with tempfile.TemporaryDirectory() as folder:
        for make in makers(Path(folder), asked.alone):
            for peer in make(works):
                faiss.omp_set_num_threads(1)
                for name, pair in tasks.items():
                    told = "".join(f"{measure(peer, works, task):>29}" for task in pair)
                    line = f"{peer.name:<20}{peer.build_s:>8.1f}  {name:<10}{told}"
                    print(line, flush=True)
            faiss.omp_set_num_threads(2)


def makers(folder: Path, alone: bool) -> Iterator[Callable[[Vectors], list[Peer]]]:
    """How each index is built, one after another, so that one at a time is in memory."""
    yield partial(ours, folder)
    yield fp16_scan
    if alone:
        return
    yield faiss_graph
    # FAISS first: it does not survive being loaded after usearch.
    for name, make in (("hnswlib", hnswlib_graph), ("usearch", usearch_graph)):
        if importlib.util.find_spec(name):
            yield make
        else:
            print(f"{name} is not installed")


if __name__ == "__main__":
    main()

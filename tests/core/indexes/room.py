"""A small space to test in: vectors whose neighbours are plain, and a face that opens again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk
from gesso.core.encoders.encoder import Space
from gesso.core.indexes.found import Found
from gesso.core.indexes.space_index import IndexOptions, SpaceIndex

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]

SPACE = Space("test-0123456789", "test", 48, reads_words=False, knows="nothing at all")
FLAT = IndexOptions(exact_until=0, wait_s=60)


def vectors(count: int, seed: int = 0, size: int = SPACE.size) -> Vectors:
    """Clusters, as works have them; of length 1."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(40, size))
    held = centres[rng.integers(0, 40, count)] + 0.7 * rng.normal(size=(count, size))
    unit: Vectors = (held / np.linalg.norm(held, axis=1, keepdims=True)).astype(np.float32)
    return unit


def ids(*numbers: int) -> Ids:
    return np.array(numbers, dtype=np.int64)


def upto(count: int, first: int = 1) -> Ids:
    return np.arange(first, first + count, dtype=np.int64)


COUNT = 400
HELD = dict(enumerate(vectors(COUNT), 1))
QUERIES = vectors(4, seed=5)


class Room:
    """One space in one folder; every `open` is another process's view of it."""

    def __init__(self, folder: Path, space: Space = SPACE) -> None:
        self.vectors = folder / "vectors" / space.id
        self.index = folder / "index" / space.id
        self.space = space
        self._opened: list[SpaceIndex] = []

    def open(
        self,
        options: IndexOptions = FLAT,
        *,
        engines: Mapping[str, Any] | None = None,
        disk: Disk | None = None,
        space: Space | None = None,
    ) -> SpaceIndex:
        self._opened.append(
            SpaceIndex(
                self.vectors, self.index, space or self.space, options, engines=engines, disk=disk
            )
        )
        return self._opened[-1]

    def close(self) -> None:
        for one in self._opened:
            one.close()


def other_space(size: int = SPACE.size) -> Space:
    return replace(SPACE, id="other-0123456789", size=size)


def right(held: Mapping[int, Vectors], query: Vectors, k: int) -> list[tuple[int, float]]:
    """What an exact search must find: by cosine to four decimals; ids break no ties here."""
    works = np.array(sorted(held), dtype=np.int64)
    scores = np.array([float(held[int(work)] @ query) for work in works])
    best = np.argsort(-scores)[:k]
    return [(int(works[at]), float(scores[at])) for at in best]


def assert_right(
    found: Found, held: Mapping[int, Vectors], queries: Vectors, k: int, within: float = 0.002
) -> None:
    """Every answer is complete, its scores are true, and nothing nearer was left out."""
    assert found.ids.shape == (len(queries), min(k, len(held)))
    for query, works, scores in zip(queries, found.ids.tolist(), found.scores, strict=True):
        wanted = right(held, query, k)
        assert len(set(works)) == len(works)
        for work, score, (_, least) in zip(works, scores, wanted, strict=True):
            assert abs(float(held[work] @ query) - score) < within
            assert score > least - within


def is_right(space: SpaceIndex) -> None:
    """Over the works of `HELD`, however hard it looks."""
    for recall in ("fast", "balanced", "exact"):
        assert_right(space.search(QUERIES, 10, recall=recall), HELD, QUERIES, 10)

"""Canaries: queries whose right answers are known, asked of every generation before it serves.

Half of them are like pictures: they lie among the works. The other half are like words: they lie
off all works, almost equally far from each, which is where an index that rounds fails first. A
gate of picture queries alone would let a bad index pass.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import DamageError
from gesso.core.indexes.index import Queries, Source

NAME = "canaries.npz"
OF_EACH = 64
DEPTH = 10
LEAST_PICTURES, LEAST_WORDS = 0.98, 0.95
_AT_OPEN = 4
_FORGIVEN = 2
_ROUNDING = 2e-6
_LEAN, _SHOWN, _STRAY = 0.75, 0.36, 0.25
"""How far a query by words lies off, so that its nearest work is at a cosine of about 0.3."""

Ask = Callable[[Queries, int], NDArray[np.float32]]
"""(queries, size), k -> (queries, at most k) cosines of what is found, best first."""


@dataclass(frozen=True)
class Canaries:
    """Queries with the cosines of their true neighbours.

    Attributes:
        queries: (canaries, size) float32; the first half like pictures, the other like words.
        least: (canaries,) the cosine of the last of their ten best, or of all there are.
        depth: how many best there are, at most ten.
        hits: (canaries,) how many of them the index found when it was built.
    """

    queries: Queries
    least: NDArray[np.float32]
    depth: int
    hits: NDArray[np.int64]

    def ask(self, ask: Ask, chosen: slice | NDArray[np.int64] = slice(None)) -> NDArray[np.int64]:
        """How many of the best each canary finds; another at the same cosine counts."""
        found = ask(self.queries[chosen], self.depth)
        hits: NDArray[np.int64] = (found >= self.least[chosen, None] - _ROUNDING).sum(axis=1)
        return np.minimum(hits, self.depth)

    def recalls(self, hits: NDArray[np.int64]) -> tuple[float, float]:
        """The shares found, of pictures and of words."""
        half = len(hits) // 2
        whole = half * self.depth
        if whole == 0:
            return 1.0, 1.0  # of nothing, nothing is missed
        return float(hits[:half].sum()) / whole, float(hits[half:].sum()) / whole

    def check_some(self, ask: Ask) -> None:
        """Ask a few again, as quick as opening has to be.

        Raises:
            DamageError: they find less than when the index was built.
        """
        half = len(self.queries) // 2
        some = np.concatenate([np.arange(min(_AT_OPEN, half)) + first for first in (0, half)])
        hits = self.ask(ask, some)
        if hits.sum() < self.hits[some].sum() - _FORGIVEN:
            raise DamageError(
                f"its canaries find {hits.sum()} of {self.hits[some].sum()} works that they found "
                "when it was built",
                "Make a new one with: gesso index build",
            )

    def to_bytes(self) -> bytes:
        """As a file."""
        file = io.BytesIO()
        np.savez(
            file, queries=self.queries, least=self.least, depth=np.int64(self.depth), hits=self.hits
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Canaries:
        """From a file whose check sum was right."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            return cls(held["queries"], held["least"], int(held["depth"]), held["hits"])


def queries_over(source: Source, seed: int) -> Queries:
    """(2 * OF_EACH, size) queries that suit these vectors: like pictures, then like words."""
    rng = np.random.default_rng(seed)
    some = source.sample(np.sort(rng.integers(0, source.count, 4 * OF_EACH)))
    rng.shuffle(some)
    shown, near, other, third = np.split(some, 4)
    lean = _unit(rng.normal(size=(1, source.size)).astype(np.float32))
    stray = _unit(rng.normal(size=shown.shape).astype(np.float32))
    pictures = _unit(shown + 0.4 * (near - other))
    words = _unit(_SHOWN * (third - 0.5 * some.mean(axis=0)) + _LEAN * lean + _STRAY * stray)
    return np.concatenate([pictures, words])


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit

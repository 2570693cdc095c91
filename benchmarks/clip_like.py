"""Vectors as a CLIP tower makes them, from a seed: a library, and queries by picture and by words.

A library is a few thousand clusters of Zipf's sizes on a curved piece of a low-dimensional space,
all pushed into one cone, as the vectors of pictures are. A picture query is another picture of
the same kind: its nearest work is at a cosine of about 0.8. A query by words lies off the cone,
where a text tower puts it: its nearest work is at about 0.3, and all works are almost equally
far, which is what makes such queries hard for an index that rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIZE = 512
_LATENT = 96
_PIECE = 50_000

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Library:
    """A way of making vectors.

    Attributes:
        map: (latent, size) from the latent space to the vectors.
        cone: (size,) where all of them lean.
        gap: (size,) where words lean instead.
        centres: (clusters, latent).
        shares: (clusters,) how many of all works belong to each.
    """

    map: Vectors
    cone: Vectors
    gap: Vectors
    centres: Vectors
    shares: NDArray[np.float64]

    @classmethod
    def from_seed(cls, seed: int = 7, clusters: int = 4_000) -> Library:
        rng = np.random.default_rng(seed)
        weights = np.exp(-np.arange(_LATENT) / 48)[:, None]
        plane = rng.normal(size=(_LATENT, SIZE)) * weights / np.sqrt(SIZE)
        cone, gap = (unit(rng.normal(size=(1, SIZE)).astype(np.float32))[0] for _ in range(2))
        shares = 1 / np.arange(1, clusters + 1) ** 0.7
        return cls(
            plane.astype(np.float32),
            cone,
            gap,
            rng.normal(size=(clusters, _LATENT)).astype(np.float32),
            shares / shares.sum(),
        )

    def works(self, count: int, seed: int = 1) -> Iterator[tuple[Vectors, NDArray[np.int64]]]:
        """Pieces of the library: vectors of length 1, and the cluster of each."""
        for first in range(0, count, _PIECE):
            yield self._some(min(_PIECE, count - first), np.random.default_rng((seed, first)))

    def all_works(self, count: int, seed: int = 1) -> tuple[Vectors, NDArray[np.int64]]:
        """The library at once."""
        pieces = list(self.works(count, seed))
        return np.concatenate([v for v, _ in pieces]), np.concatenate([c for _, c in pieces])

    def by_picture(self, count: int, seed: int = 2) -> Vectors:
        """Queries by picture: pictures that are not in the library."""
        return self._some(count, np.random.default_rng(seed))[0]

    def by_words(self, count: int, seed: int = 3) -> Vectors:
        """Queries by words: what a picture shows, said from the other side of the gap."""
        rng = np.random.default_rng(seed)
        shown, _ = self._some(count, rng)
        noise = unit(rng.normal(size=shown.shape).astype(np.float32))
        return unit(0.36 * (shown - 0.5 * self.cone) + 0.75 * self.gap + 0.25 * noise)

    def _some(self, count: int, rng: np.random.Generator) -> tuple[Vectors, NDArray[np.int64]]:
        cluster = rng.choice(len(self.shares), size=count, p=self.shares)
        latent = self.centres[cluster] + 0.6 * rng.normal(size=(count, _LATENT))
        noise = rng.normal(size=(count, SIZE)).astype(np.float32) * np.float32(0.012)
        bent = np.tanh(latent.astype(np.float32)) @ self.map
        return unit(bent * np.float32(0.55) + noise + self.cone * np.float32(0.9)), cluster


def unit(vectors: Vectors) -> Vectors:
    """The same directions at length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)

"""Small patches join their most fitting neighbour; small strong accents stay.

The smallest goes first, by area and then by number, so the same map gives the same masses.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.study.regions.patches import Labels, Patches, patches_of

_BORDER_PULL = 2.0
"""How many L* of likeness a patch trades for lying wholly inside its neighbour."""


@dataclass(frozen=True)
class MergeOptions:
    """What is too small to stand alone.

    Attributes:
        least_share: of the picture's area, 0 to 1; smaller patches join a neighbour.
        accent: a patch that differs by so much from its best neighbour stays, L*: an eye, a
            highlight. None keeps none.
        accent_least_px: an accent has at least so many pixels; below that it is a speck.
    """

    least_share: float = 0.0022
    accent: float | None = 25.0
    accent_least_px: int = 8


def merge_small(
    values: NDArray[Any], labels: Labels, options: MergeOptions, patches: Patches | None = None
) -> Labels:
    """Give every patch that is too small the label of the neighbour it fits best.

    The best neighbour has the smallest |difference of L*| less twice the shared part of
    the border; ties go to the lower number.

    Args:
        values: (height, width) L*.
        labels: (height, width) int32, 0 the darkest.
        options: what is too small.
        patches: of the labels, where they are at hand.

    Returns:
        (height, width) int32, the labels after merging; a label may have died out.
    """
    patches = patches or patches_of(labels)
    least_px = int(options.least_share * labels.size)
    if len(patches) < 2 or int(patches.areas.min()) >= least_px:
        return labels
    masses = _Masses(values, labels, patches)
    masses.merge(least_px, options)
    return masses.labels()


class _Masses:
    """Patches on their way to masses: a union-find with borders."""

    def __init__(self, values: NDArray[Any], labels: Labels, patches: Patches) -> None:
        flat = values.ravel().astype(np.float64, copy=False)
        self._index = patches.index
        self._label: list[int] = patches.labels.tolist()
        self._area: list[int] = patches.areas.tolist()
        self._sum: list[float] = np.bincount(
            patches.index.ravel(), weights=flat, minlength=len(patches)
        ).tolist()
        self._borders = patches.borders()
        self._into = list(range(len(patches)))
        many = int(labels.max()) + 1
        sizes = np.bincount(patches.labels, weights=patches.areas, minlength=many)
        sums = np.bincount(labels.ravel(), weights=flat, minlength=many)
        self._level: list[float] = (sums / np.maximum(sizes, 1)).tolist()

    def merge(self, least_px: int, options: MergeOptions) -> None:
        waiting = [(area, patch) for patch, area in enumerate(self._area) if area < least_px]
        heapq.heapify(waiting)
        while waiting:
            area, patch = heapq.heappop(waiting)
            is_current = self._into[patch] == patch and self._area[patch] == area
            if not is_current or not self._borders[patch]:
                continue
            if self._is_accent(patch, options):
                continue
            into = self._best_neighbour(patch)
            self._join(patch, into)
            self._fuse(into)
            if self._area[into] < least_px:
                heapq.heappush(waiting, (self._area[into], into))

    def labels(self) -> Labels:
        """The label of every pixel now."""
        owners = [self._label[self._root(patch)] for patch in range(len(self._into))]
        return np.array(owners, dtype=np.int32)[self._index]

    def _best_neighbour(self, patch: int) -> int:
        borders = self._borders[patch]
        mean, pull = self._mean(patch), _BORDER_PULL / sum(borders.values())
        level, label = self._level, self._label
        return min(
            borders,
            key=lambda other: (abs(level[label[other]] - mean) - pull * borders[other], other),
        )

    def _is_accent(self, patch: int, options: MergeOptions) -> bool:
        if options.accent is None or self._area[patch] < options.accent_least_px:
            return False
        mean, level, label = self._mean(patch), self._level, self._label
        nearest = min(abs(level[label[other]] - mean) for other in self._borders[patch])
        return nearest >= options.accent

    def _fuse(self, patch: int) -> None:
        """Neighbours of the same label are one mass now."""
        label = self._label[patch]
        for other in [n for n in self._borders[patch] if self._label[n] == label]:
            self._join(other, patch)

    def _join(self, patch: int, into: int) -> None:
        borders = self._borders
        self._into[patch] = into
        self._area[into] += self._area[patch]
        self._sum[into] += self._sum[patch]
        borders[into].pop(patch, None)
        for other, length in borders[patch].items():
            if other == into:
                continue
            borders[other].pop(patch, None)
            longer = borders[into].get(other, 0) + length
            borders[into][other] = longer
            borders[other][into] = longer
        borders[patch] = {}

    def _mean(self, patch: int) -> float:
        return self._sum[patch] / self._area[patch]

    def _root(self, patch: int) -> int:
        into = self._into
        while into[patch] != patch:
            into[patch] = into[into[patch]]
            patch = into[patch]
        return patch

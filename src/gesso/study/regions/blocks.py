"""Big shapes of a picture: few levels, few masses, and the accents that make it live."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.study.regions.levels import cuts_between, labels_of, natural_levels
from gesso.study.regions.merging import MergeOptions, merge_small
from gesso.study.regions.patches import Labels, Patches, patches_of

Floats = NDArray[np.float32]


_MOST_PASSES = 4


@dataclass(frozen=True)
class BlockMap:
    """A picture in few levels.

    Attributes:
        labels: (height, width) int32, 0 the darkest level.
        levels: (levels,) float32 L* of each level as drawn: the mean of what it covers, rising.
        asked: how many levels were asked for; fewer are used where the picture has no more.
    """

    labels: Labels
    levels: Floats
    asked: int

    @property
    def used(self) -> int:
        """How many levels there are."""
        return len(self.levels)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """(levels,) the part of the picture that each level covers, adding up to 1."""
        return np.bincount(self.labels.ravel(), minlength=self.used) / self.labels.size

    @cached_property
    def patches(self) -> Patches:
        """The connected masses of the map."""
        return patches_of(self.labels)

    @property
    def flat(self) -> Floats:
        """(height, width) float32 L*: every pixel at its level."""
        return self.levels[self.labels]

    @property
    def sha256(self) -> str:
        """Of the labels with their size, hex: the same picture gives the same."""
        height, width = self.labels.shape
        digest = hashlib.sha256(f"{width}x{height}".encode())
        digest.update(np.ascontiguousarray(self.labels, dtype="<i4").tobytes())
        return digest.hexdigest()


def block_map(values: Floats, smoothed: Floats, count: int, options: MergeOptions) -> BlockMap:
    """Cut smoothed values into `count` levels and merge what is too small.

    Args:
        values: (height, width) L* of the picture.
        smoothed: the same, smoothed (`smoothing.smooth`); shared by every `count`.
        count: of levels, 1 or more.
        options: what is too small to stand alone.
    """
    levels = natural_levels(smoothed, count)
    labels = labels_of(smoothed, cuts_between(levels))
    found = relevelled(values, merge_small(values, labels, options), count)
    # Levels move by what joins them, and an accent of before may be none any more.
    for _ in range(_MOST_PASSES):
        again = merge_small(values, found.labels, options, found.patches)
        if np.array_equal(again, found.labels):
            break
        found = relevelled(values, again, count)
    return found


def relevelled(values: NDArray[Any], labels: Labels, asked: int) -> BlockMap:
    """Number the levels that are left from dark to light, each at the mean of what it covers."""
    flat = labels.ravel()
    many = int(flat.max()) + 1
    sizes = np.bincount(flat, minlength=many)
    means = np.bincount(flat, weights=values.ravel(), minlength=many) / np.maximum(sizes, 1)
    held = np.flatnonzero(sizes)
    order = held[np.argsort(means[held], kind="stable")]
    renumbered = np.zeros(many, dtype=np.int32)
    renumbered[order] = np.arange(len(order), dtype=np.int32)
    return BlockMap(renumbered[labels], means[order].astype(np.float32), asked)

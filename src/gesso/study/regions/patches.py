"""Connected patches of a label map, and who borders on whom."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Patches:
    """The 4-connected patches of a label map.

    Attributes:
        index: (height, width) int32, the number of the patch at each pixel; 0 is the first met
            of the darkest label.
        labels: (patches,) int32, the label of each.
        areas: (patches,) int64, pixels.
    """

    index: Labels
    labels: Labels
    areas: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def borders(self) -> list[dict[int, int]]:
        """For each patch its neighbours, with the length of the shared border in pixel edges."""
        found: list[dict[int, int]] = [{} for _ in range(len(self))]
        first, second, lengths = _touching(self.index, len(self))
        for one, other, length in zip(
            first.tolist(), second.tolist(), lengths.tolist(), strict=True
        ):
            found[one][other] = length
            found[other][one] = length
        return found


def patches_of(labels: Labels) -> Patches:
    """Number the patches of a label map, label by label, each from the top left."""
    sizes = np.bincount(labels.ravel())
    index = np.zeros(labels.shape, dtype=np.int32)
    before = np.zeros(len(sizes), dtype=np.int32)
    owners: list[NDArray[np.int32]] = []
    count = 0
    for label in np.flatnonzero(sizes).tolist():
        mask = (labels == label).view(np.uint8)
        parts, numbered = cv2.connectedComponents(mask, connectivity=4, ltype=cv2.CV_32S)
        index += numbered  # which is 0 wherever another label is
        before[label] = count - 1
        owners.append(np.full(parts - 1, label, dtype=np.int32))
        count += parts - 1
    index += before.take(labels)
    areas = np.bincount(index.ravel(), minlength=count).astype(np.int64)
    return Patches(index, np.concatenate(owners), areas)


def _touching(
    index: Labels, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (smaller, larger) of patches that touch, and along how many pixel edges."""
    keys = []
    for one, other in ((index[:, :-1], index[:, 1:]), (index[:-1], index[1:])):
        differ = one != other
        here, there = one[differ].astype(np.int64), other[differ].astype(np.int64)
        keys.append(np.minimum(here, there) * count + np.maximum(here, there))
    pairs, lengths = np.unique(np.concatenate(keys), return_counts=True)
    return pairs // count, pairs % count, lengths

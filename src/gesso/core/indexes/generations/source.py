"""What generations are built of: rows of the truth at one moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import DamageError
from gesso.core.indexes.truth.rows import Ids, Rows
from gesso.core.indexes.truth.truth import Truth


class TruthSource:
    """Some rows of a truth, in order.

    Args:
        truth: whose rows.
        rows: which, ascending, all of them sound.
    """

    def __init__(self, truth: Truth, rows: Ids) -> None:
        self._truth = truth
        self._rows = rows

    @property
    def count(self) -> int:
        """How many."""
        return len(self._rows)

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return self._truth.space.size

    def pieces(self, most: int) -> Iterator[NDArray[np.float32]]:
        """All rows in order, at most `most` at a time."""
        for first in range(0, self.count, most):
            yield self.sample(np.arange(first, min(first + most, self.count)))

    def sample(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some of them.

        Raises:
            DamageError: one was damaged since building began.
        """
        found, sound = self._truth.gather(self._rows[rows])
        if not sound.all():
            raise DamageError(
                f"{int((~sound).sum())} vectors were damaged while an index was built of them.",
                "Look at the disk, then build again: gesso index build",
            )
        return found[:, : self.size].astype(np.float32)


def fingerprint(rows: Rows, chosen: Ids) -> str:
    """Over the works and check sums of some rows: a row that holds another vector changes it."""
    digest = hashlib.sha256(np.ascontiguousarray(rows.ids[chosen]).tobytes())
    digest.update(np.ascontiguousarray(rows.sums[chosen]).tobytes())
    return digest.hexdigest()

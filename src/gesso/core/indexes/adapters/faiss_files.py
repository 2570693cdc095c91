"""What the indexes made with FAISS share: one file, masks as bitmaps, rows and scores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import faiss
import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import DamageError, StorageError
from gesso.core.indexes.index import Near, Place, Queries, Recall, Source

_NAME = "base.faiss"
_STEP = 16_384


@dataclass(frozen=True)
class Look:
    """What is asked of FAISS.

    Attributes:
        queries: (queries, size) float32, contiguous.
        wide: how many candidates.
        least: how many have to come at the least.
        admitted: how many rows may come.
        chosen: the selector that admits them, None for all.
        recall: how hard to look.
    """

    queries: Queries
    wide: int
    least: int
    admitted: int
    chosen: Any
    recall: Recall


class FaissIndex:
    """An index that FAISS holds in memory and keeps in one file.

    Args:
        place: where that file lies.
        options: of the adapter.
    """

    Options: ClassVar[type]

    def __init__(self, place: Place, options: Any = None) -> None:
        self._place = place
        self._options = options or self.Options()
        self._path = place.folder / _NAME
        self._held: Any = None

    def build(self, source: Source) -> None:
        """Train, add everything, write the file."""
        held = self._trained(source)
        for piece in source.pieces(_STEP):
            held.add(piece)
        try:
            faiss.write_index(held, str(self._path))
        except RuntimeError as error:
            raise StorageError(
                f"The index could not be written to {self._path}: {_short(error)}.",
                "Look at the disk's space, then build again.",
            ) from error
        self._held = held

    def open(self) -> None:
        """Read the file."""
        self._held = read(self._path)
        if self._held.d != self._place.size:
            raise DamageError(
                f"{self._path} holds vectors of {self._held.d} numbers, not {self._place.size}.",
                "Build the index again.",
            )

    def search(
        self, queries: Queries, count: int, allowed: NDArray[np.bool_] | None, recall: Recall
    ) -> Near:
        """The candidates of each query, more than `count`."""
        faiss.omp_set_num_threads(self._place.threads)
        admitted = self._held.ntotal if allowed is None else int(np.count_nonzero(allowed))
        wide = min(self._wide(count, recall), admitted)
        if wide == 0:
            return Near(np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), "f4"), 0)
        bits = None if allowed is None else np.packbits(allowed, bitorder="little")
        chosen = None if bits is None else _selector(bits)
        asked = np.ascontiguousarray(queries, dtype=np.float32)
        try:
            return self._near(Look(asked, wide, min(count, admitted), admitted, chosen, recall))
        except (RuntimeError, MemoryError) as error:
            raise DamageError(
                f"FAISS does not search {self._path}: {_short(error)}.", "Build the index again."
            ) from error

    def discard(self) -> None:
        """Nothing lies elsewhere."""

    def close(self) -> None:
        """Let go of the memory."""
        self._held = None

    def _trained(self, source: Source) -> Any:
        raise NotImplementedError

    def _wide(self, count: int, recall: Recall) -> int:
        raise NotImplementedError

    def _near(self, look: Look) -> Near:
        raise NotImplementedError


def read(path: Path) -> Any:
    """A FAISS index from its file.

    Raises:
        DamageError: it is missing, or no such file.
    """
    try:
        return faiss.read_index(str(path))
    except (RuntimeError, MemoryError) as error:
        raise DamageError(
            f"{path} cannot be read as an index of FAISS: {_short(error)}.",
            "Build the index again, or take the file from where it came once more.",
        ) from error


def sampled(source: Source, most: int, seed: int = 0) -> NDArray[np.float32]:
    """At most `most` vectors of the source, always the same ones."""
    if source.count <= most:
        rows = np.arange(source.count)
    else:
        chosen = np.random.default_rng(seed).choice(source.count, most, replace=False)
        rows = np.sort(chosen)
    return source.sample(rows.astype(np.int64))


def turned(source: Source) -> str:
    """The factory's word for turning vectors at random before they are rounded.

    A bit a number says most where all numbers vary alike, and nothing sees to that but a turn:
    a few strong numbers among many weak ones halve what the nearest twenty candidates hold.
    """
    return f"RR{source.size}"


def _selector(bits: NDArray[np.uint8]) -> Any:
    # Its typing names two arguments, where its Python face takes the array alone.
    make: Any = faiss.IDSelectorBitmap
    return make(bits)


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return (text[-1] if text else type(error).__name__)[-200:].rstrip(".")

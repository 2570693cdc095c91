"""The one face of a space's vectors: add, remove, search, and indexes that are rebuilt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk
from gesso.core.encoders.encoder import Space
from gesso.core.errors import InputError
from gesso.core.indexes.found import Found, GenerationLine, IndexState, Verdict
from gesso.core.indexes.index import Queries, Recall
from gesso.core.indexes.scan import Lens, best, scan
from gesso.core.indexes.truth.rows import Ids
from gesso.core.indexes.truth.truth import Truth


@dataclass(frozen=True)
class IndexOptions:
    """How a space is indexed.

    Attributes:
        kind: the adapter of new generations; "auto" takes what suits the number of works.
        keep: how many generations stay, the serving one among them.
        threads: how many a search may use.
        wait_s: how long a writer waits for another process to finish its writing.
    """

    kind: str = "auto"
    keep: int = 3
    threads: int = 1
    wait_s: float = 30

    def __post_init__(self) -> None:
        if self.keep < 1 or self.threads < 1:
            raise ValueError("'keep' and 'threads' are at least 1")


class SpaceIndex:
    """The vectors of one space and the index over them.

    A work is found from the moment `add` returns, and never again once `remove` has. Searches may
    run in many threads and processes while one of them writes; each sees what was written before
    it began.

    Args:
        folder_vectors: the truth of this space, STUDIO/vectors/<space id>.
        folder_index: its generations, STUDIO/index/<space id>.
        space: whose vectors these are.
        options: how they are indexed.
        engine: options of the adapter that `options.kind` names, None for as they stand.
        disk: what to write on.

    Raises:
        DamageError: the folder holds the vectors of another space.
    """

    def __init__(
        self,
        folder_vectors: Path,
        folder_index: Path,
        space: Space,
        options: IndexOptions | None = None,
        *,
        engine: Any = None,
        disk: Disk | None = None,
    ) -> None:
        self.space = space
        self._options = options or IndexOptions()
        self._disk = disk or Disk()
        self._engine = engine
        self._folder = folder_index
        self._truth = Truth(folder_vectors, space, self._disk, self._options.wait_s)

    def add(self, ids: Ids, vectors: NDArray[np.float32]) -> None:
        """Keep the vectors of works; they are found at once. A work's new vector replaces its old.

        Args:
            ids: (works,) of the catalogue.
            vectors: (works, size), brought to length 1 here.

        Raises:
            InputError: a vector is no vector of this space (not finite, all zero, another
                size); nothing of the call is kept.
            StorageError: the disk would not; nothing of the call counts.
            StudioBusy: another process has been writing for too long.
        """
        self._truth.add(_as_ids(ids), np.asarray(vectors))

    def remove(self, ids: Ids) -> None:
        """These works are not found any more; those without a vector are passed over.

        Raises:
            StorageError: the disk would not; nothing of the call counts.
            StudioBusy: another process has been writing for too long.
        """
        self._truth.remove(_as_ids(ids))

    def vectors(self, ids: Ids) -> NDArray[np.float32]:
        """(works, size) float32, as exactly as they are kept (float16).

        Raises:
            UnknownItem: a work has no vector.
            DamageError: its vector is damaged.
        """
        return self._truth.vectors(_as_ids(ids))

    def known(self) -> Ids:
        """The works that have a vector, ascending."""
        return self._truth.rows().known()

    def search(
        self,
        queries: Queries,
        k: int,
        *,
        allowed: Ids | None = None,
        recall: Recall = "balanced",  # noqa: ARG002 - every vector is compared so far
    ) -> Found:
        """The `k` nearest works of each query, fewer only where fewer exist.

        Args:
            queries: (queries, size) or (size,), brought to length 1 here.
            k: how many, 0 or more.
            allowed: the works that a filter admits, ascending; None for all.
            recall: "fast" and "balanced" ask the index, "exact" compares every vector.

        Raises:
            InputError: a query has no direction or another size, or `k` is negative.
        """
        asked = _unit_queries(queries, self.space)
        if k < 0:
            raise InputError(f"{k} works cannot be found.", "Ask for 0 or more.")
        rows = self._truth.rows()
        if allowed is None:
            admitted = np.flatnonzero(rows.live)
        else:
            held = rows.find(_as_ids(allowed))
            admitted = np.sort(held[held >= 0])
        lens = Lens(asked, self._truth.width)
        compared, scores = scan(lens, self._truth.stretches(admitted))
        works = rows.ids[compared]
        wide = min(k, len(works))
        found = np.full((len(asked), wide), -1, dtype=np.int64)
        near = np.zeros((len(asked), wide), dtype=np.float32)
        for query in range(len(asked) if wide else 0):
            found[query], near[query] = best(works, scores[query], wide)
        return Found(
            found,
            np.clip(near, -1, 1),
            None,
            f"every one of {len(works)} vectors compared",
            True,
            "; ".join(self._truth.wounds),
            self.space.id,
            len(works),
        )

    def build(self) -> GenerationLine:
        """Build a generation over all vectors, check it, and let it serve.

        Raises:
            StudioBusy: another process builds one.
            StorageError: the disk would not; the old generation goes on serving.
            DamageError: its answers were not good enough; the old generation goes on serving.
        """
        raise NotImplementedError

    def verify(self) -> Verdict:
        """Read every byte of truth and generations, and ask all canaries again."""
        raise NotImplementedError

    def generations(self) -> tuple[GenerationLine, ...]:
        """All that are kept, newest first."""
        return ()

    def use(self, number: int) -> GenerationLine:
        """Let a kept generation serve, once it has been checked.

        Raises:
            UnknownItem: it is not kept.
            DamageError: it is damaged, or of another space.
        """
        raise NotImplementedError

    def rollback(self) -> GenerationLine:
        """Let the generation before the serving one serve again.

        Raises:
            UnknownItem: there is none.
            DamageError: it is damaged, or of another space.
        """
        raise NotImplementedError

    def state(self) -> IndexState:
        """How the space stands; quick, for a health page."""
        count = int(self._truth.rows().live.sum())
        wounds = "; ".join(self._truth.wounds)
        return IndexState(self.space.id, count, None, "", count, wants_build=False, degraded=wounds)

    def close(self) -> None:
        """Let go of memory and connections."""


def _as_ids(ids: Ids) -> Ids:
    found = np.asarray(ids)
    if found.ndim != 1 or not (found.dtype.kind in "iu" or not len(found)):
        raise InputError(
            f"{found.dtype} of the shape {found.shape} are no works.",
            "Give a plain list of work ids, whole numbers.",
        )
    return found.astype(np.int64, copy=False)


def _unit_queries(queries: Queries, space: Space) -> Queries:
    """(queries, size) float32 of length 1."""
    asked = np.atleast_2d(np.asarray(queries, dtype=np.float32))
    if asked.ndim != 2 or asked.shape[1] != space.size:
        raise InputError(
            f"A query of the shape {np.shape(queries)} does not fit the space '{space.id}' of "
            f"{space.size} numbers.",
            "Make it with the encoder of this space.",
        )
    lengths = np.linalg.norm(asked, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise InputError(
            "A query has no direction: a number in it is not finite, or all are zero.",
            "Make it again from its picture or its words.",
        )
    unit: Queries = asked / lengths
    return unit

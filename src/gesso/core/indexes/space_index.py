"""The one face of a space's vectors: add, remove, search, and indexes that are rebuilt."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk
from gesso.core.encoders.encoder import Space
from gesso.core.errors import DamageError, GessoError, InputError, MissingExtra, UnknownItem
from gesso.core.indexes.answering import Question, admit, answer, as_ids, unit_queries
from gesso.core.indexes.found import Found, Freed, GenerationLine, IndexState, Verdict
from gesso.core.indexes.generations.building import Site, build, take_away
from gesso.core.indexes.generations.canaries import NAME as CANARIES
from gesso.core.indexes.generations.canaries import Canaries
from gesso.core.indexes.generations.generation import Generation, Service, maker_of
from gesso.core.indexes.generations.lines import line_of
from gesso.core.indexes.generations.manifest import NAME as MANIFEST
from gesso.core.indexes.generations.manifest import Manifest
from gesso.core.indexes.generations.serving import Serving
from gesso.core.indexes.generations.shelf import Shelf
from gesso.core.indexes.index import Queries, Recall
from gesso.core.indexes.truth.breaking import BrokenOff, IsOver
from gesso.core.indexes.truth.rows import Ids
from gesso.core.indexes.truth.truth import Truth

_MOST_LIVE = 0.5
_AGAIN_S = 6 * 3600.0
"""Until a check reads again what it has read."""


@dataclass(frozen=True)
class IndexOptions:
    """How a space is indexed.

    Attributes:
        kind: the adapter of new generations; "auto" takes what suits the number of works.
        keep: how many generations stay, the serving one among them.
        threads: how many a search may use.
        wait_s: how long a writer waits for another process to finish its writing.
        exact_until: works up to which "auto" compares every vector.
        flat_until: works up to which "auto" looks at the code of every vector.
        tail_most: works that came after the generation, before a new one is wanted.
        tail_share: the same as a share of all; the larger of the two counts.
    """

    kind: str = "auto"
    keep: int = 3
    threads: int = 1
    wait_s: float = 30
    exact_until: int = 2_000
    flat_until: int = 300_000
    tail_most: int = 20_000
    tail_share: float = 0.05

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
        engines: options of adapters by name ("pgvector"), for those not as they stand.
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
        engines: Mapping[str, Any] | None = None,
        disk: Disk | None = None,
    ) -> None:
        self.space = space
        self._options = options or IndexOptions()
        self._disk = disk or Disk()
        self._truth = Truth(folder_vectors, space, self._disk, self._options.wait_s)
        self._shelf = Shelf(folder_index, self._disk)
        self._service = Service(self._truth, dict(engines or {}), self._options.threads)
        self._serving = Serving(self._shelf, self._service)
        self._again_at = time.monotonic() + _AGAIN_S
        self._known: tuple[tuple[int, ...], Manifest | None] = (), None

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
        self._truth.add(as_ids(ids), np.asarray(vectors))

    def remove(self, ids: Ids) -> None:
        """These works are not found any more; those without a vector are passed over.

        Raises:
            StorageError: the disk would not; nothing of the call counts.
            StudioBusy: another process has been writing for too long.
        """
        self._truth.remove(as_ids(ids))

    def vectors(self, ids: Ids) -> NDArray[np.float32]:
        """(works, size) float32, as exactly as they are kept (float16).

        Raises:
            UnknownItem: a work has no vector.
            DamageError: its vector is damaged.
        """
        return self._truth.vectors(as_ids(ids))

    def held(self, ids: Ids) -> tuple[Ids, NDArray[np.float32]]:
        """Those of some works that have a sound vector, and these, (works, size) float32.

        For who can do without a few: a damaged vector is left out, and said in every answer.
        """
        return self._truth.held(as_ids(ids))

    def known(self) -> Ids:
        """The works that have a vector, ascending."""
        return self._truth.rows().known()

    def search(
        self,
        queries: Queries,
        k: int,
        *,
        allowed: Ids | None = None,
        recall: Recall = "balanced",
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
        asked = unit_queries(queries, self.space)
        if k < 0:
            raise InputError(f"{k} works cannot be found.", "Ask for 0 or more.")
        with self._serving.asked() as served:
            # Looked at now, for an index that has just taken over may be of works that just came.
            rows = self._truth.rows()
            admitted = admit(rows, None if allowed is None else as_ids(allowed))
            return answer(self._truth, served, Question(asked, k, rows, admitted, recall))

    def build(self, kind: str | None = None) -> GenerationLine:
        """Build a generation over all vectors, check it, and let it serve.

        Works may be added and removed meanwhile, and searches go on.

        Args:
            kind: the adapter, None for what the options say.

        Raises:
            StudioBusy: another process builds one.
            StorageError: the disk would not; the old generation goes on serving.
            DamageError: its answers were not good enough; the old generation goes on serving.
            SettingsError, OutsideError: its adapter cannot work here.
        """
        return self._build(kind or self._options.kind, self._options.keep)

    def compact(self) -> Freed:
        """Give room on the disk back that vectors of replaced and removed works take.

        What is still in use of files that are half empty is written anew; where there is an index
        it is built anew as well, and the older ones go, since they were made of what goes. A kill
        at any moment loses nothing, and the same call goes on.

        Raises:
            StorageError: the disk would not; nothing is lost.
            DamageError: the new index was not good enough; the old one goes on serving.
            StudioBusy: another process is writing or building.
        """
        moved = self._truth.condense(_MOST_LIVE)
        if not self._truth.empty():
            return Freed(moved, 0)
        if self._shelf.numbers():
            self._build(self._options.kind, keep=1)
        return Freed(moved, self._truth.give_back())

    def verify(self) -> Verdict:
        """Read every byte of truth and generations, and ask all canaries again.

        What is damaged is left out of answers from then on; embedding those works again mends it.
        """
        self._serving.forget()
        well = self._truth.verify()
        lines: list[GenerationLine] = []
        recalls: tuple[float | None, float | None] = (None, None)
        for number in self._shelf.numbers():
            trouble, found = self._try(number)
            lines.append(line_of(self._shelf, number, self.space, trouble))
            if lines[-1].is_current:
                recalls = found
        with self._serving.asked() as served:
            troubles = (served.trouble, *self._truth.wounds)
        return Verdict(
            well,
            tuple(self._truth.damaged().tolist()),
            tuple(lines),
            *recalls,
            "; ".join(filter(None, troubles)),
        )

    def check(self, is_over: IsOver) -> bool:
        """Read the generation in service and the vectors against their sums, each once.

        A generation is read when it takes over or its files have changed, a vector when it came,
        and all of them again every few hours, for disks go bad in silence. For a thread of its
        own: it opens no index, holds no more than a piece, and searches do not wait for it. What
        it finds stands in `state`; of a generation until a search has opened that itself.

        Args:
            is_over: asked between pieces, whether to break off.

        Returns:
            Whether anything was read to its end.
        """
        again = time.monotonic() > self._again_at
        try:
            has_read = self._serving.check(is_over, again=again)
            has_read |= self._truth.check(is_over, again=again)
        except BrokenOff:
            return False
        if again:
            self._again_at = time.monotonic() + _AGAIN_S
        return has_read

    def generations(self) -> tuple[GenerationLine, ...]:
        """All that are kept, newest first; nothing large is read."""
        return tuple(line_of(self._shelf, number, self.space) for number in self._shelf.numbers())

    def use(self, number: int) -> GenerationLine:
        """Let a kept generation serve, once it has been checked.

        Raises:
            UnknownItem: it is not kept.
            DamageError: it is damaged, or of another space.
            StudioBusy: another process is building or switching.
        """
        kept = self._shelf.numbers()
        if number not in kept:
            raise UnknownItem(
                f"There is no generation {number} of the space '{self.space.id}'.",
                f"Kept are: {', '.join(map(str, kept))}."
                if kept
                else "Make one: gesso index build",
            )
        with self._shelf.alone():
            trouble, _ = self._try(number)
            if trouble:
                raise DamageError(
                    f"Generation {number} cannot serve: {trouble}.",
                    "The one before goes on. `gesso index verify` looks at all of them.",
                )
            self._shelf.put_into_service(number)
        return line_of(self._shelf, number, self.space)

    def rollback(self) -> GenerationLine:
        """Let the generation before the serving one serve again.

        Raises:
            UnknownItem: there is none.
            DamageError: it is damaged, or of another space.
            StudioBusy: another process is building or switching.
        """
        serving, _ = self._shelf.current()
        before = [number for number in self._shelf.numbers() if number < (serving or 0)]
        if not before:
            raise UnknownItem(
                f"No generation before the serving one is kept of the space '{self.space.id}'.",
                "Make a new one instead: gesso index build",
            )
        return self.use(before[0])

    def state(self) -> IndexState:
        """How the space stands, as far as a search or `check` has found out; opens no index."""
        rows = self._truth.rows()
        count = int(np.count_nonzero(rows.live))
        word = self._serving.known()
        number, troubles = word.number, [word.trouble, *self._truth.wounds]
        kind, tail, built = "", count, 0
        if number is not None:
            try:
                manifest = self._manifest(number)
            except DamageError as error:
                troubles.append(f"generation {number}: {error.message}")
            else:
                kind, built = manifest.kind, manifest.count
                tail = int(np.count_nonzero(rows.live[manifest.high_water :]))
        return IndexState(
            self.space.id,
            count,
            number,
            kind,
            tail,
            self._wants_build(count, tail, built),
            "; ".join(dict.fromkeys(filter(None, troubles))),
            rows.place,
        )

    def close(self) -> None:
        """Let go of memory and connections; a later search opens them again."""
        self._serving.forget()

    def _manifest(self, number: int) -> Manifest:
        """What a generation says of itself; read again only when its file has changed.

        Every search asks how the space stands, and so does every look at the health.
        """
        folder = self._shelf.place(number)
        with suppress(OSError):
            told = (folder / MANIFEST).stat()
            sign = number, told.st_ino, told.st_size, told.st_mtime_ns
            known, manifest = self._known
            if manifest is None or known != sign:
                manifest = Manifest.read(folder)
                self._known = sign, manifest
            return manifest
        return Manifest.read(folder)

    def _build(self, kind: str, keep: int) -> GenerationLine:
        with self._shelf.alone():
            site = Site(self._shelf, self._service, self._disk)
            made = build(site, self._kind(kind))
            self._shelf.put_into_service(made.number)
            for number in self._shelf.numbers()[keep:]:
                take_away(site, number)
        return line_of(self._shelf, made.number, self.space)

    def _try(self, number: int) -> tuple[str, tuple[float | None, float | None]]:
        """What is wrong with a generation, and the recall of all its canaries."""
        folder = self._shelf.place(number)
        try:
            generation = Generation.open(folder, self._service)
        except GessoError as error:
            return error.message.rstrip("."), (None, None)
        try:
            canaries = Canaries.from_bytes((folder / CANARIES).read_bytes())
            return "", canaries.recalls(canaries.ask(generation.ask))
        finally:
            generation.close()

    def _kind(self, wanted: str) -> str:
        if wanted != "auto":
            maker_of(wanted)  # an unknown name or a missing package is said before the work
        count, own = int(np.count_nonzero(self._truth.rows().live)), self._options
        if count == 0 or (wanted == "auto" and count <= own.exact_until):
            return "exact"
        if wanted != "auto":
            return wanted
        kind = "flat" if count <= own.flat_until else "ivf"
        try:
            maker_of(kind)
        except MissingExtra:
            return "exact"
        return kind

    def _wants_build(self, count: int, tail: int, built: int) -> bool:
        own = self._options
        gone = built - (count - tail)
        most = max(own.tail_most, own.tail_share * count)
        return count > own.exact_until and (built == 0 or max(tail, gone) > most)

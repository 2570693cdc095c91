"""The vectors of one space: added at once and durably, replaced, removed, and never doubted.

    vectors/<space>/space.json      whose vectors these are
                    000000.f2 …     the rows, float16
                    rows-a.log, rows-b.log   which work each row belongs to, twice
                    writer.lock     one process writes at a time

Rows reach the disk before the records that count them. So whatever was broken off stands behind
the end, and the next writer writes over it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.runs.claims import claim
from gesso.core.catalogue.store.disk import Disk, make_folder
from gesso.core.encoders.encoder import Space
from gesso.core.errors import DamageError, StudioBusy, UnknownItem
from gesso.core.indexes.truth.breaking import BrokenOff, IsOver
from gesso.core.indexes.truth.checks import Checks
from gesso.core.indexes.truth.header import NAME, Header
from gesso.core.indexes.truth.journal import GONE, Journal
from gesso.core.indexes.truth.rows import Ids, Rows
from gesso.core.indexes.truth.shards import Halves, Shards, unit_rows

_STRETCH = 1_024
_PAUSE_S = 0.02


class Truth:
    """The truth of one space, for one process; its methods may be called from many threads.

    Args:
        folder: its own; made at the first vector.
        space: whose vectors these are.
        disk: what to write on.
        wait_s: how long a writer waits for another process to finish its writing.

    Raises:
        DamageError: the folder holds the vectors of another space.
    """

    def __init__(
        self, folder: Path, space: Space, disk: Disk | None = None, wait_s: float = 30
    ) -> None:
        self.folder = folder
        self.space = space
        self.width = space.size + space.size % 2
        self._disk = disk or Disk()
        self._wait_s = wait_s
        self._checks = Checks(space.id, self.width)
        self._header = Header(folder, space, self._disk)
        self._journal = Journal(folder, self._checks, self._disk)
        self._shards = Shards(folder, self.width, self._disk)
        self._lock = threading.RLock()
        self._rows = Rows.none()
        self._damaged: dict[int, int] = {}
        self._seen = np.zeros(0, dtype=bool)
        self._checked: Rows | None = None
        self._wounds: tuple[str, ...] = ()
        self._reload()

    # What is there ---------------------------------------------------------------------------

    def rows(self) -> Rows:
        """This moment, with what other processes have added since the last look."""
        if self._journal.size() == self._rows.place:
            return self._rows
        with self._lock:
            if self._journal.size() < self._rows.place:
                return self._reload()  # another process took back what its disk refused
            self._rows = self._read_on(self._rows)
            return self._rows

    @property
    def wounds(self) -> tuple[str, ...]:
        """What is not as it should be, a short clause each; empty when all is well."""
        with self._lock:
            damaged = len(self._damaged)
            said = (f"{damaged} damaged vectors are left out",) if damaged else ()
            return (*self._wounds, *said)

    def damaged(self) -> Ids:
        """The works whose vector was found damaged and not replaced since, ascending."""
        with self._lock:
            return np.array(sorted(set(self._damaged.values())), dtype=np.int64)

    def vectors(self, ids: Ids) -> NDArray[np.float32]:
        """(works, size) float32, as they lie there.

        Raises:
            UnknownItem: a work has no vector.
            DamageError: its vector is damaged.
        """
        rows = self.rows().find(ids)
        if (rows < 0).any():
            self._miss(int(ids[rows < 0][0]))
        found, sound = self.gather(rows)
        if not sound.all():
            self._miss(int(ids[~sound][0]))
        return found[:, : self.space.size].astype(np.float32)

    def held(self, ids: Ids) -> tuple[Ids, NDArray[np.float32]]:
        """Those of some works that have a sound vector, and these, (works, size) float32."""
        rows = self.rows().find(ids)
        found, sound = self.gather(rows[rows >= 0])
        return ids[rows >= 0][sound], found[sound, : self.space.size].astype(np.float32)

    def gather(self, rows: Ids) -> tuple[Halves, NDArray[np.bool_]]:
        """(rows, width) float16, and which of them are what was once written.

        One that is not is left out of every later answer, and its work is unknown from then on.
        """
        found = self._shards.gather(rows)
        sums = self._rows.sums
        if not len(sums):
            return found, np.zeros(len(rows), dtype=bool)
        sound = self._checks.of_rows(found) == sums.take(rows, mode="clip")
        if not sound.all():
            self._leave_out(rows[~sound])
        return found, sound

    def stretches(self, rows: Ids) -> Iterator[tuple[Ids, Halves]]:
        """All `rows`, ascending, in pieces that stay in the processor's cache; sound ones only.

        A row that this process has found sound is not summed again; `verify` sums all of them.
        """
        for begin in range(0, len(rows), _STRETCH):
            piece = rows[begin : begin + _STRETCH]
            seen = self._seen
            is_seen = int(piece[-1]) < len(seen) and bool(seen[piece].all())
            if is_seen and (held := self._shards.piece(piece)) is not None:
                yield piece, held
                continue
            found, sound = self.gather(piece)
            piece, found = (piece, found) if sound.all() else (piece[sound], found[sound])
            self._see(piece)
            yield piece, found

    def confirms(self, rows: Ids) -> bool:
        """Whether rows are still what was written; if not, the next reading sums every row."""
        is_sound = bool(self.gather(rows)[1].all())
        if not is_sound:
            with self._lock:
                self._seen = np.zeros(0, dtype=bool)
        return is_sound

    # What changes ----------------------------------------------------------------------------

    def add(self, ids: Ids, vectors: NDArray[np.float32]) -> None:
        """Keep the vectors of works; when it returns they survive a power cut.

        Vectors are brought to length 1. A work that has one already gets the new one.

        Raises:
            InputError: a vector that cannot be one of this space; nothing of the call is kept.
            StorageError: the disk would not; nothing of the call counts.
            StudioBusy: another process has been writing for too long.
        """
        rows = unit_rows(ids, vectors, self.space, self.width)
        if not len(rows):
            return
        with self._writing():
            first = len(self._rows.ids)
            self._shards.append(rows, first)
            places = np.arange(first, first + len(rows), dtype=np.int64)
            self._record(ids, places, self._checks.of_rows(rows))

    def remove(self, ids: Ids) -> None:
        """Works that have no vector any more; those that never had one are passed over.

        Raises:
            StorageError: the disk would not; nothing of the call counts.
            StudioBusy: another process has been writing for too long.
        """
        if not self.folder.is_dir():
            return
        with self._writing():
            gone = ids[(self._rows.find(ids) >= 0) | np.isin(ids, self.damaged())]
            if len(gone):
                none = np.full(len(gone), GONE, dtype=np.int64)
                self._record(gone, none, np.zeros(len(gone), dtype=np.uint32))

    def verify(self) -> int:
        """Read every row against its check sum, and both journals; returns how many rows are well.

        What is damaged is left out from then on, and stands in `wounds`.
        """
        with self._lock:
            self._damaged, self._seen = {}, np.zeros(0, dtype=bool)
            rows = np.flatnonzero(self._reload().live)
        return sum(len(piece) for piece, _ in self.stretches(rows))

    def check(self, is_over: IsOver, *, again: bool = False) -> bool:
        """Sum the rows that nobody has summed yet, a stretch of their files at a time.

        What is damaged is left out from then on. Returns whether there were any to read.

        Args:
            is_over: asked between stretches, whether to break off.
            again: sum every row, and read header and journals too.

        Raises:
            BrokenOff: it was over before the end; what was read by then is known.
        """
        rows = self._reload() if again else self.rows()
        if rows is self._checked:
            return False
        unseen, seen = rows.live.copy(), self._seen[: len(rows.live)]
        if not again:
            unseen[: len(seen)] &= ~seen
        for first in range(0, len(unseen), _STRETCH):  # a shard is many whole stretches
            piece = first + np.flatnonzero(unseen[first : first + _STRETCH])
            if not len(piece):
                continue
            held = self._shards.read(first, int(piece[-1]) + 1 - first)[piece - first]
            sound = self._checks.of_rows(held) == rows.sums[piece]
            self._see(piece[sound])
            if not sound.all():
                self._leave_out(piece[~sound])
            if is_over():
                raise BrokenOff
        self._checked = rows
        return bool(unseen.any())

    def condense(self, most_live: float) -> int:
        """Write the few rows anew that are still in use of shards which hold little else.

        They are written behind the end, as they are, and counted like any other row; then nothing
        points into those shards. Returns how many were moved.

        Args:
            most_live: the share of a whole shard's rows that may be in use, 0 to 1.

        Raises:
            StorageError: the disk would not; what was moved by then counts.
            StudioBusy: another process has been writing for too long.
        """
        if not self.folder.is_dir():
            return 0
        moved = 0
        with self._writing():
            for _, first, behind in self._shards.whole(len(self._rows.ids)):
                live = first + np.flatnonzero(self._rows.live[first:behind])
                if len(live) <= most_live * (behind - first):
                    moved += self._move(live)
        return moved

    def empty(self) -> list[int]:
        """The whole shards that no row in use lies in; not those that were given back."""
        rows = self.rows()
        whole = self._shards.whole(len(rows.ids))
        return [shard for shard, first, behind in whole if not rows.live[first:behind].any()]

    def give_back(self) -> int:
        """Remove the shards that no row in use lies in; returns the bytes that are free now.

        Raises:
            StorageError: the disk would not; nothing that is in use is touched.
            StudioBusy: another process has been writing for too long.
        """
        if not self.folder.is_dir():
            return 0
        with self._writing():
            return sum(self._shards.remove(shard) for shard in self.empty())

    def _move(self, rows: Ids) -> int:
        """Write rows anew behind the end; returns how many were sound and moved."""
        moved = 0
        for begin in range(0, len(rows), _STRETCH):
            piece = rows[begin : begin + _STRETCH]
            found, sound = self.gather(piece)
            piece, found = piece[sound], found[sound]
            first = len(self._rows.ids)
            ids, sums = self._rows.ids[piece], self._rows.sums[piece]
            self._shards.append(found, first)
            self._record(ids, np.arange(first, first + len(piece), dtype=np.int64), sums)
            moved += len(piece)
        return moved

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Alone among all processes, with what they wrote, and with all files mended."""
        make_folder(self._disk, self.folder)
        with self._lock, ExitStack() as held:
            self._claim(held)
            self.rows()
            if self._wounds or not self._journal.is_even(self._rows.place):
                self._mend()
            if not self._header.is_there():
                self._sweep()
                self._journal.begin()
                self._header.write()
            yield

    def _claim(self, held: ExitStack) -> None:
        until = time.monotonic() + self._wait_s
        while True:
            try:
                held.enter_context(claim(self.folder, "writer"))
            except StudioBusy as error:
                if time.monotonic() < until:
                    time.sleep(_PAUSE_S)
                    continue
                raise StudioBusy(
                    f"Another process has been writing vectors of '{self.space.id}' for "
                    f"{self._wait_s:.0f} seconds.",
                    "Wait for it to end, then run the same command again.",
                ) from error
            return

    def _record(self, ids: Ids, rows: Ids, sums: NDArray[np.uint32]) -> None:
        self._journal.append(ids, rows, sums, self._rows.place)
        self._rows = self._read_on(self._rows)
        self._forget_damage(ids)

    def _mend(self) -> None:
        if (
            self._journal.size()
            and not self._rows.place
            and not self._header.is_ours(self._journal)
        ):
            raise DamageError(
                f"Nothing in {self.folder} can be read as vectors of the space '{self.space.id}'.",
                "Move that folder away, and embed the works again.",
            )
        self._sweep()
        self._journal.mend()
        self._header.write()
        self._reload()

    def _sweep(self) -> None:
        """Remove what dying writers left of a single file."""
        for path in self.folder.glob(".*.part"):
            path.unlink(missing_ok=True)

    # How it is read --------------------------------------------------------------------------

    def _reload(self) -> Rows:
        with self._lock:
            self._wounds = () if self._header.is_ours(self._journal) else (f"{NAME} is damaged",)
            rows = self._read_on(Rows.none())
            known = [row for row in self._damaged if row < len(rows.ids) and rows.live[row]]
            self._rows = rows.without(np.array(known, dtype=np.int64)) if known else rows
            return self._rows

    def _read_on(self, rows: Rows) -> Rows:
        reading = self._journal.read(rows.place)
        lost = (f"{len(reading.lost)} records are damaged in both copies of the journal",)
        found = (*reading.wounds, *(lost if reading.lost else ()))
        self._wounds = tuple(dict.fromkeys((*self._wounds, *found)))
        if reading.count == rows.place:
            return rows  # of a write that was broken off; it is met again at every look
        read = rows.followed_by(reading.records, reading.count)
        missing = [np.arange(*piece) for piece in self._shards.reach(len(read.ids))]
        return self._less(read, np.concatenate(missing)) if missing else read

    def _leave_out(self, rows: Ids) -> None:
        """These rows are not what their records say; perhaps the records were written anew."""
        with self._lock:
            fresh = self._reload()
            rows = rows[rows < len(fresh.ids)]
            wrong = self._checks.of_rows(self._shards.gather(rows)) != fresh.sums[rows]
            self._rows = self._less(fresh, rows[wrong])

    def _see(self, rows: Ids) -> None:
        with self._lock:
            if len(self._seen) < len(self._rows.ids):
                seen = np.zeros(len(self._rows.ids), dtype=bool)
                seen[: len(self._seen)] = self._seen
                self._seen = seen
            self._seen[rows[rows < len(self._seen)]] = True

    def _less(self, held: Rows, rows: Ids) -> Rows:
        live = rows[held.live[rows]]
        self._damaged.update(zip(live.tolist(), held.ids[live].tolist(), strict=True))
        return held.without(live) if len(live) else held

    def _forget_damage(self, ids: Ids) -> None:
        again = set(ids.tolist())
        self._damaged = {row: work for row, work in self._damaged.items() if work not in again}

    def _miss(self, work: int) -> None:
        if work in self.damaged():
            raise DamageError(
                f"The vector of work {work} in the space '{self.space.id}' is damaged.",
                "Embed that work again: gesso encode",
            )
        raise UnknownItem(
            f"Work {work} has no vector in the space '{self.space.id}'.",
            "Embed it first: gesso encode",
        )

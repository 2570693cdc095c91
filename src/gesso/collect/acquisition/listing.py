"""The list of a source, read beside the fetching: offered to the catalogue a batch at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from gesso.collect.acquisition.gate import Gate
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.finds import Find

_PICTURES = 256
_RECORDS = 10_000
_WAIT_S = 0.5


class Listing:
    """Reads a source's list in a thread of its own.

    A list that comes slowly holds up no fetch, and one that breaks off leaves what was listed.

    Args:
        catalogue: where finds are offered and records entered.
        run: the id of the acquisition.
        gate: what may be kept of each.
        is_alive: whether another run is still at work.
        told: called after each batch.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        run: str,
        gate: Gate,
        *,
        is_alive: Callable[[str], bool],
        told: Callable[[], None],
    ) -> None:
        self._catalogue = catalogue
        self._run = run
        self._gate = gate
        self._is_alive = is_alive
        self._told = told
        self._halted = threading.Event()
        self._thread: threading.Thread | None = None
        self.counts: Counter[str] = Counter()
        self.error: Exception | None = None
        self.is_complete = False

    @property
    def is_over(self) -> bool:
        """Nothing more will be offered."""
        return self._thread is None or not self._thread.is_alive()

    def start(self, batches: Iterable[Sequence[Find]]) -> None:
        """Begin to read, in a thread of its own."""
        self._thread = threading.Thread(
            target=self._read, args=(batches,), name="gesso-listing", daemon=True
        )
        self._thread.start()

    def halt(self) -> None:
        """Read no further than the batch at hand."""
        self._halted.set()

    def join(self) -> None:
        """Wait until it is over."""
        if self._thread is not None:
            self._thread.join()

    def _read(self, batches: Iterable[Sequence[Find]]) -> None:
        try:
            for batch in batches:
                if self._halted.is_set():
                    return
                self._offer(batch)
            self.is_complete = True
        except Exception as error:  # noqa: BLE001 - told by the run, which goes on with what it has
            self.error = error
        finally:
            self._told()

    def _offer(self, batch: Sequence[Find]) -> None:
        pictures = [self._gate.offer(find) for find in batch if find.url]
        records = [find for find in batch if not find.url]
        self.counts["offered"] += len(batch)
        for start in range(0, len(pictures), _PICTURES):
            some = pictures[start : start + _PICTURES]
            self.counts.update(self._catalogue.finds.offer(self._run, some, self._is_alive))
        if records:
            entered = self._catalogue.register.enter(records)
            self.counts["recorded"] += entered.added
            self.counts["updated"] += entered.updated
            self.counts["unchanged"] += entered.unchanged
        self._told()


def in_batches(
    finds: Iterable[Find], clock: Callable[[], float] = time.monotonic
) -> Iterator[list[Find]]:
    """Finds as they come, as many together as come within half a second.

    Records without pictures are cheapest by the ten thousand, so they wait for each other.
    """
    batch: list[Find] = []
    began = clock()
    try:
        for find in finds:
            batch.append(find)
            is_full = len(batch) >= (_PICTURES if find.url else _RECORDS)
            if is_full or (find.url and clock() - began > _WAIT_S):
                yield batch
                batch, began = [], clock()
    except Exception:  # whatever it is: what was listed before it counts
        if batch:
            yield batch
        raise
    if batch:
        yield batch

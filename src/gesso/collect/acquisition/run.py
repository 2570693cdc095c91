"""One collect run: what is due is fetched, developed and taken in; who fails, fails alone."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

from gesso.collect.acquisition.intake import Fetched, Intake
from gesso.collect.acquisition.listing import Listing
from gesso.collect.acquisition.options import CollectOptions, Tally, Watch
from gesso.collect.acquisition.setbacks import (
    Patience,
    Setbacks,
    ends_all,
    outcome_of,
    quiet_host,
)
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.runs.finds import Outcome, Taken
from gesso.core.errors import BudgetSpent, GessoError, Interrupted, StudioError
from gesso.core.records.finds import Find

log = logging.getLogger(__name__)

_LOOK_S = 0.1
_NOTE_S = 2.0


class CollectRun:
    """Works off what a run's source offers.

    Nothing is fetched that another run has taken up. What is in flight when the process dies is
    taken up again by the resume, and nothing else: a work and the state of its find come in by one
    transaction.

    Args:
        catalogue: where works and finds are kept.
        run: the id of the acquisition.
        intake: fetches and develops one find, and takes many in.
        setbacks: keeps what finds have met.
        options: how it is gone about.
        watch: told how the run stands.
        stop: set it to stop: nothing new is taken up, what is in flight comes in.
        now: tells the time, UTC: for when a find is tried again. Waiting goes by a clock that
            never jumps.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        run: str,
        intake: Intake,
        setbacks: Setbacks,
        options: CollectOptions,
        *,
        watch: Watch,
        stop: threading.Event,
        now: Callable[[], datetime],
    ) -> None:
        self._catalogue = catalogue
        self._run = run
        self._intake = intake
        self._setbacks = setbacks
        self._options = options
        self._watch = watch
        self._stop = stop
        self._now = now
        self._patience = Patience(options.tries, options.first_wait_s)
        self._counts: Counter[str] = Counter(catalogue.acquisitions.get(run).counts)
        self._line: deque[Taken] = deque()
        self._done: queue.SimpleQueue[Fetched | None] = queue.SimpleQueue()
        self._in_flight = 0
        self._taken = 0
        self._bytes = 0
        self._is_dry = False
        self._noted = time.monotonic()
        self._ending: Exception | None = None

    def go(self, listing: Listing, batches: Iterable[Sequence[Find]] | None) -> None:
        """Work until nothing is due any more.

        Args:
            listing: reads the source's list beside the work.
            batches: the list; None where it was read to its end before.

        Raises:
            StorageError: the disk is full or failing; what came in is kept.
            BudgetSpent: the run's items or bytes are used up.
            Interrupted: somebody asked to stop.
            OutsideError: the list itself cannot be had; what was listed has come in.
        """
        self._listing = listing
        if batches is not None:
            listing.start(batches)
        try:
            with ThreadPoolExecutor(self._options.streams, "gesso-collect") as threads:
                self._work(threads)
        finally:
            self._halt(listing)
        error = self._ending or listing.error
        if error is not None:
            raise error
        if self._stop.is_set():
            raise Interrupted("Stopped as you asked; what came in is kept.")

    def wake(self) -> None:
        """There may be something new to take up."""
        self._done.put(None)

    @property
    def counts(self) -> Counter[str]:
        """What became of finds so far, in this session and those before it."""
        return self._counts + self._listing.counts

    def _work(self, threads: ThreadPoolExecutor) -> None:
        patience_s = self._options.patience_s
        while True:
            self._fill(threads)
            if self._in_flight or not (self._listing.is_over or self._is_ending):
                self._take_in(self._arrived())
                continue
            if self._fill(threads, anew=True):
                continue
            wait_s = self._wait_s()
            if wait_s is None or wait_s > patience_s or self._is_ending:
                return
            began = time.monotonic()
            self._tell(wait_s)
            self._stop.wait(min(wait_s, 1.0))
            patience_s -= time.monotonic() - began
            self._is_dry = False

    @property
    def _is_ending(self) -> bool:
        is_lost = self._listing.error is not None and ends_all(self._listing.error)
        return is_lost or self._ending is not None or self._stop.is_set()

    # Taking up -----------------------------------------------------------------------------

    def _fill(self, threads: ThreadPoolExecutor, *, anew: bool = False) -> int:
        """Send finds on their way while there are streams free; returns how many."""
        self._is_dry = self._is_dry and not anew
        sent = 0
        while self._in_flight < self._options.streams and not self._is_ending:
            taken = self._next()
            if taken is None:
                break
            self._in_flight += 1
            self._taken += 1
            sent += 1
            threads.submit(self._fetch, taken)
        return sent

    def _next(self) -> Taken | None:
        if self._is_spent():
            return None
        if not self._line and not self._is_dry:
            self._line.extend(self._catalogue.finds.take(self._run, self._options.streams))
            self._is_dry = not self._line
        return self._line.popleft() if self._line else None

    def _is_spent(self) -> bool:
        items, megabytes = self._options.items, self._options.megabytes
        if items is not None and self._taken >= items and self._has_more():
            self._ending = BudgetSpent(
                f"The run has taken up {items:,} finds, as many as it may.",
                "Raise [collect] items, or go on in a later run.",
            )
        elif megabytes is not None and self._bytes >= megabytes * 1e6 and self._has_more():
            self._ending = BudgetSpent(
                f"The run has brought {self._bytes / 1e6:,.1f} MB, more than {megabytes:g}.",
                "Raise [collect] megabytes, or go on in a later run.",
            )
        return self._ending is not None or (items is not None and self._taken >= items)

    def _has_more(self) -> bool:
        return bool(self._line) or self._catalogue.finds.waiting(self._run) > self._in_flight

    def _fetch(self, taken: Taken) -> None:
        """In a thread of its own: whatever happens, something comes back."""
        try:
            self._done.put(self._intake.fetch(taken))
        except Exception as error:  # noqa: BLE001 - one bad find fails alone
            self._done.put(Fetched(taken, error=error))

    # Taking in -----------------------------------------------------------------------------

    def _arrived(self) -> list[Fetched]:
        """What has come by now, at least one unless nothing comes for a while."""
        arrived: list[Fetched] = []
        with suppress(queue.Empty):
            one = self._done.get(timeout=_LOOK_S)
            while True:
                if one is None:
                    self._is_dry = False
                else:
                    arrived.append(one)
                if len(arrived) >= self._options.batch:
                    break
                one = self._done.get_nowait()
        return arrived

    def _take_in(self, arrived: list[Fetched]) -> None:
        self._in_flight -= len(arrived)
        good = [one for one in arrived if one.error is None]
        bad = [one for one in arrived if one.error is not None]
        if good:
            self._counts.update(self._intake.keep(good))
        fetched = sum(one.size for one in arrived)
        self._bytes += fetched
        self._counts["bytes"] += fetched
        self._set_back(bad)
        self._note()

    def _set_back(self, bad: Sequence[Fetched]) -> None:
        """Keep where finds stand that met an error of their own, all in one transaction."""
        met: list[tuple[Taken, Exception, Outcome]] = []
        for one in bad:
            error = self._own_error(one)
            if error is not None:
                outcome = outcome_of(one.taken, error, self._patience, self._now())
                met.append((one.taken, error, outcome))
        self._setbacks.keep(met)
        for taken, error, outcome in met:
            if outcome.state != "queued":
                self._counts[outcome.state] += 1
            beginning = quiet_host(taken, error)
            if beginning and outcome.next_try is not None:
                self._catalogue.finds.postpone(self._run, beginning, outcome.next_try)
                self._give_back_line()

    def _own_error(self, one: Fetched) -> Exception | None:
        """What a find met itself; None for what fails every find alike, which ends the run."""
        error = one.error
        if error is None:
            return None
        if self._stop.is_set() and type(error) is GessoError:
            error = Interrupted(error.message)  # the workers were stopped, with it in their hands
        if ends_all(error):
            self._ending = self._ending or error
            return None  # it stays in flight, and is given back at the end
        if isinstance(error, BudgetSpent):
            self._ending = self._ending or error
        elif not isinstance(error, GessoError | MemoryError):
            log.error("%s %s", self._run, one.taken.row.find.identifier, exc_info=error)
        return error

    def _wait_s(self) -> float | None:
        due = self._catalogue.finds.next_due(self._run)
        return None if due is None else max(0.05, (due - self._now()).total_seconds())

    # Telling and ending --------------------------------------------------------------------

    def _note(self) -> None:
        self._tell()
        if time.monotonic() - self._noted > _NOTE_S:
            self._noted = time.monotonic()
            self._catalogue.acquisitions.change(self._run, counts=self.counts)

    def _tell(self, waits_s: float = 0.0) -> None:
        is_listed = self._listing.is_over
        self._watch(Tally(self._run, self.counts, is_listed, self._in_flight, waits_s))

    def _halt(self, listing: Listing) -> None:
        """Let the list come to its end, and give back what was taken up and not worked off."""
        listing.halt()
        listing.join()
        with suppress(StudioError):  # a disk that is full now: the resume gives them back
            self._catalogue.finds.give_back(self._run)
        with suppress(StudioError):
            self._catalogue.acquisitions.change(self._run, counts=self.counts)
        self._tell()

    def _give_back_line(self) -> None:
        if self._line:
            self._catalogue.finds.give_back(self._run, [taken.number for taken in self._line])
            self._line.clear()
        self._is_dry = False

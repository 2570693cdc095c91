"""A run: many items, each walking its own way through its rounds, with no barrier between them."""

from __future__ import annotations

import logging
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event as Signal

from gesso.core.catalogue.store.disk import Reserve
from gesso.core.errors import (
    AuthError,
    BudgetSpent,
    DamageError,
    GessoError,
    Interrupted,
    OutsideError,
    QuotaSpent,
    RateLimited,
    SettingsError,
    StorageError,
    StudioBusy,
    Transient,
    UnknownOutcome,
    WorkerLost,
)
from gesso.core.outside.waiting.pool import Outcome, run_streams
from gesso.core.records.calls import Action, Trouble
from gesso.core.records.runs import Item, ItemState, Run
from gesso.core.records.works import Work
from gesso.make.run.events import Event, Listener
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.path import ItemPath, cancelled

log = logging.getLogger(__name__)

_STOPS_ALL = (
    BudgetSpent,
    QuotaSpent,
    AuthError,
    SettingsError,
    StorageError,
    StudioBusy,
    DamageError,
)
"""After these, no further item could fare better: the run pauses, to be resumed."""

_WAITS = (RateLimited, Transient, UnknownOutcome, WorkerLost, Interrupted, *_STOPS_ALL)
"""After these, the item waits for the next resume; after anything else it has failed."""


@dataclass(frozen=True)
class RunReport:
    """How a run stands when it stops.

    Attributes:
        run: with its state: "done" when no item waits.
        items: all of them, in order.
        kept: the works that this run has kept, in the order of the items.
        failed: items that failed, each with its reason.
        waiting: items that a resume would take up.
        spent_usd: by the run, all its calls included.
        seconds: of this going, not of earlier ones.
        folder: where the kept pictures hang under readable names, None where none hangs.
        results: where the results of a batch are, a folder for each prompt; None for none.
    """

    run: Run
    items: tuple[Item, ...]
    kept: tuple[Work, ...]
    failed: int
    waiting: int
    spent_usd: float
    seconds: float
    folder: Path | None = None
    results: Path | None = None


class MakeRun:
    """Works off the items of one run that are not done yet."""

    def __init__(self, parts: Parts, options: RunOptions, run: Run, listen: Listener) -> None:
        self._pause = Signal()
        self._parts = replace(parts, stop=_Either(parts.stop, self._pause))
        self._options = options
        self._run = run
        self._listen = _unharmed(listen)
        self._cause: GessoError | None = None
        self._reserve = Reserve(parts.catalogue.folder)
        self._untold: list[tuple[Item, GessoError]] = []

    def go(self) -> RunReport:
        """Walk every waiting item to its end, as many at once as there are streams.

        Raises:
            StorageError: the disk is full or failing; the run is paused where that could
                still be written down.
        """
        began = time.monotonic()
        self._reserve.keep()
        runs = self._parts.catalogue.runs
        todo = [i for i in runs.items(self._run.id) if i.state in {"waiting", "working"}]
        if runs.get(self._run.id).state != "cancelled":
            runs.set_state(self._run.id, "running")
        self._listen(Event("begin", self._run.id, total=len(todo)))
        self._parts.asides.hear = self._tell_aside
        streams = self._parts.streams
        try:
            with ThreadPoolExecutor(streams, thread_name_prefix="gesso-twin") as twins:
                walk = partial(self._walk, twins)
                for outcome in run_streams(walk, todo, streams, self._pause):
                    self._settle(outcome)
        except BaseException:
            # Ctrl-C in a notebook, or a fault of our own: the run must not seem to be at work.
            self._parts.catalogue.accession.let_go_old()
            runs.set_state(self._run.id, "paused", "stopped in the middle")
            raise
        self._parts.catalogue.accession.let_go_old()
        if self._untold:
            self._note_untold()
        report = self._report(time.monotonic() - began)
        self._listen(Event("end", self._run.id, line=report.run.state, spent_usd=report.spent_usd))
        if isinstance(self._cause, StorageError | DamageError | StudioBusy):
            again = self._again()
            raise type(self._cause)(self._cause.message, again) from self._cause
        return report

    def _again(self) -> str:
        if self._is_cancelled():
            return "The run was cancelled meanwhile; what it has kept stays."
        return f"Once that is mended, go on with: gesso runs resume {self._run.id}"

    def _is_cancelled(self) -> bool:
        return self._parts.catalogue.runs.is_cancelled(self._run.id)

    def _tell_aside(self, line: str) -> None:
        self._listen(Event("aside", self._run.id, line=line))

    def _walk(self, twins: Executor, item: Item) -> Work:
        try:
            return ItemPath(self._parts, self._options, item, self._listen, twins).walk()
        except (Interrupted, *_STOPS_ALL):
            self._pause.set()
            raise

    def _settle(self, outcome: Outcome[Item, Work]) -> None:
        error = outcome.error
        if error is None:
            return
        if not isinstance(error, Exception):
            raise error
        ours = error if isinstance(error, GessoError) else _bug(error)
        if isinstance(ours, Interrupted) and self._is_cancelled():
            ours = cancelled(self._run.id)
        if isinstance(ours, _STOPS_ALL) and self._cause is None:
            self._cause = ours
        self._write_down(outcome.item, ours)
        self._listen(
            Event(
                "waiting" if isinstance(ours, _WAITS) else "failed",
                self._run.id,
                outcome.item.id,
                line=str(ours),
                item_record=self._stored(outcome.item),
            )
        )

    def _stored(self, item: Item) -> Item:
        return self._parts.catalogue.runs.item(self._run.id, item.id)

    def _write_down(self, item: Item, error: GessoError) -> None:
        if isinstance(error, StorageError):
            self._reserve.give_up()
        try:
            self._note(item, error)
        except StorageError as full:
            # The disk that stopped the item refuses this note too. It is tried once more when the
            # others have ended and given back what they had begun to write. Till then the item's
            # row says "working", which a resume takes for waiting.
            self._untold.append((item, error))
            self._cause = self._cause or full
            self._pause.set()

    def _note(self, item: Item, error: GessoError) -> None:
        """Say in the catalogue what an item has met.

        Raises:
            StorageError: the disk refuses.
        """
        waits, run = isinstance(error, _WAITS), self._run.id
        state: ItemState = "waiting" if waits else "failed"
        self._parts.catalogue.runs.set_item(run, item.id, state, str(error))
        is_noted = isinstance(error, OutsideError) and error.is_noted
        if not is_noted and not isinstance(error, Interrupted):
            action: Action = "paused" if waits else "failed"
            trouble = Trouble(run, item.id, error.kind, error.message, action, False)
            self._parts.catalogue.troubles.add(trouble)

    def _note_untold(self) -> None:
        self._reserve.give_up()
        for item, error in self._untold:
            try:
                self._note(item, error)
            except StorageError:
                return  # it stays full; the error that ends the run says so

    def _report(self, seconds: float) -> RunReport:
        runs, works = self._parts.catalogue.runs, self._parts.catalogue.works
        items = tuple(runs.items(self._run.id))
        waiting = sum(item.state in {"waiting", "working"} for item in items)
        if runs.get(self._run.id).state != "cancelled":
            reason = str(self._cause or "") or _waits_for(items)
            try:
                runs.set_state(self._run.id, "paused" if waiting else "done", reason)
            except StorageError as full:
                self._cause = self._cause or full
        return RunReport(
            run=runs.get(self._run.id),
            items=items,
            kept=tuple(works.many([item.kept for item in items if item.kept is not None])),
            failed=sum(item.state == "failed" for item in items),
            waiting=waiting,
            spent_usd=self._parts.spent(self._run.id),
            seconds=seconds,
        )


class _Either(Signal):
    """Set when one of the signals it looks at is set: the owner's stop, or this run's pause."""

    def __init__(self, *signals: Signal) -> None:
        super().__init__()
        self._signals = signals

    def is_set(self) -> bool:
        return any(signal.is_set() for signal in self._signals)


def _unharmed(listen: Listener) -> Listener:
    """A listener whose own faults are its own: whoever looks on cannot harm the work."""

    def heard(event: Event) -> None:
        try:
            listen(event)
        except Exception:
            log.exception("a listener failed at the event '%s'", event.kind)

    return heard


def _waits_for(items: tuple[Item, ...]) -> str:
    return next((item.reason for item in items if item.state == "waiting" and item.reason), "")


def _bug(error: Exception) -> GessoError:
    log.error("an item met a fault of our own", exc_info=error)
    return GessoError(
        f"A fault in gesso itself: {type(error).__name__}: {error}.",
        "The traceback is in the studio's log; please report it.",
    )

"""The verb collect: begin a run at a source, go on with one, or look at what it would do."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from uuid import uuid4

from gesso.collect.acquisition.gate import Gate
from gesso.collect.acquisition.intake import Intake
from gesso.collect.acquisition.listing import Listing, in_batches
from gesso.collect.acquisition.options import (
    CollectOptions,
    CollectReport,
    Develop,
    Preview,
    Watch,
    nobody,
)
from gesso.collect.acquisition.run import CollectRun
from gesso.collect.acquisition.setbacks import Setbacks
from gesso.collect.sources.local.watching import Watch as Watching
from gesso.collect.sources.source import Source, Wish
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import (
    BudgetSpent,
    GessoError,
    InputError,
    Interrupted,
    StudioError,
)
from gesso.core.records.finds import Acquisition, AcquisitionState, Find

Open = Callable[[str], Source]
"""Builds a source by its name, with the owner's options for it."""

_PREVIEWED = 500


class Collector:
    """Brings art in from where it lives.

    Args:
        catalogue: where it is kept.
        sources: builds a source by its name.
        develop: develops a picture's bytes.
        options: how a run goes about it.
        stop: set it to stop: nothing new is taken up, what is in flight comes in.
        now: tells the time, UTC.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        sources: Open,
        develop: Develop,
        options: CollectOptions,
        *,
        stop: threading.Event,
        now: Callable[[], datetime],
    ) -> None:
        self._catalogue = catalogue
        self._sources = sources
        self._develop = develop
        self._options = options
        self._stop = stop
        self._now = now

    def collect(
        self,
        source: str,
        wish: Wish,
        *,
        run: str = "",
        watch: Watch = nobody,
        keeps_watching: bool = False,
    ) -> CollectReport:
        """Begin a run and work until nothing is due.

        What is in the catalogue and unchanged is passed over without a byte of it.

        Args:
            source: its name.
            wish: what is wanted of it.
            run: the id of the new run, "" for one of the time.
            watch: told how the run stands.
            keeps_watching: look at the source again and again until somebody stops.

        Returns:
            The report; its acquisition is "stopped" after a stop, a spent budget, or when finds
            wait longer for their next try than the run is patient.

        Raises:
            InputError: a place that the source cannot use, or a run that is there already.
            StorageError: the disk is full or failing; `resume` goes on.
            OutsideError: the source's list cannot be had; what was listed has come in.
        """
        opened = self._sources(source)
        opened.finds(wish)  # refuses what it can tell at once; the list is not read
        batches = self._watched(opened, wish) if keeps_watching else self._listed(opened, wish)
        begun = self._begin(source, wish, run)
        with self._catalogue.claims.hold(begun.id, "gesso collect status"):
            return self._go(begun, opened, batches, watch)

    def order(self, source: str, wish: Wish, *, run: str = "") -> Acquisition:
        """Write down a run at a source, and leave the work to `resume`.

        For who answers at once and has the work done elsewhere: what was ordered is not lost.

        Raises:
            SettingsError: the source cannot be asked as it is set.
            InputError: a place that the source cannot use, or a run that is there already.
        """
        self._sources(source).finds(wish)
        return self._begin(source, wish, run)

    def resume(self, run: str, watch: Watch = nobody) -> CollectReport:
        """Go on with a run that stopped, failed or died.

        Raises:
            UnknownItem: there is no such run.
            StudioBusy: another process is at work on it.
            GessoError: as `collect`.
        """
        begun = self._catalogue.acquisitions.get(run)
        with self._catalogue.claims.hold(run, "gesso collect status"):
            opened = self._sources(begun.source)
            self._catalogue.finds.give_back(run)
            wish = Wish(begun.places, begun.limit, begun.since)
            batches = None if begun.listed else self._listed(opened, wish)
            return self._go(begun, opened, batches, watch)

    def preview(self, source: str, wish: Wish) -> Preview:
        """What a run would do; nothing is fetched and nothing written.

        Raises:
            InputError: a place that the source cannot use.
            OutsideError: the list cannot be had.
        """
        opened = self._sources(source)
        return previewed(opened, wish, self._options, self._catalogue)

    def is_at_work(self, run: str) -> bool:
        """Whether a process is at work on a run."""
        return self._catalogue.claims.is_held(run)

    def _begin(self, source: str, wish: Wish, run: str) -> Acquisition:
        return self._catalogue.acquisitions.begin(
            run or f"{source}-{self._now():%Y%m%d-%H%M%S}-{uuid4().hex[:4]}",
            source,
            wish.places,
            limit=wish.limit,
            since=wish.since,
            unknown_licence=wish.unknown_licence,
        )

    def _listed(self, source: Source, wish: Wish) -> Iterator[Sequence[Find]]:
        yield from in_batches(source.finds(wish))

    def _watched(self, source: Source, wish: Wish) -> Iterator[Sequence[Find]]:
        if source.is_remote:
            raise InputError(
                f"'{source.name}' is not here, and is not looked at again and again.",
                "Run the same command from cron instead; what is unchanged costs nothing.",
            )
        return (batch for batch in Watching(source, wish, stop=self._stop).rounds() if batch)

    def _go(
        self,
        begun: Acquisition,
        source: Source,
        batches: Iterator[Sequence[Find]] | None,
        watch: Watch,
    ) -> CollectReport:
        began = time.monotonic()
        run = begun.id
        book = self._catalogue.acquisitions
        book.change(run, state="running", reason="")
        gate = Gate(self._options.wished(begun.unknown_licence), is_remote=source.is_remote)
        setbacks = Setbacks(self._catalogue, begun.source, run)
        intake = Intake(self._catalogue, source, self._develop, gate, setbacks)
        going = CollectRun(
            self._catalogue,
            run,
            intake,
            setbacks,
            self._options,
            watch=watch,
            stop=self._stop,
            now=self._now,
        )
        listing = Listing(self._catalogue, run, gate, is_alive=self.is_at_work, told=going.wake)
        state: AcquisitionState = "done"
        reason = ""
        try:
            going.go(listing, batches)
        except (Interrupted, BudgetSpent) as error:
            state, reason = "stopped", error.message
            setbacks.ended(error)
        except GessoError as error:
            with suppress(StudioError):  # the disk may be full: then the resume finds it "running"
                stopped: AcquisitionState = (
                    "stopped" if isinstance(error, StudioError) else "failed"
                )
                book.change(run, state=stopped, reason=error.message)
                setbacks.ended(error)
            raise
        finally:
            if batches is None or listing.is_complete:
                with suppress(StudioError):
                    book.change(run, listed=True)
        waiting = self._catalogue.finds.waiting(run)
        is_waiting = bool(waiting) and state == "done"
        if is_waiting:
            state = "stopped"
            reason = f"{waiting:,} finds wait for their next try."
        if state == "done":
            setbacks.is_done()
        book.change(run, state=state, reason=reason)
        return CollectReport(
            acquisition=book.get(run),
            waiting=waiting,
            reasons=tuple(self._catalogue.finds.reasons(run)),
            complaints=source.complaints(),
            seconds=time.monotonic() - began,
            is_waiting=is_waiting,
        )


def previewed(
    source: Source, wish: Wish, options: CollectOptions, catalogue: Catalogue | None
) -> Preview:
    """What a run at a source would do; `catalogue` None where there is no studio yet."""
    gate = Gate(options.wished(wish.unknown_licence), is_remote=source.is_remote)
    counts: Counter[str] = Counter()
    examples: list[Find] = []
    finds = source.finds(wish)
    while batch := list(islice(finds, _PREVIEWED)):
        offers = [gate.offer(find) for find in batch if find.url]
        counts["offered"] += len(batch)
        counts["records"] += len(batch) - len(offers)
        counts["whole"] += sum(offer.whole for offer in offers)
        counts["linked"] += sum(not offer.whole and not offer.refused for offer in offers)
        counts["bytes"] += sum(offer.find.size_bytes or 0 for offer in offers)
        if catalogue is not None:
            counts.update(catalogue.finds.known(offers))
        else:
            counts["refused"] += sum(bool(offer.refused) for offer in offers)
            counts["queued"] += sum(not offer.refused for offer in offers)
        examples += batch[: 10 - len(examples)]
    return Preview(counts, tuple(examples), source.complaints())

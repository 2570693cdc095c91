"""Collecting over the web: what would come, a run that is ordered, gone on with, stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from time import monotonic
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gesso.collect.acquisition.options import Preview, Tally
from gesso.collect.sources.source import Wish
from gesso.core.errors import InputError, Interrupted
from gesso.core.outside.waiting.stop import Stop
from gesso.core.records.finds import Acquisition
from gesso.studio import Studio
from gesso.web.answers.doings.making import page_of, stopped
from gesso.web.answers.doings.sources import SourceTold, called, is_local, sources
from gesso.web.answers.jobs.job import Job, Tell
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.server.problems import Halt

LOOKED_AT = 500
"""Finds that a look at what would come reads of a list at most: somebody waits for it."""
_TOLD_EVERY_S = 0.25
_CAME = ("stored", "thumbed", "linked", "recorded")


class CollectWish(BaseModel):
    """What shall be brought in, and from where."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"source": "met", "places": ["sunflowers"], "limit": 20}]},
    )

    source: str = Field(pattern=r"^[a-z0-9_.-]{1,40}$", description="See GET /api/collect.")
    places: list[Annotated[str, Field(min_length=1, max_length=4096)]] = Field(
        default=[], max_length=200, description="Words, ids, addresses: what the source takes."
    )
    limit: int | None = Field(default=None, ge=1, le=10_000_000, description="Finds at most.")
    since: date | None = Field(
        default=None, description="Only what its source calls changed since then."
    )
    unknown_licence: Literal["link", "keep", "skip"] | None = Field(
        default=None, description="Of pictures whose licence is unknown."
    )

    def wish(self, most: int | None = None) -> Wish:
        """As the verb takes it, with at most so many finds."""
        bounds = [bound for bound in (self.limit, most) if bound is not None]
        since = None if self.since is None else datetime.combine(self.since, time.min, UTC)
        return Wish(tuple(self.places), min(bounds, default=None), since, self.unknown_licence)


class Collectings:
    """Orders runs of collecting, and has them worked on in the background.

    Args:
        studio: the server's.
        jobs: where runs are worked on.
        is_private: only this machine can ask, so that its own files may be named.
    """

    def __init__(self, studio: Studio, jobs: Jobs, *, is_private: bool) -> None:
        self._studio = studio
        self._jobs = jobs
        self._is_private = is_private

    def sources(self) -> list[SourceTold]:
        """Where art can be brought in from."""
        return sources(self._studio, is_private=self._is_private)

    def preview(self, wish: CollectWish) -> Preview:
        """What a run would do; nothing is fetched but lists, and nothing is written.

        Raises:
            GessoError: as the verb.
            Halt: files of this machine, asked for from another (403).
        """
        self._refuse_strangers(wish)
        with self._studio.beside({}) as own:
            return own.collecting.preview(wish.source, wish.wish(LOOKED_AT))

    def begin(self, wish: CollectWish) -> tuple[Acquisition, Job]:
        """Write a run down, and have it worked on.

        Raises:
            SettingsError: the source cannot be asked as it is set.
            InputError: a place that it cannot use.
            Halt: files of this machine, asked for from another (403).
        """
        self._refuse_strangers(wish)
        with self._studio.beside({}) as own:
            run = own.collect.order(wish.source, wish.wish())
        return run, self._work_on(run)

    def resume(self, run_id: str) -> Job:
        """Have a run gone on with.

        Raises:
            UnknownItem: there is no such run.
            Halt: it is at work already (409), or done; or reads files of this machine (403).
        """
        run = self._studio.catalogue.acquisitions.get(run_id)
        self._refuse_strangers(CollectWish(source=run.source, places=list(run.places)))
        job = self._jobs.at(page_of(run_id))
        if (job is not None and not job.is_over) or self._studio.collect.is_at_work(run_id):
            raise Halt(409, "at-work", f"The run '{run_id}' is at work.", "Wait for it.")
        if run.state == "done" and not self._studio.catalogue.finds.waiting(run_id):
            raise Halt(409, "done", f"The run '{run_id}' is done.", "Begin a new one: what is "
                       "here and unchanged costs nothing.")  # fmt: skip
        return self._work_on(run)

    def stop(self, run_id: str) -> Job:
        """Have a run come to rest; it can be gone on with.

        Raises:
            UnknownItem: there is no such run.
            Halt: nobody here works on it (409).
        """
        self._studio.catalogue.acquisitions.get(run_id)
        return stopped(self._jobs, run_id)

    def _refuse_strangers(self, wish: CollectWish) -> None:
        """Over the network nobody names files of this machine; a list of addresses may be one."""
        names_files = is_local(wish.source) or (
            wish.source == "urls" and any("://" not in place for place in wish.places)
        )
        if names_files and not self._is_private:
            raise Halt(
                403,
                "files",
                "Files of this machine can be named only from this machine.",
                "Collect them on the command line: gesso collect folder PLACE",
            )
        if not wish.places and is_local(wish.source):
            raise InputError("No place was named.", "Write the path of a folder or a file.")

    def _work_on(self, run: Acquisition) -> Job:
        def call(tell: Tell, stopping: Stop) -> Mapping[str, Any]:
            with self._studio.beside({}, stop=stopping) as own:
                report = own.collect.resume(run.id, watcher(tell))
            if report.acquisition.state == "stopped" and stopping.is_set():
                raise Interrupted("Stopped as you asked; what came in is kept.",
                                  "Go on with it whenever you like.")  # fmt: skip
            return {
                "state": report.acquisition.state,
                "reason": report.acquisition.reason,
                "counts": dict(report.acquisition.counts),
                "waiting": report.waiting,
                "complaints": list(report.complaints),
                "seconds": round(report.seconds, 3),
            }

        return self._jobs.start("collect", title_of(run), call, page=page_of(run.id))


def title_of(run: Acquisition) -> str:
    """What a run is called: its source, and what was asked of it."""
    places = ", ".join(run.places)
    title = called(run.source)
    return f"{title}: {places[:120]}" if places else title


def watcher(tell: Tell, clock: Callable[[], float] = monotonic) -> Callable[[Tally], None]:
    """A watch that tells how a run stands, a few times a second at most."""
    began, told_at = clock(), -1.0
    first: Mapping[str, int] | None = None

    def watch(tally: Tally) -> None:
        nonlocal first, told_at
        first = dict(tally.counts) if first is None else first
        now = clock()
        is_resting = not tally.in_flight and tally.listed
        if now - told_at < _TOLD_EVERY_S and not is_resting:
            return
        told_at = now
        tell("tally", mark="tally", **_paced(tally, first, max(now - began, 1e-6)))

    return watch


def _paced(tally: Tally, first: Mapping[str, int], seconds: float) -> dict[str, Any]:
    since = {name: count - first.get(name, 0) for name, count in tally.counts.items()}
    return {
        "counts": dict(tally.counts),
        "listed": tally.listed,
        "in_flight": tally.in_flight,
        "waits_s": round(tally.waits_s, 1),
        "seconds": round(seconds, 1),
        "works_a_second": round(sum(since.get(name, 0) for name in _CAME) / seconds, 2),
        "bytes_a_second": round(since.get("bytes", 0) / seconds),
    }

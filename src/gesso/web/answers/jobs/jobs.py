"""The jobs of a server: begun, found again, cancelled, and ended cleanly when the server ends."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock

from gesso.core.errors import StudioBusy, UnknownItem
from gesso.web.answers.jobs.job import Call, Job
from gesso.web.answers.jobs.journal import Journal

MOST_KEPT = 200
MOST_WAITING = 32


def utc_now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


class Jobs:
    """What the server does in the background.

    Of each kind one job is done at a time, so that a long collection never holds up a painting,
    and two paintings never share one budget of cores. What has to outlive the server is kept in
    the catalogue by the verb at work; a job itself is forgotten with the server.

    Args:
        clock: tells the time, UTC.
        most_waiting: jobs of a kind that may wait for their turn.
        most_kept: jobs that are remembered; of those that have ended the oldest go first.

    Attributes:
        is_closing: the server is ending.
        listeners: streams of events that are open.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        most_waiting: int = MOST_WAITING,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._clock = clock
        self._most_waiting = most_waiting
        self._most_kept = most_kept
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._waiting: dict[str, Future[None]] = {}
        self._lock = Lock()
        self.is_closing = False
        self.listeners = 0

    def start(self, kind: str, title: str, call: Call, *, page: str = "") -> Job:
        """Begin a job, or have it wait for its turn.

        Args:
            kind: of one kind one is done at a time.
            title: for people.
            call: what is done, in a thread.
            page: where a person sees what it does.

        Raises:
            StudioBusy: too many of its kind wait already, or the server is ending.
        """
        job = Job(kind, title, page, self._clock(), Journal(self._clock))
        with self._lock:
            if self.is_closing:
                raise StudioBusy("The server is ending.", "Ask again when it is back.")
            queued = [one for one in self._jobs.values() if one.kind == kind and not one.is_over]
            if len(queued) > self._most_waiting:
                raise StudioBusy(
                    f"{len(queued)} jobs of this kind wait already.",
                    "Ask again when some are done.",
                )
            self._jobs[job.id] = job
            self._forget()
            lane = self._lanes.get(kind)
            if lane is None:
                lane = self._lanes[kind] = ThreadPoolExecutor(1, f"gesso-{kind}")
            self._waiting[job.id] = lane.submit(self._go, job, call)
        return job

    def get(self, job_id: str) -> Job:
        """One job.

        Raises:
            UnknownItem: there is none of that id, or the server was restarted since.
        """
        with self._lock:
            found = self._jobs.get(job_id)
        if found is None:
            raise UnknownItem(
                f"There is no job '{job_id[:40]}'.",
                "Jobs are forgotten when the server ends; runs are found under /runs.",
            )
        return found

    def list(self) -> list[Job]:
        """All that are remembered, the newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def at(self, page: str) -> Job | None:
        """The newest job that is seen on a page, None where there is none."""
        return next((job for job in self.list() if job.page == page), None)

    def place_of(self, job: Job) -> int:
        """How many of its kind come before it; 0 when it is its turn."""
        if job.state != "queued":
            return 0
        with self._lock:
            ahead = [one for one in self._jobs.values() if one.kind == job.kind]
        return sum(not one.is_over for one in ahead[: ahead.index(job)]) if job in ahead else 0

    def cancel(self, job_id: str) -> Job:
        """Have a job end soon; one that has ended stays as it is.

        Raises:
            UnknownItem: there is none of that id.
        """
        job = self.get(job_id)
        self._stop(job, "It was cancelled before its turn came.", "Start it again.")
        return job

    def let_go(self) -> None:
        """Begin to end: nothing new is begun, what is at work is stopped, readers are let go."""
        with self._lock:
            self.is_closing = True
            jobs = list(self._jobs.values())
        for job in jobs:
            self._stop(job, "The server ended before its turn came.", "Start it again.")
            job.journal.stir()

    def close(self) -> None:
        """End: wait for what is at work to come to its end."""
        self.let_go()
        for lane in self._lanes.values():
            lane.shutdown(wait=True)

    def _go(self, job: Job, call: Call) -> None:
        with self._lock:
            self._waiting.pop(job.id, None)
        job.go(call, self._clock)

    def _stop(self, job: Job, words: str, advice: str) -> None:
        if job.is_over:
            return
        with self._lock:
            waiting = self._waiting.get(job.id)
            is_out = waiting is not None and waiting.cancel()
            if is_out:
                del self._waiting[job.id]
        if is_out:
            job.end("cancelled", self._clock, words, advice)
            return
        if not job.stopping.is_set():
            job.stopping.set()
            job.tell("stopping")

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.is_over]
        for job_id in ended[: max(0, len(self._jobs) - self._most_kept)]:
            del self._jobs[job_id]

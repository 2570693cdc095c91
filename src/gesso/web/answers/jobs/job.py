"""One thing that the server does in the background."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event as Signal
from typing import Any, Literal, Protocol
from uuid import uuid4

from gesso.core.errors import GessoError, Interrupted
from gesso.core.outside.waiting.stop import Stop
from gesso.web.answers.jobs.journal import Journal

log = logging.getLogger(__name__)

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
OVER: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})


class Tell(Protocol):
    """Tells what happens in a job; may be called from many threads."""

    def __call__(self, kind: str, /, *, mark: str = "", **told: Any) -> None:
        """Tell one thing.

        Args:
            kind: what happened, one word.
            mark: an earlier event of the same mark is replaced by this one.
            told: more of it, JSON-able.
        """
        ...


Call = Callable[[Tell, Stop], Mapping[str, Any] | None]
"""What a job does: it tells, it ends soon after `stopping` is set by raising Interrupted or by
returning, and returns what came of it, JSON-able."""


@dataclass
class Job:
    """One thing that the server does in the background.

    Attributes:
        kind: "make", "collect", "story"...; of one kind one is done at a time.
        title: for people.
        page: where a person sees what it does: "/runs/tides-20261121".
        began_at: when it was asked for, UTC.
        id: made up.
        state: where it is.
        ended_at: UTC, None before.
        error, advice: why it failed or was cancelled, and what to do next.
        result: what came of it.
        stopping: set it to have it end.
        over: set when it has ended.
        journal: what it told.
    """

    kind: str
    title: str
    page: str
    began_at: datetime
    journal: Journal
    id: str = field(default_factory=lambda: uuid4().hex[:16])
    state: JobState = "queued"
    ended_at: datetime | None = None
    error: str = ""
    advice: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    stopping: Stop = field(default_factory=Stop)
    over: Signal = field(default_factory=Signal)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state in OVER

    def tell(self, kind: str, /, *, mark: str = "", **told: Any) -> None:
        """See `Tell`."""
        self.journal.add(kind, told, mark)

    def go(self, call: Call, clock: Callable[[], datetime]) -> None:
        """Do it, in this thread; raises nothing."""
        self.state = "running"
        self.tell("begun")
        try:
            self.result = call(self.tell, self.stopping) or {}
        except Interrupted as error:
            self.end("cancelled", clock, error.message, error.advice)
        except GessoError as error:
            log.warning("the job '%s' failed: %s", self.title, error.message)
            self.end("failed", clock, error.message, error.advice)
        except Exception:
            number = uuid4().hex[:8]
            log.exception("fault %s in the job '%s'", number, self.title)
            words = "This is a fault of gesso, not yours."
            self.end("failed", clock, words, f"The log has it under the number {number}.")
        else:
            self.end("done", clock)

    def end(
        self, state: JobState, clock: Callable[[], datetime], error: str = "", advice: str = ""
    ) -> None:
        """Say how it ended; its last event."""
        self.error, self.advice, self.ended_at = error, advice, clock()
        self.state = state
        told = {"state": state, "error": error, "advice": advice, "result": dict(self.result)}
        self.journal.add("ended", told)
        self.over.set()

"""Shapes of doings. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from gesso.web.client.shapes.common import JobTold


class Begun(TypedDict):
    """A run that was ordered, and the job that works on it."""

    run: RunTold
    job: JobTold


class ChargeTold(TypedDict):
    """What one provider may ask for one kind of work."""

    deed: str
    provider: str
    model: str
    calls: int
    each_usd: float | None
    usd: float | None
    source: str
    reserved_usd: float
    stands_by: bool


class CollectWish(TypedDict):
    """What shall be brought in, and from where."""

    source: str
    places: NotRequired[list[str]]
    limit: NotRequired[int | None]
    since: NotRequired[str | None]
    unknown_licence: NotRequired[Literal["link", "keep", "skip"] | None]


class EstimateTold(TypedDict):
    """What a run may cost at most."""

    works: int
    is_free: bool
    most_usd: float | None
    known_usd: float
    reserved_usd: float
    budget_usd: float | None
    fits: bool
    charges: list[ChargeTold]


class EventTold(TypedDict):
    """One thing that happened in a job."""

    number: int
    at: str
    kind: str
    told: dict[str, Any]


class ItemTold(TypedDict):
    """One work on its way through its rounds."""

    id: str
    position: int
    state: Literal["waiting", "working", "done", "failed"]
    title: str
    concept: str
    reason: str
    kept: int | None
    doing: str
    width: int | None
    height: int | None
    rounds: list[RoundTold]


class ItemsTold(TypedDict):
    """Items of a run of making."""

    items: list[ItemTold]
    page: int
    pages: int


class JobWithEvents(TypedDict):
    """A job with what it told since a number."""

    id: str
    kind: str
    title: str
    page: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    ahead: int
    began_at: str
    ended_at: str | None
    is_stopping: bool
    error: str
    advice: str
    result: dict[str, Any]
    last: int
    events: list[EventTold]
    has_gap: bool


class JobsTold(TypedDict):
    """The jobs that the server remembers, the newest first."""

    jobs: list[JobTold]


class MakeTold(TypedDict):
    """What can be made here, and how it is made where nothing else is asked for."""

    usual: dict[str, Any]
    painters: list[Person]
    llms: list[Person]


class MakeWish(TypedDict):
    """What shall be made."""

    works: NotRequired[int | None]
    painter: NotRequired[str | None]
    llm: NotRequired[str | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    rounds: NotRequired[int | None]
    seed: NotRequired[int | None]
    budget_usd: NotRequired[float | None]
    theme: str
    allow_repeat: NotRequired[bool]


class Person(TypedDict):
    """Who can be asked to paint or to write."""

    name: str
    summary: str
    extra: str


class PreviewTold(TypedDict):
    """What a run of collecting would do."""

    counts: dict[str, int]
    examples: list[dict[str, Any]]
    complaints: list[str]
    looked_at: int


class Reason(TypedDict):
    """Why finds were blocked, gone or failed."""

    state: str
    reason: str
    count: int


class ResumeWish(TypedDict):
    """How a run shall be gone on with."""

    failed: NotRequired[bool]
    budget_usd: NotRequired[float | None]


class RoundTold(TypedDict):
    """One round: a pair of pictures of one prompt, and which of them is the better."""

    number: int
    prompt: str
    why: str
    takes: list[TakeTold]
    reason: str
    is_judged: bool


class RunTold(TypedDict):
    """A run of making or collecting in one line."""

    id: str
    kind: Literal["make", "collect"]
    title: str
    state: Literal[
        "queued",
        "running",
        "stopping",
        "paused",
        "stopped",
        "broken off",
        "done",
        "failed",
        "cancelled",
    ]
    reason: str
    began_at: str
    updated_at: str
    total: int
    done: int
    failed: int
    waiting: int
    kept: int
    calls: int
    spent_usd: float
    budget_usd: float | None
    left_usd: float | None
    options: dict[str, Any]
    counts: dict[str, int]
    job: JobTold | None


class RunWhole(TypedDict):
    """One run with what went wrong; of collecting, with what became of its finds."""

    kinds: list[TroubleKind]
    troubles: list[Trouble]
    id: str
    kind: Literal["make", "collect"]
    title: str
    state: Literal[
        "queued",
        "running",
        "stopping",
        "paused",
        "stopped",
        "broken off",
        "done",
        "failed",
        "cancelled",
    ]
    reason: str
    began_at: str
    updated_at: str
    total: int
    done: int
    failed: int
    waiting: int
    kept: int
    calls: int
    spent_usd: float
    budget_usd: float | None
    left_usd: float | None
    options: dict[str, Any]
    counts: dict[str, int]
    job: JobTold | None
    waits: NotRequired[WaitTold | None]
    listed: NotRequired[bool | None]
    states: NotRequired[dict[str, int] | None]
    reasons: NotRequired[list[Reason] | None]
    newest: NotRequired[list[int] | None]
    pace: NotRequired[dict[str, Any] | None]
    complaints: NotRequired[list[str] | None]


class RunsTold(TypedDict):
    """Runs of both kinds, the newest first."""

    runs: list[RunTold]
    next: str | None
    total: int


class SourceShape(TypedDict):
    """Where art can be brought in from."""

    name: str
    title: str
    summary: str
    takes: str
    example: str
    is_local: bool
    ready: bool
    needs: str


class SourcesTold(TypedDict):
    """Where art can be brought in from."""

    sources: list[SourceShape]


class TakeTold(TypedDict):
    """One picture of a round."""

    slot: int
    work: int
    seed: int
    score: float | None
    verdict: str
    won: bool


class Trouble(TypedDict):
    """One thing that went wrong."""

    at: str
    run: str
    item: str
    kind: str
    message: str
    action: str
    recovered: bool


class TroubleKind(TypedDict):
    """The troubles of one kind."""

    kind: str
    count: int
    recovered: int
    left: int
    last_at: str
    last_message: str


class TroublesTold(TypedDict):
    """What went wrong, and what recovered by itself."""

    kinds: list[TroubleKind]
    troubles: list[Trouble]


class WaitTold(TypedDict):
    """A provider that asked for quiet; its run goes on by itself."""

    provider: str
    paints: bool
    left_s: float
    whole_s: float

"""The shapes in which doings are told to programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from gesso.web.answers.jobs.telling import JobTold

State = Literal[
    "queued", "running", "stopping", "paused", "stopped", "broken off", "done", "failed",
    "cancelled",
]  # fmt: skip


class ChargeTold(BaseModel):
    """What one provider may ask for one kind of work."""

    deed: str = Field(description="'write', 'paint' or 'judge'.")
    provider: str
    model: str
    calls: int
    each_usd: float | None = Field(description="Null where nobody knows.")
    usd: float | None = Field(description="Null where nobody knows.")
    source: str = Field(description="Who says so.")
    reserved_usd: float = Field(description="What the budget sets aside.")
    stands_by: bool = Field(description="Asked only when those before it are out.")


class EstimateTold(BaseModel):
    """What a run may cost at most."""

    works: int
    is_free: bool
    most_usd: float | None = Field(description="Null where nobody knows.")
    known_usd: float
    reserved_usd: float
    budget_usd: float | None
    fits: bool = Field(description="The budget lasts to the end.")
    charges: list[ChargeTold]


class Person(BaseModel):
    """Who can be asked to paint or to write."""

    name: str
    summary: str
    extra: str = Field(description="The optional packages that it needs, empty for none.")


class MakeTold(BaseModel):
    """What can be made here, and how it is made where nothing else is asked for."""

    usual: dict[str, Any]
    painters: list[Person]
    llms: list[Person]


class RunTold(BaseModel):
    """A run of making or collecting in one line."""

    id: str
    kind: Literal["make", "collect"]
    title: str
    state: State
    reason: str
    began_at: datetime
    updated_at: datetime
    total: int = Field(description="Works that were asked for, or finds that were offered.")
    done: int
    failed: int
    waiting: int
    kept: int
    calls: int
    spent_usd: float
    budget_usd: float | None
    left_usd: float | None
    options: dict[str, Any]
    counts: dict[str, int] = Field(description="Of collecting: what became of finds, by word.")
    job: JobTold | None = Field(description="Null where this server never worked on it.")


class RunsTold(BaseModel):
    """Runs of both kinds, the newest first."""

    runs: list[RunTold]
    next: str | None
    total: int


class Trouble(BaseModel):
    """One thing that went wrong."""

    at: datetime
    run: str
    item: str
    kind: str
    message: str
    action: str = Field(description="What was done about it.")
    recovered: bool


class TroubleKind(BaseModel):
    """The troubles of one kind."""

    kind: str
    count: int
    recovered: int = Field(description="What the work got over by itself.")
    left: int
    last_at: datetime
    last_message: str


class TroublesTold(BaseModel):
    """What went wrong, and what recovered by itself."""

    kinds: list[TroubleKind]
    troubles: list[Trouble]


class Reason(BaseModel):
    """Why finds were blocked, gone or failed."""

    state: str
    reason: str
    count: int


class WaitTold(BaseModel):
    """A provider that asked for quiet; its run goes on by itself."""

    provider: str
    paints: bool = Field(description="It paints; else it writes and judges.")
    left_s: float
    whole_s: float = Field(description="Of the whole pause, as far as it is known.")


class RunWhole(RunTold, TroublesTold):
    """One run with what went wrong; of collecting, with what became of its finds."""

    waits: WaitTold | None = Field(default=None, description="Who is waited for now.")
    listed: bool | None = Field(default=None, description="The source has told all its finds.")
    states: dict[str, int] | None = None
    reasons: list[Reason] | None = None
    newest: list[int] | None = Field(default=None, description="Works that came in last.")
    pace: dict[str, Any] | None = None
    complaints: list[str] | None = Field(default=None, description="What the source passed over.")


class TakeTold(BaseModel):
    """One picture of a round."""

    slot: int
    work: int
    seed: int
    score: float | None
    verdict: str
    won: bool


class RoundTold(BaseModel):
    """One round: a pair of pictures of one prompt, and which of them is the better."""

    number: int
    prompt: str
    why: str = Field(description="Why the prompt was changed since the round before.")
    takes: list[TakeTold]
    reason: str = Field(description="Why the better one is.")
    is_judged: bool


class ItemTold(BaseModel):
    """One work on its way through its rounds."""

    id: str
    position: int
    state: Literal["waiting", "working", "done", "failed"]
    title: str
    concept: str
    reason: str
    kept: int | None = Field(description="The work that hangs in the gallery.")
    doing: str = Field(description="What is done to it now.")
    width: int | None
    height: int | None
    rounds: list[RoundTold]


class ItemsTold(BaseModel):
    """Items of a run of making."""

    items: list[ItemTold]
    page: int
    pages: int


class Begun(BaseModel):
    """A run that was ordered, and the job that works on it."""

    run: RunTold
    job: JobTold


class SourceShape(BaseModel):
    """Where art can be brought in from."""

    name: str
    title: str
    summary: str
    takes: str
    example: str
    is_local: bool = Field(description="It reads this machine's own files.")
    ready: bool
    needs: str = Field(description="What is missing, and what to do.")


class SourcesTold(BaseModel):
    """Where art can be brought in from."""

    sources: list[SourceShape]


class PreviewTold(BaseModel):
    """What a run of collecting would do."""

    counts: dict[str, int]
    examples: list[dict[str, Any]]
    complaints: list[str]
    looked_at: int = Field(description="Finds of the list that were read at most.")

"""Each llm with the stub that speaks its wire, before a desk whose books a test can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field

from gesso.core.llms.llm import LLMS, Llm, Question
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions

from ..stubs.gemini_stub import GeminiStub
from ..stubs.openai_stub import OpenAIStub
from ..stubs.stub import Stub

CANARY = "canary-5f3a9c1e77"
TRIES = 3


class Idea(BaseModel):
    """A concept for a picture."""

    title: str = Field(description="two words")
    weight: float = Field(ge=0, le=1)
    tags: list[str]


@dataclass(frozen=True)
class Verdict:
    """Which of two pictures is the better."""

    winner: str
    reasons: tuple[str, ...]


IDEA = Idea(title="Ember Harbor", weight=0.5, tags=["dusk", "boats"])
QUESTION = Question("Find a concept.", "Theme: the sea at dusk.")


@dataclass(frozen=True)
class Row:
    """An adapter with the stub that speaks its wire, and what is particular to the two."""

    stub: type[Stub]
    model: str
    ended: str
    options: dict[str, Any] = field(default_factory=dict)


ROWS = {
    "gemini": Row(GeminiStub, "gemini-3.8-flash", "gemini-2.0-flash"),
    "openai": Row(OpenAIStub, "gpt-6-luna", "o4-mini", {"vendor": "openai"}),
}


@dataclass
class Place:
    """One llm before its stub, with the books of its desk."""

    name: str
    stub: Stub
    ledger: MemoryLedger
    troubles: MemoryTroubles
    desk: Desk

    def llm(self, fault: str = "", **options: Any) -> Llm:
        row, factory = ROWS[self.name], LLMS.open(self.name)
        wishes: dict[str, Any] = {
            "model": f"{row.model}-{fault}" if fault else row.model,
            "base_url": self.stub.base_url,
            "api_key": CANARY,
            "timeout_s": 0.5 if fault == "slow" else 10.0,
            **row.options,
            **options,
        }
        return factory(factory.Options(**wishes), self.desk)


def desk_with(ledger: MemoryLedger, troubles: MemoryTroubles, cap_usd: float | None) -> Desk:
    retry = RetryOptions(attempts=TRIES, wait_initial_s=0.01, wait_jitter_s=0.0)
    return Desk(ledger, troubles, Budget(cap_usd), Limits(), DeskOptions(retry=retry))


@contextmanager
def open_place(name: str) -> Iterator[Place]:
    """Serve the stub of a row while the block runs; it says `IDEA` unless told otherwise."""
    ledger, troubles = MemoryLedger(), MemoryTroubles()
    with ROWS[name].stub(answer=IDEA.model_dump()) as stub:
        yield Place(name, stub, ledger, troubles, desk_with(ledger, troubles, None))


def texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON body, wherever it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)

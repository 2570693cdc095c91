"""Every adapter that asks the world, before the stub that speaks its wire: for the scripts here.

A deed is one painting or one answer. A fault is met by every try of it (by the first alone where
its name says "once"), so that a deed ends as its kind says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from gesso.core.errors import GessoError
from gesso.core.llms.gemini import GeminiLlm
from gesso.core.llms.gemini import GeminiOptions as GeminiLlmOptions
from gesso.core.llms.llm import Question
from gesso.core.llms.openai import OpenAILlm
from gesso.core.llms.openai import OpenAIOptions as OpenAILlmOptions
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.core.records.calls import Errand
from gesso.make.painters.fal import FalOptions, FalPainter
from gesso.make.painters.gemini import GeminiOptions, GeminiPainter
from gesso.make.painters.openai import OpenAIOptions, OpenAIPainter
from gesso.make.painters.painter import Order
from stubs import KEY, FalStub, GeminiStub, OpenAIStub, Stub

TRIES = 3
UNIT_USD = 0.025
SILENCE_S = 0.4
ERRAND = Errand("run", "p1")
ORDER = Order("A stone bridge at night.", width=96, height=64, seed=7, errand=ERRAND)


class Idea(BaseModel):
    """A concept for a picture."""

    title: str
    tags: list[str]


QUESTION = Question(
    "Find a concept.", "Theme: the sea at dusk.", temperature=0.2, seed=1, errand=ERRAND
)


def gemini_paints(stub: Stub, desk: Desk) -> object:
    options = GeminiOptions(
        model="gemini-3.1-flash-image",
        api_key=KEY,
        base_url=stub.base_url,
        image_size="512",
        timeout_s=SILENCE_S,
    )
    return GeminiPainter(options, desk).paint(ORDER)


def gemini_answers(stub: Stub, desk: Desk) -> object:
    options = GeminiLlmOptions(
        model="gemini-3.8-flash", api_key=KEY, base_url=stub.base_url, timeout_s=SILENCE_S
    )
    return GeminiLlm(options, desk).answer(QUESTION, Idea)


def openai_paints(stub: Stub, desk: Desk) -> object:
    options = OpenAIOptions(
        model="gpt-image-2.5-flare", api_key=KEY, base_url=stub.base_url, timeout_s=SILENCE_S
    )
    return OpenAIPainter(options, desk).paint(ORDER)


def openai_answers(stub: Stub, desk: Desk) -> object:
    options = OpenAILlmOptions(
        model="gpt-6-luna",
        api_key=KEY,
        base_url=stub.base_url,
        vendor="openai",
        timeout_s=SILENCE_S,
    )
    return OpenAILlm(options, desk).answer(QUESTION, Idea)


def fal_paints(stub: Stub, desk: Desk) -> object:
    assert isinstance(stub, FalStub)
    options = FalOptions(
        model="stub/painter",
        api_key=KEY,
        base_url=stub.base_url,
        platform_url=stub.platform_url,
        unit_usd=UNIT_USD,
        poll_s=0.01,
        job_s=0.5,
        lost_s=0.2,
        read_s=SILENCE_S,
        max_megabytes=1.0,
    )
    return FalPainter(options, desk).paint(ORDER)


# A deed meets only the faults of its own wire's answers.
_OF_PICTURES = frozenset({"noimage", "badimage", "url", "badurl"})
_OF_TEXTS = frozenset(
    {
        *("truncated", "continuation", "badjson", "badjsononce", "wrongshape", "wrongshapeonce"),
        *("fenced", "refuse", "filtered", "empty", "nochoices", "noschema", "nojsonmode"),
        *("noformat", "notemperature", "noseed", "oldlimit"),
    }
)
# Gemini's pictures come over the same call as its texts, and share these.
_OF_GEMINIS_TEXTS = frozenset(
    {
        *("truncated", "continuation", "badjson", "badjsononce", "wrongshape", "wrongshapeonce"),
        "fenced",
    }
)


@dataclass(frozen=True)
class Deed:
    """One painting or one answer over one wire.

    Attributes:
        name: "gemini paints".
        stub: who speaks the wire.
        do: does it.
        strange: faults of the stub that this deed cannot meet.
    """

    name: str
    stub: type[Stub]
    do: Callable[[Stub, Desk], object]
    strange: frozenset[str] = frozenset()

    @property
    def faults(self) -> list[str]:
        """All that it can meet."""
        return [fault for fault in self.stub.faults if fault not in self.strange]


DEEDS = (
    Deed("gemini paints", GeminiStub, gemini_paints, _OF_GEMINIS_TEXTS),
    Deed("gemini answers", GeminiStub, gemini_answers, _OF_PICTURES),
    Deed("openai paints", OpenAIStub, openai_paints, _OF_TEXTS),
    Deed("openai answers", OpenAIStub, openai_answers, _OF_PICTURES),
    Deed("fal paints", FalStub, fal_paints),
)


@dataclass
class Case:
    """A deed before its stub, with the books of its desk.

    Attributes:
        error: how it ended, None for well.
    """

    deed: Deed
    stub: Stub
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    troubles: MemoryTroubles = field(default_factory=MemoryTroubles)
    error: GessoError | None = None

    def do(self) -> None:
        """Do the deed, as a process that was just started would."""
        retry = RetryOptions(attempts=TRIES, wait_initial_s=0.02, wait_max_s=0.1, wait_jitter_s=0.0)
        budget = Budget(None, self.ledger.spent())
        desk = Desk(self.ledger, self.troubles, budget, Limits(), DeskOptions(retry=retry),
                    stop=threading.Event())  # fmt: skip
        self.error = None
        try:
            self.deed.do(self.stub, desk)
        except GessoError as error:
            self.error = error


def faults_for(stub: type[Stub], fault: str) -> list[str]:
    """What each try meets: the fault, or where its name says "once" the first try alone."""
    once = fault.removesuffix("once")
    return [once] if once != fault and once in stub.faults else [fault] * TRIES


@contextmanager
def done(deed: Deed, fault: str, **wishes: Any) -> Iterator[Case]:
    """Do a deed that meets `fault`, and hand over what came of it while the stub still serves."""
    with deed.stub(answer={"title": "Ember Harbor", "tags": ["dusk"]}, **wishes) as stub:
        stub.fail_next(*faults_for(deed.stub, fault))
        case = Case(deed, stub)
        case.do()
        yield case

"""A storm of 429s: thirty seconds in which a provider answers nothing but "slow down".

A run is painted over each of three local servers that speak their providers' wires; soon after it
has begun, the server answers every request with a 429 for thirty seconds and asks for pauses of
0.5 to 4 s; at fal's also the questions about jobs that are out. No call may come earlier than it
was asked to (one that was on its way already when the wish left is no such call), each must come
back soon after it may, and the run completes.

    python benchmarks/rate_storm.py [--seconds 30] [--items 8] [--painter openai|gemini|fal]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.asks import Answer, Ask
from gesso.core.outside.asks import Attempt as Leaving
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.runs import Item
from gesso.make import aims
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.painters.fal import FalOptions, FalPainter
from gesso.make.painters.gemini import GeminiOptions, GeminiPainter
from gesso.make.painters.openai import OpenAIOptions, OpenAIPainter
from gesso.make.painters.painter import Painter
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun, RunReport
from gesso.make.writers.writer import Attempt
from stubs import FalStub, GeminiStub, OpenAIStub, Request, Sent

T = TypeVar("T")

RUN = "storm"
# What is on its way when a wish leaves the server has not heard it yet.
CROSSING_S = 0.1
OVERSHOOT_BAR_S = 0.5
BODIES: dict[str, dict[str, Any]] = {
    "openai": {"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}},
    "gemini": {"error": {"code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED"}},
    "fal": {"detail": "Too many requests."},
}


@dataclass(frozen=True)
class Wish:
    """A 429: when it left the server, and how long a pause it asked for, in seconds."""

    at: float
    after_s: float

    @property
    def until(self) -> float:
        return self.at + self.after_s


class Storm:
    """Answers every request with a 429 until it is over; writes down arrivals and wishes.

    It breaks out when some requests have passed, so that it meets jobs that are out already.
    """

    def __init__(self, painter: str, seconds: float, calm: int) -> None:
        self.arrivals: list[float] = []
        self.questions: list[float] = []
        self.wishes: list[Wish] = []
        self._painter, self._seconds, self._calm = painter, seconds, calm
        self._luck, self._lock = random.Random(0), threading.Lock()
        self._over = 0.0

    def met(self, request: Request) -> Sent | None:
        """The 429 for a request, None after the storm."""
        with self._lock:
            self.arrivals.append(request.at)
            if request.method != "POST":
                self.questions.append(request.at)
            now = time.monotonic()
            if len(self.arrivals) <= self._calm:
                return None
            self._over = self._over or now + self._seconds
            if now >= self._over:
                return None
            after_s = round(self._luck.uniform(0.5, 4.0), 1)
            self.wishes.append(Wish(now, after_s))
        return Sent(429, BODIES[self._painter], {"Retry-After": f"{after_s:g}"})


class StampingDesk(Desk):
    """A desk that writes down when each call leaves it.

    What a vendor's SDK does with a call before it is on the wire is not the desk's to hold back.
    """

    departures: list[float]

    def ask(self, ask: Ask, send: Callable[[Leaving], Answer[T]]) -> T:
        def stamped(attempt: Leaving) -> Answer[T]:
            self.departures.append(time.monotonic())
            return send(attempt)

        return super().ask(ask, stamped)


class StormyOpenAI(OpenAIStub):
    """OpenAI's wire in a storm."""

    storm: Storm

    def reply(self, request: Request) -> Sent:
        return self.storm.met(request) or super().reply(request)


class StormyGemini(GeminiStub):
    """Gemini's wire in a storm."""

    storm: Storm

    def reply(self, request: Request) -> Sent:
        return self.storm.met(request) or super().reply(request)


class StormyFal(FalStub):
    """fal's wire in a storm: its queue, its questions and its files."""

    storm: Storm

    def reply(self, request: Request) -> Sent:
        return self.storm.met(request) or super().reply(request)


class PlainWriter:
    """Keeps to the text."""

    name: ClassVar[str] = "plain"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"
    find_concept: Callable[..., Any]
    write_prompt: Callable[..., Any]

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        wished = aims.as_aims(aims.read(text))
        return Prompt(text, "", "", "", "", "", "", avoid, text, "", "", wished, (), Maker("plain"))

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        last = attempts[-1].prompt
        return replace(last, text=f"{last.text} Again.")


def provider(painter: str) -> StormyOpenAI | StormyGemini | StormyFal:
    if painter == "fal":
        return StormyFal()
    return StormyOpenAI() if painter == "openai" else StormyGemini()


def painter_of(painter: str, stub: Any, desk: Desk) -> Painter:
    told: dict[str, Any] = {"api_key": "id:secret-key", "base_url": stub.base_url}
    if painter == "openai":
        return OpenAIPainter(OpenAIOptions(model="server", **told), desk)
    if painter == "gemini":
        return GeminiPainter(GeminiOptions(image_size="512", **told), desk)
    own = {"model": "stub/painter", "unit_usd": 0.025, "platform_url": stub.platform_url}
    return FalPainter(FalOptions(poll_s=0.2, **own, **told), desk)


def drive(folder: Path, painter: str, stub: Any, items: int, departures: list[float]) -> RunReport:
    """A run whose painter has to weather the storm; as many places as pictures are on their way."""
    with Catalogue.open(folder) as catalogue:
        retry = RetryOptions(obeyed=100)
        desk = StampingDesk(
            catalogue.calls,
            catalogue.troubles,
            Budget(None),
            Limits(path=folder / "limits.db"),
            DeskOptions(in_flight=2 * items, retry=retry),
        )
        desk.departures = departures
        parts = Parts(
            writer=PlainWriter(),
            painter=painter_of(painter, stub, desk),
            critic=MeasuredCritic(MeasuredOptions(), Desk.offline()),
            catalogue=catalogue,
            spent=lambda _run: 0.0,
            stop=threading.Event(),
            software="gesso rate_storm",
            streams=items,
        )
        wanted = [
            Item(RUN, f"p{n}", n, settings={"text": f"Bridge {n}. Key: low (20)."})
            for n in range(items)
        ]
        run = catalogue.runs.create(RUN, "", {}, wanted)
        options = RunOptions(rounds=2, width=96, height=64, seed=3, epsilon=-1.0)
        return MakeRun(parts, options, run, nobody).go()


def quiets(wishes: Sequence[Wish]) -> list[tuple[float, float]]:
    """The times in which the provider wanted quiet, wishes that overlap taken together."""
    spans: list[tuple[float, float]] = []
    for wish in sorted(wishes, key=lambda wish: wish.at):
        if spans and wish.at <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], wish.until))
        else:
            spans.append((wish.at, wish.until))
    return spans


def early(left: Sequence[float], wishes: Sequence[Wish]) -> tuple[int, float]:
    """Calls that left although quiet was wanted; and how late the latest crossed its wish."""
    count, latest_s = 0, 0.0
    for start, end in quiets(wishes):
        for at in left:
            if start < at < end and at - start > CROSSING_S:
                count += 1
            elif start < at < end:
                latest_s = max(latest_s, at - start)
    return count, latest_s


def overshoots(arrivals: Sequence[float], wishes: Sequence[Wish]) -> list[float]:
    """How long after each quiet those came back who had waited for its end, in seconds.

    Each 429 of a quiet is one who waits; the arrivals after its end are theirs, in their order.
    """
    late: list[float] = []
    spans = quiets(wishes)
    for index, (start, end) in enumerate(spans):
        waiting = sum(start <= wish.at < end for wish in wishes)
        until = spans[index + 1][0] + CROSSING_S if index + 1 < len(spans) else float("inf")
        back = sorted(at for at in arrivals if end <= at <= until)
        late += [at - end for at in back[:waiting]]
    return late


def weather(painter: str, seconds: float, items: int) -> bool:
    """One storm; print its line and say whether it holds."""
    with tempfile.TemporaryDirectory() as scratch, provider(painter) as stub:
        storm = stub.storm = Storm(painter, seconds, calm=items)
        began = time.monotonic()
        departures: list[float] = []
        report = drive(Path(scratch) / "studio", painter, stub, items, departures)
        took_s = time.monotonic() - began
    too_early, crossed_s = early([*departures, *storm.questions], storm.wishes)
    late = sorted(overshoots(storm.arrivals, storm.wishes))
    p99_s = late[min(len(late) - 1, round(0.99 * len(late)))] if late else float("nan")
    holds = report.run.state == "done" and not report.failed and not too_early
    holds = holds and p99_s < OVERSHOOT_BAR_S
    print(f"{painter:<9}{report.run.state:>8}{len(storm.arrivals):>9}{len(storm.wishes):>7}"
          f"{too_early:>7}{crossed_s * 1000:>13.0f}{p99_s:>12.3f}{late[-1]:>10.3f}{took_s:>8.1f}"
          f"{'' if holds else '  FAILS'}")  # fmt: skip
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--items", type=int, default=8)
    parser.add_argument("--painter", choices=BODIES, action="append")
    asked = parser.parse_args()
    print(f"{'provider':<9}{'run':>8}{'requests':>9}{'429s':>7}{'early':>7}{'crossing ms':>13}"
          f"{'p99 late s':>12}{'max s':>10}{'took s':>8}")  # fmt: skip
    held = [weather(name, asked.seconds, asked.items) for name in asked.painter or BODIES]
    print(f"{'bar':<9}{'done':>8}{'':>9}{'':>7}{0:>7}{'':>13}{OVERSHOOT_BAR_S:>12.1f}")
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Orchestration: 200 prompts, three rounds, 50 ms calls with stragglers, 16 in flight.

Every call is a row in the ledger, committed before and after. The same calls are made once by
gesso's run (each prompt streams through its rounds) and once by the usual batch with barriers
(generate all, then evaluate all, then refine all).

The ideal is what no schedule can be faster than: the sum of all calls over 16, or the longest way
of one prompt (its calls one after the other, the two pictures of a pair at once), whichever is
more. Nobody knows beforehand which call will straggle, so a second figure stands beside it: the
same calls in a list schedule without any cost of its own, where each is sent when its turn comes
and a place is free. What lies above the ideal is told in two parts: places that stand empty while
work is left for all of them (the books, the switching of threads), and those at the end, when too
few calls are left.

    python benchmarks/orchestration.py [--prompts 200] [--rounds 3]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Comparison, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Aim, Concept, Prompt, Theme
from gesso.core.records.runs import Item
from gesso.make.critics.critic import View
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.run.parts import Parts, RunOptions, streams_outside
from gesso.make.run.run import MakeRun
from gesso.make.writers.writer import Attempt as Tried

CALL_S, STRAGGLERS, SLOWER, IN_FLIGHT = 0.050, 0.05, 10, 16
BAR = 1.05
PIXELS = Picture(np.full((8, 8, 3), 127, dtype=np.uint8))


class World:
    """Calls that only take time: 50 ms, one in twenty ten times that; each leaves its times."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.spans: list[tuple[float, float, float]] = []
        self.ways: dict[str, list[tuple[int | None, float]]] = {}

    def call(self, operation: str, errand: Errand, name: str, side: int | None = None) -> None:
        luck = random.Random(name).random()
        takes = CALL_S * (SLOWER if luck < STRAGGLERS else 1)

        def send(_attempt: Attempt) -> Answer[None]:
            began = time.perf_counter()
            time.sleep(takes)
            self.spans.append((began, time.perf_counter(), takes))
            if errand.item:
                self.ways.setdefault(errand.item, []).append((side, takes))
            return Answer(None, 0.0, price_source="free")

        self._desk.ask(Ask("fake", operation, errand=errand), send)

    @property
    def total_s(self) -> float:
        """Seconds that the calls were to take, all together."""
        return sum(takes for _, _, takes in self.spans)

    def empty_s(self, began: float, ended: float) -> tuple[float, float]:
        """Seconds for which places stood empty, over their number: before the end, and in it.

        The end begins when for the last time all places were taken.
        """
        steps = sorted(
            [(start, 1) for start, _, _ in self.spans] + [(end, -1) for _, end, _ in self.spans]
        )
        last_full = max(
            (at for (at, _), out in zip(steps, _summed(steps), strict=True) if out == IN_FLIGHT),
            default=began,
        )
        taken = sum(min(end, last_full) - min(start, last_full) for start, end, _ in self.spans)
        before = (last_full - began) - taken / IN_FLIGHT
        rest = sum(max(end, last_full) - max(start, last_full) for start, end, _ in self.spans)
        return before, (ended - last_full) - rest / IN_FLIGHT


def _summed(steps: list[tuple[float, int]]) -> list[int]:
    out, running = [], 0
    for _, step in steps:
        running += step
        out.append(running)
    return out


class FakePainter:
    """A painter that waits."""

    name: ClassVar[str] = "fake"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, world: World) -> None:
        self._world = world

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        del tell
        self._world.call(
            "paint", order.errand, f"paint {order.text} {order.seed}", order.seed % 251
        )
        rgb = np.full((8, 8, 3), order.seed % 251, dtype=np.uint8)
        return Painting(Picture(rgb), Maker("fake"), "algorithmicMedia")


class FakeWriter:
    """A writer that waits, and always finds another way to say it."""

    name: ClassVar[str] = "fake"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, world: World) -> None:
        self._world = world

    def find_concept(
        self, theme: Theme, is_taken: Callable[[str], bool], seed: int, errand: Errand
    ) -> Concept:
        raise NotImplementedError("the items of this benchmark start from prompts")

    def write_prompt(self, concept: Concept, seed: int, errand: Errand) -> Prompt:
        raise NotImplementedError("the items of this benchmark start from prompts")

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        self._world.call("expand", errand, f"expand {text}")
        return _prompt(text)

    def refine(self, attempts: Sequence[Tried], errand: Errand) -> Prompt:
        last = attempts[-1].prompt
        self._world.call("refine", errand, f"refine {last.text}")
        return replace(last, text=f"{last.text}+")


class FakeCritic:
    """A critic that waits, and sees a little more merit each round."""

    name: ClassVar[str] = "fake"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, world: World) -> None:
        self._world = world

    def evaluate(self, view: View, prompt: Prompt, errand: Errand) -> Evaluation:
        side = int(view.picture.rgb[0, 0, 0])
        self._world.call("evaluate", errand, f"evaluate {prompt.text} {side}", side)
        score = 0.1 + 0.1 * prompt.text.count("+")
        return Evaluation((), (Measure("key", 0, 1, 0.9),), 0.9, score, "", Maker("fake"))

    def compare(
        self,
        views: tuple[View, View],
        evaluations: tuple[Evaluation, Evaluation],
        prompt: Prompt,
        errand: Errand,
    ) -> Comparison:
        self._world.call("compare", errand, f"compare {prompt.text}")
        return Comparison(0, True, "", Maker("fake"))


def _prompt(text: str) -> Prompt:
    aims = (Aim("key", 30.0),)
    return Prompt(text, "", "", "", "", "", "", "", text, "", "", aims, (), Maker("fake"))


@dataclass
class Going:
    """How one schedule went."""

    wall_s: float
    cpu_s: float
    world: World
    rows: int
    empty_s: tuple[float, float]

    @property
    def ideal_s(self) -> float:
        ways = map(stages, self.world.ways.values())
        longest = max((sum(max(map(sum, stage)) for stage in way) for way in ways), default=0.0)
        return max(self.world.total_s / IN_FLIGHT, longest)


Stage = list[list[float]]
"""What one prompt does at once: each inner list is done one after the other."""


def stages(way: list[tuple[int | None, float]]) -> list[Stage]:
    """The steps of a prompt, from its calls in their order.

    A pair of pictures, each painted and evaluated, is one step; any other call is one of its own.
    """
    found: list[Stage] = []
    pair: dict[int, list[float]] = {}
    for side, takes in way:
        if side is not None:
            pair.setdefault(side, []).append(takes)
            continue
        if pair:
            found.append(list(pair.values()))
            pair = {}
        found.append([[takes]])
    return found


def list_schedule(ways: list[list[Stage]], streams: int) -> float:
    """Seconds until all is done when nothing costs anything but the calls themselves.

    Args:
        ways: what each prompt does, in the order in which they begin.
        streams: prompts on their way at once.
    """
    ready: deque[tuple[int, int]] = deque()  # whose next call may leave: prompt, side
    out: list[tuple[float, int, int]] = []
    places = {n: [list(calls) for calls in way[0]] for n, way in enumerate(ways)}
    at, waiting, step = 0.0, deque(range(len(ways))), [0] * len(ways)

    def begin(number: int) -> None:
        ready.extend((number, side) for side in range(len(places[number])))

    for _ in range(min(streams, len(ways))):
        begin(waiting.popleft())
    while ready or out:
        while ready and len(out) < IN_FLIGHT:
            number, side = ready.popleft()
            heappush(out, (at + places[number][side].pop(0), number, side))
        at, number, side = heappop(out)
        if places[number][side]:
            ready.append((number, side))
        elif not any(places[number]) and all(n != number for _, n, _ in out):
            step[number] += 1
            if step[number] < len(ways[number]):
                places[number] = [list(calls) for calls in ways[number][step[number]]]
                begin(number)
            elif waiting:
                begin(waiting.popleft())
    return at


def streamed(folder: Path, prompts: int, rounds: int, streams: int) -> Going:
    """Gesso's own run."""
    with Catalogue.open(folder) as catalogue:
        desk = _desk(catalogue)
        world = World(desk)
        items = [
            Item("bench", f"p{n:03d}", n, settings={"text": f"prompt {n}"}) for n in range(prompts)
        ]
        run = catalogue.runs.create("bench", "", {}, items)
        parts = Parts(
            FakeWriter(world), FakePainter(world), FakeCritic(world), catalogue,
            lambda _run: 0.0, threading.Event(), "gesso bench", streams=streams,
        )  # fmt: skip
        options = RunOptions(rounds=rounds, width=64, height=64)
        cpu, began = time.process_time(), time.perf_counter()
        report = MakeRun(parts, options, run, lambda _event: None).go()
        ended = time.perf_counter()
        cpu = time.process_time() - cpu
        if report.failed or report.waiting:
            raise SystemExit(f"{report.failed} items failed, {report.waiting} wait")
        rows = len(catalogue.calls.calls(run="bench"))
        return Going(ended - began, cpu, world, rows, world.empty_s(began, ended))


def with_barriers(folder: Path, prompts: int, rounds: int) -> Going:
    """The same calls in stages: all of one kind, then all of the next."""
    with Catalogue.open(folder) as catalogue, ThreadPoolExecutor(IN_FLIGHT) as pool:
        world = World(_desk(catalogue))
        texts = [f"prompt {n}" for n in range(prompts)]

        def stage(operation: str, names: list[str]) -> None:
            list(pool.map(lambda name: world.call(operation, Errand("bench"), name), names))

        cpu, began = time.process_time(), time.perf_counter()
        stage("expand", [f"expand {text}" for text in texts])
        for number in range(rounds):
            stage("paint", [f"paint {text} {slot}" for text in texts for slot in (0, 1)])
            stage("evaluate", [f"evaluate {text} {slot}" for text in texts for slot in (0, 1)])
            stage("compare", [f"compare {text}" for text in texts])
            if number + 1 < rounds:
                stage("refine", [f"refine {text}" for text in texts])
                texts = [f"{text}+" for text in texts]
        ended = time.perf_counter()
        cpu = time.process_time() - cpu
        rows = len(catalogue.calls.calls(run="bench"))
        return Going(ended - began, cpu, world, rows, world.empty_s(began, ended))


def _desk(catalogue: Catalogue) -> Desk:
    return Desk(
        ledger=catalogue.calls,
        troubles=catalogue.troubles,
        budget=Budget(None),
        limits=Limits(),
        options=DeskOptions(in_flight=IN_FLIGHT),
        stop=threading.Event(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--streams", type=int, default=streams_outside(IN_FLIGHT, 64, 64))
    parser.add_argument("--alone", action="store_true", help="leave the barriers out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        goings = {
            "gesso, streamed": streamed(
                Path(scratch) / "streamed", asked.prompts, asked.rounds, asked.streams
            )
        }
        if not asked.alone:
            goings["stages with barriers"] = with_barriers(
                Path(scratch) / "staged", asked.prompts, asked.rounds
            )
    print(f"{asked.prompts} prompts x {asked.rounds} rounds, {asked.streams} streams")
    print(
        f"{'schedule':<22}{'calls':>7}{'rows':>6}{'wall s':>8}{'ideal s':>9}{'ratio':>7}{'bar':>6}"
        f"{'CPU s':>7}   places empty: before the end, in it (s)"
    )
    for name, going in goings.items():
        bar = f"{BAR:.2f}" if name.startswith("gesso") else ""
        before, end = going.empty_s
        listed = list_schedule([stages(way) for way in going.world.ways.values()], asked.streams)
        print(
            f"{name:<22}{len(going.world.spans):>7}{going.rows:>6}{going.wall_s:>8.2f}"
            f"{going.ideal_s:>9.2f}{going.wall_s / going.ideal_s:>7.3f}{bar:>6}{going.cpu_s:>7.2f}"
            f"   {before:.2f}, {end:.2f}"
        )
        if name.startswith("gesso"):
            print(f"{'  a list schedule':<22}{'':>13}{listed:>8.2f}{'':>9}"
                  f"{listed / going.ideal_s:>7.3f}")  # fmt: skip


if __name__ == "__main__":
    main()

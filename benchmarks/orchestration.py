"""Orchestration: 200 prompts, three rounds, 50 ms calls with stragglers, 16 in flight.

Every call is a row in the ledger, committed before and after. The same calls are made once by
gesso's run (each prompt streams through its rounds) and once by the usual batch with barriers
(generate all, then evaluate all, then refine all); the ideal is the sum of all calls over 16.

    python benchmarks/orchestration.py [--prompts 200] [--rounds 3]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun
from gesso.make.writers.writer import Attempt as Tried

CALL_S, STRAGGLERS, SLOWER, IN_FLIGHT = 0.050, 0.05, 10, 16
BAR = 1.05
PIXELS = Picture(np.full((8, 8, 3), 127, dtype=np.uint8))


class World:
    """Calls that only take time: 50 ms, one in twenty ten times that; the meter adds them up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self.total_s = 0.0
        self.calls = 0

    def call(self, operation: str, errand: Errand, name: str) -> None:
        luck = random.Random(name).random()
        takes = CALL_S * (SLOWER if luck < STRAGGLERS else 1)

        def send(_attempt: Attempt) -> Answer[None]:
            time.sleep(takes)
            return Answer(None, 0.0, price_source="free")

        self._desk.ask(Ask("fake", operation, errand=errand), send)
        with self._lock:
            self.total_s += takes
            self.calls += 1


class FakePainter:
    """A painter that waits."""

    name: ClassVar[str] = "fake"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, world: World) -> None:
        self._world = world

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        del tell
        self._world.call("paint", order.errand, f"paint {order.text} {order.seed}")
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
        self._world.call("evaluate", errand, f"evaluate {prompt.text} {view.picture.rgb[0, 0, 0]}")
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


def streamed(folder: Path, prompts: int, rounds: int) -> tuple[float, World, int]:
    """The wall time of gesso's own run, its calls, and the rows of its ledger."""
    with Catalogue.open(folder) as catalogue:
        desk = _desk(catalogue)
        world = World(desk)
        items = [
            Item("bench", f"p{n:03d}", n, settings={"text": f"prompt {n}"}) for n in range(prompts)
        ]
        run = catalogue.runs.create("bench", "", {}, items)
        parts = Parts(
            FakeWriter(world), FakePainter(world), FakeCritic(world), catalogue,
            lambda _run: 0.0, threading.Event(), "gesso bench", streams=2 * IN_FLIGHT,
        )  # fmt: skip
        options = RunOptions(rounds=rounds, width=64, height=64)
        began = time.perf_counter()
        report = MakeRun(parts, options, run, lambda _event: None).go()
        took = time.perf_counter() - began
        if report.failed or report.waiting:
            raise SystemExit(f"{report.failed} items failed, {report.waiting} wait")
        return took, world, len(catalogue.calls.calls(run="bench"))


def with_barriers(folder: Path, prompts: int, rounds: int) -> tuple[float, World]:
    """The same calls in stages: all of one kind, then all of the next."""
    with Catalogue.open(folder) as catalogue, ThreadPoolExecutor(IN_FLIGHT) as pool:
        world = World(_desk(catalogue))
        texts = [f"prompt {n}" for n in range(prompts)]

        def stage(operation: str, names: list[str]) -> None:
            list(pool.map(lambda name: world.call(operation, Errand("bench"), name), names))

        began = time.perf_counter()
        stage("expand", [f"expand {text}" for text in texts])
        for number in range(rounds):
            stage("paint", [f"paint {text} {slot}" for text in texts for slot in (0, 1)])
            stage("evaluate", [f"evaluate {text} {slot}" for text in texts for slot in (0, 1)])
            stage("compare", [f"compare {text}" for text in texts])
            if number + 1 < rounds:
                stage("refine", [f"refine {text}" for text in texts])
                texts = [f"{text}+" for text in texts]
        return time.perf_counter() - began, world


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
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        took, world, rows = streamed(Path(scratch) / "streamed", asked.prompts, asked.rounds)
        barred, staged = with_barriers(Path(scratch) / "staged", asked.prompts, asked.rounds)
    ideal, staged_ideal = world.total_s / IN_FLIGHT, staged.total_s / IN_FLIGHT
    print(f"{asked.prompts} prompts x {asked.rounds} rounds, {world.calls} calls, {rows} rows")
    print(f"{'schedule':<22}{'wall s':>9}{'ideal s':>9}{'ratio':>8}{'bar':>8}")
    print(f"{'gesso, streamed':<22}{took:>9.2f}{ideal:>9.2f}{took / ideal:>8.3f}{BAR:>8.2f}")
    print(
        f"{'stages with barriers':<22}{barred:>9.2f}{staged_ideal:>9.2f}"
        f"{barred / staged_ideal:>8.3f}{'':>8}"
    )


if __name__ == "__main__":
    main()

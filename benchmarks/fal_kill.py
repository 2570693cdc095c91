"""kill -9 at every state of a job at fal: nothing is lost, nothing is paid twice.

A process works off a run over a local server that speaks fal's wire, and is killed at one state of
its jobs: before the first byte leaves, between the submit and its answer, before and after the id
is kept, in the queue, at work, done, fetched, settled; and while it resumes. Then it is started
again until the run is done. The server's submits must be the ledger's rows, its meter the books,
and every picture of the run one job.

    python benchmarks/fal_kill.py [--rounds 2] [--random 5] [--seed 0]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.desk import Desk
from gesso.core.outside.waiting.limits import Limits
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.runs import Item
from gesso.make import aims
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.painters.fal import FalOptions, FalPainter
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun
from gesso.make.writers.writer import Attempt
from stubs import FalStub, Job

RUN, ITEMS, STREAMS, UNIT_USD, LOST_S = "killed", 3, 3, 0.025, 1.0
# Inside the process: what it did last. At the server: what it was asked last.
INSIDE = ("row", "before note", "noted", "before settle", "settled")
OUTSIDE = ("arrived", "taken", "IN_QUEUE", "IN_PROGRESS", "COMPLETED", "result", "file")
# A second kill, while the first one is being mended.
RESUMING = (
    *(("row", "history"), ("taken", "history"), ("taken", "IN_PROGRESS"), ("noted", "COMPLETED")),
    *(("IN_QUEUE", "IN_QUEUE"), ("result", "file"), ("settled", "result"), ("settled", "file")),
)


# The victim ---------------------------------------------------------------------------------


class Mortal:
    """The ledger, which kills its own process at the n-th time that a state is reached."""

    def __init__(self, ledger: Any, state: str, nth: int) -> None:
        self._ledger, self._state, self._left = ledger, state, nth
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def open(self, **row: Any) -> int:
        number: int = self._ledger.open(**row)
        self._reached("row")
        return number

    def note_request(self, call_id: int, request_id: str) -> None:
        self._reached("before note")
        self._ledger.note_request(call_id, request_id)
        self._reached("noted")

    def settle(self, call_id: int, **row: Any) -> None:
        self._reached("before settle")
        self._ledger.settle(call_id, **row)
        self._reached("settled")

    def _reached(self, state: str) -> None:
        with self._lock:
            self._left -= state == self._state
            if state == self._state and self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class PlainWriter:
    """Keeps to the text, and moves the key by one point each round."""

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


def work(folder: Path, stub_url: str, rounds: int, state: str, nth: int) -> str:
    """Work off the run, or what is left of it; how it stands then."""
    with Catalogue.open(folder) as catalogue:
        catalogue.calls.abandon_open(RUN)
        ledger = Mortal(catalogue.calls, state, nth)
        budget = Budget(1000.0, catalogue.calls.spent(RUN))
        desk = Desk(ledger, catalogue.troubles, budget, Limits())
        options = FalOptions(
            model="stub/painter",
            api_key="id:secret",
            base_url=stub_url,
            platform_url=f"{stub_url}/v1",
            unit_usd=UNIT_USD,
            poll_s=0.01,
            lost_s=LOST_S,
        )
        parts = Parts(
            writer=PlainWriter(),
            painter=FalPainter(options, desk),
            critic=MeasuredCritic(MeasuredOptions(), Desk.offline()),
            catalogue=catalogue,
            spent=lambda _run: 0.0,
            stop=threading.Event(),
            software="gesso fal_kill",
            streams=STREAMS,
        )
        items = [
            Item(RUN, f"p{n}", n, settings={"text": f"Bridge {n}. Key: low (20)."})
            for n in range(ITEMS)
        ]
        run = catalogue.runs.create(RUN, "", {}, items)
        asked = RunOptions(rounds=rounds, width=96, height=64, seed=3, epsilon=-1.0)
        report = MakeRun(parts, asked, run, nobody).go()
        for item in report.items:
            print(item.id, item.state, item.reason, file=sys.stderr)
        return report.run.state


# The trial ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """What came of one run that was killed and gone on with.

    Attributes:
        name: where it was killed.
        kills: how often it was.
        state: of the run in the end.
        submits, rows: as the server and the ledger count them.
        works, jobs: pictures of the run, and jobs that were billed.
        twice: jobs with the very same order.
        meter, books: US dollars.
    """

    name: str
    kills: int
    state: str
    submits: int
    rows: int
    works: int
    jobs: int
    twice: int
    meter: float
    books: float

    @property
    def holds(self) -> bool:
        return (
            self.state == "done"
            and self.submits == self.rows
            and self.works == self.jobs
            and not self.twice
            and round(self.meter, 6) == round(self.books, 6)
        )


class Victim:
    """The process, killed by itself or at a moment of the server."""

    def __init__(self, stub: FalStub, folder: Path, rounds: int) -> None:
        self._stub, self._folder, self._rounds = stub, folder, rounds
        self._lock = threading.Lock()
        self.kills = 0

    def live(self, state: str = "", nth: int = 1) -> str:
        """Work until the end, or until the n-th time that a state is reached."""
        left, process = [nth], self._start(state if state in INSIDE else "", nth)

        def moment(name: str, _job: Job | None) -> None:
            with self._lock:
                left[0] -= name == state
                if name == state and left[0] == 0:
                    process.kill()
                    process.wait()

        self._stub.moment = moment if state and state not in INSIDE else _nothing
        said, errors = process.communicate(timeout=120)
        self._stub.moment = _nothing
        if process.returncode == -signal.SIGKILL:
            self.kills += 1
            return "killed"
        return said.strip() if process.returncode == 0 else f"failed: {errors[-400:]}"

    def _start(self, state: str, nth: int) -> subprocess.Popen[str]:
        script = [sys.executable, str(Path(__file__)), "--victim", str(self._folder)]
        told = [self._stub.address, str(self._rounds), state, str(nth)]
        return subprocess.Popen(
            [*script, *told], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


def _nothing(_name: str, _job: Job | None) -> None:
    """Nobody dies at this moment."""


def trial(name: str, rounds: int, kill: Callable[[Victim], None]) -> Trial:
    """Kill a run as `kill` does, go on with it until it is done, and count on both sides."""
    with tempfile.TemporaryDirectory() as scratch, FalStub() as stub:
        stub.queue_polls, stub.work_polls = 2, 2
        victim = Victim(stub, Path(scratch) / "studio", rounds)
        kill(victim)
        state = victim.live()
        with Catalogue.open(Path(scratch) / "studio") as catalogue:
            calls = catalogue.calls.calls(RUN)
            works = catalogue.works.count(standing="take") + catalogue.works.count(standing="kept")
            books = catalogue.calls.spent(RUN)
        orders = Counter(
            (job.arguments["prompt"], job.arguments["seed"]) for job in stub.jobs.values()
        )
        return Trial(
            name=name,
            kills=victim.kills,
            state=state,
            submits=len(stub.calls),
            rows=len(calls),
            works=works,
            jobs=sum(job.billed_usd > 0 for job in stub.jobs.values()),
            twice=sum(count - 1 for count in orders.values()),
            meter=stub.meter.usd,
            books=books,
        )


def at_states(states: Sequence[tuple[str, int]]) -> Callable[[Victim], None]:
    def kill(victim: Victim) -> None:
        for state, nth in states:
            victim.live(state, nth)

    return kill


def show(trials: Sequence[Trial]) -> bool:
    """Print the table; say whether all holds."""
    print(f"{'killed at':<26}{'kills':>6}{'run':>6}{'submits':>9}{'rows':>6}{'jobs':>6}"
          f"{'works':>7}{'twice':>7}{'meter':>9}{'books':>9}")  # fmt: skip
    for one in trials:
        print(f"{one.name:<26}{one.kills:>6}{one.state[:5]:>6}{one.submits:>9}{one.rows:>6}"
              f"{one.jobs:>6}{one.works:>7}{one.twice:>7}{one.meter:>9.3f}{one.books:>9.3f}"
              f"{'' if one.holds else '  FAILS ' + one.state}")  # fmt: skip
    kills, broken = sum(one.kills for one in trials), sum(not one.holds for one in trials)
    twice = sum(one.twice for one in trials)
    print(
        f"{kills} kills; runs that broke a promise: {broken} (bar 0); paid twice: {twice} (bar 0)"
    )
    return not broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--random", type=int, default=5, help="runs killed at four states")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    luck, began, trials = random.Random(asked.seed), time.monotonic(), []
    for state in (*INSIDE, *OUTSIDE):
        nth = luck.randint(1, 2 * ITEMS)
        kill = at_states([(state, nth)])
        trials.append(trial(f"{state}, time {nth}", asked.rounds, kill))
    for first, second in RESUMING:
        states = [(first, luck.randint(1, 3)), (second, 1)]
        trials.append(trial(f"{first}, then {second}", asked.rounds, at_states(states)))
    for _ in range(asked.random):
        states = [(luck.choice((*INSIDE, *OUTSIDE)), luck.randint(1, 3)) for _ in range(4)]
        trials.append(trial("four at random", asked.rounds, at_states(states)))
    holds = show(trials)
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if holds else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--victim"]:
        folder, url, rounds, state, nth = sys.argv[2:7]
        print(work(Path(folder), url, int(rounds), state, int(nth)))
    else:
        raise SystemExit(main())

"""Provider faults: a run of 500 prompts on a real local server that fails in every way it can.

Every prompt ends done, failed with a reason, or waiting; a wish to wait is never undercut; the
ledger equals the server's own count, call by call, and its own meter, to the cent.

    python benchmarks/provider_faults.py [--prompts 500] [--faults 0.3] [--in-flight 16]
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from faulty_provider import SIDE_PX, Arrival, FaultyProvider, HttpPainter, HttpPainterOptions
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.core.records.calls import Call
from gesso.core.records.runs import Item
from gesso.make.critics.critic import CRITICS
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun
from gesso.make.writers.writer import WRITERS
from gesso.studio import built

RUN = "faults"
PROVIDERS = ("north", "south")
# What is on its way when the answer leaves the server has not heard the wish yet.
CROSSING_S = 0.1


@dataclass(frozen=True)
class Figure:
    """One line of the table: a figure beside its bar."""

    name: str
    value: str
    bar: str
    holds: bool


class InTurns:
    """A painter that gives every order to the next provider: half of them to each."""

    name: ClassVar[str] = "in-turns"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, painters: Sequence[HttpPainter]) -> None:
        self._painters = painters

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        return self._painters[order.seed % len(self._painters)].paint(order, tell)


def drive(
    provider: FaultyProvider, catalogue: Catalogue, prompts: int, in_flight: int
) -> Sequence[Item]:
    """Have a whole run make a pair of every prompt, over one desk."""
    stop = threading.Event()
    desk = Desk(
        catalogue.calls,
        catalogue.troubles,
        Budget(None),
        Limits(path=catalogue.folder / "limits.db"),
        DeskOptions(in_flight, RetryOptions(wait_initial_s=0.1, wait_max_s=2, wait_jitter_s=0.1)),
        stop=stop,
    )
    painters = [HttpPainter(HttpPainterOptions(provider.url, name), desk) for name in PROVIDERS]
    parts = Parts(
        writer=built(WRITERS.open("offline"), "", {}, desk),
        painter=InTurns(painters),
        critic=built(CRITICS.open("measured"), "", {}, desk),
        catalogue=catalogue,
        spent=lambda _run: desk.budget.spent,
        stop=stop,
        software="gesso bench",
        streams=in_flight * 2,
    )
    items = [
        Item(RUN, f"p{n:03d}", n, settings={"text": f"prompt {n}, a bridge"})
        for n in range(prompts)
    ]
    run = catalogue.runs.create(RUN, "", {}, items)
    options = RunOptions(rounds=1, width=SIDE_PX, height=SIDE_PX, seed=1)
    return MakeRun(parts, options, run, nobody).go().items


def ended(item: Item) -> str:
    """How a prompt ended; "lost" for anything that is none of the three ways."""
    if item.state == "done":
        return "done" if item.kept is not None else "lost"
    return item.state if item.state in {"failed", "waiting"} and item.reason else "lost"


def undercut(arrivals: Sequence[Arrival]) -> tuple[int, float]:
    """Calls that left although their provider wanted quiet; and how late one crossed its wish.

    Returns:
        How many; and the longest time in seconds after which a call still left because the wish
        was on its way.
    """
    early, latest_s = 0, 0.0
    for wish in (arrival for arrival in arrivals if arrival.after_s):
        for other in arrivals:
            if other.provider != wish.provider or other is wish:
                continue
            since_s = other.departed - wish.answered
            repeats = other.key == wish.key and other.attempt > wish.attempt
            if not 0 < since_s < wish.after_s:
                continue
            if repeats or since_s > CROSSING_S:
                early += 1
            else:
                latest_s = max(latest_s, since_s)
    return early, latest_s


def differences(arrivals: Sequence[Arrival], calls: Sequence[Call]) -> int:
    """Attempts that stand in one of the two books and not in the other."""
    seen = Counter((arrival.provider, arrival.key, arrival.attempt) for arrival in arrivals)
    booked = Counter((call.provider, call.key, call.attempt) for call in calls)
    return sum(((seen - booked) + (booked - seen)).values())


def wrong_states(arrivals: Sequence[Arrival], calls: Sequence[Call]) -> int:
    """Calls whose row says something else than what the server did."""
    said = {(call.key, call.attempt): call.error or call.state for call in calls}
    return sum(said.get((a.key, a.attempt)) != _must_say(a.fault) for a in arrivals)


def _must_say(fault: str) -> str:
    if fault in {"none", "crossed"}:
        return "done"
    if fault in {"late", "reset", "reset in the middle"}:
        return "unknown-outcome"
    if fault.startswith("429") or fault == "503 in s":
        return "rate-limited"
    if fault in {"500", "503"}:
        return "transient"
    return "refused" if fault == "refusal" else "bad-output"


def figures(
    provider: FaultyProvider,
    catalogue: Catalogue,
    items: Sequence[Item],
    prompts: int,
) -> list[Figure]:
    """All that is promised, measured."""
    calls, arrivals = catalogue.calls.calls(RUN), provider.arrivals
    ways = Counter(ended(item) for item in items)
    early, crossed_s = undercut(arrivals)
    billed, booked = provider.billed_usd, catalogue.calls.spent(RUN)
    lost = prompts - sum(ways[way] for way in ("done", "failed", "waiting"))
    apart = differences(arrivals, calls)
    wrong = wrong_states(arrivals, calls)
    kept = f"{early} (crossing: {crossed_s * 1000:.0f} ms)"
    # A run that never asks undercuts nothing and costs nothing: that shows nothing.
    asked = len({arrival.key for arrival in arrivals})
    return [
        Figure("pictures that were asked for", str(asked), f">={prompts}", asked >= prompts),
        Figure("prompts that are none of done, failed, waiting", str(lost), "0", lost == 0),
        Figure("calls that undercut a wish to wait", kept, "0", early == 0),
        Figure("calls on the server and in the ledger", f"{len(arrivals)} = {len(calls)}", "=",
               len(arrivals) == len(calls)),
        Figure("attempts in one book only", str(apart), "0", apart == 0),
        Figure("rows that say another outcome", str(wrong), "0", wrong == 0),
        Figure("US$ on the meter and in the ledger", f"{billed:.2f} = {booked:.2f}", "=",
               round(billed, 2) == round(booked, 2)),
    ]  # fmt: skip


def show(rows: Iterable[Figure]) -> bool:
    """Print the table; say whether all holds."""
    rows = list(rows)
    print(f"{'figure':<50}{'value':>24}{'bar':>6}")
    for row in rows:
        print(f"{row.name:<50}{row.value:>24}{row.bar:>6}  {'' if row.holds else 'FAILS'}")
    return all(row.holds for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=500)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        Catalogue.open(Path(scratch) / "studio") as catalogue,
        FaultyProvider(asked.faults, seed=asked.seed) as provider,
    ):
        began = time.monotonic()
        items = drive(provider, catalogue, asked.prompts, asked.in_flight)
        took_s = time.monotonic() - began
        time.sleep(1.0)  # the server may still be busy with an answer that nobody waits for
        met = Counter(arrival.fault for arrival in provider.arrivals)
        faulty = 1 - met["none"] / max(len(provider.arrivals), 1)
        print(f"{asked.prompts} prompts, {len(provider.arrivals)} calls, {faulty:.0%} faulty, "
              f"{took_s:.1f} s")  # fmt: skip
        print("faults:", ", ".join(f"{name} {count}" for name, count in met.most_common()))
        ways = Counter(ended(item) for item in items)
        print("ended:", ", ".join(f"{way} {count}" for way, count in ways.most_common()))
        reasons = Counter(item.reason.partition(":")[0][:70] for item in items if item.reason)
        print("why:", "; ".join(f"{reason} {count}" for reason, count in reasons.most_common(6)))
        return 0 if show(figures(provider, catalogue, items, asked.prompts)) else 1


if __name__ == "__main__":
    raise SystemExit(main())

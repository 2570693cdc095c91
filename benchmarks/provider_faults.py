"""Provider faults: 500 prompts to a real local server that fails in every way it can.

Every prompt ends done, failed with a reason, or waiting; a wish to wait is never undercut; the
ledger equals the server's own count, call by call, and its own meter, to the cent.

    python benchmarks/provider_faults.py [--prompts 500] [--faults 0.3] [--in-flight 16]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from faulty_provider import SIDE_PX, Arrival, FaultyProvider, HttpPainter, HttpPainterOptions
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import BudgetSpent, GessoError, QuotaSpent, RateLimited
from gesso.core.outside.budget import Budget
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.limits import Limits
from gesso.core.outside.pool import Outcome, run_streams
from gesso.core.outside.retry import RetryOptions
from gesso.core.records.calls import Call, Errand
from gesso.make.painters.painter import Order, Painting

RUN = "faults"
PROVIDERS = ("north", "south")
# What is on its way when the answer leaves the server has not heard the wish yet.
CROSSING_S = 0.1
WAITING = (RateLimited, QuotaSpent, BudgetSpent)


@dataclass(frozen=True)
class Figure:
    """One line of the table: a figure beside its bar."""

    name: str
    value: str
    bar: str
    holds: bool


def drive(
    provider: FaultyProvider, catalogue: Catalogue, prompts: int, in_flight: int
) -> list[Outcome[Order, Painting]]:
    """Have every prompt painted over one desk, the providers in turns."""
    desk = Desk(
        catalogue.calls,
        catalogue.troubles,
        Budget(None),
        Limits(path=catalogue.folder / "limits.db"),
        DeskOptions(in_flight, RetryOptions(wait_initial_s=0.1, wait_max_s=2, wait_jitter_s=0.1)),
    )
    painters = [HttpPainter(HttpPainterOptions(provider.url, name), desk) for name in PROVIDERS]
    orders = [
        Order(f"prompt {n}", width=SIDE_PX, height=SIDE_PX, seed=n, errand=Errand(RUN, f"{n:03d}"))
        for n in range(prompts)
    ]

    def paint(order: Order) -> Painting:
        return painters[order.seed % len(painters)].paint(order)

    return list(run_streams(paint, orders, workers=in_flight * 2))


def ended(outcome: Outcome[Order, Painting]) -> str:
    """How a prompt ended; "lost" for anything that is none of the three ways."""
    error = outcome.error
    if error is None:
        return "done" if outcome.result is not None else "lost"
    if isinstance(error, WAITING):
        return "waiting"
    return f"failed: {error.kind}" if isinstance(error, GessoError) and str(error) else "lost"


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
    outcomes: Sequence[Outcome[Order, Painting]],
    prompts: int,
) -> list[Figure]:
    """All that is promised, measured."""
    calls, arrivals = catalogue.calls.calls(RUN), provider.arrivals
    ways = Counter(ended(outcome).partition(":")[0] for outcome in outcomes)
    early, crossed_s = undercut(arrivals)
    billed, booked = provider.billed_usd, catalogue.calls.spent(RUN)
    lost = prompts - sum(ways[way] for way in ("done", "failed", "waiting"))
    apart = differences(arrivals, calls)
    wrong = wrong_states(arrivals, calls)
    kept = f"{early} (crossing: {crossed_s * 1000:.0f} ms)"
    return [
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
        outcomes = drive(provider, catalogue, asked.prompts, asked.in_flight)
        took_s = time.monotonic() - began
        time.sleep(1.0)  # the server may still be busy with an answer that nobody waits for
        met = Counter(arrival.fault for arrival in provider.arrivals)
        faulty = 1 - met["none"] / len(provider.arrivals)
        print(f"{asked.prompts} prompts, {len(provider.arrivals)} calls, {faulty:.0%} faulty, "
              f"{took_s:.1f} s")  # fmt: skip
        print("faults:", ", ".join(f"{name} {count}" for name, count in met.most_common()))
        ways = Counter(ended(outcome) for outcome in outcomes)
        print("ended:", ", ".join(f"{way} {count}" for way, count in ways.most_common()))
        return 0 if show(figures(provider, catalogue, outcomes, asked.prompts)) else 1


if __name__ == "__main__":
    raise SystemExit(main())

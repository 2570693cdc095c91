"""Our ledger beside the provider's own meter: to the cent, whatever comes of the calls.

Every adapter meets every fault of its stub, and the stub adds up what it would bill. What the
ledger knows must be the meter's sum. Where nobody can know (no answer came, or it did not say what
it used) the ledger counts what was set aside, says that it is assumed, and must never count less
than the meter. Jobs at fal whose outcome was unknown are asked after once more, as a resumed run
does.

    python benchmarks/ledger.py [--each]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gesso.core.outside.accounts.ledger import counted
from gesso.core.records.calls import Call
from wires import DEEDS, Case, done

CENT = 0.01


@dataclass(frozen=True)
class Books:
    """What one deed cost.

    Attributes:
        deed, fault: which.
        calls, rows: that arrived, and that were written down.
        failed: rows that say so.
        meter_usd: what the stub would bill.
        known_usd: what the ledger knows.
        assumed_usd, assumed: what it assumes, and for how many calls.
        is_resumed: its outcome was unknown and was asked after.
    """

    deed: str
    fault: str
    calls: int
    rows: int
    failed: int
    meter_usd: float
    known_usd: float
    assumed_usd: float
    assumed: int
    is_resumed: bool = False

    @property
    def holds(self) -> bool:
        """Equal where all is known; else never less."""
        # A job that never arrived is handed in anew under its own row.
        if self.calls != self.rows and not (self.is_resumed and self.rows < self.calls):
            return False
        if not self.assumed:
            return round(self.known_usd, 6) == round(self.meter_usd, 6)
        return self.known_usd + self.assumed_usd >= self.meter_usd - 1e-9


def is_assumed(call: Call) -> bool:
    """Whether nobody knows what a call cost."""
    if call.state == "failed" and not call.cost_usd:
        return False
    return call.cost_usd is None or call.price_source == "estimate"


def books_of(case: Case, fault: str, *, is_resumed: bool) -> Books:
    calls = case.ledger.calls()
    return Books(
        case.deed.name,
        fault or "(none)",
        len(case.stub.calls),
        len(calls),
        sum(call.state == "failed" for call in calls),
        case.stub.meter.usd,
        sum(counted(call) for call in calls if not is_assumed(call)),
        sum(counted(call) for call in calls if is_assumed(call)),
        sum(map(is_assumed, calls)),
        is_resumed,
    )


def books() -> Iterator[Books]:
    for deed in DEEDS:
        for fault in ["", *deed.faults]:
            with done(deed, fault) as case:
                states = {call.state for call in case.ledger.calls()}
                resumes = deed.name.startswith("fal") and "unknown" in states
                if resumes:
                    case.do()
                yield books_of(case, fault, is_resumed=resumes)


def show(rows: Iterable[Books]) -> None:
    print(f"{'deed':<16}{'fault':<16}{'calls':>6}{'rows':>6}{'failed':>8}{'meter $':>12}"
          f"{'known $':>12}{'assumed $':>12}{'calls':>6}")  # fmt: skip
    for row in rows:
        print(f"{row.deed:<16}{row.fault:<16}{row.calls:>6}{row.rows:>6}{row.failed:>8}"
              f"{row.meter_usd:>12.6f}{row.known_usd:>12.6f}{row.assumed_usd:>12.6f}"
              f"{row.assumed:>6}  {'' if row.holds else 'FAILS'}")  # fmt: skip


def total(name: str, rows: list[Books]) -> Books:
    return Books(
        name,
        f"{len(rows)} faults",
        sum(row.calls for row in rows),
        sum(row.rows for row in rows),
        sum(row.failed for row in rows),
        sum(row.meter_usd for row in rows),
        sum(row.known_usd for row in rows),
        sum(row.assumed_usd for row in rows),
        sum(row.assumed for row in rows),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", action="store_true", help="print every fault")
    asked = parser.parse_args()
    found = list(books())
    show(found if asked.each else [row for row in found if not row.holds])
    known = [row for row in found if not row.assumed]
    print("\nwhere all is known: the ledger is the meter")
    show(total(deed.name, [row for row in known if row.deed == deed.name]) for deed in DEEDS)
    print("\nwhere nobody can know: the ledger counts what was set aside, never less")
    show(row for row in found if row.assumed)
    meter, ledger = sum(r.meter_usd for r in known), sum(r.known_usd for r in known)
    calls, failed = sum(r.calls for r in found), sum(r.failed for r in found)
    wrong = sum(not row.holds for row in found)
    print(f"\n{len(found)} cases, {calls} calls, {failed} failed; wrong: {wrong} (bar 0)")
    print(f"known: ${ledger:.4f} in the ledger, ${meter:.4f} on the meters, "
          f"apart by ${abs(ledger - meter):.6f} (bar: less than a cent)")  # fmt: skip
    return 0 if not wrong and abs(ledger - meter) < CENT else 1


if __name__ == "__main__":
    raise SystemExit(main())

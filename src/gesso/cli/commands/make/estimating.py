"""What a run may cost, before it begins: a table for `--dry-run`, a line or two for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gesso.cli.printing import counted, dollars, say, table, title

if TYPE_CHECKING:
    from gesso.make.bench.estimate import Charge, Estimate

_DEEDS = {"paint": "pictures", "write": "questions of writing", "judge": "questions of judging"}


def plain_estimate(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain values, for --json; a price that nobody knows is null."""
    return {
        "works": estimate.works,
        "most_usd": estimate.most_usd,
        "known_usd": estimate.known_usd,
        "reserved_usd": estimate.reserved_usd,
        "budget_usd": estimate.budget_usd,
        "fits": estimate.fits,
        "charges": [vars(charge) for charge in estimate.charges],
    }


def show_estimate(estimate: Estimate) -> None:
    """Show an estimate as a table, and what there is to say about it."""
    title(f"{counted(estimate.works, 'work')}: {_sum(estimate)}")
    table(
        ("what", "who", "model", "calls", "each", "at most", "price by"),
        [_cells(charge) for charge in estimate.charges],
        right=(3, 4, 5),
    )
    for line in remarks(estimate):
        say()
        say(f"  {line}")


def told_before(estimate: Estimate) -> list[str]:
    """What a person is told before a run begins; nothing where nothing is to be paid."""
    if estimate.is_free:
        return []
    asked = ", ".join(
        f"{charge.calls:,} {_DEEDS[charge.deed]} by {charge.provider} ({_each(charge)})"
        for charge in estimate.charges
        if not charge.stands_by and charge.usd != 0.0
    )
    return [f"This run takes {_sum(estimate)}: {asked}.", *remarks(estimate)]


def remarks(estimate: Estimate) -> list[str]:
    """What a sum alone would hide."""
    said = []
    unknown = [charge for charge in estimate.charges if charge.usd is None]
    if unknown:
        names = " and ".join(dict.fromkeys(_named(charge) for charge in unknown))
        said.append(
            f"Nobody knows what {names} costs: {dollars(estimate.reserved_usd)} would be set aside "
            "for all calls, and what is billed counts."
        )
    if not estimate.fits and estimate.budget_usd is not None:
        said.append(
            f"The budget is {dollars(estimate.budget_usd)}: the run pauses when it is spent, and "
            "goes on with a larger one."
        )
    return said


def _sum(estimate: Estimate) -> str:
    if estimate.is_free:
        return "nothing to pay"
    if estimate.most_usd is not None:
        return f"{dollars(estimate.most_usd)} at most"
    known = f"{dollars(estimate.known_usd)} at most and " if estimate.known_usd else ""
    return f"{known}an unknown sum"


def _each(charge: Charge) -> str:
    return "price unknown" if charge.each_usd is None else f"{dollars(charge.each_usd)} each"


def _named(charge: Charge) -> str:
    return f"'{charge.model or charge.provider}'"


def _cells(charge: Charge) -> tuple[object, ...]:
    free = charge.usd == 0.0
    what = {"paint": "painting", "write": "writing", "judge": "judging"}[charge.deed]
    return (
        f"{what}, standing by" if charge.stands_by else what,
        charge.provider,
        charge.model,
        f"{charge.calls:,}",
        "unknown" if charge.each_usd is None else "free" if free else dollars(charge.each_usd),
        "unknown" if charge.usd is None else "free" if free else dollars(charge.usd),
        "" if free or charge.usd is None else charge.source,
    )

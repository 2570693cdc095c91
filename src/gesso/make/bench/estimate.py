"""What a run may cost at most, told before it begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gesso.core.errors import BudgetSpent, SettingsError
from gesso.core.outside.models.prices import Quote, quotes_of
from gesso.make.painters.painter import Order
from gesso.make.run.parts import Parts

Deed = Literal["paint", "write", "judge"]

PAIR = 2
# Of each picture what is in it; of each pair which is the better, asked in both orders.
_JUDGEMENTS_A_ROUND = PAIR + 2
# The longest questions: the history of a late round, the checks of a rich prompt.
_LETTERS = {"write": 12_000, "judge": 4_000}


@dataclass(frozen=True)
class Wanted:
    """One work that shall be made.

    Attributes:
        from_theme: its concept has to be found first.
        rounds: at most.
        width, height: pixels.
    """

    from_theme: bool
    rounds: int
    width: int
    height: int


@dataclass(frozen=True)
class Charge:
    """What one provider may ask for one kind of work in the whole run.

    Attributes:
        deed: what is done.
        provider, model: by whom; model "" where it works here or does not say.
        calls: how many there are at most, where none has to be repeated.
        each_usd: the dearest of them; None where nobody knows the price.
        usd: all of them; None where nobody knows.
        source: who says so: "genai-prices 0.2.3", "billed units", "free", "estimate".
        reserved_usd: what the budget sets aside for all of them, a guess where nobody knows.
        stands_by: it is asked only when those before it are out.
    """

    deed: Deed
    provider: str
    model: str
    calls: int
    each_usd: float | None
    usd: float | None
    source: str
    reserved_usd: float
    stands_by: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a run may cost at most.

    Attributes:
        works: how many are wanted.
        charges: by deed and provider, in the order in which they are asked.
        budget_usd: what the run may spend, None for no cap.
    """

    works: int
    charges: tuple[Charge, ...]
    budget_usd: float | None = None

    @property
    def is_free(self) -> bool:
        """Whether nobody can send a bill."""
        return all(charge.usd == 0.0 for charge in self.charges)

    @property
    def most_usd(self) -> float | None:
        """The whole run, whoever of those who stand by is the dearest; None: nobody knows."""
        known = [self._dearest(deed) for deed in self._deeds()]
        return None if None in known else sum(usd for usd in known if usd is not None)

    @property
    def known_usd(self) -> float:
        """The part of it whose price is known; what is not known is no part of it."""
        of_deed = [[c.usd for c in self.charges if c.deed == deed] for deed in self._deeds()]
        return sum(max((usd for usd in found if usd is not None), default=0.0)
                   for found in of_deed)  # fmt: skip

    @property
    def reserved_usd(self) -> float:
        """What the budget would set aside for all of it."""
        return sum(
            max(charge.reserved_usd for charge in self.charges if charge.deed == deed)
            for deed in self._deeds()
        )

    @property
    def fits(self) -> bool:
        """Whether the budget lasts to the end even so."""
        return self.budget_usd is None or self.reserved_usd <= self.budget_usd + 1e-9

    def _deeds(self) -> tuple[Deed, ...]:
        return tuple(dict.fromkeys(charge.deed for charge in self.charges))

    def _dearest(self, deed: Deed) -> float | None:
        found = [charge.usd for charge in self.charges if charge.deed == deed]
        known = [usd for usd in found if usd is not None]
        return max(known) if len(known) == len(found) else None


def estimate_run(parts: Parts, wanted: Sequence[Wanted], budget_usd: float | None) -> Estimate:
    """Add up what those who work in a run quote; asks nobody.

    It is the most that a run takes whose every call succeeds at once: each round is played, each
    check asked. A call that has to be repeated because its answer was useless is billed, too.
    """
    pictures: Counter[tuple[int, int]] = Counter()
    for one in wanted:
        pictures[one.width, one.height] += PAIR * one.rounds
    writing = sum(one.from_theme + one.rounds for one in wanted)
    judging = sum(_JUDGEMENTS_A_ROUND * one.rounds for one in wanted)
    charges = [
        *_charges("write", [(quotes_of(parts.writer, _LETTERS["write"]), writing)]),
        *_charges(
            "paint",
            [
                (quotes_of(parts.painter, Order("", width=width, height=height)), count)
                for (width, height), count in pictures.items()
            ],
        ),
        *_charges("judge", [(quotes_of(parts.critic, _LETTERS["judge"]), judging)]),
    ]
    return Estimate(len(wanted), tuple(charges), budget_usd)


def refuse_unaffordable(parts: Parts, budget_usd: float | None, width: int, height: int) -> None:
    """Refuse a run whose first question, or first picture, does not fit into its budget.

    Raises:
        BudgetSpent: with what it may cost and what there is.
    """
    if budget_usd is None:
        return
    try:
        firsts: tuple[tuple[str, Quote], ...] = (
            # The shortest question there is: whatever is asked costs at least as much.
            ("question to", quotes_of(parts.writer, 0)[0]),
            ("picture of", quotes_of(parts.painter, Order("", width=width, height=height))[0]),
        )
    except SettingsError:
        return  # there is no model; the run meets that itself, and waits for it
    for what, quote in firsts:
        if quote.reserved_usd > budget_usd + 1e-9:
            about = (
                "may cost" if quote.price.usd is not None else "has no known price; set aside is"
            )
            raise BudgetSpent(
                f"One {what} '{quote.provider}' {about} ${quote.reserved_usd:.4g}, "
                f"and the budget of the run is ${budget_usd:.4g}. Nothing was asked.",
                "Raise it with --budget USD, or choose somebody who costs less.",
            )


def _charges(deed: Deed, quoted: Sequence[tuple[tuple[Quote, ...], int]]) -> Iterator[Charge]:
    """One charge for each who may be asked; sizes of pictures are added up."""
    for place in range(len(quoted[0][0]) if quoted else 0):
        own = [(quotes[place], calls) for quotes, calls in quoted]
        prices = [quote.price.usd for quote, _ in own]
        known = [usd for usd in prices if usd is not None]
        is_known = len(known) == len(prices)
        first, _ = own[0]
        yield Charge(
            deed,
            first.provider,
            first.model,
            sum(calls for _, calls in own),
            max(known) if is_known else None,
            sum((quote.price.usd or 0.0) * calls for quote, calls in own) if is_known else None,
            first.price.source,
            sum(quote.reserved_usd * calls for quote, calls in own),
            place > 0,
        )

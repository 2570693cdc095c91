"""What a run may cost at most, said beforehand; what nobody knows is never nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import pytest
from tests.make.conftest import ListWriter, SlopePainter

from gesso.core.errors import BudgetSpent
from gesso.core.outside.accounts.ledger import MemoryTroubles
from gesso.core.outside.models.prices import UNKNOWN, Price, Quote
from gesso.make.bench.estimate import Estimate, Wanted, estimate_run, refuse_unaffordable
from gesso.make.painters.painter import Order, Painter
from gesso.make.run.events import Asides
from gesso.make.run.parts import Parts
from gesso.make.run.standby import PainterInOrder, Standby


class Dear(SlopePainter):
    """Costs ten cents a picture, and twenty for one of more than 100 pixels."""

    name: ClassVar[str] = "dear"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"
    usd: float | None = 0.10

    def quotes(self, order: Order) -> tuple[Quote, ...]:
        usd = None if self.usd is None else self.usd * (2 if order.width > 100 else 1)
        price = UNKNOWN if usd is None else Price(usd, "billed units")
        return (Quote(self.name, "dear-1", price, 0.5 if usd is None else usd),)


class Dearer(Dear):
    name: ClassVar[str] = "dearer"
    usd = 0.30


class Secretive(Dear):
    name: ClassVar[str] = "secretive"
    usd = None


class DearWriter(ListWriter):
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def quotes(self, letters: int) -> tuple[Quote, ...]:
        usd = 0.01 + letters / 1e6
        return (Quote("list", "words-1", Price(usd, "list"), usd),)


SMALL = Wanted(from_theme=True, rounds=2, width=96, height=64)


def estimated(parts: Parts, *wanted: Wanted, budget: float | None = None) -> Estimate:
    return estimate_run(parts, wanted or (SMALL,), budget)


def test_each_round_is_a_pair(parts: Parts) -> None:
    found = estimated(replace(parts, painter=Dear()), SMALL, SMALL)

    (paint,) = [charge for charge in found.charges if charge.deed == "paint"]
    assert (paint.calls, paint.each_usd) == (8, 0.10)
    assert paint.usd == pytest.approx(0.80)
    assert found.most_usd == pytest.approx(0.80)


def test_sizes_are_added_up_each_at_its_price(parts: Parts) -> None:
    found = estimated(replace(parts, painter=Dear()), SMALL, replace(SMALL, width=200, rounds=1))

    assert found.most_usd == pytest.approx(4 * 0.10 + 2 * 0.20)


def test_a_work_is_conceived_prompted_and_refined_in_words(parts: Parts) -> None:
    found = estimated(replace(parts, writer=DearWriter()), SMALL, replace(SMALL, from_theme=False))

    (write,) = [charge for charge in found.charges if charge.deed == "write"]
    assert write.calls == (1 + 1 + 1) + (1 + 1)


def test_an_unknown_price_is_no_price_and_sets_a_guess_aside(parts: Parts) -> None:
    found = estimated(replace(parts, painter=Secretive(), writer=DearWriter()))

    (paint,) = [charge for charge in found.charges if charge.deed == "paint"]
    assert (paint.each_usd, paint.usd, found.most_usd) == (None, None, None)
    assert found.known_usd == pytest.approx(3 * 0.022)
    assert found.reserved_usd == pytest.approx(3 * 0.022 + 4 * 0.5)
    assert not found.is_free


def test_a_painter_outside_that_quotes_nothing_has_an_unknown_price(parts: Parts) -> None:
    mute = type("Mute", (SlopePainter,), {"place": "outside"})()

    found = estimated(replace(parts, painter=mute))
    assert found.most_usd is None


def test_what_works_here_is_free(parts: Parts) -> None:
    found = estimated(parts, budget=0.0)

    assert found.is_free
    assert found.fits
    assert found.most_usd == 0.0


def test_of_those_who_stand_by_the_dearest_counts(parts: Parts) -> None:
    painters: dict[str, Painter] = {"dear": Dear(), "dearer": Dearer()}
    both = PainterInOrder(Standby(painters, "paints", MemoryTroubles(), Asides()))

    found = estimated(replace(parts, painter=both))
    paint = [charge for charge in found.charges if charge.deed == "paint"]
    assert [charge.stands_by for charge in paint] == [False, True]
    assert found.most_usd == pytest.approx(4 * 0.30)


def test_a_run_whose_first_picture_does_not_fit_is_refused_with_both_sums(parts: Parts) -> None:
    with pytest.raises(BudgetSpent, match=r"'dear' may cost \$0\.1, and the budget .* \$0\.05"):
        refuse_unaffordable(replace(parts, painter=Dear()), 0.05, 96, 64)


def test_what_is_set_aside_for_an_unknown_price_has_to_fit_too(parts: Parts) -> None:
    with pytest.raises(BudgetSpent, match="no known price"):
        refuse_unaffordable(replace(parts, painter=Secretive()), 0.4, 96, 64)


@pytest.mark.parametrize("budget", [0.10, None])
def test_what_fits_is_not_refused(parts: Parts, budget: float | None) -> None:
    refuse_unaffordable(replace(parts, painter=Dear(), writer=DearWriter()), budget, 96, 64)

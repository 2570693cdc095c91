from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gesso.core.errors import BudgetSpent
from gesso.core.outside.accounts.budget import Budget


def test_money_is_set_aside_and_then_settled_at_what_it_cost() -> None:
    budget = Budget(1.0)

    reservation = budget.reserve(0.4)
    assert [budget.spent, budget.reserved, budget.remaining] == pytest.approx([0.0, 0.4, 0.6])

    budget.settle(reservation, 0.1)
    assert [budget.spent, budget.reserved, budget.remaining] == pytest.approx([0.1, 0.0, 0.9])


def test_a_call_of_unknown_cost_counts_with_what_was_set_aside() -> None:
    budget = Budget(1.0)

    budget.settle(budget.reserve(0.4), None)

    assert budget.spent == 0.4


def test_the_call_that_would_pass_the_cap_is_refused_with_cap_spent_and_wanted() -> None:
    budget = Budget(1.0, spent_usd=0.75)
    budget.reserve(0.2)

    with pytest.raises(BudgetSpent) as refused:
        budget.reserve(0.1)

    for figure in ("$1", "$0.75", "$0.2", "$0.1"):
        assert figure in refused.value.message
    assert "--budget" in refused.value.advice
    assert budget.reserved == 0.2


def test_ten_dimes_fit_into_a_dollar() -> None:
    budget = Budget(1.0)
    for _ in range(10):
        budget.settle(budget.reserve(0.1), None)
    with pytest.raises(BudgetSpent):
        budget.reserve(0.001)


def test_what_is_free_is_never_refused() -> None:
    Budget(1.0, spent_usd=2.0).reserve(0.0)


def test_without_a_cap_everything_fits() -> None:
    budget = Budget(None)
    budget.reserve(1e6)
    assert budget.remaining is None


def test_two_reservations_of_one_amount_are_two() -> None:
    budget = Budget(1.0)
    first, second = budget.reserve(0.5), budget.reserve(0.5)

    budget.settle(first, 0.0)

    assert budget.reserved == 0.5
    budget.settle(second, None)
    assert budget.spent == 0.5


def test_a_reservation_is_settled_once() -> None:
    budget = Budget(1.0)
    reservation = budget.reserve(0.5)
    budget.settle(reservation, 0.5)

    with pytest.raises(ValueError, match="settled already"):
        budget.settle(reservation, 0.5)


@pytest.mark.parametrize("amount", [-0.01, float("nan")])
def test_no_amount_of_money_is_below_zero_or_no_number(amount: float) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        Budget(1.0).reserve(amount)


def test_many_threads_never_set_aside_more_than_the_cap() -> None:
    budget = Budget(1.0)

    def reserve(_: int) -> bool:
        try:
            budget.settle(budget.reserve(0.01), None)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        granted = sum(threads.map(reserve, range(500)))

    assert granted == 100
    assert budget.spent == pytest.approx(1.0)


def test_what_an_earlier_call_counts_for_is_set_aside_anew_beyond_the_cap() -> None:
    budget = Budget(1.0, spent_usd=1.0)

    reservation = budget.reopen(0.4)

    assert (budget.spent, budget.reserved) == pytest.approx((0.6, 0.4))
    budget.settle(reservation, 0.1)
    assert budget.spent == pytest.approx(0.7)

"""What was spent, added up: known and assumed apart, and the price of a kept picture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gesso.core.catalogue.calls.spending import WAYS, By, Spending, Spent, spending
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.calls import CallState, Errand
from gesso.core.records.works import Provenance, Rights

from .workshop import Clock, Workshop


def call(
    catalogue: Catalogue,
    state: CallState = "done",
    cost: float | None = 0.1,
    *,
    run: str = "r",
    provider: str = "fal",
    reserved: float = 0.25,
) -> None:
    number = catalogue.calls.open(
        errand=Errand(run),
        provider=provider,
        operation="paint",
        model="",
        attempt=1,
        key="k",
        reserved_usd=reserved,
        waited_s=0,
    )
    if state == "sent":
        return
    catalogue.calls.settle(
        number,
        state=state,
        status=None,
        request_id="",
        cost_usd=cost,
        price_source="",
        input_units=None,
        output_units=None,
        error="",
    )


def keep(catalogue: Catalogue, make: Workshop, number: int, run: str, painter: str) -> None:
    """Hang a work in the gallery."""
    catalogue.accession.accept_painting(
        make.picture(number),
        title="Kept",
        creator=painter,
        provenance=Provenance("made", painter, f"{run}/{number}", run, "algorithmicMedia"),
        rights=Rights(),
        recipe=make.recipe(number),
        standing="kept",
    )


def by_name(found: Spending) -> dict[str, Spent]:
    return {row.name: row for row in found.rows}


def test_a_studio_that_made_no_call_has_spent_nothing(catalogue: Catalogue) -> None:
    found = spending(catalogue.database)

    assert found.rows == ()
    assert found.total == Spent("")
    assert found.total.usd_per_kept is None


@pytest.mark.parametrize("by", WAYS)
def test_the_lines_add_up_to_the_total_and_to_the_ledger(catalogue: Catalogue, by: By) -> None:
    catalogue.runs.create("r", "the sea", {}, [])
    catalogue.runs.create("q", "the sea", {}, [])
    states: list[tuple[CallState, float | None]] = [
        ("done", 0.1), ("done", None), ("failed", None), ("failed", 0.3), ("unknown", None),
        ("unknown", 0.4), ("sent", None),
    ]  # fmt: skip
    for at, (state, cost) in enumerate(states):
        call(catalogue, state, cost, run=("r", "q", "")[at % 3], provider=("fal", "x")[at % 2])

    found = spending(catalogue.database, by)

    assert sum(row.usd for row in found.rows) == pytest.approx(found.total.usd)
    assert found.total.usd == pytest.approx(catalogue.calls.spent())
    assert found.total.calls == sum(row.calls for row in found.rows) == len(states)


def test_calls_whose_cost_nobody_knows_count_as_reserved_and_are_told_apart(
    catalogue: Catalogue,
) -> None:
    call(catalogue, "done", 0.1)
    call(catalogue, "done", None, reserved=1)
    call(catalogue, "unknown", None, reserved=2)
    call(catalogue, "unknown", 0.2, reserved=4)
    call(catalogue, "sent", reserved=8)
    call(catalogue, "failed", None, reserved=16)
    call(catalogue, "failed", 0.4, reserved=32)

    total = spending(catalogue.database).total

    assert (total.unpriced, total.unknown, total.waiting, total.assumed) == (1, 1, 1, 3)
    assert total.assumed_usd == pytest.approx(1 + 2 + 8)
    assert total.known_usd == pytest.approx(0.1 + 0.2 + 0.4)
    assert total.failed == 2
    assert total.failed_usd == pytest.approx(0.4)


def test_by_provider_the_dearest_comes_first(catalogue: Catalogue) -> None:
    call(catalogue, cost=0.1, provider="gemini")
    call(catalogue, cost=0.5, provider="fal")

    assert [row.name for row in spending(catalogue.database).rows] == ["fal", "gemini"]


def test_runs_of_one_theme_are_one_line(catalogue: Catalogue) -> None:
    for run, theme in (("a", "the sea"), ("b", "the sea"), ("c", "the moon")):
        catalogue.runs.create(run, theme, {}, [])
        call(catalogue, run=run)
    call(catalogue, run="")

    themes = by_name(spending(catalogue.database, "theme"))

    assert {name: row.calls for name, row in themes.items()} == {"the sea": 2, "the moon": 1, "": 1}


def test_days_are_days_of_utc_and_the_newest_comes_first(
    catalogue: Catalogue, clock: Clock
) -> None:
    clock.now = datetime(2026, 3, 1, 23, 59, 58, tzinfo=UTC)
    call(catalogue, "sent")
    clock.now += timedelta(seconds=1)
    call(catalogue, "sent")

    days = spending(catalogue.database, "day").rows

    assert [row.name for row in days] == ["2026-03-02", "2026-03-01"]


def test_nothing_from_before_is_counted(catalogue: Catalogue, clock: Clock, make: Workshop) -> None:
    call(catalogue, cost=0.1)
    keep(catalogue, make, 1, "r", "fal")
    clock.now += timedelta(days=3)
    noon = clock.now
    call(catalogue, cost=0.7)
    keep(catalogue, make, 2, "r", "fal")

    total = spending(catalogue.database, since=noon).total

    assert (total.calls, total.kept) == (1, 1)
    assert total.usd == pytest.approx(0.7)
    assert spending(catalogue.database, since=noon + timedelta(days=1)).total.calls == 0


def test_a_kept_picture_costs_its_share_of_failed_calls_and_takes_too(
    catalogue: Catalogue, make: Workshop
) -> None:
    catalogue.runs.create("r", "the sea", {}, [])
    call(catalogue, cost=0.1)
    call(catalogue, cost=0.1)
    call(catalogue, "failed", 0.1)
    make.paint(catalogue, 3)  # a take: it hangs nowhere
    keep(catalogue, make, 1, "r", "fal")
    keep(catalogue, make, 2, "r", "fal")

    for by in WAYS:
        found = spending(catalogue.database, by)
        assert found.total.usd_per_kept == pytest.approx(0.15)
        if by != "day":  # the clock of the test may pass midnight
            assert [row.usd_per_kept for row in found.rows] == [pytest.approx(0.15)]


def test_pictures_that_cost_no_call_do_not_make_the_others_cheaper(
    catalogue: Catalogue, make: Workshop
) -> None:
    call(catalogue, cost=0.2)
    keep(catalogue, make, 1, "r", "fal")
    keep(catalogue, make, 2, "", "procedural")
    keep(catalogue, make, 3, "offline-run", "procedural")

    assert spending(catalogue.database).total.usd_per_kept == pytest.approx(0.2)


def test_a_picture_of_no_run_counts_for_the_provider_who_painted_it(
    catalogue: Catalogue, make: Workshop
) -> None:
    call(catalogue, cost=0.2, run="")
    keep(catalogue, make, 1, "", "fal")

    assert by_name(spending(catalogue.database, "provider"))["fal"].kept == 1
    assert by_name(spending(catalogue.database, "run"))[""].kept == 1


def test_a_way_that_there_is_not_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="by day, provider, run, theme, not by 'month'"):
        spending(catalogue.database, "month")  # type: ignore[arg-type]  # the wrong call

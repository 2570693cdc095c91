"""gesso spend: sums that say what they do not know."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.calls import CallState, Errand

from .conftest import Gesso

STUDIO = Path("studio")
LONG_AGO = datetime(2020, 5, 4, 12, tzinfo=UTC)


def call(catalogue: Catalogue, state: CallState, cost: float | None, provider: str = "fal") -> None:
    number = catalogue.calls.open(
        errand=Errand("sea"),
        provider=provider,
        operation="paint",
        model="",
        attempt=1,
        key="k",
        reserved_usd=0.25,
        waited_s=0,
    )
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


@pytest.fixture
def spent() -> None:
    """A studio that spent something long ago, and something now."""
    with Catalogue.open(STUDIO, clock=lambda: LONG_AGO) as catalogue:
        catalogue.runs.create("sea", "the sea at night", {}, [])
        call(catalogue, "done", 1.0, "gemini")
    with Catalogue.open(STUDIO) as catalogue:
        call(catalogue, "done", 0.5)
        call(catalogue, "unknown", None)
        call(catalogue, "failed", 0.05)


def test_to_ask_what_was_spent_makes_no_studio(gesso: Gesso) -> None:
    said = gesso("spend")

    assert said.code == 3
    assert not STUDIO.exists()


def test_a_studio_without_calls_says_so(gesso: Gesso) -> None:
    Catalogue.open(STUDIO).close()

    assert gesso("spend").out == "Nothing was spent: no call has left this studio.\n"


def test_what_is_not_known_is_said_beside_the_sum(gesso: Gesso, spent: None) -> None:
    out = gesso("spend").out

    assert out.startswith("$1.80 spent\n")
    assert "Of 1 call the cost is not known (1 got no answer)" in out
    assert "counts as spent, $0.25." in out
    assert "Calls that failed were billed all the same: $0.05." in out
    assert [line.split()[0] for line in out.splitlines()[2:4]] == ["gemini", "fal"]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("provider", {"gemini", "fal"}),
        ("run", {"sea"}),
        ("theme", {"the sea at night"}),
        ("day", {"2020-05-04", f"{datetime.now(UTC):%Y-%m-%d}"}),
    ],
)
def test_spending_is_added_up_by(gesso: Gesso, spent: None, by: str, names: set[str]) -> None:
    told = gesso("spend", "--by", by, "--json").document

    assert {row["name"] for row in told["rows"]} == names
    assert told["total"]["usd"] == pytest.approx(1.8)
    assert told["total"]["assumed"] == 1


@pytest.mark.parametrize(
    "since", ["7d", "2020-05-05", "2020-05-04T13:00:00", "2020-05-04T14:00+01:00"]
)
def test_since_leaves_out_what_was_before(gesso: Gesso, spent: None, since: str) -> None:
    told = gesso("spend", "--since", since, "--json").document

    assert told["total"]["usd"] == pytest.approx(0.8)
    assert told["since"].endswith("+00:00")


@pytest.mark.parametrize("since", ["yesterday", "7 moons", "2020-13-01", ""])
def test_a_time_that_is_none_is_refused_in_one_sentence(gesso: Gesso, since: str) -> None:
    said = gesso("spend", "--since", since)

    assert said.code == 2
    assert "is no time; write a day as 2026-11-01, or 7d or 12h." in said.err

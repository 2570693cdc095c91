"""A writer's model fails: each deed, each fault, its kind, and as many rows as requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.contracts.llm_rows import CANARY, ROWS, TRIES, Place, desk_with, open_place

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BudgetSpent,
    GessoError,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Refused,
    Transient,
    UnknownOutcome,
)
from gesso.core.records.calls import Errand
from gesso.core.records.prompts import Theme
from gesso.make.writers.llm import LlmWriter

from .llm_answers import CONCEPT, attempt, expanded, ideas, refined, written

ERRAND = Errand("run-1", "item-1")
ANSWERS: dict[str, dict[str, Any]] = {
    "concept": ideas("Ember Orrery"),
    "prompt": written(),
    "expand": expanded(),
    "refine": refined(),
}
DEEDS: dict[str, Callable[[LlmWriter], object]] = {
    "concept": lambda writer: writer.find_concept(Theme("the sea"), lambda _: False, 1, ERRAND),
    "prompt": lambda writer: writer.write_prompt(CONCEPT, 1, ERRAND),
    "expand": lambda writer: writer.expand("A fox.", "", "", ERRAND),
    "refine": lambda writer: writer.refine([attempt()], ERRAND),
}
# A fault, its kind and how many requests it takes.
FATES: dict[str, tuple[type[OutsideError], int]] = {
    "429": (RateLimited, TRIES),
    "quota": (QuotaSpent, 1),
    "auth": (AuthError, 1),
    "500": (Transient, TRIES),
    "slow": (UnknownOutcome, 1),
    "hangup": (UnknownOutcome, 1),
    "refuse": (Refused, 1),
    "truncated": (BadOutput, 2),
    "empty": (BadOutput, 2),
    "badjson": (BadOutput, 2),
    "wrongshape": (BadOutput, 2),
    "webpage": (BadOutput, 2),
}
MENDED = {"429once": 2, "500once": 2, "badjsononce": 2, "wrongshapeonce": 2, "fenced": 1}


@pytest.fixture(params=ROWS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with open_place(request.param) as opened:
        yield opened


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        *(("concept", fault) for fault in FATES),
        *((deed, f) for deed in ("prompt", "expand") for f in ("refuse", "truncated", "badjson")),
    ],
)
def test_a_fault_ends_a_deed_by_its_kind(place: Place, deed: str, fault: str) -> None:
    kind, calls = FATES[fault]
    place.stub.answer = ANSWERS[deed]

    with pytest.raises(GessoError) as caught:
        DEEDS[deed](LlmWriter(place.llm(fault)))

    assert type(caught.value) is kind
    assert CANARY not in str(caught.value)
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == calls


@pytest.mark.parametrize(
    "fault", [f for f, (kind, _) in FATES.items() if kind in {Refused, BadOutput}]
)
def test_a_refinement_that_does_not_come_leaves_the_best_attempt(place: Place, fault: str) -> None:
    place.stub.answer = ANSWERS["refine"]
    writer, tried = LlmWriter(place.llm(fault)), [attempt("One.", 0.2), attempt("Two.", 0.6)]

    assert writer.refine(tried, ERRAND) == tried[1].prompt
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == FATES[fault][1]
    assert place.troubles.list()[-1].action == "failed"


@pytest.mark.parametrize("fault", ["quota", "auth", "500", "slow"])
def test_a_refinement_that_may_come_later_is_not_given_up(place: Place, fault: str) -> None:
    with pytest.raises(FATES[fault][0]):
        DEEDS["refine"](LlmWriter(place.llm(fault)))


@pytest.mark.parametrize("fault", MENDED)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_fault_that_passes_is_mended(place: Place, deed: str, fault: str) -> None:
    place.stub.answer = ANSWERS[deed]

    assert DEEDS[deed](LlmWriter(place.llm(fault)))
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == MENDED[fault]


def test_the_ledger_is_the_stubs_own_meter_over_all_deeds(place: Place) -> None:
    writer = LlmWriter(place.llm())
    place.stub.fail_next("", "wrongshape", "", "500", "", "truncated", "")
    for deed, do in DEEDS.items():
        place.stub.answer = ANSWERS[deed]
        do(writer)

    assert len(place.ledger.calls("run-1")) == len(place.stub.calls) == 7
    assert place.ledger.spent() == pytest.approx(place.stub.meter.usd, abs=1e-9)
    assert place.stub.meter.usd > 0
    assert {call.operation for call in place.ledger.calls()} == set(DEEDS)


def test_nothing_is_asked_beyond_the_cap(place: Place) -> None:
    place.desk = desk_with(place.ledger, place.troubles, cap_usd=1e-6)
    writer = LlmWriter(place.llm())

    for do in DEEDS.values():
        with pytest.raises(BudgetSpent):
            do(writer)
    assert place.stub.requests == []


def test_one_writer_serves_many_items_at_once(place: Place) -> None:
    place.stub.answer = ANSWERS["concept"]
    place.stub.latency_s = 0.05
    writer = LlmWriter(place.llm())

    def find(number: int) -> str:
        errand = Errand("run-1", f"item-{number}")
        return writer.find_concept(Theme(f"theme {number}"), lambda _: False, 1, errand).theme

    with ThreadPoolExecutor(8) as threads:
        themes = list(threads.map(find, range(16)))

    assert themes == [f"theme {number}" for number in range(16)]
    assert len({call.item for call in place.ledger.calls("run-1")}) == 16


@pytest.mark.parametrize(
    ("deed", "left_out"),
    [
        ("concept", "obvious"),
        ("prompt", "avoid"),
        ("expand", "figures"),
        ("expand", "hues"),
        ("refine", "diagnosis"),
        ("refine", "wishes"),
    ],
)
def test_a_field_that_can_be_done_without_is_not_worth_a_second_request(
    place: Place, deed: str, left_out: str
) -> None:
    place.stub.answer = {name: it for name, it in ANSWERS[deed].items() if name != left_out}

    assert DEEDS[deed](LlmWriter(place.llm()))
    assert len(place.stub.calls) == 1
    assert f'"{left_out}"' in place.stub.calls[0].content.decode()

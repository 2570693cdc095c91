"""Every fault of every stub: the right kind, the right number of calls, one clear sentence.

A fault that a stub learns has to be told its fate here, so that none can be forgotten.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Refused,
    Transient,
    UnknownOutcome,
)

from ..stubs.stub import QUIET_S
from .llm_rows import CANARY, IDEA, QUESTION, ROWS, TRIES, Idea, Place, open_place

# What a fault of texts is: its kind (None: it is mended), how many calls, words of its sentence.
Fate = tuple[type[OutsideError] | None, int, str]
SHARED: dict[str, Fate] = {
    "429": (RateLimited, TRIES, "slow down"),
    "429once": (None, 2, ""),
    "quota": (QuotaSpent, 1, "uota"),
    "402": (QuotaSpent, 1, "nothing left"),
    "auth": (AuthError, 1, "refused the key"),
    "forbidden": (AuthError, 1, "refused the key"),
    "400": (BadRequest, 1, "does not take the request"),
    "404": (BadRequest, 1, "does not take the request"),
    "500": (Transient, TRIES, "failed for the moment"),
    "500once": (None, 2, ""),
    "503": (Transient, TRIES, "failed for the moment"),
    "refuse": (Refused, 1, "'"),
    "truncated": (BadOutput, 2, "cut short"),
    "empty": (BadOutput, 2, "was empty"),
    "badjson": (BadOutput, 2, "no JSON"),
    "badjsononce": (None, 2, ""),
    "wrongshape": (BadOutput, 2, "title: Field required"),
    "wrongshapeonce": (None, 2, ""),
    "fenced": (None, 1, ""),
    "slow": (UnknownOutcome, 1, "no whole answer"),
    "hangup": (UnknownOutcome, 1, "no whole answer"),
    "webpage": (BadOutput, 2, "not its wire's form"),
}
FATES: dict[str, dict[str, Fate]] = {
    "gemini": {
        **SHARED,
        "429header": (RateLimited, TRIES, "slow down"),
        "429headeronce": (None, 2, ""),
        "badkey": (AuthError, 1, "refused the key"),
        "504": (Transient, TRIES, "failed for the moment"),
        "refuseanswer": (Refused, 1, "SAFETY"),
        "nocandidates": (BadOutput, 2, "no candidate"),
        "continuation": (BadOutput, 2, "cut short (CONTINUATION)"),
    },
    "openai": {
        **SHARED,
        "429ms": (RateLimited, TRIES, "slow down"),
        "429msonce": (None, 2, ""),
        "429bare": (RateLimited, TRIES, "slow down"),
        "429bareonce": (None, 2, ""),
        "408": (Transient, TRIES, "failed for the moment"),
        "409": (Transient, TRIES, "failed for the moment"),
        "422": (BadRequest, 1, "does not take the request"),
        "503after": (RateLimited, TRIES, "slow down"),
        "moderated": (Refused, 1, "safety system"),
        "filtered": (Refused, 1, "content_filter"),
        "nochoices": (BadOutput, 2, "no choice"),
        "noschema": (None, 2, ""),
        "nojsonmode": (None, 3, ""),
        "noformat": (None, 1, ""),
        "notemperature": (None, 2, ""),
        "noseed": (None, 2, ""),
        "oldlimit": (None, 2, ""),
    },
}
OF_PICTURES = {"noimage", "badimage", "url", "badurl"}


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with open_place(request.param) as opened:
        yield opened


@pytest.mark.parametrize("name", ROWS)
def test_every_fault_of_a_stub_has_its_fate(name: str) -> None:
    assert set(ROWS[name].stub.faults) - OF_PICTURES == set(FATES[name])


FAULTS = [(name, fault) for name, fates in FATES.items() for fault in fates]


@pytest.mark.parametrize(
    ("place", "fault"), FAULTS, indirect=["place"], ids=[f"{n}-{f}" for n, f in FAULTS]
)
def test_a_fault_has_its_kind_its_calls_and_one_sentence(place: Place, fault: str) -> None:
    kind, calls, words = FATES[place.name][fault]
    llm = place.llm(fault)
    question = dataclasses.replace(QUESTION, temperature=0.2, seed=1)

    if kind is None:
        assert llm.answer(question, Idea) == IDEA
    else:
        with pytest.raises(OutsideError) as caught:
            llm.answer(question, Idea)
        assert type(caught.value) is kind
        assert caught.value.provider == place.name
        assert words in caught.value.message
        assert "\n" not in str(caught.value)
        assert caught.value.message.endswith(".")
        assert len(caught.value.message) < 260
        assert CANARY not in str(caught.value)
    assert len(place.stub.calls) == len(place.ledger.calls()) == calls
    assert CANARY not in repr((place.ledger.calls(), place.troubles.list()))


@pytest.mark.parametrize(
    ("place", "fault"),
    [("gemini", "429"), ("gemini", "429header"), ("openai", "429"), ("openai", "429ms")],
    indirect=["place"],
)
def test_no_call_comes_earlier_than_was_asked(place: Place, fault: str) -> None:
    place.stub.fail_next(fault)
    place.llm().answer(QUESTION, Idea)

    first, second = place.stub.calls
    assert QUIET_S <= second.at - first.at < QUIET_S + 0.5

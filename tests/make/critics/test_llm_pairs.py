"""Pairs before an llm, over real HTTP: both orders, no favour for a place, faults by their kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.contracts.llm_rows import CANARY, ROWS, TRIES, Place, desk_with, open_place

from gesso.core.errors import (
    AuthError,
    BudgetSpent,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Comparison, Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt, Question
from gesso.make.critics.critic import View
from gesso.make.critics.llm import LlmCritic
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions

from ..llm_asked import all_asked, asked

ERRAND = Errand("run-1", "item-1")
MEASURED = MeasuredCritic(MeasuredOptions(), Desk.offline())
PROMPT = Prompt(
    "Ember Bridge", "a bridge", "", "forsaken", "", "", "", "people",
    "A bridge at night. Key: low (20).", "", "Ember Bridge", (),
    (Question("Does it show a bridge?", "bridge"),), Maker("hand"),
)  # fmt: skip
DARK, LIGHT = (View(Picture(np.full((40, 60, 3), value, np.uint8))) for value in (30, 220))
# A judge that does not come for a reason that may pass, or that stops the whole run.
STOPS: dict[str, tuple[type[OutsideError], int]] = {
    "429": (RateLimited, TRIES),
    "quota": (QuotaSpent, 1),
    "auth": (AuthError, 1),
    "500": (Transient, TRIES),
    "slow": (UnknownOutcome, 1),
}
# A judge that came and brought nothing: how many requests it takes.
USELESS = {"refuse": 1, "truncated": 2, "empty": 2, "badjson": 2, "wrongshape": 2}


@pytest.fixture(params=ROWS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with open_place(request.param) as opened:
        opened.stub.answer = choice("first")
        yield opened


def choice(better: str, reason: str = "Its light carries it.") -> dict[str, Any]:
    return {"first": "Dark.", "second": "Light.", "better": better, "reason": reason}


def prefers_the_light_one(body: dict[str, Any]) -> dict[str, Any]:
    first, second = (picture.mean() for picture in asked(body).pictures)
    return choice("first" if first > second else "second", "The lighter one shows its bridge.")


def scored(score: float) -> Evaluation:
    return Evaluation((), (), 0.0, score, "", Maker("measured", "1", offline=True))


def compare(
    place: Place, views: tuple[View, View] = (DARK, LIGHT), *, scores: Any = (0.8, 0.3), fault=""
) -> Comparison:
    found = (scored(scores[0]), scored(scores[1]))
    return LlmCritic(place.llm(fault), MEASURED).compare(views, found, PROMPT, ERRAND)


def test_a_judge_that_knows_a_picture_names_it_in_both_orders(place: Place) -> None:
    place.stub.answer = prefers_the_light_one

    told = compare(place)
    turned = compare(place, (LIGHT, DARK))

    assert told == Comparison(
        1,
        True,
        "The lighter one shows its bridge.",
        Maker(place.name, ROWS[place.name].model, offline=False),
    )
    assert (turned.winner, turned.agreed) == (0, True)


@pytest.mark.parametrize("better", ["first", "second"])
@pytest.mark.parametrize(("scores", "winner"), [((0.8, 0.3), 0), ((0.3, 0.8), 1)])
def test_a_judge_that_always_names_the_same_place_decides_nothing(
    place: Place, better: str, scores: tuple[float, float], winner: int
) -> None:
    place.stub.answer = choice(better)

    told = compare(place, scores=scores)

    assert (told.winner, told.agreed) == (winner, False)
    assert "0.80 against 0.30" in told.reason


def test_the_pair_is_shown_in_both_orders_and_each_is_a_row(place: Place) -> None:
    compare(place)

    shown = [[bool(p.mean() > 128) for p in one.pictures] for one in all_asked(place.stub.requests)]
    assert shown == [[False, True], [True, False]]
    rows = [(call.operation, call.item, call.state) for call in place.ledger.calls("run-1")]
    assert rows == [("judge", "item-1", "done")] * 2
    assert place.ledger.spent() == pytest.approx(place.stub.meter.usd, abs=1e-9)


def test_both_pictures_are_shown_with_768_pixels_at_most(place: Place) -> None:
    large = View(Picture(np.full((2000, 1000, 3), 90, np.uint8)))
    critic = LlmCritic(place.llm(picture_side=4096), MEASURED)
    critic.compare((large, DARK), (scored(0.5), scored(0.5)), PROMPT, ERRAND)

    shapes = [picture.shape for picture in all_asked(place.stub.requests)[0].pictures]
    assert shapes == [(768, 384, 3), (40, 60, 3)]


def test_the_judge_is_told_what_was_asked_for_and_no_score(place: Place) -> None:
    compare(place)

    one, other = all_asked(place.stub.requests)
    assert one.material == other.material
    assert one.material == {
        "asked": {
            "title": "Ember Bridge",
            "text": "A bridge at night.",
            "mood": "forsaken",
            "avoid": "people",
        },
        "questions": ["Does it show a bridge?"],
    }
    assert one.parameters["temperature"] == 0


@pytest.mark.parametrize("fault", STOPS)
def test_a_judge_that_may_come_later_is_waited_for(place: Place, fault: str) -> None:
    kind, calls = STOPS[fault]

    with pytest.raises(kind) as caught:
        compare(place, fault=fault)

    assert CANARY not in str(caught.value)
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == calls


@pytest.mark.parametrize("fault", USELESS)
def test_where_a_judge_brings_nothing_the_scores_decide_and_say_so(
    place: Place, fault: str
) -> None:
    told = compare(place, scores=(0.3, 0.8), fault=fault)

    assert (told.winner, told.agreed) == (1, False)
    assert told.reason.startswith(f"{'The answer of ' if fault != 'refuse' else ''}'{place.name}'")
    assert told.reason.endswith("So the scores decided: 0.80 against 0.30.")
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == USELESS[fault]


@pytest.mark.parametrize("fault", USELESS)
def test_where_a_judge_brings_nothing_a_picture_stays_judged_by_measurement(
    place: Place, fault: str
) -> None:
    critic = LlmCritic(place.llm(fault), MEASURED)
    found = critic.evaluate(DARK, PROMPT, ERRAND)
    measured = MEASURED.evaluate(DARK, PROMPT, ERRAND)

    assert (found.checks, found.score, found.maker) == (
        measured.checks,
        measured.score,
        measured.maker,
    )
    assert found.verdict.startswith(f"{measured.verdict} Nobody looked at it: ")
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == USELESS[fault]


@pytest.mark.parametrize("fault", STOPS)
def test_a_look_that_may_come_later_is_waited_for(place: Place, fault: str) -> None:
    kind, calls = STOPS[fault]

    with pytest.raises(kind):
        LlmCritic(place.llm(fault), MEASURED).evaluate(DARK, PROMPT, ERRAND)
    assert len(place.stub.calls) == len(place.ledger.calls("run-1")) == calls


def test_a_second_order_that_fails_leaves_the_scores_to_decide(place: Place) -> None:
    place.stub.fail_next("", "refuse")

    told = compare(place)

    assert (told.winner, told.agreed) == (0, False)
    assert [call.state for call in place.ledger.calls("run-1")] == ["done", "failed"]


def test_nobody_is_asked_beyond_the_cap(place: Place) -> None:
    place.desk = desk_with(place.ledger, place.troubles, cap_usd=1e-6)

    with pytest.raises(BudgetSpent):
        compare(place)
    assert place.stub.requests == []


def test_a_judge_is_called_llm_and_works_outside(place: Place) -> None:
    critic = LlmCritic(place.llm(), MEASURED)

    assert (critic.name, critic.place) == ("llm", "outside")

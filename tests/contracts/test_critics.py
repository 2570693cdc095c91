"""What every critic owes the run (make/critics/critic.py), asked of each critic alike.

Those that ask an llm are asked through the stub that speaks its wire. A critic that is not ours
is asked the same by its entry point's name:
`GESSO_CONTRACT_CRITICS=theirs pytest tests/contracts/test_critics.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Aim, Prompt, Question
from gesso.make.critics.critic import CRITICS, Critic, View
from gesso.make.critics.llm import LlmCritic
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions

from ..make.llm_asked import asked
from .llm_rows import ROWS, open_place

FOREIGN = [name for name in os.environ.get("GESSO_CONTRACT_CRITICS", "").split(",") if name]
NAMES = FOREIGN or list(CRITICS.names())
ERRAND = Errand("run-1", "item-1")
QUESTIONS = (Question("Does it show a bridge?", "bridge"), Question("Does it feel forsaken?"))
PROMPT = Prompt(
    "Ember Bridge", "a bridge", "", "forsaken", "", "", "", "people",
    "A bridge at night. Key: low (30).", "", "Ember Bridge", (Aim("key", 30.0),), QUESTIONS,
    Maker("hand"),
)  # fmt: skip


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """A judge that says yes without evidence, and always likes the darker picture."""
    question = asked(body)
    if "asked" not in question.material:
        numbers = [one["number"] for one in question.material["questions"]]
        return {"answers": [{"number": n, "evidence": "", "outcome": "yes"} for n in numbers]}
    first, second = (picture.mean() for picture in question.pictures)
    better = "first" if first <= second else "second"
    return {"first": "A.", "second": "B.", "better": better, "reason": "It is darker."}


@pytest.fixture(params=[*NAMES, *(f"llm:{name}" for name in ROWS)])
def critic(request: pytest.FixtureRequest) -> Iterator[Critic]:
    kind, _, llm = str(request.param).partition(":")
    if not llm:
        factory = CRITICS.open(kind)
        yield factory(factory.Options(), Desk.offline())
        return
    with open_place(llm) as place:
        place.stub.answer = answer
        yield LlmCritic(place.llm(), MeasuredCritic(MeasuredOptions(), Desk.offline()))


def grey(middle: int) -> Picture:
    """A slope of greys, 96 by 64, about `middle` of 255."""
    slope = np.linspace(middle - 20, middle + 20, 96).astype(np.uint8)
    return Picture(np.repeat(np.repeat(slope[None, :, None], 64, axis=0), 3, axis=2))


DARK, LIGHT = View(grey(70)), View(grey(200))


@pytest.mark.parametrize("name", NAMES)
def test_a_critic_is_called_what_its_row_says_and_its_options_are_frozen(name: str) -> None:
    factory: Any = CRITICS.open(name)

    assert factory(factory.Options(), Desk.offline()).name == name
    assert factory.Options.__dataclass_params__.frozen
    assert factory.Options() == factory.Options()


def test_a_critic_says_where_its_time_goes(critic: Critic) -> None:
    assert critic.place in {"cpu", "outside"}


def test_every_question_is_answered_once_with_a_reason(critic: Critic) -> None:
    checks = critic.evaluate(DARK, PROMPT, ERRAND).checks

    for question in QUESTIONS:
        (check,) = (check for check in checks if check.words == question.words)
        assert check.reason.strip()


def test_yes_is_never_said_without_evidence(critic: Critic) -> None:
    checks = critic.evaluate(DARK, PROMPT, ERRAND).checks
    outcomes = {check.words: check.outcome for check in checks}

    assert [outcomes[question.words] for question in QUESTIONS] == ["unknown", "unknown"]


def test_what_the_painter_left_out_is_answered_with_no(critic: Critic) -> None:
    view = View(DARK.picture, omits=("bridge",), repertoire="slopes of grey")
    evaluation = critic.evaluate(view, PROMPT, ERRAND)
    outcomes = {check.words: check.outcome for check in evaluation.checks}

    assert outcomes[QUESTIONS[0].words] == "no"
    assert evaluation.score < critic.evaluate(DARK, PROMPT, ERRAND).score
    assert not evaluation.passes


def test_every_aim_is_measured_and_a_miss_costs_score(critic: Critic) -> None:
    near, far = (critic.evaluate(view, PROMPT, ERRAND) for view in (DARK, LIGHT))
    errors = [m.error for e in (near, far) for m in e.measures if m.name == "key"]

    assert None not in errors
    assert {m.target for m in near.measures if m.name == "key"} == {30.0}
    assert 0.0 <= near.error < far.error <= 1.0
    assert 0.0 <= far.score < near.score <= 1.0
    assert near.verdict
    assert far.verdict
    assert near.maker.name


@pytest.mark.parametrize(("views", "winner"), [((DARK, LIGHT), 0), ((LIGHT, DARK), 1)])
def test_the_better_of_a_pair_is_better_in_either_place(
    critic: Critic, views: tuple[View, View], winner: int
) -> None:
    evaluations = (
        critic.evaluate(views[0], PROMPT, ERRAND),
        critic.evaluate(views[1], PROMPT, ERRAND),
    )
    comparison = critic.compare(views, evaluations, PROMPT, ERRAND)

    assert comparison.winner == winner
    assert comparison.agreed
    assert comparison.reason.strip()


def test_of_two_that_are_the_same_the_first_is_kept(critic: Critic) -> None:
    found = critic.evaluate(DARK, PROMPT, ERRAND)

    assert critic.compare((DARK, DARK), (found, found), PROMPT, ERRAND).winner == 0


def test_many_threads_hear_the_same(critic: Critic) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: critic.evaluate(DARK, PROMPT, ERRAND), range(8)))

    assert all(each == found[0] for each in found)

"""An llm's words reach a painter only where they say what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from gesso.core.errors import Refused
from gesso.core.llms.llm import Llm, Question
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.study.measures.measures import measure
from gesso.study.records import Tip
from gesso.study.tips.llm.advising import LlmAdviser
from gesso.study.tips.llm.checks import complaints
from gesso.study.tips.llm.shapes import Worded, Worded2
from gesso.study.tips.rules import rules, strengths
from gesso.study.tips.tips import tip_of

from ..conftest import set_up
from .adversary import KINDS, TURNED, Lie, honest, lies

Pairs = Sequence[tuple[Tip, Tip]]


class Scripted:
    """An llm that gives prepared answers, the last one for ever."""

    name, vendor, model = "scripted", "nobody", "script-1"

    def __init__(self, *answers: Sequence[Worded] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []

    def answer(self, question: Question, shape: type[Any]) -> Any:
        self.asked.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Worded2(tips=list(answer))


@pytest.fixture(scope="module")
def pairs(scene: Picture) -> Pairs:
    """Every lesson there is, each beside one of another category."""
    easel = set_up(scene)
    metrics, blocks = measure(easel), easel.blocks()
    tips = [tip_of(rule, metrics, blocks) for rule in (*rules(), *strengths())]
    return [(tip, next(t for t in tips if t.category != tip.category)) for tip in tips]


def offered(pair: tuple[Tip, Tip]) -> dict[str, Tip]:
    return {tip.rule: tip for tip in pair}


def advice(llm: Scripted, pair: tuple[Tip, Tip]) -> Any:
    return LlmAdviser(cast("Llm", llm)).word(pair, pair, "none", Errand())


def test_what_measurement_says_may_be_said(pairs: Pairs) -> None:
    for pair in pairs:
        assert complaints([honest(tip) for tip in pair], offered(pair)) == [], pair[0].rule


@pytest.mark.parametrize(
    ("rule", "place", "words"),
    [
        ("narrow-range", "action", ("Beside your focal point put one darker dark and one lighter "
         "light, and touch nothing else.")),
        ("narrow-range", "why", ("One strong contrast gives your every other value something to "
         "be measured against.")),
        ("heavy-darks", "action", ("Raise the largest shadow by one step; keep the deepest dark "
         "for one single accent.")),
        ("heavy-darks", "why", ("A dark with some air in it still stays a shape, and a black one "
         "reads as a hole.")),
        ("washed-lights", "action", ("Bring the broad lights down one step, and leave the last "
         "white for one spot.")),
        ("levels-merge", "action", ("Decide on these two: paint them as one shape, or move one "
         "away by a clear step.")),
    ],
)  # fmt: skip
def test_the_same_said_otherwise_may_be_said(
    rule: str, place: str, words: str, pairs: Pairs
) -> None:
    pair = next(pair for pair in pairs if pair[0].rule == rule)
    worded = [honest(pair[0]).model_copy(update={place: words}), honest(pair[1])]

    assert complaints(worded, offered(pair)) == []


def test_every_lesson_can_be_turned_round(pairs: Pairs) -> None:
    assert set(TURNED) == {first.rule for first, _ in pairs}


@pytest.mark.parametrize("kind", [*KINDS, "turned round"])
def test_no_lie_reaches_a_painter(kind: str, pairs: Pairs) -> None:
    known = {tip.rule: tip for pair in pairs for tip in pair}
    told = [lie for lie in lies(pairs) if lie.kind == kind]

    through = [lie.worded for lie in told if not complaints(lie.worded, known)]

    assert len(told) >= 20
    assert through == []


def test_a_lie_that_is_told_twice_leaves_the_measured_words(pairs: Pairs) -> None:
    for lie in list(lies(pairs))[::7]:
        _left_alone(lie, pairs)


def _left_alone(lie: Lie, pairs: Pairs) -> None:
    measured = pairs[0]
    llm = Scripted(lie.worded)

    worded = advice(llm, measured)

    assert worded.tips == measured
    assert worded.note
    assert len(llm.asked) == 2


def test_a_second_try_that_holds_is_said_with_its_source(pairs: Pairs) -> None:
    first, second = pairs[0]
    wrong = honest(first).model_copy(update={"lesson": "beauty"})
    llm = Scripted([wrong, honest(second)], [honest(first), honest(second)])

    worded = advice(llm, pairs[0])

    assert [tip.source for tip in worded.tips] == ["scripted (script-1)"] * 2
    assert "There is no lesson" in llm.asked[1].material


def test_the_model_is_told_metrics_and_shown_nothing(pairs: Pairs) -> None:
    llm = Scripted([honest(tip) for tip in pairs[0]])

    advice(llm, pairs[0])

    assert llm.asked[0].pictures == ()
    assert llm.asked[0].temperature == 0.2
    assert pairs[0][0].evidence[0].metric in llm.asked[0].material


def test_an_llm_that_refuses_leaves_the_measured_words_and_says_why(pairs: Pairs) -> None:
    worded = advice(Scripted(Refused("no", "scripted will not word this.")), pairs[0])

    assert worded.tips == pairs[0]
    assert worded.note

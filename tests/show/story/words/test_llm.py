"""An llm's words and order are used where they hold, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gesso.core.errors import Transient
from gesso.core.llms.llm import Question
from gesso.show.story.orders.looks import look_at
from gesso.show.story.orders.orders import by_flow
from gesso.show.story.words.llm import Ordered, StoryTeller, Told
from gesso.show.story.words.offline import words_for


@dataclass
class Answering:
    """An llm that gives the answers that it was given."""

    answers: list[Any]
    name: str = "test"
    vendor: str = "test"
    model: str = "test-1"

    def check_key(self) -> None:
        """It needs none."""

    def quote(self, question: Question) -> Any:
        raise NotImplementedError

    def answer(self, question: Question, shape: type[Any]) -> Any:
        self.last = question
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def looks(catalogue, works):
    return [look_at(catalogue, catalogue.works.get(number)) for number in works[:2]]


def test_an_order_that_holds_is_used(looks):
    ids = [look.work.id for look in looks]

    assert StoryTeller(Answering([Ordered(ids[::-1])])).order(looks) == ((1, 0), "")


@pytest.mark.parametrize(
    "answer", [Ordered([1]), Ordered([1, 1]), Ordered([99, 1]), Transient("Away.")]
)
def test_an_order_that_does_not_hold_falls_to_flow_and_says_so(looks, answer):
    places, why = StoryTeller(Answering([answer])).order(looks)

    assert places == by_flow(looks)
    assert why.endswith("the works flow instead.")


def test_words_that_hold_are_used_and_their_writer_is_named(looks):
    told = Told("From red to blue", ["A red field.", "Then a blue one, by Ada."])
    worded = StoryTeller(Answering([told])).tell(looks, words_for(looks))

    assert worded.words.texts == ("A red field.", "Then a blue one, by Ada.")
    assert (worded.maker.name, worded.maker.version, worded.note) == ("test", "test-1", "")


@pytest.mark.parametrize(
    "told",
    [
        Told("Red", ["Only one line."]),
        Told("Red", ["Painted in 1777.", "Then blue."]),
        Told("Red", ["Owned by Napoleon once.", "Then blue."]),
        Told("Red", ["See www.example.org now.", "Then blue."]),
        Told("R" * 90, ["Red.", "Blue."]),
        Told("Red", ["", "Blue."]),
    ],
)
def test_words_that_claim_what_was_not_told_are_asked_for_again_and_then_left(looks, told):
    llm = Answering([told, told])
    worded = StoryTeller(llm).tell(looks, words_for(looks))

    assert worded.words == words_for(looks)
    assert worded.maker.offline
    assert "did not hold" in worded.note
    assert "wrong_last_time" in llm.last.material


def test_words_mended_at_the_second_try_are_used(looks):
    wrong, right = Told("Red", ["In 1777."]), Told("Red", ["Red.", "Blue."])

    assert StoryTeller(Answering([wrong, right])).tell(looks, words_for(looks)).note == ""


def test_what_an_llm_is_told_of_strangers_stands_in_the_material_alone(looks):
    llm = Answering([Told("Red", ["Red.", "Blue."])])
    StoryTeller(llm).tell(looks, words_for(looks))

    assert "Ada" in llm.last.material
    assert "Ada" not in llm.last.instructions

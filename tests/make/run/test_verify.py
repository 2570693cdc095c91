"""The verifier keeps concept and intent inside a refined prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Aim, Prompt, Question
from gesso.make.run.verify import verified

ORIGIN = Prompt(
    title="Ember Orrery",
    subject="an orrery",
    scene="", mood="", light="", palette="", composition="",
    avoid="text",
    text="Ember Orrery, a great brass orrery. Night lies about it. Key: low (30).",
    reasoning="Because.",
    concept="Ember Orrery",
    aims=(Aim("key", 30.0),),
    questions=(Question("Does it show an orrery?", "orrery"),),
    maker=Maker("offline"),
)  # fmt: skip


def test_a_refined_text_that_keeps_the_concept_is_let_through():
    refined = replace(ORIGIN, text="An ember-lit orrery at night. Key: low (22).", reasoning="So.")

    assert verified(refined, ORIGIN) == refined


def test_a_lost_concept_is_put_back_in_front():
    refined = replace(ORIGIN, text="A dark machine. Key: low (22).")

    assert verified(refined, ORIGIN).text == (
        "Ember Orrery, a great brass orrery. A dark machine. Key: low (22)."
    )


def test_the_intent_is_the_origins_whatever_the_refiner_made_of_it():
    refined = replace(
        ORIGIN, title="Dog", concept="", aims=(Aim("key", 90.0),), questions=(), avoid=""
    )

    assert verified(refined, ORIGIN) == ORIGIN


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_a_text_that_cannot_be_sent_is_dropped(text):
    assert verified(replace(ORIGIN, text=text), ORIGIN).text == ORIGIN.text

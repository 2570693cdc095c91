"""Answers that a good model gives, for the tests of the writer that asks one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gesso.core.records.judgements import Check, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Question
from gesso.make import aims
from gesso.make.writers.writer import Attempt

CONCEPT = Concept(
    "Ember Orrery",
    "Nocturne & Mechanism",
    "As if the planets were the last coals of a fire that somebody still tends.",
    "Embers keep the night; an orrery keeps its time.",
    Maker("gemini", "some-model"),
)


def idea(words: str) -> dict[str, Any]:
    return {"turn": f"What if {words} were asked?", "words": words, "reasoning": f"Why {words}."}


def ideas(*words: str, obvious: tuple[str, ...] = ("Night Clock", "Moon Gear")) -> dict[str, Any]:
    return {"obvious": list(obvious), "ideas": [idea(one) for one in words]}


def written(**changes: Any) -> dict[str, Any]:
    return {
        "subject": "a great brass orrery whose planets are glowing coals",
        "scene": "in a dark hall with one tall window",
        "mood": "watchful",
        "light": "ember light from below, moonlight from the left",
        "palette": "indigo darks, amber lights",
        "composition": "the orrery stands right of the middle",
        "avoid": "lettering, people",
        "text": "An Ember Orrery stands in a dark hall: brass rings, coals for planets.",
        "wishes": {
            "figures": [{"scale": "key", "target": 26.4}, {"scale": "contrast", "target": 55}],
            "hues": [{"scale": "hue_dark", "hue": "indigo"}],
        },
        "questions": [
            {"question": "Does it show an orrery?", "thing": "Orrery"},
            {"question": "Does the light come from below?", "thing": ""},
        ],
        "reasoning": "Coals want a dark room. Brass carries their colour.",
        **changes,
    }


def expanded(**changes: Any) -> dict[str, Any]:
    return {
        "title": "A Fox in Snow",
        "subject": "a fox",
        "scene": "in the snow",
        "mood": "",
        "light": "",
        "palette": "",
        "composition": "",
        "figures": [],
        "hues": [],
        "questions": [{"question": "Does it show a fox?", "thing": "fox", "asked_by": "A fox"}],
        "reasoning": "It names a fox and a place.",
        **changes,
    }


def refined(**changes: Any) -> dict[str, Any]:
    return {
        "diagnosis": "The orrery is too small, and the hall too light.",
        "can_help": True,
        "text": "A great brass Ember Orrery fills the dark hall from edge to edge.",
        "wishes": {"figures": [{"scale": "key", "target": 18}], "hues": []},
        "reasoning": "The orrery comes nearer and the hall goes darker.",
        **changes,
    }


PROMPT = Prompt(
    "Ember Orrery",
    "a great brass orrery",
    "in a dark hall",
    "watchful",
    "from below",
    "indigo darks",
    "right of the middle",
    "lettering",
    "An Ember Orrery stands in a dark hall. Key: low (26). Contrast: strong (55).",
    "Coals want a dark room.",
    "Ember Orrery",
    aims.as_aims({"key": 26.0, "contrast": 55.0}),
    (Question("Does it show an orrery?", "orrery"),),
    Maker("gemini", "some-model"),
)


def attempt(text: str = PROMPT.text, score: float = 0.5, reason: str = "A blot.") -> Attempt:
    evaluation = Evaluation(
        checks=(Check("Does it show an orrery?", "no", reason),),
        measures=(Measure("key", 41.0, 26.0, 0.6), Measure("mist", 0.3)),
        error=0.6,
        score=score,
        verdict=f"No orrery. {reason}",
        maker=Maker("measured", "1", offline=True),
    )
    return Attempt(replace(PROMPT, text=text), evaluation)

"""The offline critic: honest about what it can see."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Aim, Prompt, Question
from gesso.make.critics.critic import View, in_both_orders
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions

CRITIC = MeasuredCritic(MeasuredOptions(), Desk.offline())


def prompt_with(*, aims=(), questions=()):
    return Prompt(
        "Dog", "", "", "", "", "", "", "", "A dog.", "", "", tuple(aims), tuple(questions),
        Maker("hand"),
    )  # fmt: skip


def grey(value=119):
    ramp = np.linspace(max(0, value - 20), min(255, value + 20), 64)
    return Picture(np.repeat(np.repeat(ramp[None, :, None], 64, axis=0), 3, axis=2).astype("u1"))


def evaluate(view, prompt):
    return CRITIC.evaluate(view, prompt, Errand())


def test_a_subject_that_the_painter_cannot_paint_is_a_failed_check():
    view = View(grey(), omits=("dog",), repertoire="the offline painter paints bridges")
    found = evaluate(view, prompt_with(questions=[Question("Does it show a dog?", "dog")]))

    assert found.checks[0].outcome == "no"
    assert found.checks[0].reason == "No dog: the offline painter paints bridges."


def test_what_a_painter_paints_is_said_once_however_much_is_missing():
    paints = "the offline painter paints bridges"
    view = View(grey(), omits=("dog", "car", "hat"), repertoire=paints)
    found = evaluate(view, prompt_with(questions=[Question("Does it show a dog?", "dog")]))

    assert [check.reason for check in found.checks] == [
        "No dog: the offline painter paints bridges.",
        "No car.",
        "No hat.",
    ]
    assert found.verdict.startswith("No dog, no car, no hat: the offline painter paints bridges.")
    assert not found.passes


def test_an_omission_that_nobody_asked_about_is_a_failed_check_too():
    found = evaluate(View(grey(), omits=("astronaut",)), prompt_with())

    assert [check.outcome for check in found.checks] == ["no"]
    assert "astronaut" in found.verdict


def test_a_subject_that_nobody_vouches_for_is_unknown():
    found = evaluate(View(grey()), prompt_with(questions=[Question("Is there a dog?", "dog")]))

    assert found.checks[0].outcome == "unknown"


def test_a_subject_that_the_painter_vouches_for_is_seen_in_singular_and_plural():
    question = Question("Are there bridges?", "bridges")
    found = evaluate(View(grey(), shows=("bridge",)), prompt_with(questions=[question]))

    assert found.checks[0].outcome == "yes"


def test_a_question_about_values_is_answered_by_measurement():
    dark, light = grey(25), grey(220)
    prompt = prompt_with(questions=[Question("Is it night?")])

    assert evaluate(View(dark), prompt).checks[0].outcome == "yes"
    assert evaluate(View(light), prompt).checks[0].outcome == "no"


def test_an_aim_that_is_met_has_no_error_and_a_miss_is_said_in_words():
    met = evaluate(View(grey()), prompt_with(aims=[Aim("key", 50.0)]))
    missed = evaluate(View(grey()), prompt_with(aims=[Aim("key", 20.0)]))

    assert met.error == pytest.approx(0, abs=0.05)
    assert met.passes
    assert missed.error == 1.0
    assert missed.verdict == "Key is too high, 50 for 20."


def test_a_blank_picture_is_no_picture():
    blank = Picture(np.full((32, 32, 3), 200, dtype=np.uint8))
    found = evaluate(View(blank), prompt_with())

    assert found.checks[0].words == "Is there a picture at all?"
    assert found.checks[0].outcome == "no"


def test_the_nearer_picture_of_a_pair_wins_in_both_orders():
    prompt = prompt_with(aims=[Aim("key", 30.0)])
    views = View(grey(200)), View(grey(70))
    found = tuple(evaluate(view, prompt) for view in views)
    comparison = CRITIC.compare(views, found, prompt, Errand())
    turned = CRITIC.compare(views[::-1], found[::-1], prompt, Errand())

    assert (comparison.winner, comparison.agreed) == (1, True)
    assert (turned.winner, turned.agreed) == (0, True)


def test_a_judge_who_favours_a_place_decides_nothing():
    found = in_both_orders(
        lambda _first, _second: ("first", "I like the left"), (0.2, 0.6), Maker("biased")
    )

    assert (found.winner, found.agreed) == (1, False)
    assert "disagreed" in found.reason
